//! The life of a bot's line: its webhook is registered, watched, taken back, removed.

use std::time::Duration;

use parom::source::{self, By, SourceState, SourceStatus, StateReason};
use parom_tests::settings::HOST;
use parom_tests::{TelegramLine, TelegramWorld, both};
use serde_json::{Value, json};
use simulator::telegram::{Fault, HookFault, NewBot};

use super::{chatting, last};

async fn state(world: &TelegramWorld, line: &TelegramLine) -> SourceState {
    let found = source::find(&world.app().sources, line.line.tenant_id, line.line.source_id).await.unwrap();
    source::state(&world.app().sources, &found).await.unwrap()
}

/// Five minutes later the line is looked at.
async fn watched(world: &TelegramWorld) {
    world.advance(Duration::from_secs(400));
    assert_eq!(world.works("lines").await, 1);
}

async fn creates(world: &TelegramWorld, token: &str, external_id: &str) -> parom_tests::Reply {
    let tenant_id = world.active(HOST).await;
    let body = json!({
        "kind": "telegram", "name": "Second", "external_id": external_id, "settings": { "bot_token": token },
    });
    world.api.post(&format!("/api/v1/tenants/{tenant_id}/sources"), &body).await
}

async fn the_webhook_is_registered_at_telegram(world: &mut TelegramWorld) {
    let line = world.telegram_source(NewBot::default(), json!({})).await;
    let hook = world.telegram().webhook(line.bot).unwrap();
    assert_eq!(hook.url, format!("{}/hooks/telegram/{}", world.app().public_url(), line.line.source_id));
    let secret = hook.secret.unwrap();
    assert!(secret.len() == 64 && secret.bytes().all(|sign| sign.is_ascii_alphanumeric() || b"_-".contains(&sign)));
    assert!(hook.allowed_updates.unwrap().contains(&"message_reaction".to_owned()));
    let set = world.telegram().calls(line.bot).into_iter().find(|call| call.call == "setWebhook").unwrap();
    assert!(set.body.get("drop_pending_updates").is_none());
    let shown = world.api.get(&line.line.path("")).await.is(200);
    assert_eq!(shown.json["settings"]["bot_token"].as_str().unwrap().chars().count(), 5);
    assert!(shown.json["settings"].get("facts").is_none() && shown.json["settings"].get("hook_secret").is_none());
}

async fn a_token_that_telegram_does_not_know_makes_no_source(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let wrong = creates(world, "7999999999:AAE_abcdefghijklmnopqrstuvwxyz-1234", "second").await.is(422);
    assert_eq!(wrong.json["errors"][0]["pointer"], "/settings/bot_token");
    world.telegram().faults().until_cleared("getMe", Fault::ServerError { status: 502 });
    let other = world.telegram().add_bot(NewBot { id: 7_100_000_001, ..NewBot::default() });
    creates(world, &other.token, "second").await.is(503);
    world.telegram().faults().clear();
    creates(world, &other.token, "second").await.is(201);
    assert_eq!(world.telegram().webhook(line.bot).unwrap().pending, 0);
}

async fn a_bot_has_one_source_in_the_world(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let refused = creates(world, &line.token, "second").await.is(409);
    assert!(refused.json["type"].as_str().unwrap().ends_with("line_taken"), "{}", refused.text);
    assert!(refused.json["detail"].as_str().unwrap().contains("acme_support_bot"), "{}", refused.text);
    world.api.delete(&line.line.path("")).await.is(204);
    creates(world, &line.token, "second").await.is(201);
}

async fn the_webhook_is_registered_again_for_a_new_token(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let token = world.telegram().renew_token(line.bot);
    let settings = |token: &str| json!({ "settings": { "bot_token": token } });
    world.api.patch(&line.line.path(""), &settings(&token)).await.is(200);
    let set = world.telegram().calls(line.bot).into_iter().filter(|call| call.call == "setWebhook").count();
    assert_eq!(set, 2);
    line.customer(world).writes("Снова").unwrap();
    world.telegram_arrives().await;
    assert_eq!(last(world).text, "Снова");
    let other = world.telegram().add_bot(NewBot { id: 7_100_000_001, ..NewBot::default() });
    let refused = world.api.patch(&line.line.path(""), &settings(&other.token)).await.is(422);
    assert_eq!(refused.json["errors"][0]["pointer"], "/settings/bot_token", "another bot is another source");
}

async fn a_source_that_is_deleted_is_let_go(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    world.api.delete(&line.line.path("")).await.is(204);
    world
        .until("the webhook is removed at Telegram", async || {
            world.telegram().webhook(line.bot).is_none_or(|hook| hook.url.is_empty()).then_some(())
        })
        .await;
    let url = format!("{}/hooks/telegram/{}", world.app().public_url(), line.line.source_id);
    assert_eq!(parom_tests::client().post(url).body("{}").send().await.unwrap().status(), 410);
}

