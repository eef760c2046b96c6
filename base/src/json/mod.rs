//! Request bodies with our own limits and errors: an invalid field is named by its JSON pointer.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use chrono::{DateTime, SecondsFormat};
use futures_util::future::{Ready, ready};
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use serde_path_to_error::Segment;

use crate::error::{Error, FieldError, Result};
use crate::i18n::LocalizedText;

/// Maximum bytes of a JSON request.
pub const MOST_BYTES: usize = 256 * 1024;
/// Maximum bytes of an external id.
pub const ID_BYTES: usize = 255;

/// Parses a complete body. Half an emoji is no reason to refuse it; bytes that are no UTF-8 are, with their place.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    let whole = whole_escapes(unmarked(bytes));
    let bytes = whole.as_ref();
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let Object(value) = serde_path_to_error::deserialize(&mut json)
        .map_err(|error| unreadable(bytes).unwrap_or_else(|| refuse(&mistyped::<T>(bytes).unwrap_or(error))))?;
    json.end().map_err(|_| Error::Malformed(LocalizedText::new("said-json-more")))?;
    Ok(value)
}

/// Settings of a source, as they were entered; the error names the field.
pub fn settings<T: DeserializeOwned>(settings: serde_json::Value) -> Result<T, Vec<FieldError>> {
    serde_path_to_error::deserialize(settings).map_err(|error| vec![wrong_field(&error).below("/settings")])
}

/// The error of a body that is no JSON. The first wrong field may come before the place where the JSON breaks off, but a
/// body that is no JSON has no fields. None if it is JSON.
fn unreadable(bytes: &[u8]) -> Option<Error> {
    let (line, column) = match std::str::from_utf8(bytes) {
        Ok(text) => serde_json::from_str::<IgnoredAny>(text).err().map(|error| (error.line(), error.column()))?,
        Err(error) => {
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let of_line = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
            (before.iter().filter(|byte| **byte == b'\n').count() + 1, of_line.len() + 1)
        }
    };
    Some(Error::Malformed(LocalizedText::new("said-json-none").with("line", line).with("column", column)))
}

/// The error again, from parsed JSON: for a number instead of one of several names, `serde_json` reports a syntax error
/// although the body is JSON. None if it is not.
fn mistyped<T: DeserializeOwned>(bytes: &[u8]) -> Option<serde_path_to_error::Error<serde_json::Error>> {
    let value: serde_json::Value = serde_json::from_slice(bytes).ok()?;
    serde_path_to_error::deserialize::<_, Object<T>>(value).err()
}

fn refuse(error: &serde_path_to_error::Error<serde_json::Error>) -> Error {
    let cause = error.inner();
    if !cause.is_data() {
        let detail = LocalizedText::new("said-json-none").with("line", cause.line()).with("column", cause.column());
        return Error::Malformed(detail);
    }
    Error::Invalid(vec![wrong_field(error)])
}

fn wrong_field(error: &serde_path_to_error::Error<serde_json::Error>) -> FieldError {
    let text = error.inner().to_string();
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
    let mut pointer: String = error.path().iter().map(segment).collect();
    if let Some(name) = named_field(text) {
        let named = format!("/{}", escaped(name));
        if !pointer.ends_with(&named) || text.starts_with("missing") {
            pointer.push_str(&named);
        }
    }
    FieldError::new(pointer, LocalizedText::of_serde(&shortened(text)))
}

fn segment(segment: &Segment) -> String {
    match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } => format!("/{}", escaped(key)),
        Segment::Enum { .. } | Segment::Unknown => String::new(),
    }
}

/// The field that serde's message names, if the path ends at its parent.
fn named_field(text: &str) -> Option<&str> {
    let rest = ["unknown field `", "missing field `", "duplicate field `"]
        .iter()
        .find_map(|start| text.strip_prefix(start))?;
    let end = rest.find("`, expected").or_else(|| rest.find("`, there are")).or_else(|| rest.rfind('`'))?;
    rest.get(..end)
}

/// The path as a JSON pointer (RFC 6901).
fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn shortened(text: &str) -> String {
    text.chars().take(300).collect()
}

/// The parameters of a query string, all optional. An invalid or empty one returns 422 with its name as the pointer: a
/// filter that its caller left empty by mistake must not select everything.
#[derive(Debug)]
pub struct Query<T>(T);

impl<T> std::ops::Deref for Query<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(query(request.query_string()).map(Self))
    }
}

