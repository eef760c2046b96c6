//! A conversation both ways with every field, and what must not change it: restarts, repeats, other accounts.

use std::time::Duration;

use base::message::crm_id;
use parom_tests::settings::CHANNEL_ID;
use parom_tests::{Line, World, both, once};
use serde_json::json;
use simulator::crm::{Direction, HookMessage};

async fn a_customers_text_arrives_with_every_field(world: &mut World) {
    let line = world.line("support").await;
    let body = json!({
        "id": "ext-1001",
        "conversation": {"id": "chat-7"},
        "sender": {"role": "client", "id": "user-7", "name": "Anna", "phone": "+79151112233", "email": "anna@example.com",
                   "avatar_url": "https://example.com/anna.png", "profile_url": "https://example.com/anna"},
        "sent_at": "2026-11-20T08:59:00.123Z",
        "content": {"type": "text", "text": "Привет 👋🏽 \u{202e}rtl"},
    });
    let accepted = world.api.post(&line.path("/messages"), &body).await.is(202);
    assert_eq!(
        (&accepted.json["external_id"], &accepted.json["status"], &accepted.json["duplicate"]),
        (&json!("ext-1001"), &json!("queued"), &json!(false))
    );
    world.deliver_all().await;

    let there = world.sandbox.messages(&line.host);
    assert_eq!(there.len(), 1);
    let id = |part: &str, external_id: &str| crm_id(line.source_id, part, external_id).to_string();
    assert_eq!(there[0].direction, Direction::Incoming);
    assert_eq!(there[0].text, "Привет 👋🏽 \u{202e}rtl");
    assert_eq!(there[0].msgid, Some(id("message", "ext-1001")));
    assert_eq!(there[0].conversation_id, Some(id("conversation", "chat-7")));
    assert_eq!(there[0].source.as_deref(), Some("support"));
    assert_eq!(there[0].msec_timestamp, 1_795_165_140_123);
    assert_eq!(there[0].payload["timestamp"], 1_795_165_140);
    let sender = &there[0].payload["sender"];
    assert_eq!(sender["id"], id("person", "user-7").as_str());
    assert_eq!(
        (&sender["name"], &sender["profile"]),
        (&json!("Anna"), &json!({"phone": "+79151112233", "email": "anna@example.com"})),
        "{sender}"
    );
    assert_eq!(
        (&sender["avatar"], &sender["profile_link"]),
        // An avatar that cannot be fetched is omitted; its own address is not passed on.
        (&json!(null), &json!("https://example.com/anna")),
        "{sender}"
    );
    let chat = &world.sandbox.chats(&line.host)[0];
    assert!(chat.lead.is_some(), "a lead was made");
    assert_eq!(chat.source.as_deref(), Some("support"));

    let shown = world.api.get(&format!("/api/v1/messages/{}", accepted.text_at("/id"))).await.is(200);
    assert_eq!(
        (&shown.json["direction"], &shown.json["status"]),
        (&json!("to_crm"), &json!("delivered")),
        "{}",
        shown.text
    );
    assert_eq!(shown.json["amocrm_message_id"], there[0].id.as_str());
}

async fn a_managers_text_arrives_as_a_signed_webhook(world: &mut World) {
    let line = world.chatting().await.0;
    let at = world.clock.millis() + 1_234;
    let said = world.manager(&line).sends("anna", HookMessage::text("Good morning").at(at)).await;
    world.advance(Duration::from_secs(2));
    world.deliver_all().await;
    let received = world.messenger.received();
    assert_eq!(received.len(), 1);
    let message = world.messages().await.pop().unwrap();
    assert_eq!(
        received[0].body,
        json!({
            "type": "message.created",
            "timestamp": "2026-11-20T09:00:02.000Z",
            "data": {"message": {
                "id": message.id,
                "conversation": {"id": "chat-anna"},
                "source_id": line.source_id,
                "receiver": {"id": "user-anna", "phone": null, "name": "anna"},
                "sender": said_by(world, &line, &said.message_id),
                "content": {"type": "text", "text": "Good morning"},
                "sent_at": "2026-11-20T09:00:01.234Z",
                "template": null,
                "reply_to": null,
            }},
        })
    );
    assert_eq!(received[0].timestamp, 1_795_165_202);
    let ledger = world.api.get(&line.path("/ledger")).await.is(200);
    let once = json!({"accepted": 1, "delivered": 1, "failed": 0, "waiting": 0});
    assert_eq!((&ledger.json["to_crm"], &ledger.json["to_messenger"]), (&once, &once), "{}", ledger.text);
}

