//! Malformed bodies.

use proptest::prelude::*;

use super::*;
use crate::max::ids::Place;
use crate::tests::mangled::{hold, mangle};

#[test]
fn nothing_in_a_body_breaks_its_reader() {
    let (settings, api, posts) = (settings(), api_at("http://127.0.0.1:1"), Posts::default());
    let bodies = fixtures::all("max");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    mangle(1024, &bodies, json!("dialog"), |_, body| {
        let told = runtime.block_on(receive(&api, &posts, &settings, body.as_bytes(), Words::new(Language::En)));
        let told = told.unwrap_or_default();
        hold(&told)?;
        for one in told {
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
