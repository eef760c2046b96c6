//! Every kind of hook, in the shapes of the documents.

use serde_json::{Value, json};
use simulator::crm::{Abilities, Attachment, Button, HookForm, HookMessage, ListMessage, ListRow, Reactions, Section};

use crate::crm::caller::{CHANNEL, HOST, World, text};
use crate::crm::receiver::Talk;

/// A chat whose first message is what the documents quote.
async fn talking() -> Talk {
    Talk::begin("Is the blue one in stock?").await
}

fn manager(world: &World) -> String {
    world.sandbox.accounts()[0].users[1].amojo_id.clone().unwrap()
}

#[tokio::test]
async fn files_leave_with_links_names_sizes_and_previews() {
    let Talk { world, mut hooks, chat, .. } = talking().await;
    for kind in ["picture", "video", "file", "voice", "audio", "sticker"] {
        let message = HookMessage::attachment(Attachment::sample(kind)).caption("See");
        world.sandbox.manager_sends(HOST, &chat, message).await.unwrap();
        let message = hooks.message().await;
        assert_eq!((&message["type"], &message["text"], &message["tag"]), (&json!(kind), &json!("See"), &json!("")));
        let media = message["media"].as_str().unwrap();
        assert!(media.starts_with(&format!("{}/attachments/", world.sandbox.url())), "{media}");
        assert!(media.ends_with(message["file_name"].as_str().unwrap()), "{message}");
        assert!(message["file_size"].as_u64().unwrap() > 100, "{message}");
        let preview = message["thumbnail"].as_str().unwrap();
        assert_eq!(preview.ends_with("_320x200.png"), matches!(kind, "picture" | "video"), "{preview}");
        assert!(message.get("media_group_id").is_none());
    }
}

#[tokio::test]
async fn buttons_and_lists_leave_as_markup_within_their_limits() {
    let Talk { world, mut hooks, chat, .. } = talking().await;
    let key = |text: &str, url: Option<&str>| Button { text: text.to_owned(), url: url.map(str::to_owned) };
    let rows = [vec![key("Accept", None), key("Decline", None)], vec![key("Shop", Some("https://acme.test"))]];
    world.sandbox.manager_sends(HOST, &chat, HookMessage::text("Well?").buttons(&rows)).await.unwrap();
    let buttons = json!([[{"text": "Accept"}, {"text": "Decline"}], [{"text": "Shop", "url": "https://acme.test"}]]);
    assert_eq!(hooks.message().await["markup"], json!({"mode": "inline", "buttons": buttons}));

    let row = |data: &str, title: &str| ListRow {
        callback_data: data.to_owned(),
        title: title.to_owned(),
        ..ListRow::default()
    };
    let list = |rows: Vec<ListRow>| ListMessage {
        header: "Pick".to_owned(),
        body: "Choose one".to_owned(),
        button: "Services".to_owned(),
        sections: vec![Section { title: "Available".to_owned(), rows }],
        ..ListMessage::default()
    };
    let sent = list(vec![row("k7Qp2Zx1", "Delivery"), row("", "Pick-up")]);
    world.sandbox.manager_sends(HOST, &chat, HookMessage::text("").list(sent)).await.unwrap();
    let message = hooks.message().await;
    assert_eq!(message["text"], "Choose one");
    let shown = &message["markup"]["list_message"];
    assert_eq!(
        (&shown["header"], &shown["footer"], &shown["button"]),
        (&json!("Pick"), &json!(""), &json!("Services"))
    );
    let rows = &shown["sections"][0]["rows"];
    assert_eq!(rows[0], json!({"callback_data": "k7Qp2Zx1", "title": "Delivery", "description": ""}));
    assert_eq!(rows[1]["callback_data"].as_str().unwrap().len(), 8);
    for wrong in [
        list(vec![]),
        list((0..11).map(|_| row("", "x")).collect()),
        ListMessage { header: "x".repeat(61), ..list(vec![row("", "x")]) },
        ListMessage { body: "x".repeat(1025), ..list(vec![row("", "x")]) },
        ListMessage { footer: "x".repeat(61), ..list(vec![row("", "x")]) },
        ListMessage { button: String::new(), ..list(vec![row("", "x")]) },
        ListMessage { sections: Vec::new(), ..list(Vec::new()) },
    ] {
        let sent = world.sandbox.manager_sends(HOST, &chat, HookMessage::text("").list(wrong)).await;
        assert!(sent.is_err());
    }
    assert!(hooks.is_empty());
}