fn said_by(world: &World, line: &parom_tests::Line, message_id: &str) -> serde_json::Value {
    let said = world.sandbox.messages(&line.host).into_iter().find(|message| message.id == message_id).unwrap();
    json!({"role": "manager", "id": said.sender_id, "name": said.sender_name})
}

async fn the_same_id_again_is_the_same_message(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    let first = anna.posts(&anna.body("one", "Hello")).await.is(202);
    for days in [0, 1, 44] {
        world.deliver_all().await;
        world.advance(Duration::from_secs(days * 86_400));
        let again = anna.posts(&anna.body("one", "Hello")).await.is(200);
        assert_eq!((&again.json["id"], &again.json["duplicate"]), (&first.json["id"], &json!(true)), "{}", again.text);
    }
    let mut other = anna.body("one", "Good bye");
    assert!(anna.posts(&other).await.is(409).text.contains("message_conflict"));
    other = anna.body("one", "Hello");
    other["conversation"]["id"] = json!("another");
    anna.posts(&other).await.is(409);
    world.restart().await;
    assert_eq!(anna.posts(&anna.body("one", "Hello")).await.is(200).json["id"], first.json["id"]);
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["Hello"]);
}

async fn equal_ids_of_two_sources_are_two_conversations(world: &mut World) {
    let (sales, support) = (world.line("sales").await, world.line("support").await);
    for line in [&sales, &support] {
        let anna = world.customer(line, "anna");
        anna.posts(&anna.body("one", &line.external_id)).await.is(202);
    }
    world.deliver_all().await;
    assert_eq!(world.sandbox.chats(&sales.host).len(), 2);
    for line in [&sales, &support] {
        world.manager(line).answers("anna", &format!("from {}", line.external_id)).await;
    }
    world.deliver_all().await;
    for one in world.messenger.received() {
        let source = one.body["data"]["message"]["source_id"].as_str().unwrap().to_owned();
        let line = if source == sales.source_id.to_string() { "sales" } else { "support" };
        assert_eq!(one.text(), format!("from {line}"));
    }
    assert_eq!(world.messenger.received().len(), 2);
}

async fn messages_keep_the_order_of_arrival_regardless_of_their_times(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    for (number, minute) in [("1", 50), ("2", 10), ("3", 30)] {
        let mut body = anna.body(number, number);
        body["sent_at"] = json!(format!("2026-11-20T08:{minute}:00Z"));
        anna.posts(&body).await.is(202);
    }
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["1", "2", "3"]);
}

async fn accounts_do_not_mix(world: &mut World) {
    let acme = world.line("support").await;
    let other = world.line_at("other.amocrm.ru", "support").await;
    world.customer(&acme, "anna").writes("to acme").await;
    world.customer(&other, "anna").writes("to the other").await;
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&acme), ["to acme"]);
    assert_eq!(world.texts_at_crm(&other), ["to the other"]);
    let stolen = world.manager(&acme).prepares("anna", HookMessage::text("stolen"));
    let answer = world.sandbox.post_hook(&other.scope_id, stolen.body.clone(), Some(&stolen.signature)).await;
    assert_eq!(answer.status, Some(200), "the signature is right, so it is kept");
    world.deliver_all().await;
    assert!(world.messenger.received().is_empty(), "but another account's hook is not worked on");
    assert_eq!(world.quarantined().await, ["foreign_account"]);
}

// A message that a manager wrote outside amoCRM may come back as a hook (chats-api §3.4.3): it is recognised by the
// id in amoCRM's answer, and is not delivered twice.

