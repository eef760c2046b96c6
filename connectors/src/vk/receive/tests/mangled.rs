//! Malformed bodies.

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::Value;

use super::*;
use crate::vk::ids::{MessageId, PostId};

/// Any JSON, small.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        any::<String>().prop_map(Value::from),
        Just(json!("")),
        Just(json!("9007199254740993")),
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
        Value::Object(fields) => fields.iter().for_each(|(name, inner)| pointers(inner, format!("{at}/{name}"), found)),
        Value::Array(all) => {
            all.iter().enumerate().for_each(|(place, inner)| pointers(inner, format!("{at}/{place}"), found));
        }
        _ => {}
    }
    if !at.is_empty() {
        found.push(at);
    }
}

/// A VK that does not answer.
async fn alone() -> Stage {
    let fake = Fake::start().await;
    let api = api(&Url::parse("http://127.0.0.1:1").unwrap());
    Stage { fake, api, people: People::default(), seen: Seen::default() }
}

fn run<S: Strategy>(cases: u32, strategy: S, check: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    TestRunner::new(config).run(&strategy, check).unwrap();
}

#[test]
fn nothing_in_a_body_breaks_its_reader() {
    let names = names();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let stage = runtime.block_on(alone());
    let changes = prop::collection::vec((any::<prop::sample::Index>(), anything()), 1..4);
    run(1024, (any::<prop::sample::Index>(), changes), |(which, changes)| {
        let mut whole: Value = serde_json::from_str(&body(which.get::<String>(&names))).unwrap();
        for (place, value) in changes {
            let mut all = Vec::new();
            pointers(&whole, String::new(), &mut all);
            if !all.is_empty()
                && let Some(found) = whole.pointer_mut(place.get::<String>(&all))
            {
                *found = value;
            }
        }
        let told = runtime.block_on(stage.read(&whole.to_string()));
        for one in told.unwrap_or_default() {
            if let InboundEvent::Wrote(written) = one {
                let id = written.external_id;
                prop_assert!(id.len() <= 255);
                prop_assert!(MessageId::parse(&id).is_some() || PostId::of_comment(&id).is_some(), "{}", id);
                prop_assert!(written.conversation_id.parse::<i64>().is_ok_and(|peer| peer != 0));
            }
        }
        Ok(())
    });
}

#[tokio::test]
async fn ids_as_texts_are_ids_and_what_is_no_event_is_unreadable() {
    let stage = Stage::start().await;
    let quoted = body("text").replace("712345678,", "\"712345678\",").replace("9001,", "\"9001\",");
    let events = stage.read(&quoted).await.unwrap();
    let [InboundEvent::Wrote(written)] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(written.external_id, "712345678:9001");
    for wrong in ["", "[]", "{", "\"ok\"", "1"] {
        assert_eq!(stage.read(wrong).await, Err(NotReceived::Unreadable), "{wrong}");
    }
    let deep = format!("{{\"object\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(stage.read(&deep).await, Err(NotReceived::Unreadable));
}
