//! What the Chats API refuses, and what it keeps apart.

use chrono::TimeDelta;
use serde_json::{Value, json};
use simulator::crm::{HookMessage, ListMessage, ListRow, Section};

use crate::crm::caller::{BOT, HOST, World, text};
use crate::crm::receiver::receive;

#[tokio::test]
async fn embedded_messages_without_an_id_must_be_whole() {
    let world = World::connected().await;
    let whole =
        json!({"type": "text", "text": "old", "timestamp": 1, "msec_timestamp": 1000, "sender": {"name": "Maria"}});
    let send = async |msgid: &str, embedded: &Value| {
        let mut payload = text(msgid, "new");
        payload["reply_to"] = json!({"message": embedded});
        let quoted = world.message(payload).await.0;
        let mut payload = text(&format!("{msgid}-f"), "");
        payload["forwards"] = json!({"messages": [embedded]});
        (quoted, world.message(payload).await.0)
    };
    assert_eq!(send("m-1", &whole).await, (200, 200));
    for key in ["type", "text", "timestamp", "msec_timestamp", "sender"] {
        let mut part = whole.clone();
        part.as_object_mut().unwrap().remove(key);
        assert_eq!(send("m-2", &part).await, (400, 400), "{key}");
    }
    for (kind, status) in [("picture", 200), ("location", 400), ("contact", 400)] {
        let mut other = whole.clone();
        other["type"] = json!(kind);
        assert_eq!(send(kind, &other).await, (status, status));
    }
    let mut two = text("m-4", "");
    two["forwards"] = json!({"messages": [whole, whole]});
    assert_eq!(world.message(two).await.0, 400, "at most one");
    let mut unknown = text("m-5", "");
    unknown["forwards"] = json!({"messages": [{"msgid": "none"}]});
    assert_eq!(world.message(unknown).await.0, 200);
    assert!(world.sandbox.problems()[0].contains("forwarded message is not there"));
}

#[tokio::test]
async fn the_row_a_customer_chose_must_have_been_offered() {
    let world = World::connected().await;
    world.message(text("m-1", "Hello")).await;
    let mut hooks = receive(&world).await;
    let chat = world.sandbox.chats(HOST)[0].id.clone();
    let row = ListRow { title: "Delivery".to_owned(), ..ListRow::default() };
    let list = ListMessage {
        body: "Choose".to_owned(),
        button: "Services".to_owned(),
        sections: vec![Section { rows: vec![row], ..Section::default() }],
        ..ListMessage::default()
    };
    world.sandbox.manager_sends(HOST, &chat, HookMessage::text("").list(list)).await.unwrap();
    let offered = hooks.message().await["markup"]["list_message"]["sections"][0]["rows"][0]["callback_data"].take();
    for (msgid, chosen, problems) in [("m-2", offered, 0), ("m-3", json!("made-up"), 1)] {
        let mut payload = text(msgid, "Delivery");
        payload["message"]["callback_data"] = chosen;
        assert_eq!(world.message(payload).await.0, 200);
        assert_eq!(world.sandbox.problems().len(), problems, "{msgid}");
    }
}

#[tokio::test]
async fn an_edit_cannot_take_anothers_msgid() {
    let world = World::connected().await;
    world.message(text("m-1", "Hello")).await;
    let chat = world.sandbox.chats(HOST)[0].id.clone();
    let said = world.sandbox.manager_says(HOST, &chat, "Hi").await.unwrap();
    let edit = |msgid: &str| {
        json!({"event_type": "edit_message", "payload": {"timestamp": 1, "msec_timestamp": 1000, "id": said.message_id,
            "msgid": msgid, "conversation_id": "conv-77", "message": {"type": "text", "text": "Hi"}}})
    };
    assert_eq!(world.signed("POST", &world.scope, Some(edit("m-1"))).await.0, 400);
    for _ in 0..2 {
        assert_eq!(world.signed("POST", &world.scope, Some(edit("out-1"))).await.0, 200);
    }
}

#[tokio::test]
async fn typing_needs_a_chat_and_a_person_and_ends() {
    let world = World::connected().await;
    world.message(text("m-1", "Hello")).await;
    let path = format!("{}/typing", world.scope);
    let body = |conversation: &str, sender: &str| json!({"conversation_id": conversation, "sender": {"id": sender}});
    let send = async |body: Value| world.signed("POST", &path, Some(body)).await.0;
    assert_eq!(send(body("none", "user-77")).await, 400);
    assert_eq!(send(body("conv-77", "nobody")).await, 400);
    let mut wrong = body("conv-77", "user-77");
    wrong["duration_ms"] = json!(0);
    assert_eq!(send(wrong).await, 400);
    assert_eq!(world.sandbox.chats(HOST)[0].typing_until, None);
    assert_eq!(send(body("conv-77", "user-77")).await, 204);
    let until = world.now() + TimeDelta::seconds(5);
    assert_eq!(world.sandbox.chats(HOST)[0].typing_until, Some(until));
    world.advance(TimeDelta::seconds(5));
    assert_eq!(world.sandbox.chats(HOST)[0].typing_until, None, "it is over");
    let mut long = body("conv-77", "user-77");
    long["duration_ms"] = json!(60_000);
    assert_eq!(send(long).await, 204);
    assert!(world.sandbox.chats(HOST)[0].typing_until.is_some());
    world.message(text("m-2", "There")).await;
    assert_eq!(world.sandbox.chats(HOST)[0].typing_until, None, "the message is there");
}