async fn a_managers_own_message_that_comes_back_is_known(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    anna.writes("Are you open?").await;
    world.deliver_all().await;
    let users = world.sandbox.users(&line.host);
    let user = users.into_iter().find(|user| user.amojo_id.is_some()).unwrap();
    let body = json!({
        "id": "from-the-phone", "conversation": {"id": anna.conversation()},
        "sender": {"role": "manager", "id": "mgr-5", "name": "Oleg", "user_id": user.id.to_string()},
        "receiver": {"id": "user-anna", "name": "Anna"},
        "content": {"type": "text", "text": "From 9 to 18"},
    });
    anna.posts(&body).await.is(202);
    world.deliver_all().await;
    let there = world.sandbox.messages(&line.host).pop().unwrap();
    assert_eq!(there.text, "From 9 to 18");
    for _ in 0..2 {
        assert_eq!(world.sandbox.echoes(&line.host, &there.id).await.unwrap().status, Some(200));
        world.deliver_all().await;
    }
    assert!(world.messenger.received().is_empty(), "the messenger had it first");
    assert_eq!(world.messages().await.len(), 2, "no message was made of it");
    assert!(world.quarantined().await.is_empty());
    // What the manager writes in amoCRM goes its way.
    world.manager(&line).answers("anna", "And on Sunday").await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["And on Sunday"]);
}

// Managers' messages that cannot be delivered: stored nevertheless, and the manager gets the reason.

async fn to_a_source_that_was_deleted(world: &mut World) {
    let (line, manager) = world.chatting().await;
    let before = manager.answers("anna", "waits while it is deleted").await;
    world.api.delete(&line.path("")).await.is(204);
    world.api.get(&line.path("")).await.is(404);
    let after = manager.answers("anna", "after").await;
    world.deliver_all().await;
    assert_eq!(world.failures_at_crm(&line, &before.message_id), [(-1, Some(902))]);
    assert_eq!(world.failures_at_crm(&line, &after.message_id), [(-1, Some(902))]);
    assert!(world.messenger.received().is_empty());
    assert!(world.sandbox.sources(&line.host).is_empty(), "it is gone at amoCRM too");
}

// The target of a hook with an unknown chat: the source it names, else the default, else back to the manager with a
// reason (chats-api §5.5).

/// A manager writes first to this number, over a source of amoCRM's choice; returns the sources whose messenger got
/// anything so far, and the manager's status.
async fn writes(world: &mut World, line: &Line, source: Option<&str>, phone: &str) -> (Vec<String>, Vec<Option<i64>>) {
    let message = HookMessage::text("Hello, this is Acme");
    let said = world.sandbox.manager_writes_first(&line.host, CHANNEL_ID, source, phone, message).await.unwrap();
    assert_eq!(said.answer.status, Some(200), "it is answered 200 on every route");
    world.deliver_all().await;
    let heard = world.messenger.received().into_iter().map(|one| one.body["data"]["message"]["source_id"].clone());
    let told = world.failures_at_crm(line, &said.message_id).into_iter().map(|(_, code)| code).collect();
    (heard.filter_map(|id| Some(id.as_str()?.to_owned())).collect(), told)
}

async fn an_unknown_chat_is_routed_by_its_source_or_the_default(world: &mut World) {
    let (sales, support) = (world.line("sales").await, world.line("support").await);
    let (heard, told) = writes(world, &sales, Some("support"), "+79995556601").await;
    assert_eq!((heard, told), (vec![support.source_id.to_string()], vec![]));
    let (heard, told) = writes(world, &sales, None, "+79995556602").await;
    assert_eq!((heard.len(), told), (1, vec![Some(902)]), "without a default there is no source");
    world.api.patch(&sales.path(""), &json!({"default": true})).await.is(200);
    for (source, phone) in [(None, "+79995556603"), (Some("nowhere"), "+79995556604")] {
        let (heard, told) = writes(world, &sales, source, phone).await;
        assert_eq!((heard.last(), told), (Some(&sales.source_id.to_string()), vec![]), "{source:?}");
    }
}

both!(a_customers_text_arrives_with_every_field, a_managers_text_arrives_as_a_signed_webhook, accounts_do_not_mix);
once!(messages_keep_the_order_of_arrival_regardless_of_their_times, a_managers_own_message_that_comes_back_is_known);
once!(an_unknown_chat_is_routed_by_its_source_or_the_default);
once!(equal_ids_of_two_sources_are_two_conversations, the_same_id_again_is_the_same_message);
once!(to_a_source_that_was_deleted);