#[tokio::test]
async fn quotes_and_forwards_carry_the_message_with_both_ids() {
    let Talk { world, mut hooks, chat, first } = talking().await;
    let person = world.sandbox.chats(HOST)[0].person_id.clone();
    let embedded = json!({
        "id": first, "msgid": "m-1", "type": "text", "text": "Is the blue one in stock?", "media": "", "thumbnail": "",
        "file_name": "", "file_size": 0, "timestamp": 1_788_253_800, "msec_timestamp": 1_788_253_800_125_i64,
        "sender": {"id": person, "client_id": "user-77", "name": "Maria"},
    });
    world.sandbox.manager_sends(HOST, &chat, HookMessage::text("Yes").quoting(&first)).await.unwrap();
    assert_eq!(hooks.message().await["reply_to"], json!({"message": embedded}));
    let mut other = text("m-2", "Another chat");
    other["conversation_id"] = json!("conv-78");
    world.message(other).await;
    let second = world.sandbox.chats(HOST)[1].id.clone();
    let quote = HookMessage::text("Yes").quoting(&first);
    assert!(world.sandbox.manager_sends(HOST, &second, quote).await.is_err(), "a quote of another chat");
    world.sandbox.manager_sends(HOST, &second, HookMessage::text("").forwarding(&first)).await.unwrap();
    assert_eq!(hooks.message().await["forwards"], json!({"messages": [embedded], "conversation_ref_id": chat}));
}

#[tokio::test]
async fn a_comment_is_answered_in_public_by_a_text_or_privately_by_anything() {
    let Talk { world, mut hooks, chat, .. } = talking().await;
    let mut comment = text("c-1", "What does it cost?");
    comment["message"]["post"] = json!({"id": "post-900", "url": "https://social.test/p/900"});
    assert_eq!(world.message(comment).await.0, 200);
    let id = world.sandbox.messages(HOST)[1].id.clone();
    let public = HookMessage::text("See our profile").answering_comment(&id);
    world.sandbox.manager_sends(HOST, &chat, public).await.unwrap();
    let message = hooks.whole().await["message"].take();
    let person = world.sandbox.chats(HOST)[0].person_id.clone();
    assert_eq!(message["receiver"], json!({"id": person, "name": "Maria", "client_id": "user-77"}));
    assert_eq!(message["sender"], json!({"id": manager(&world), "name": "Maria"}));
    assert!(message.get("source").is_none());
    let inner = &message["message"];
    assert_eq!((&inner["post"], &inner["markup"]), (&json!({"id": "post-900"}), &Value::Null));
    assert_eq!(inner["reply_to"]["message"]["msgid"], "c-1");
    let picture = HookMessage::attachment(Attachment::sample("picture"));
    assert!(world.sandbox.manager_sends(HOST, &chat, picture.clone().answering_comment(&id)).await.is_err());
    world.sandbox.manager_sends(HOST, &chat, picture).await.unwrap();
    assert!(hooks.message().await.get("post").is_none());
    let first = world.sandbox.messages(HOST)[0].id.clone();
    let wrong = HookMessage::text("x").answering_comment(&first);
    assert!(world.sandbox.manager_sends(HOST, &chat, wrong).await.is_err(), "no comment");
}

#[tokio::test]
async fn typing_is_sent_at_most_once_in_five_seconds_with_its_end_time() {
    let Talk { world, mut hooks, chat, .. } = talking().await;
    let sandbox = &world.sandbox;
    let types = async |post: Option<&str>, form| sandbox.manager_types(HOST, &chat, post, form).await.unwrap();
    assert_eq!(types(None, HookForm::Sample).await.unwrap().status, Some(200));
    assert!(types(None, HookForm::Sample).await.is_none());
    let user = json!({"id": manager(&world)});
    let conversation = json!({"id": chat, "client_id": "conv-77"});
    let mut typing = json!({"user": user, "conversation": conversation, "expired_at": world.now().timestamp() + 5});
    let hook = hooks.whole().await;
    assert_eq!((&hook["time"], &hook["account_id"]), (&json!(world.now().timestamp()), &json!(&world.scope[37..])));
    assert_eq!(hook["action"], json!({"typing": typing}));
    world.advance(chrono::TimeDelta::seconds(5));
    types(Some("post-900"), HookForm::Table).await.unwrap();
    typing["expired_at"] = json!(world.now().timestamp() + 5);
    typing["post_id"] = json!("post-900");
    typing.as_object_mut().unwrap().remove("user");
    assert_eq!(hooks.whole().await["action"], json!({"typing": typing, "user": user}));
    sandbox.set_abilities(CHANNEL, Abilities { typing_hooks: false, ..Abilities::default() });
    assert!(sandbox.manager_types(HOST, &chat, None, HookForm::Sample).await.is_err());
}

