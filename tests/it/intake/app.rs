//! The vendor's own app at a messenger: one address for the lines of all accounts.

use parom_tests::{both, once};
use reqwest::Method;
use serde_json::{Value, json};

use super::PigeonWorld;

const APP: &str = "/hooks/pigeon";

fn wrote(line: &str, id: &str, text: &str) -> Value {
    json!({ "line": line, "events": [{ "wrote": { "id": id, "chat": "anna", "text": text } }] })
}

async fn posts(world: &PigeonWorld, key: &str, body: String) -> u16 {
    world.calls(Method::POST, APP, key, body).await.0.as_u16()
}

async fn a_call_is_divided_among_the_lines(world: &mut PigeonWorld) {
    let (one, two) = (world.pigeons("one").await, world.pigeons("two").await);
    let call = json!({ "lines": [wrote("one", "1", "to one"), wrote("nobody", "2", "to nobody"), wrote("two", "3", "to two")] });
    for _ in 0..2 {
        assert_eq!(posts(world, "of the app", call.to_string()).await, 200);
    }
    let found: Vec<_> = world.messages().await.into_iter().map(|one| (one.source_id, one.external_id)).collect();
    assert_eq!(found, [(one.source_id, "1".to_owned()), (two.source_id, "3".to_owned())]);
    assert_eq!(world.quarantined().await, ["unknown_line", "unknown_line"]);
    let checks = parom::doctor::accounts(&world.app().store).await;
    let said = checks.into_iter().find(|check| check.name == "quarantine").unwrap().detail.to_string();
    assert!(said.contains("2 × unknown_line"), "{said}");
    world.deliver_all().await;

    world.api.delete(&two.path("")).await.is(204);
    assert_eq!(posts(world, "of the app", call.to_string()).await, 200);
    assert_eq!(world.quarantined().await.len(), 4, "a line that was given up belongs to no source");
}

async fn only_the_messenger_is_heard(world: &mut PigeonWorld) {
    world.pigeons("one").await;
    let call = json!({ "lines": [wrote("one", "1", "Hello")] }).to_string();
    for key in ["", "of the line"] {
        assert_eq!(posts(world, key, call.clone()).await, 401);
    }
    assert_eq!(posts(world, "of the app", "nonsense".to_owned()).await, 200);
    assert_eq!(world.quarantined().await, ["unreadable"]);
    assert!(world.messages().await.is_empty());
    for kind in ["dove", "custom", "x"] {
        assert_eq!(world.calls(Method::POST, &format!("/hooks/{kind}"), "of the app", call.clone()).await.0, 404);
        assert_eq!(world.calls(Method::GET, &format!("/hooks/{kind}"), "", "").await.0, 404);
    }
}

async fn its_address_is_validated_too(world: &mut PigeonWorld) {
    let asks = async |token: &str| {
        let path = format!("{APP}?hub.mode=subscribe&hub.token={token}&hub.challenge=17");
        let (status, said) = world.calls(Method::GET, &path, "", "").await;
        (status.as_u16(), said)
    };
    assert_eq!(asks("of%20the%20app").await, (200, "17".to_owned()));
    assert_eq!(asks("of%20the%20line").await, (403, String::new()));
}

async fn a_line_that_cannot_be_stored_is_asked_for_again(world: &mut PigeonWorld) {
    world.pigeons("one").await;
    world.faults.add("accept.before_commit=error:6").unwrap();
    let call = json!({ "lines": [wrote("one", "1", "Hello"), wrote("one", "2", "again")] }).to_string();
    assert_eq!(posts(world, "of the app", call.clone()).await, 503);
    assert_eq!(posts(world, "of the app", call).await, 200);
    let mut ids: Vec<_> = world.messages().await.into_iter().map(|one| one.external_id).collect();
    ids.sort();
    assert_eq!(ids, ["1", "2"], "each once");
    world.deliver_all().await;
}

both!(a_call_is_divided_among_the_lines);
once!(only_the_messenger_is_heard, its_address_is_validated_too, a_line_that_cannot_be_stored_is_asked_for_again);
