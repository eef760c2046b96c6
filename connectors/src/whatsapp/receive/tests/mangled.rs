//! Malformed bodies.

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::*;

/// Any JSON, small.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        any::<String>().prop_map(Value::from),
        Just(json!("")),
        Just(json!("x".repeat(300))),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-z_]{1,12}", inner), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// JSON pointers of all values inside a value.
fn pointers(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                pointers(inner, format!("{at}/{name}"), found);
            }
        }
        Value::Array(all) => {
            for (place, inner) in all.iter().enumerate() {
                pointers(inner, format!("{at}/{place}"), found);
            }
        }
        _ => {}
    }
    if !at.is_empty() {
        found.push(at);
    }
}

/// The names of all fixtures.
pub(super) fn names() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/whatsapp");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let mut names: Vec<_> = files.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

fn run<S: Strategy>(cases: u32, strategy: S, check: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    TestRunner::new(config).run(&strategy, check).unwrap();
}

fn fits(id: &str) -> bool {
    !id.is_empty() && id.len() <= 255
}

#[test]
fn nothing_in_a_body_breaks_its_reader() {
    let names = names();
    let changes = prop::collection::vec((any::<prop::sample::Index>(), anything()), 1..4);
    run(2048, (any::<prop::sample::Index>(), changes), |(which, changes)| {
        let mut whole: Value = serde_json::from_str(&body(which.get::<String>(&names))).unwrap();
        for (place, value) in changes {
            let mut all = Vec::new();
            pointers(&whole, String::new(), &mut all);
            if let Some(found) =
                (!all.is_empty()).then(|| place.get::<String>(&all)).and_then(|at| whole.pointer_mut(at))
            {
                *found = value;
            }
        }
        let told = read_with(&whole.to_string(), Language::En);
        prop_assert!(told.as_ref().is_ok_and(|events| !events.is_empty()) || told.is_err());
        for one in told.unwrap_or_default() {
            let written = match &one {
                InboundEvent::Wrote(written) | InboundEvent::History(written) => Some(written.as_ref()),
                InboundEvent::Changed(edit) => Some(&edit.written),
                InboundEvent::Pressed(press) => Some(&press.written),
                _ => None,
            };
            if let Some(written) = written {
                prop_assert!(fits(&written.external_id) && fits(&written.conversation_id), "{one:?}");
                prop_assert!(fits(&written.body.sender.id), "{one:?}");
            }
            if let InboundEvent::Moved { from, to } = &one {
                prop_assert!(fits(from) && fits(to) && from != to, "{one:?}");
            }
        }
        Ok(())
    });
}

#[test]
fn bytes_that_are_no_call_are_unreadable() {
    run(256, prop::collection::vec(any::<u8>(), 0..64), |bytes| {
        if serde_json::from_slice::<Value>(&bytes).is_err() {
            let read = receive(&settings(), &bytes, Words::new(Language::En));
            prop_assert_eq!(read, Err(NotReceived::Unreadable));
        }
        Ok(())
    });
}

#[test]
fn a_body_nested_without_end_is_unreadable() {
    let deep = format!("{{\"entry\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(read_with(&deep, Language::En), Err(NotReceived::Unreadable));
}