async fn a_paused_source_takes_everything_in(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    world.api.patch(&line.line.path(""), &json!({ "paused": true })).await.is(200);
    let before = world.sandbox.messages(&line.line.host).len();
    line.customer(world).writes("Слышно?").unwrap();
    world.telegram_arrives().await;
    assert_eq!(world.sandbox.messages(&line.line.host).len(), before, "it waits");
    world.api.patch(&line.line.path(""), &json!({ "paused": false })).await.is(200);
    world.telegram_arrives().await;
    assert_eq!(last(world).text, "Слышно?");
}

async fn a_bot_that_another_service_took_is_taken_back(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    world.works("lines").await;
    world.telegram().hijack_webhook(line.bot, "https://crm.example/hook");
    watched(world).await;
    let seen = state(world, &line).await;
    assert_eq!((seen.status, seen.reason), (SourceStatus::NeedsAttention, Some(StateReason::LineElsewhere)));
    assert_eq!(seen.detail, "crm.example");
    let steps = world.api.post(&line.line.path("/test"), &Value::Null).await.is(200);
    assert_eq!(steps.json["steps"][1]["ok"], false, "{}", steps.text);
    let checks = parom::doctor::accounts(&world.app().store).await;
    let said = checks.into_iter().find(|check| check.name == "sources").unwrap().detail.to_string();
    assert!(said.contains("another service took over the bot") && said.contains("crm.example"), "{said}");
    let by = By::parom();
    source::line::take_back(&world.app().sources, line.line.tenant_id, line.line.source_id, &by).await.unwrap();
    assert_eq!(state(world, &line).await.reason, None);
    line.customer(world).writes("Снова здесь").unwrap();
    world.telegram_arrives().await;
    assert_eq!(last(world).text, "Снова здесь");
}

async fn a_webhook_that_is_gone_is_set_again(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    world.works("lines").await;
    let token = &line.token;
    let url = format!("{}/bot{token}/deleteWebhook", world.telegram().base_url());
    assert!(parom_tests::client().get(url).send().await.unwrap().status().is_success());
    watched(world).await;
    assert!(world.telegram().webhook(line.bot).is_some_and(|hook| !hook.url.is_empty()));
    assert_eq!(state(world, &line).await.reason, None);
}

async fn a_failing_webhook_is_reported_until_it_works(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    world.works("lines").await;
    world.telegram().faults().next_hooks(1, HookFault::LostAnswer);
    line.customer(world).writes("Слышно?").unwrap();
    world.telegram_arrives().await;
    watched(world).await;
    let seen = state(world, &line).await;
    assert_eq!((seen.status, seen.reason), (SourceStatus::NeedsAttention, Some(StateReason::LineFailing)));
    let said = world.telegram().webhook(line.bot).unwrap().last_error.expect("what Telegram says of it");
    assert!(seen.detail.contains(&said), "{} of {said}", seen.detail);
    world.telegram_arrives().await;
    watched(world).await;
    assert_eq!(state(world, &line).await.reason, None);
    assert_eq!(last(world).text, "Слышно?");
}

async fn a_token_that_is_revoked_stops_the_source_and_a_new_one_starts_it(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    world.works("lines").await;
    world.telegram().revoke_token(line.bot);
    watched(world).await;
    let seen = state(world, &line).await;
    assert_eq!((seen.status, seen.reason), (SourceStatus::Stopped, Some(StateReason::AccessRefused)));
    let token = world.telegram().renew_token(line.bot);
    world.api.patch(&line.line.path(""), &json!({ "settings": { "bot_token": token } })).await.is(200);
    assert_eq!(state(world, &line).await.status, SourceStatus::Checking);
}

async fn a_test_reads_back_where_messages_go(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let steps = world.api.post(&line.line.path("/test"), &Value::Null).await.is(200);
    let names: Vec<_> =
        steps.json["steps"].as_array().unwrap().iter().map(|step| (&step["name"], &step["ok"])).collect();
    assert_eq!(names[..2], [(&json!("credentials"), &json!(true)), (&json!("webhook"), &json!(true))]);
}

both!(
    the_webhook_is_registered_at_telegram,
    a_token_that_telegram_does_not_know_makes_no_source,
    a_bot_has_one_source_in_the_world,
    the_webhook_is_registered_again_for_a_new_token,
    a_source_that_is_deleted_is_let_go,
    a_paused_source_takes_everything_in,
    a_bot_that_another_service_took_is_taken_back,
    a_webhook_that_is_gone_is_set_again,
    a_failing_webhook_is_reported_until_it_works,
    a_token_that_is_revoked_stops_the_source_and_a_new_one_starts_it,
    a_test_reads_back_where_messages_go,
);
