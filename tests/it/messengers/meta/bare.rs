//! A Graph API that knows the account and how to send, by `me` or by the account's id alone; and one that knows what
//! Meta's documents print and refuses everything else in Graph's words. None can subscribe or say all that Meta says, so
//! the operator has to trust the settings; without that, no source is made there.

use base::config::Config;
use parom_tests::{Beside, Line};
use serde_json::{Value, json};
use simulator::crm::HookMessage;
use url::Url;

use super::signed;
use crate::messengers::bare::{Bare, BareCall, Essentials};
use crate::messengers::played::{HookCall, posts};
use crate::messengers::steps::trouble::watched;
use crate::messengers::{kinds_at_crm, pairs};

/// The account of these servers.
pub const ACCOUNT: &str = "17841400000000009";
const SECRET: &str = "app-secret-of-a-fake";

/// Everything by `me`.
pub struct ByMe;
/// Everything by the account's id.
pub struct ById;
/// The printed calls: sending, subscribing, a person's profile.
pub struct Printed;

fn entered(config: &mut Config, address: Url) {
    for meta in [&mut config.instagram, &mut config.facebook] {
        (meta.api_url, meta.trust_settings) = (address.clone(), true);
    }
}

fn answered(call: &BareCall, node: &str) -> Option<Value> {
    let (method, path) = call.what.split_once(' ')?;
    // The version comes first.
    let path = path.trim_start_matches('/').split_once('/')?.1;
    match (method, path.strip_prefix(node)?) {
        ("GET", "") => Some(json!({ "id": ACCOUNT, "user_id": ACCOUNT, "username": "acme", "name": "Acme" })),
        ("POST", "/messages") => Some(json!({ "recipient_id": "6600", "message_id": "mid-sent" })),
        _ => None,
    }
}

impl Essentials for ByMe {
    fn enters(config: &mut Config, address: Url) {
        entered(config, address);
    }

    fn answer(call: &BareCall) -> Option<Value> {
        answered(call, "me")
    }
}

impl Essentials for ById {
    fn enters(config: &mut Config, address: Url) {
        entered(config, address);
    }

    fn answer(call: &BareCall) -> Option<Value> {
        answered(call, ACCOUNT)
    }
}

impl Essentials for Printed {
    fn enters(config: &mut Config, address: Url) {
        entered(config, address);
    }

    fn answer(call: &BareCall) -> Option<Value> {
        let path = call.what.replace("/v26.0/", "/");
        Some(match path.strip_suffix("6600").unwrap_or(&path) {
            "GET /" => json!({ "name": "Anna", "username": "anna_k", "first_name": "Anna", "last_name": "Kim" }),
            _ if path == format!("POST /{ACCOUNT}/messages") => {
                json!({ "recipient_id": "6600", "message_id": "mid-sent" })
            }
            _ if path == format!("POST /{ACCOUNT}/subscribed_apps") => json!({ "success": true }),
            _ => json!({ "error": { "message": "Unsupported request", "type": "GraphMethodException", "code": 100 } }),
        })
    }
}

/// The calls are the printed ones, word for word.
pub fn as_printed(world: &Beside<Bare<Printed>>) {
    let posted = world.messenger.calls("POST ");
    assert!(posted.iter().all(|call| call.what.starts_with(&format!("POST /v26.0/{ACCOUNT}/"))), "{posted:?}");
    let subscribed = posted.iter().find(|call| call.what.ends_with("/subscribed_apps")).unwrap();
    let fields = "messages,messaging_postbacks,message_reactions,message_reads,message_deliveries,message_echoes,\
                  message_edits,feed,comments,live_comments,mention";
    let given: Vec<_> = url::form_urlencoded::parse(subscribed.query.as_bytes()).into_owned().collect();
    assert_eq!(given, [("subscribed_fields".to_owned(), fields.to_owned())]);
    let sent: Vec<Value> = posted.iter().filter_map(|call| serde_json::from_str(&call.body).ok()).collect();
    let said = sent.iter().find(|body| body["message"]["text"] == "Good morning").unwrap();
    assert_eq!((&said["recipient"], &said["messaging_type"]), (&json!({ "id": "6600" }), &json!("RESPONSE")));
}

async fn comes<K: Essentials>(world: &Beside<Bare<K>>, line: &Line, (kind, object): (&str, &str), message: Value) {
    let event = json!({ "sender": { "id": "6600" }, "recipient": { "id": ACCOUNT }, "timestamp": 1_795_165_200_000_i64,
        "message": message });
    let body = json!({ "object": object, "entry": [{ "id": ACCOUNT, "time": 1, "messaging": [event] }] }).to_string();
    let headers = vec![("x-hub-signature-256", signed(SECRET, &body))];
    let path = format!("/hooks/{kind}/{}", line.source_id);
    assert_eq!(posts(world, HookCall { path, headers, body }).await, 200);
}

pub async fn the_essential_calls_are_enough<K: Essentials>(
    world: &mut Beside<Bare<K>>,
    (kind, object, account): (&str, &str, &str),
) {
    let settings = json!({ account: ACCOUNT, "access_token": "EAAtoken-of-a-fake", "app_secret": SECRET,
        "verify_token": "verify-me" });
    let line = world.line_of(kind, "Acme", "meta-1", settings).await;
    let asked =
        format!("/hooks/{kind}/{}?hub.mode=subscribe&hub.verify_token=verify-me&hub.challenge=77", line.source_id);
    let url = format!("{}{asked}", world.app().public_url());
    let said = parom_tests::client().get(url).send().await.unwrap().text().await.unwrap();
    assert_eq!(said, "77");
    comes(world, &line, (kind, object), json!({ "mid": "m1", "text": "Hello" })).await;
    world.deliver_all().await;
    assert_eq!(kinds_at_crm(world), pairs(&[("text", "Hello")]));
    line.manager_sends(world, "6600", HookMessage::text("Good morning")).await;
    world.deliver_to_the_end().await;
    let sent = world.messenger.calls("POST ").into_iter().filter(|call| call.body.contains("Good morning"));
    assert!(sent.count() >= 1);
    let known = world.messages().await.into_iter().rfind(|one| one.direction == 2).unwrap();
    assert_eq!(known.external_id, "mid-sent");
    watched(world).await;
    let shown = world.api.get(&line.path("")).await.is(200);
    assert_eq!(shown.json["status"], "working", "{}", shown.text);
    world.api.delete(&line.path("")).await.is(204);
}
