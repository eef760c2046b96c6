//! Malformed bodies.

use proptest::prelude::*;

use super::*;
use crate::tests::mangled::{hold, mangle};
use crate::vk::ids::{MessageId, PostId};

/// A VK that does not answer.
async fn alone() -> Stage {
    let fake = Fake::start().await;
    let api = api(&Url::parse("http://127.0.0.1:1").unwrap());
    Stage { fake, api, people: People::default(), seen: Seen::default() }
}

#[test]
fn nothing_in_a_body_breaks_its_reader() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let stage = runtime.block_on(alone());
    let bodies = fixtures::all("vk");
    mangle(1024, &bodies, json!("9007199254740993"), |_, body| {
        let told = runtime.block_on(stage.read(body));
        let told = told.unwrap_or_default();
        hold(&told)?;
        for one in told {
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
