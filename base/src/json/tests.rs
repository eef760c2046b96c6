//! Pointers, mended texts and what is refused.

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
    #[serde(default)]
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
    for body in ["{\"wrong\":1,}", "{\"wrong\":NaN}", "{} x", "[", "{\"id\":5,\"a\":\"\u{1}\"}", "{\"id\":5", &deep] {
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