#[tokio::test]
async fn reactions_need_a_known_person_and_the_right_chat() {
    let world = World::connected().await;
    world.message(text("m-1", "Hello")).await;
    let maria = world.sandbox.accounts()[0].users[1].amojo_id.clone().unwrap();
    let chat = world.sandbox.chats(HOST)[0].id.clone();
    let path = format!("{}/react", world.scope);
    let react = async |fields: Value| {
        let mut body = json!({"msgid": "m-1", "type": "react", "emoji": "👍", "user": {"id": "user-77"}});
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        world.signed("POST", &path, Some(body)).await.0
    };
    assert_eq!(react(json!({})).await, 400, "no conversation");
    assert_eq!(react(json!({"conversation_id": "conv-78"})).await, 404);
    assert_eq!(react(json!({"conversation_ref_id": "none"})).await, 404);
    assert_eq!(react(json!({"conversation_id": "conv-77", "user": {"id": "nobody"}})).await, 400);
    assert_eq!(react(json!({"conversation_id": "conv-77", "user": {"ref_id": "nobody"}})).await, 400);
    assert_eq!(react(json!({"conversation_id": "conv-77", "user": {}})).await, 400);
    assert_eq!(react(json!({"conversation_id": "conv-77", "type": "like"})).await, 400);
    assert_eq!(react(json!({"conversation_ref_id": chat})).await, 200);
    assert_eq!(react(json!({"conversation_id": "conv-77", "user": {"ref_id": maria}, "emoji": "❤️"})).await, 200);
    let both = [("user-77".to_owned(), "👍".to_owned()), (maria, "❤️".to_owned())];
    assert_eq!(world.sandbox.messages(HOST)[0].reactions, both);
}

#[tokio::test]
async fn a_bot_may_not_comment() {
    let world = World::connected().await;
    let mut comment = text("m-1", "Hello");
    comment["receiver"] = comment["sender"].take();
    comment["sender"] = json!({"id": "bot", "name": "Parom", "ref_id": BOT});
    comment["message"]["post"] = json!({"id": "post-1", "url": "https://social.test/p/1"});
    assert_eq!(world.message(comment).await.0, 200);
    assert!(world.sandbox.problems()[0].contains("a bot can't comment"));
}

#[tokio::test]
async fn a_bound_chat_never_returns_to_the_default_source() {
    let world = World::connected().await;
    let token = world.access().await;
    let sources =
        json!([{"name": "Main", "external_id": "main", "default": true}, {"name": "Help", "external_id": "help"}]);
    assert_eq!(world.api(&token, "POST", "sources", Some(sources)).await.0, 200);
    let send = async |msgid: &str, chat: &str, source: Option<&str>| {
        let mut payload = text(msgid, "Hello");
        payload["conversation_id"] = json!(chat);
        payload["sender"]["id"] = json!(chat);
        if let Some(source) = source {
            payload["source"] = json!({"external_id": source});
        }
        assert_eq!(world.message(payload).await.0, 200);
    };
    let hooks = || world.sandbox.chats(HOST).into_iter().map(|chat| chat.hook_source).collect::<Vec<_>>();
    let names = |names: [Option<&str>; 3]| names.map(|name| name.map(str::to_owned));
    send("m-1", "free", None).await;
    send("m-2", "bound", Some("help")).await;
    send("m-3", "unknown", Some("nowhere")).await;
    assert_eq!(hooks(), names([Some("main"), Some("help"), Some("main")]));
    send("m-4", "bound", None).await;
    let create = json!({"conversation_id": "bound", "user": {"id": "bound", "name": "Maria"}});
    world.signed("POST", &format!("{}/chats", world.scope), Some(create)).await;
    assert_eq!(hooks()[1].as_deref(), Some("help"), "neither a message nor a chat without a source unbinds it");
    send("m-5", "free", Some("help")).await;
    world.sandbox.delete_source(HOST, "main");
    assert_eq!(hooks(), names([Some("help"), Some("help"), None]));
    send("m-6", "late", None).await;
    let lead = world.sandbox.chats(HOST).pop().unwrap().lead.unwrap();
    assert_eq!(lead.source_name, "main", "without any source it is named after the integration");
}
