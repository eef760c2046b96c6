//! Talks, and the messages of channels of others.

use amocrm::Error;
use serde_json::json;

use super::{rest, targets, token};
use crate::stub::{Stub, answer};

#[tokio::test]
async fn talks_are_listed() {
    let body = json!({"_page": 1, "_links": {"next": {"href": "x"}}, "_embedded": {"talks": [
        {"talk_id": 100, "chat_id": "c-1", "contact_id": 7, "origin": "waba", "is_in_work": true}, {"chat_id": "no id"}]}});
    let stub = Stub::answering("200 OK", &body.to_string()).await;
    let page = rest(&stub).talks(&token(), 1).await.unwrap();
    assert!(page.has_more);
    let [talk] = &page.items[..] else { panic!("{page:?}") };
    assert_eq!((talk.id, talk.origin.as_deref(), talk.is_in_work), (100, Some("waba"), Some(true)));
    assert_eq!(targets(&stub), ["GET talks?page=1&limit=250"]);
}

#[tokio::test]
async fn the_history_of_another_channel_is_read() {
    let body = json!({"_embedded": {"messages": [{"id": "m-1", "type": "incoming", "message_type": "text", "origin": "waba",
        "text": "Hello", "created_at": 1784280000, "author": {"id": "a-1", "type": "external", "name": "Ann", "avatar_url": ""}}]}});
    let stub = Stub::new(vec![answer("200 OK", "", &body.to_string()), answer("204 No Content", "", "")]).await;
    let rest = rest(&stub);
    let page = rest.talk_messages(&token(), 100, 1).await.unwrap();
    let [message] = &page.items[..] else { panic!("{page:?}") };
    assert_eq!((message.id.as_str(), message.is_outgoing, message.talk_id), ("m-1", false, None));
    assert_eq!(message.author.as_ref().unwrap().kind.as_deref(), Some("external"));
    let past = rest.talk_messages(&token(), 100, 2).await.unwrap();
    assert!(past.items.is_empty() && !past.has_more);
    assert_eq!(targets(&stub), ["GET talks/100/messages?page=1&limit=250", "GET talks/100/messages?page=2&limit=250"]);
}

#[tokio::test]
async fn a_text_is_sent_through_another_channel() {
    let stub = Stub::new(vec![
        answer("202 Accepted", "", r#"{"id":"m-9"}"#),
        answer("402 Payment Required", "", r#"{"title":"Over chat API limit","status":402}"#),
        answer("202 Accepted", "", "{}"),
    ])
    .await;
    let rest = rest(&stub);
    assert_eq!(rest.send_to_talk(&token(), 100, "Good morning").await.unwrap(), "m-9");
    assert_eq!(targets(&stub), ["POST talks/100/send_message"]);
    assert_eq!(stub.only().json(), json!({"text": "Good morning"}));
    let refused = rest.send_to_talk(&token(), 100, "More").await.unwrap_err();
    assert!(matches!(&refused, Error::Refused { status: 402, text, .. } if text == "Over chat API limit"), "{refused}");
    let unread = rest.send_to_talk(&token(), 100, "More").await.unwrap_err();
    assert!(matches!(unread, Error::Unreadable { .. }), "{unread}");
    assert!(matches!(rest.send_to_talk(&token(), 100, " ").await, Err(Error::Invalid { .. })));
}
