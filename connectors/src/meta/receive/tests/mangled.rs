//! Malformed bodies.

use proptest::prelude::*;

use super::*;
use crate::tests::mangled::{hold, mangle};

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
    let bodies_of = all();
    let bodies: Vec<Value> = bodies_of.iter().map(|(_, text)| serde_json::from_str(text).unwrap()).collect();
    mangle(512, &bodies, json!(INSTAGRAM), |which, body| {
        let (kind, _) = bodies_of[which];
        let told = runtime.block_on(reader.read_body(kind, body));
        let told = told.unwrap_or_default();
        hold(&told)?;
        for one in told {
            if let InboundEvent::Wrote(written) = one {
                prop_assert!(!written.external_id.is_empty());
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
