//! An Avito that knows tokens, the account, its webhook, and how to send a text.

use base::config::Config;
use parom_tests::{Beside, once};
use serde_json::{Value, json};
use simulator::crm::HookMessage;
use url::Url;

use crate::messengers::bare::{Bare, BareCall, Essentials};
use crate::messengers::played::{HookCall, posts, with_bot};
use crate::messengers::steps::trouble::watched;
use crate::messengers::{kinds_at_crm, pairs};

struct Essential;

impl Essentials for Essential {
    fn enters(config: &mut Config, address: Url) {
        config.avito.api_url = address;
    }

    fn answer(call: &BareCall) -> Option<Value> {
        Some(match call.what.trim_end_matches('/') {
            "POST /token" => json!({ "access_token": "token-of-a-fake", "expires_in": 86_400, "token_type": "Bearer" }),
            "GET /core/v1/accounts/self" => json!({ "id": 94_235_311, "name": "Acme" }),
            "POST /messenger/v3/webhook" => json!({ "ok": true }),
            "POST /messenger/v1/accounts/94235311/chats/u2i-1/messages" => json!({ "id": "sent-1" }),
            _ => return None,
        })
    }
}

fn post(id: &str, author: i64, text: &str) -> String {
    let value = json!({ "id": id, "chat_id": "u2i-1", "user_id": 94_235_311, "author_id": author,
        "created": 1_795_165_200, "type": "text", "chat_type": "u2i", "content": { "text": text } });
    json!({ "payload": { "type": "message", "value": value } }).to_string()
}

async fn the_essential_calls_are_enough(world: &mut Beside<Bare<Essential>>) {
    with_bot(world).await;
    let settings = json!({ "client_id": "AcmeClientId", "client_secret": "acme-client-secret" });
    let line = world.line_of("avito", "Acme", "avito-1", settings).await;
    let made = world.messenger.calls("POST /messenger/v3/webhook").remove(0);
    let made: Value = serde_json::from_str(&made.body).unwrap();
    let path = made["url"].as_str().unwrap().strip_prefix(world.app().public_url()).unwrap().to_owned();
    let call = |body: String| HookCall { path: path.clone(), headers: Vec::new(), body };
    assert_eq!(posts(world, call(post("m1", 77, "Hello"))).await, 200);
    world.deliver_all().await;
    assert_eq!(kinds_at_crm(world), pairs(&[("text", "Hello")]));
    let said = line.manager_sends(world, "u2i-1", HookMessage::text("Good morning")).await;
    world.deliver_all().await;
    assert_eq!(world.statuses_at_crm(&line, &said.message_id), [1]);
    assert_eq!(world.messenger.calls("POST /messenger/v1/accounts/94235311/chats/u2i-1/messages").len(), 1);
    // Our own message, and the seller's, in a chat that Avito does not describe.
    assert_eq!(posts(world, call(post("sent-1", 94_235_311, "Good morning"))).await, 200);
    assert_eq!(posts(world, call(post("m2", 94_235_311, "From the phone"))).await, 200);
    world.deliver_all().await;
    assert_eq!(kinds_at_crm(world), pairs(&[("text", "Hello"), ("text", "From the phone")]));
    watched(world).await;
    let shown = world.api.get(&line.path("")).await.is(200);
    assert_eq!(shown.json["status"], "working", "{}", shown.text);
    world.api.delete(&line.path("")).await.is(204);
}

once!(the_essential_calls_are_enough);
