//! A source is made, watched, paused and deleted.

use std::time::Duration;

use parom::source::{self, By, SourceStatus, StateReason};
use parom_tests::settings::HOST;
use serde_json::{Value, json};

use super::stage::Stage;

/// The test of a source: its steps by name, and whether each is well.
async fn tested(stage: &Stage) -> Vec<(String, bool)> {
    let told = stage.world.api.post(&stage.line().path("/test"), &Value::Null).await.is(200);
    let steps = told.json["steps"].as_array().unwrap();
    steps.iter().map(|step| (step["name"].as_str().unwrap().to_owned(), step["ok"] == true)).collect()
}

async fn a_source_is_checked_live(stage: &mut Stage) {
    let kind = stage.messenger.kind();
    let settings = stage.messenger.settings();
    let (name, wrong) = stage.messenger.wrong_credential();
    let mut bad = settings.clone();
    bad[name] = json!(wrong);
    let asks = async |id: &str, settings: &Value| stage.world.asks_for_source(kind, "Acme", id, settings.clone()).await;
    let refused = asks("one", &bad).await.is(422);
    let said = &refused.json["errors"][0];
    assert!(said["pointer"].as_str().unwrap().starts_with("/settings"), "{}", refused.text);
    assert!(said["detail"].as_str().is_some_and(|text| text.len() > 20), "{}", refused.text);
    stage.is_away(true);
    let away = asks("one", &settings).await.is(503);
    assert!(!away.header("retry-after").is_empty(), "{}", away.text);
    stage.is_away(false);
    assert!(stage.messenger.hooks().is_empty(), "nothing is half-made");
    assert!(stage.world.sandbox.sources(HOST).iter().all(|one| one["external_id"] != "one"));
    let made = asks("one", &settings).await.is(201);
    let taken = asks("two", &settings).await.is(409);
    assert!(taken.text.contains("line_taken"), "{}", taken.text);
    stage.world.api.delete(&format!("/api/v1/sources/{}", made.text_at("/id"))).await.is(204);
    asks("two", &settings).await.is(201);
}

async fn the_hook_is_set_watched_and_removed(stage: &mut Stage) {
    stage.chats().await;
    let hooks = stage.messenger.hooks();
    assert!(hooks.len() == 1 && hooks[0].starts_with(&stage.hook_url()), "{hooks:?}");
    stage.watched().await;
    let step = |name: &str, ok| (name.to_owned(), ok);
    assert_eq!(tested(stage).await[..2], [step("credentials", true), step("webhook", true)]);

    if let Some(call) = stage.messenger.loses_hook() {
        assert!(call.send().await.unwrap().status().is_success());
    }
    assert_eq!(tested(stage).await[1], step("webhook", false));
    stage.watched().await;
    stage.simulation().deliver_all().await;
    assert_eq!(stage.messenger.hooks(), hooks, "set again");
    stage.world.advance(Duration::from_secs(1));
    stage.writes("Still there?").await;
    assert_eq!(stage.last().text, "Still there?");
    assert_eq!(stage.state().await.reason, None);
    for (paused, shown) in [(true, "Still there?"), (false, "Слышно?")] {
        stage.world.api.patch(&stage.line().path(""), &json!({ "paused": paused })).await.is(200);
        if paused {
            stage.writes("Слышно?").await;
        }
        stage.arrives().await;
        assert_eq!(stage.last().text, shown, "what comes to a paused source waits");
    }

    stage.world.api.delete(&stage.line().path("")).await.is(204);
    let gone = async || stage.messenger.hooks().is_empty().then_some(());
    stage.world.until("the hook is removed", gone).await;
    let status = parom_tests::client().post(&hooks[0]).body("{}").send().await.unwrap().status();
    assert_eq!(status, 410);
}

async fn a_line_that_another_service_took_is_taken_back(stage: &mut Stage) {
    stage.chats().await;
    stage.world.works("lines").await;
    stage.messenger.hijacks("https://crm.example/hook");
    stage.watched().await;
    let seen = stage.state().await;
    assert_eq!((seen.status, seen.reason), (SourceStatus::NeedsAttention, Some(StateReason::LineElsewhere)));
    assert_eq!(seen.detail, "crm.example");
    assert_eq!(tested(stage).await[1], ("webhook".to_owned(), false));
    let checks = parom::doctor::stored(&stage.world.app().store).await;
    let said = checks.into_iter().find(|check| check.name == "sources").unwrap().detail.to_string();
    assert!(said.contains("another service took over the bot") && said.contains("crm.example"), "{said}");
    let line = stage.line();
    source::line::take_back(&stage.world.app().sources, line.tenant_id, line.source_id, &By::parom()).await.unwrap();
    assert_eq!(stage.state().await.reason, Some(StateReason::TestFailed), "until something proves it");
    stage.world.advance(Duration::from_secs(1));
    stage.writes("Снова здесь").await;
    assert_eq!(stage.last().text, "Снова здесь");
    assert_eq!(stage.state().await.reason, None);
}

contract! {
    a_source_is_checked_live: Both [] all;
    the_hook_is_set_watched_and_removed: Both [] all;
    a_line_that_another_service_took_is_taken_back: Both [] [max telegram];
}