fn query<T: DeserializeOwned>(text: &str) -> Result<T> {
    let pointer = |name: &str| format!("/{}", escaped(name));
    let error = match web::Query::<T>::from_query(text) {
        Ok(query) => {
            let empty = url::form_urlencoded::parse(text.as_bytes()).find(|(_, value)| value.is_empty());
            let refused = empty.map(|(name, _)| Error::field(pointer(&name), LocalizedText::new("said-empty")));
            return refused.map_or(Ok(query.into_inner()), Err);
        }
        Err(error) => error.to_string(),
    };
    let words = error.rsplit("error: ").next().unwrap_or(&error);
    // serde names the parameter only if its name is unknown; an invalid value is found by parsing each parameter alone.
    let wrong = |part: &&str| web::Query::<T>::from_query(part).is_err();
    let by_value = text.split('&').find(wrong).and_then(|part| url::form_urlencoded::parse(part.as_bytes()).next());
    let name = named_field(words).map(str::to_owned).or_else(|| by_value.map(|(name, _)| name.into_owned()));
    let pointer = name.map(|name| pointer(&name)).unwrap_or_default();
    Err(Error::field(pointer, LocalizedText::of_serde(&shortened(words))))
}

/// Validates an external id: not empty, at most [`ID_BYTES`] bytes, storable characters only.
pub fn checked_id(pointer: &str, id: String) -> Result<String> {
    if id.is_empty() {
        return Err(Error::field(pointer, LocalizedText::new("said-empty")));
    }
    if id.len() > ID_BYTES {
        return Err(Error::field(pointer, LocalizedText::new("said-most-bytes").with("most", ID_BYTES)));
    }
    if id.contains(['\0', '\u{fffd}']) {
        return Err(Error::field(pointer, LocalizedText::new("said-unstorable")));
    }
    Ok(id)
}

/// Accepts only a JSON object: serde alone would accept `["chat-7"]` for `{"id":"chat-7"}`.
#[derive(Clone, Debug, Default)]
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OnlyMaps<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for OnlyMaps<T> {
            type Value = T;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map))
            }
        }
        deserializer.deserialize_map(OnlyMaps(PhantomData)).map(Object)
    }
}

/// For fields where null differs from absence: `Some(None)` is null.
pub fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

/// A time in milliseconds since 1970; on the wire RFC 3339 in UTC with milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub i64);

impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = DateTime::from_timestamp_millis(self.0).unwrap_or(DateTime::UNIX_EPOCH);
        formatter.write_str(&at.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let at = DateTime::parse_from_rfc3339(&text)
            .map_err(|_| serde::de::Error::custom("expected a time like 2026-11-20T09:30:00.123Z"))?;
        Ok(Self(at.timestamp_millis()))
    }
}

// What machines write oddly in JSON: a cut emoji, a byte that is no UTF-8, a byte order mark. None of it is a reason to
// lose the rest of a text, so every entrance reads bodies mended, after their signatures were verified.

/// The bytes as JSON parsers accept them: broken characters (invalid UTF-8, escaped halves of surrogate pairs) become
/// U+FFFD, and a byte order mark is left out. Borrowed if no character was broken.
pub fn mended(body: &[u8]) -> Cow<'_, [u8]> {
    match String::from_utf8_lossy(unmarked(body)) {
        Cow::Borrowed(text) => whole_escapes(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(whole_escapes(text.as_bytes()).into_owned()),
    }
}

/// The bytes without a byte order mark.
fn unmarked(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

/// Replaces escapes of lone surrogates.
fn whole_escapes(bytes: &[u8]) -> Cow<'_, [u8]> {
    let mut whole = Cow::Borrowed(bytes);
    let mut at = 0;
    while let Some(step) = bytes.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == b'\\')) {
        at += step;
        at += match (unit(bytes, at), unit(bytes, at + 6)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => {
                if let Some(escape) = whole.to_mut().get_mut(at..at + 6) {
                    escape.copy_from_slice(b"\\ufffd");
                }
                6
            }
            (Some(_), _) => 6,
            (None, _) => 2,
        };
    }
    whole
}

/// The UTF-16 unit of an escape like `\ud83d`.
fn unit(bytes: &[u8], at: usize) -> Option<u16> {
    let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    let digits = std::str::from_utf8(digits).ok().filter(|digits| !digits.starts_with('+'))?;
    u16::from_str_radix(digits, 16).ok()
}

/// A 64-bit id of amoCRM: returned as a string, accepted as a string or a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NumericId(pub i64);

impl<'de> Deserialize<'de> for NumericId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Id;
        impl Visitor<'_> for Id {
            type Value = NumericId;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an id of digits, as a string")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<NumericId, E> {
                let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
                let id = text.parse().ok().filter(|id| digits && *id > 0);
                id.map(NumericId).ok_or_else(|| E::custom("expected an id of digits, as a string"))
            }

            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<NumericId, E> {
                let id = i64::try_from(number).ok().filter(|id| *id > 0);
                id.map(NumericId).ok_or_else(|| E::custom("expected an id of digits, as a string"))
            }
        }
        deserializer.deserialize_any(Id)
    }
}