#[tokio::test]
async fn reactions_come_in_both_forms_and_go_again() {
    let Talk { world, mut hooks, chat, first } = talking().await;
    let sandbox = &world.sandbox;
    let (user, conversation) = (json!({"id": manager(&world)}), json!({"id": chat, "client_id": "conv-77"}));
    sandbox.manager_reacts(HOST, &first, Some("❤️"), HookForm::Sample).await.unwrap();
    let sample = json!({"msgid": first, "user": user, "conversation": conversation, "type": "react", "emoji": "❤️"});
    assert_eq!(hooks.whole().await["action"], json!({"reaction": sample}));
    assert_eq!(sandbox.messages(HOST)[0].reactions, [(manager(&world), "❤️".to_owned())]);
    sandbox.manager_reacts(HOST, &first, None, HookForm::Table).await.unwrap();
    let reaction = hooks.whole().await["action"]["reaction"].take();
    let message = &reaction["message"];
    assert_eq!((&reaction["type"], reaction.get("emoji")), (&json!("unreact"), None));
    assert_eq!((&message["id"], &message["client_id"]), (&json!(first), &json!("m-1")));
    assert_eq!(
        (&message["sender"]["id"], &message["receiver"]["id"]),
        (&json!(sandbox.chats(HOST)[0].person_id), &user["id"])
    );
    assert!(sandbox.messages(HOST)[0].reactions.is_empty());
    assert!(sandbox.manager_reacts(HOST, &first, None, HookForm::Table).await.is_err(), "nothing to take back");
    let own = sandbox.manager_says(HOST, &chat, "Hi").await.unwrap().message_id;
    hooks.whole().await;
    sandbox.manager_reacts(HOST, &own, Some("👍"), HookForm::Table).await.unwrap();
    assert!(hooks.whole().await["action"]["reaction"]["message"].get("client_id").is_none(), "born in amoCRM");
    let only = Reactions::Only(vec!["👍".to_owned()]);
    sandbox.set_abilities(CHANNEL, Abilities { reactions: only, ..Abilities::default() });
    assert!(sandbox.manager_reacts(HOST, &own, Some("😳"), HookForm::Table).await.is_err());
}

#[tokio::test]
async fn nothing_is_sent_for_abilities_that_are_off() {
    let Talk { world, hooks, chat, first } = talking().await;
    let off = Abilities { quotes: false, forwards: false, voice: false, write_first: false, ..Abilities::default() };
    world.sandbox.set_abilities(CHANNEL, off);
    for message in [
        HookMessage::text("x").quoting(&first),
        HookMessage::text("x").forwarding(&first),
        HookMessage::attachment(Attachment::sample("voice")),
    ] {
        assert!(world.sandbox.manager_sends(HOST, &chat, message).await.is_err());
    }
    assert!(world.sandbox.write_first(HOST, CHANNEL, None, "+7999", "Hi").await.is_err());
    assert!(hooks.is_empty());
    assert_eq!(world.sandbox.messages(HOST).len(), 1);
}

#[tokio::test]
async fn the_first_version_is_flat_and_names_no_account() {
    let Talk { world, mut hooks, chat, first } = talking().await;
    world.sandbox.set_hook_version(&world.scope, "v1");
    let said = world.sandbox.manager_says(HOST, &chat, "Hi").await.unwrap();
    assert_eq!(said.answer.status, Some(200));
    assert_eq!(
        hooks.whole().await,
        json!({"receiver": "user-77", "conversation_id": "conv-77", "type": "text", "text": "Hi", "media": "",
            "thumbnail": "", "file_name": "", "file_size": 0, "msec_timestamp": world.now().timestamp_millis()})
    );
    assert!(world.sandbox.manager_reacts(HOST, &first, Some("👍"), HookForm::Table).await.is_err());
    let body = json!({"account_id": &world.scope[37..], "title": "Acme"});
    assert_eq!(world.signed("POST", &format!("{CHANNEL}/connect"), Some(body)).await.0, 200);
    assert!(world.sandbox.problems()[0].contains("v1"), "the default of connect is dead");
    world.connect().await;
    world.sandbox.manager_says(HOST, &chat, "Hi").await.unwrap();
    assert_eq!(hooks.whole().await["message"]["message"]["text"], "Hi");
}
