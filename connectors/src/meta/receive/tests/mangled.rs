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
        Just(json!(INSTAGRAM)),
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

fn run<S: Strategy>(cases: u32, strategy: S, check: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    TestRunner::new(config).run(&strategy, check).unwrap();
}

/// Both kinds' bodies, at a server that refuses every connection.
fn all() -> Vec<(&'static str, String)> {
    let of = |kind: &'static str| names(kind).into_iter().map(move |name| (kind, body(kind, &name)));
    of("instagram").chain(of("facebook")).collect()
}

#[test]
fn nothing_in_a_body_breaks_its_reader() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (instagram, facebook) = Fake::nowhere().connectors(false);
    let reader = Reader { instagram, facebook };
    let bodies = all();
    let changes = prop::collection::vec((any::<prop::sample::Index>(), anything()), 1..4);
    run(512, (any::<prop::sample::Index>(), changes), |(which, changes)| {
        let (kind, text) = which.get(&bodies);
        let mut whole: Value = serde_json::from_str(text).unwrap();
        for (place, value) in changes {
            let mut all = Vec::new();
            pointers(&whole, String::new(), &mut all);
            let at = (!all.is_empty()).then(|| place.get::<String>(&all).clone());
            if let Some(found) = at.and_then(|at| whole.pointer_mut(&at)) {
                *found = value;
            }
        }
        let told = runtime.block_on(reader.read_body(kind, &whole.to_string()));
        for one in told.unwrap_or_default() {
            if let InboundEvent::Wrote(written) = one {
                prop_assert!(!written.external_id.is_empty() && written.external_id.len() <= 300);
                prop_assert!(!written.conversation_id.is_empty());
            }
        }
        Ok(())
    });
}

#[tokio::test]
async fn a_body_nested_without_end_is_unreadable() {
    let reader = Reader::start().await;
    let deep = format!("{{\"entry\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(reader.read_body("instagram", &deep).await, Err(NotReceived::Unreadable));
}
