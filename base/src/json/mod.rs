//! Request bodies with our own limits and errors: an invalid field is named by its JSON pointer.

mod mend;

use std::fmt;
use std::marker::PhantomData;

use crate::error::{Error, FieldError, Result};
use crate::i18n::LocalizedText;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use chrono::{DateTime, SecondsFormat};
use futures_util::future::{Ready, ready};
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use serde_path_to_error::Segment;

pub use mend::mended;

/// Maximum bytes of a JSON request.
pub const MOST_BYTES: usize = 256 * 1024;
/// Maximum bytes of an external id.
pub const ID_BYTES: usize = 255;

/// Parses a complete body. Half an emoji is no reason to refuse it; bytes that are no UTF-8 are, with their place.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    let whole = mend::whole_escapes(mend::unmarked(bytes));
    let bytes = whole.as_ref();
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let Object(value) = serde_path_to_error::deserialize(&mut json)
        .map_err(|error| unreadable(bytes).unwrap_or_else(|| refuse(&mistyped::<T>(bytes).unwrap_or(error))))?;
    json.end().map_err(|_| Error::Malformed(LocalizedText::new("said-json-more")))?;
    Ok(value)
}

/// Settings of a source, as they were entered; the error names the field.
pub fn settings<T: DeserializeOwned>(settings: serde_json::Value) -> Result<T, Vec<FieldError>> {
    serde_path_to_error::deserialize(settings).map_err(|error| {
        let wrong = wrong_field(&error);
        vec![FieldError { pointer: format!("/settings{}", wrong.pointer), ..wrong }]
    })
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

#[cfg(test)]
mod tests;
