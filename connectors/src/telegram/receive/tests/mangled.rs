//! Malformed bodies.

use proptest::prelude::*;

use super::*;
use crate::tests::mangled::{hold, mangle, run};

/// A server that does not answer.
fn nowhere() -> BotApi {
    let http = HttpClients::new(&Config::from_toml("").unwrap().network).unwrap();
    BotApi::new(&http, &Url::parse("http://127.0.0.1:1").unwrap())
}

#[test]
fn nothing_in_a_body_breaks_its_reader() {
    let (api, settings) = (nowhere(), settings());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let bodies = fixtures::all("telegram");
    mangle(1024, &bodies, json!("kQ7mAbCdEf0BAAAAx1y2z3"), |_, body| {
        let told = runtime.block_on(receive(&api, &settings, body.as_bytes(), Words::new(Language::En)));
        let told = told.unwrap_or_default();
        hold(&told)?;
        for one in told {
            if let InboundEvent::Wrote(written) = one {
                prop_assert!(!written.external_id.is_empty() && written.external_id.len() <= 255);
                prop_assert!(crate::telegram::ids::ChatThread::parse(&written.conversation_id).is_some());
            }
        }
        Ok(())
    });
}

#[test]
fn bytes_that_are_no_update_are_unreadable() {
    let (api, settings) = (nowhere(), settings());
    run(256, prop::collection::vec(any::<u8>(), 0..64), |bytes| {
        let reading = receive(&api, &settings, &bytes, Words::new(Language::En));
        if serde_json::from_slice::<Value>(&bytes).is_err() {
            prop_assert_eq!(reading.now_or_never().unwrap(), Err(NotReceived::Unreadable));
        }
        Ok(())
    });
}

#[test]
fn a_body_nested_without_end_is_unreadable() {
    let deep = format!("{{\"message\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(read_with(&settings(), &deep, Language::En), Err(NotReceived::Unreadable));
}
