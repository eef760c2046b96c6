//! Bodies that messengers sent, as their documents or recordings show them.

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::incoming::InboundEvent;

fn folder(kind: &str) -> String {
    format!("{}/../tests/fixtures/{kind}", env!("CARGO_MANIFEST_DIR"))
}

/// A body of a kind's fixtures.
pub fn body(kind: &str, name: &str) -> String {
    let path = format!("{}/{name}.json", folder(kind));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The names of all bodies that came to a webhook.
pub fn names(kind: &str) -> Vec<String> {
    let files = std::fs::read_dir(folder(kind)).unwrap().map(|file| file.unwrap().path());
    let json = files.filter(|path| path.extension().is_some_and(|ending| ending == "json"));
    let mut names: Vec<_> = json.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    names.retain(|name| !name.starts_with("api_"));
    names.sort();
    names
}

/// All of them as JSON.
pub fn all(kind: &str) -> Vec<Value> {
    names(kind).iter().map(|name| serde_json::from_str(&body(kind, name)).unwrap()).collect()
}

/// What becomes of each sample, by `expected.txt` beside it: its name, and texts with ` | ` between them.
pub fn expected(kind: &str) -> Vec<(String, Vec<String>)> {
    let path = format!("{}/expected.txt", folder(kind));
    let table = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let line = |line: &str| {
        let mut parts = line.split(" | ").map(|part| part.replace("\\n", "\n"));
        (parts.next().unwrap(), parts.collect())
    };
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    let table: Vec<(String, Vec<String>)> = lines.map(line).collect();
    let mut listed: Vec<&String> = table.iter().map(|(name, _)| name).collect();
    listed.sort_unstable();
    assert_eq!(listed, names(kind).iter().collect::<Vec<_>>(), "no sample is left out");
    table
}

/// The events of each sample, as Rust prints them, contain all that is expected.
pub async fn become_what_the_table_says(kind: &str, read: impl AsyncFn(String) -> String) {
    for (name, words) in expected(kind) {
        says(&name, &read(body(kind, &name)).await, &words);
    }
}

/// A text contains all these words.
#[track_caller]
pub fn says(name: &str, told: &str, words: &[impl AsRef<str>]) {
    for word in words.iter().map(AsRef::as_ref) {
        assert!(told.contains(word), "{name}: no {word} in {told}");
    }
}

/// Any JSON, small. `known`: a value that means something to the messenger.
fn anything(known: Value) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        any::<String>().prop_map(Value::from),
        Just(json!("")),
        Just(known),
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

/// Runs a check on so many random cases.
pub fn run<S: Strategy>(cases: u32, strategy: S, check: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    TestRunner::new(config).run(&strategy, check).unwrap();
}

/// What holds for the events of every connector.
pub fn hold(events: &[InboundEvent]) -> Result<(), TestCaseError> {
    for one in events {
        match one {
            InboundEvent::Moved { from: one, to: other }
            | InboundEvent::AlsoKnown { id: one, also: other }
            | InboundEvent::HasNumber { id: one, number: other, .. } => {
                prop_assert_ne!(one, other, "no person moves from an id to the same one");
            }
            InboundEvent::Wrote(written) | InboundEvent::History(written) => {
                prop_assert!(!written.external_id.is_empty() && !written.conversation_id.is_empty(), "{:?}", written);
            }
            InboundEvent::TookBack { pieces: messages } => prop_assert!(messages.iter().all(|id| !id.is_empty())),
            _ => {}
        }
    }
    Ok(())
}

/// Checks so many mangled ones of these bodies, each with the number of the body it was. More if `PROPTEST_CASES` in the
/// environment requests it: rare failures need a hundred thousand.
pub fn mangle(cases: u32, bodies: &[Value], known: Value, check: impl Fn(usize, &str) -> Result<(), TestCaseError>) {
    let cases = cases.max(ProptestConfig::default().cases);
    let changes = prop::collection::vec((any::<Index>(), anything(known)), 1..4);
    run(cases, (any::<Index>(), changes), |(which, changes)| {
        let which = which.index(bodies.len());
        let mut whole = bodies[which].clone();
        for (place, value) in changes {
            let mut all = Vec::new();
            pointers(&whole, String::new(), &mut all);
            if !all.is_empty()
                && let Some(found) = whole.pointer_mut(place.get::<String>(&all))
            {
                *found = value;
            }
        }
        check(which, &whole.to_string())
    });
}
