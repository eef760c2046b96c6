//! Malformed bodies.

use proptest::prelude::*;

use super::*;
use crate::tests::mangled::{hold, mangle, run};

fn fits(id: &str) -> bool {
    !id.is_empty() && id.len() <= 255
}

#[test]
fn nothing_in_a_body_breaks_its_reader() {
    let bodies = fixtures::all("whatsapp");
    mangle(2048, &bodies, json!("x".repeat(300)), |_, body| {
        let told = read_with(body, Language::En);
        prop_assert!(told.as_ref().is_ok_and(|events| !events.is_empty()) || told.is_err());
        let told = told.unwrap_or_default();
        hold(&told)?;
        for one in told.into_iter().filter_map(InboundEvent::storable) {
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
