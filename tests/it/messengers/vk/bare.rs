//! A VK that knows how to name a community, to call us, and to send.

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
        config.vk.api_url = address;
    }

    fn answer(call: &BareCall) -> Option<Value> {
        let response = match call.what.strip_prefix("POST /method/")? {
            "groups.getById" => json!([{ "id": 223, "name": "Acme" }]),
            "groups.addCallbackServer" => json!({ "server_id": 1 }),
            "groups.getCallbackConfirmationCode" => json!({ "code": "a1b2c3" }),
            "messages.send" => json!(9_001),
            _ => return None,
        };
        Some(json!({ "response": response }))
    }
}

async fn the_essential_calls_are_enough(world: &mut Beside<Bare<Essential>>) {
    with_bot(world).await;
    let settings = json!({ "group_id": "223", "access_token": "vk1.a.token-of-a-fake" });
    let line = world.line_of("vk", "Acme", "vk-1", settings).await;
    let made = world.messenger.calls("POST /method/groups.addCallbackServer").remove(0);
    let (url, secret) = (made.form("url").unwrap(), made.form("secret_key").unwrap());
    assert!(url.ends_with(&format!("/hooks/vk/{}", line.source_id)), "{url}");
    let asked = json!({ "type": "confirmation", "group_id": 223 });
    let said = parom_tests::client().post(&url).json(&asked).send().await.unwrap().text().await.unwrap();
    assert_eq!(said, "a1b2c3");
    let message = json!({ "id": 7, "date": 1_795_165_200, "peer_id": 712, "from_id": 712, "text": "Hello",
        "conversation_message_id": 1 });
    let body = json!({ "type": "message_new", "group_id": 223, "secret": secret, "object": { "message": message } });
    let path = format!("/hooks/vk/{}", line.source_id);
    assert_eq!(posts(world, HookCall { path, headers: Vec::new(), body: body.to_string() }).await, 200);
    world.deliver_all().await;
    assert_eq!(kinds_at_crm(world), pairs(&[("text", "Hello")]));
    let said = line.manager_sends(world, "712", HookMessage::text("Good morning")).await;
    world.deliver_all().await;
    assert_eq!(world.statuses_at_crm(&line, &said.message_id), [1]);
    let sent = world.messenger.calls("POST /method/messages.send").remove(0);
    assert_eq!((sent.form("message").as_deref(), sent.form("peer_id").as_deref()), (Some("Good morning"), Some("712")));
    assert_eq!(sent.form("dont_parse_links").as_deref(), Some("1"));
    // Our own message is known by its id or number, and what others write with a number of theirs is a manager's.
    for (id, number, text) in [
        (9_001, "77", "Good morning"),
        (0, sent.form("random_id").unwrap().as_str(), "Good morning"),
        (9_002, "78", "From another program"),
    ] {
        let message = json!({ "id": id, "date": 1_795_165_201, "peer_id": 712, "from_id": -223, "text": text,
            "conversation_message_id": 2, "out": 1, "random_id": number.parse::<i64>().unwrap() });
        let body = json!({ "type": "message_reply", "group_id": 223, "secret": secret, "object": message });
        let path = format!("/hooks/vk/{}", line.source_id);
        assert_eq!(posts(world, HookCall { path, headers: Vec::new(), body: body.to_string() }).await, 200);
    }
    world.deliver_all().await;
    assert_eq!(kinds_at_crm(world), pairs(&[("text", "Hello"), ("text", "From another program")]));
    watched(world).await;
    let shown = world.api.get(&line.path("")).await.is(200);
    assert_eq!(shown.json["status"], "working", "{}", shown.text);
    world.api.delete(&line.path("")).await.is(204);
}

once!(the_essential_calls_are_enough);