impl Serialize for NumericId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl fmt::Display for NumericId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its shape matters")]
    struct Outer {
        id: String,
        #[serde(default)]
        word: Word,
        inner: Object<TestInner>,
        more: Option<Object<TestInner>>,
        #[serde(default)]
        list: Vec<Object<TestInner>>,
    }

    #[derive(Debug, Default, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Word {
        #[default]
        Yes,
        No,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its shape matters")]
    struct TestInner {
        number: u8,
    }

    fn pointer_of(body: &str) -> String {
        match parse::<Outer>(body.as_bytes()) {
            Err(Error::Invalid(errors)) => errors[0].pointer.clone(),
            other => panic!("{body}: {other:?}"),
        }
    }

    #[test]
    fn a_wrong_field_is_named_by_its_pointer() {
        for (body, pointer) in [
            (r#"{"inner":{"number":1}}"#, "/id"),
            (r#"{"id":5,"inner":{"number":1}}"#, "/id"),
            (r#"{"id":null,"inner":{"number":1}}"#, "/id"),
            (r#"{"id":"a"}"#, "/inner"),
            (r#"{"id":"a","inner":{}}"#, "/inner/number"),
            (r#"{"id":"a","inner":{"number":"1"}}"#, "/inner/number"),
            (r#"{"id":"a","inner":{"number":300}}"#, "/inner/number"),
            (r#"{"id":"a","inner":{"number":1,"x/y":2}}"#, "/inner/x~1y"),
            (r#"{"id":"a","inner":{"number":1},"more":{"number":1,"inner":1}}"#, "/more/inner"),
            (r#"{"id":"a","inner":{"number":1},"extra":1}"#, "/extra"),
            (r#"{"id":"a","inner":{"number":1},"word":"maybe"}"#, "/word"),
            (r#"{"id":"a","inner":{"number":1},"word":5}"#, "/word"),
            (r#"{"id":"a","inner":{"number":1},"word":null}"#, "/word"),
            (r#"{"id":"a","inner":{"number":1},"word":["yes"]}"#, "/word"),
            (r#"{"id":"a","id":"b","inner":{"number":1}}"#, "/id"),
            (r#"{"id":"a","inner":{"number":1},"list":[{"number":1},{"number":[]}]}"#, "/list/1/number"),
            (r#"{"id":"a","inner":[1]}"#, "/inner"),
            (r#"{"id":"a","inner":{"number":1},"more":[1]}"#, "/more"),
            (r#"["a",{"number":1}]"#, ""),
            (r#""a""#, ""),
        ] {
            assert_eq!(pointer_of(body), pointer, "{body}");
        }
    }

    #[test]
    fn invalid_json_is_malformed() {
        for body in ["", "{", "nope", r#"{"id":"a","inner":{"number":1}} x"#, "{\"id\":\"\u{1}\"}"] {
            assert!(matches!(parse::<Outer>(body.as_bytes()), Err(Error::Malformed(_))), "{body}");
        }
        assert!(matches!(parse::<Outer>(b"{\"id\":\"\xff\"}"), Err(Error::Malformed(_))));
    }

    #[test]
    fn invalid_json_is_malformed_even_after_a_wrong_field() {
        let deep = format!("{{\"wrong\":{}", "[".repeat(20_000));
        for body in ["{\"wrong\":1,}", "{\"wrong\":NaN}", "{} x", "[", "{\"id\":5,\"a\":\"\u{1}\"}", "{\"id\":5", &deep]
        {
            assert!(matches!(parse::<Outer>(body.as_bytes()), Err(Error::Malformed(_))), "{body}");
        }
        let Err(Error::Malformed(said)) = parse::<Outer>(b"{\n\"wrong\":\"\xff\"}") else { panic!("it was read") };
        assert!(said.to_string().contains("line 2") && said.to_string().contains("column 10"), "{said}");
    }

    #[test]
    fn half_characters_become_replacement_characters() {
        let text = |body: &str| parse::<serde_json::Value>(body.as_bytes()).unwrap()["t"].clone();
        assert_eq!(text(r#"{"t":"\ud83d\ude00"}"#), json!("😀"));
        assert_eq!(text(r#"{"t":"a\ud83db"}"#), json!("a\u{fffd}b"));
        assert_eq!(text(r#"{"t":"\ude00\ud83d"}"#), json!("\u{fffd}\u{fffd}"));
        assert_eq!(text(r#"{"t":"\ud83d\ud83d\ude00"}"#), json!("\u{fffd}😀"));
        assert_eq!(text(r#"{"t":"\\ud83d"}"#), json!("\\ud83d"));
        assert_eq!(text(r#"{"t":"\u0041\\"}"#), json!("A\\"));
        assert_eq!(text(r#"{"t":"\u0000"}"#), json!("\0"));
        assert_eq!(text("\u{feff}{\"t\":\"marked\"}"), json!("marked"));
    }

    #[test]
    fn ids_are_checked() {
        assert_eq!(checked_id("/id", "é".repeat(127)).unwrap().len(), 254);
        for wrong in [String::new(), "x".repeat(256), "é".repeat(128), "a\0b".to_owned(), "\u{fffd}".to_owned()] {
            assert!(matches!(checked_id("/id", wrong), Err(Error::Invalid(_))));
        }
    }

    #[test]
    fn times_are_written_with_milliseconds() {
        assert_eq!(Moment(1_795_080_600_120).to_string(), "2026-11-19T09:30:00.120Z");
        let read: Moment = serde_json::from_str("\"2026-11-19T12:30:00.1239+03:00\"").unwrap();
        assert_eq!(read, Moment(1_795_080_600_123));
        assert!(serde_json::from_str::<Moment>("\"yesterday\"").is_err());
    }

    #[test]
    fn p4_a_wrong_query_names_the_parameter() {
        #[derive(Debug, Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum TestLeads {
            Newest,
            None,
        }
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct TestQuery {
            limit: Option<String>,
            #[serde(default)]
            dry_run: bool,
            leads: Option<TestLeads>,
        }
        let ask = query::<TestQuery>;
        assert!(ask("").is_ok() && ask("limit=5&dry_run=true&leads=newest").is_ok() && ask("leads=none").is_ok());
        let given = ask("&&limit=5&dry_run=true&").unwrap();
        assert!(given.limit.as_deref() == Some("5") && given.dry_run && given.leads.is_none(), "{given:?}");
        for (text, pointer) in [
            ("limit=", "/limit"),
            ("limit", "/limit"),
            ("leads=none&limit=", "/limit"),
            ("dry_run=", "/dry_run"),
            ("limit=5&leads=", "/leads"),
            ("colour=red", "/colour"),
            ("limit=5&colour=", "/colour"),
            ("limit=&leads=sometimes", "/leads"),
            ("limit=5&leads=sometimes", "/leads"),
            ("dry_run=maybe&leads=none", "/dry_run"),
            ("limit=1&limit=2", "/limit"),
            ("a%7Eb=1", "/a~0b"),
        ] {
            match ask(text).unwrap_err() {
                Error::Invalid(errors) => assert_eq!(errors[0].pointer, pointer, "{text}"),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn a_wrong_setting_is_named_by_its_pointer() {
        let pointer = |settings: serde_json::Value| settings_error(settings).pointer;
        for (given, at) in [
            (json!({"number": 1, "other": 2}), "/settings/other"),
            (json!({"number": "1"}), "/settings/number"),
            (json!({}), "/settings/number"),
            (json!([]), "/settings"),
            (json!("x"), "/settings"),
        ] {
            assert_eq!(pointer(given.clone()), at, "{given}");
        }
    }

    fn settings_error(given: serde_json::Value) -> FieldError {
        settings::<TestInner>(given).unwrap_err().remove(0)
    }

    #[test]
    fn broken_characters_are_replaced_and_nothing_else() {
        for (written, read) in [
            (r#""half \ud83d""#.as_bytes(), "half \u{fffd}"),
            (br#""\udc4b\ud83d turned""#, "\u{fffd}\u{fffd} turned"),
            (br#""\ud83d\ud83d\udc4b""#, "\u{fffd}👋"),
            (br#""\ud83d\n\\ud83d \u041f\uDC4B""#, "\u{fffd}\n\\ud83d П\u{fffd}"),
            (br#""\ud83d\u0041 \ud83d\\udc4b""#, "\u{fffd}A \u{fffd}\\udc4b"),
            (b"\"bytes \xff\xfe \xd0\x9f\"", "bytes \u{fffd}\u{fffd} П"),
            (b"\"\xf0\x9f\x91 \\ud83d\"", "\u{fffd} \u{fffd}"),
            (b"\"\xed\xa0\xbd\"", "\u{fffd}\u{fffd}\u{fffd}"),
            (b"\xef\xbb\xbf\"marked \xef\xbb\xbf\"", "marked \u{feff}"),
        ] {
            assert_ne!(mended(written), written);
            assert_eq!(serde_json::from_slice::<String>(&mended(written)).unwrap(), read);
        }
        for whole in [r#""\ud83d\udc4b \u0000 \\ud83d 👋""#, r#""\u+d83""#, r#""\ud8"#, "\\", "", "\"\\u"] {
            assert!(matches!(mended(whole.as_bytes()), Cow::Borrowed(same) if same == whole.as_bytes()), "{whole}");
        }
    }
}
