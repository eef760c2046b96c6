//! Malformed bodies.

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::*;
use crate::max::ids::Place;

/// Any JSON, small.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        any::<String>().prop_map(Value::from),
        Just(json!("")),
        Just(json!("dialog")),
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

#[test]
fn nothing_in_a_body_breaks_its_reader() {
    let (names, settings, api, posts) = (names(), settings(), api_at("http://127.0.0.1:1"), Posts::default());
    let bodies: Vec<Value> = names.iter().map(|name| serde_json::from_str(&body(name)).unwrap()).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let changes = prop::collection::vec((any::<prop::sample::Index>(), anything()), 1..4);
    run(1024, (any::<prop::sample::Index>(), changes), |(which, changes)| {
        let mut whole = which.get::<Value>(&bodies).clone();
        for (place, value) in changes {
            let mut all = Vec::new();
            pointers(&whole, String::new(), &mut all);
            if let Some(found) =
                (!all.is_empty()).then(|| place.get::<String>(&all)).and_then(|at| whole.pointer_mut(at))
            {
                *found = value;
            }
        }
        let body = whole.to_string();
        let told = runtime.block_on(receive(&api, &posts, &settings, body.as_bytes(), Words::new(Language::En)));
        for one in told.unwrap_or_default() {
            if let InboundEvent::Wrote(written) = one {
                prop_assert!(!written.external_id.is_empty() && written.external_id.len() <= 255);
                prop_assert!(Place::parse(&written.conversation_id).is_some());
            }
        }
        Ok(())
    });
}

#[tokio::test]
async fn bytes_that_are_no_update_are_unreadable() {
    let deep = format!("{{\"message\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
    for body in ["", "{", "[]", "null", "5", "\"message_created\"", "{\"update_type\":}", &deep] {
        let told = read_with(&settings(), body).await;
        let is_harmless = matches!(told.as_deref(), Err(NotReceived::Unreadable) | Ok([InboundEvent::Unknown(_)]));
        assert!(is_harmless, "{told:?}");
    }
}
