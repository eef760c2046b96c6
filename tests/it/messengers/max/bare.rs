//! A MAX that knows the bot, its webhook, and how to send.

use base::config::Config;
use parom_tests::{Beside, once};
use serde_json::{Value, json};
use simulator::crm::HookMessage;
use url::Url;

use crate::messengers::bare::{Bare, BareCall, Essentials};
use crate::messengers::played::{HookCall, posts};
use crate::messengers::steps::trouble::watched;
use crate::messengers::{kinds_at_crm, pairs};

struct Essential;

impl Essentials for Essential {
    fn enters(config: &mut Config, address: Url) {
        config.max.api_url = address;
    }

    fn answer(call: &BareCall) -> Option<Value> {
        Some(match call.what.as_str() {
            "GET /me" => json!({ "user_id": 70_011, "first_name": "Acme", "is_bot": true }),
            "POST /subscriptions" => json!({ "success": true }),
            "POST /messages" => json!({ "message": { "body": { "mid": "mid.sent", "seq": 2, "text": "" } } }),
            _ => return None,
        })
    }
}

async fn the_essential_calls_are_enough(world: &mut Beside<Bare<Essential>>) {
    let line = world.line_of("max", "Acme", "max-1", json!({ "bot_token": "token-of-a-fake" })).await;
    let made: Value = serde_json::from_str(&world.messenger.calls("POST /subscriptions").remove(0).body).unwrap();
    let path = format!("/hooks/max/{}", line.source_id);
    assert!(made["url"].as_str().unwrap().ends_with(&path), "{made}");
    let headers = vec![("x-max-bot-api-secret", made["secret"].as_str().unwrap().to_owned())];
    let body = json!({ "update_type": "message_created", "timestamp": 1_795_165_200_000_i64, "message": {
        "recipient": { "chat_id": 88, "chat_type": "dialog" }, "timestamp": 1_795_165_200_000_i64,
        "body": { "mid": "mid.1", "seq": 1, "text": "Hello" }, "sender": { "user_id": 9, "name": "Maria" } } });
    assert_eq!(posts(world, HookCall { path, headers, body: body.to_string() }).await, 200);
    world.deliver_all().await;
    assert_eq!(kinds_at_crm(world), pairs(&[("text", "Hello")]));
    let said = line.manager_sends(world, "88", HookMessage::text("Good morning")).await;
    world.deliver_all().await;
    assert_eq!(world.statuses_at_crm(&line, &said.message_id), [1]);
    assert_eq!(world.messenger.calls("POST /messages").len(), 1);
    watched(world).await;
    let shown = world.api.get(&line.path("")).await.is(200);
    assert_eq!(shown.json["status"], "working", "{}", shown.text);
    world.api.delete(&line.path("")).await.is(204);
}

once!(the_essential_calls_are_enough);
