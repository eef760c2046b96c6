//! Every kind of hook, in the shapes of the documents.

use serde_json::json;
use simulator::crm::{Button, HookForm, HookMessage, ListMessage, ListRow, Section};

use crate::crm::caller::{HOST, World};
use crate::crm::receiver::Talk;

/// A chat whose first message is what the documents quote.
async fn talking() -> Talk {
    Talk::begin("Is the blue one in stock?").await
}

fn manager(world: &World) -> String {
    world.sandbox.accounts()[0].users[1].amojo_id.clone().unwrap()
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
}
