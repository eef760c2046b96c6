//! Talks.

use amocrm::Error;
use amocrm::rest::TalkFilter;
use serde_json::{Value, json};

use super::{rest, targets, token};
use crate::stub::{Stub, answer};

fn talk() -> Value {
    json!({"talk_id": 191, "created_at": 1767225600, "updated_at": 1767225900, "rate": 0, "contact_id": 11018118,
        "chat_id": "33b41601-0000-4000-8000-6938ae6b7935", "entity_id": 9276114, "entity_type": "lead", "is_in_work": true,
        "is_read": "0", "origin": "amo.ext.40000001", "missed_at": null, "account_id": 12345678,
        "_embedded": {"contacts": [{"id": 11018118}], "leads": [], "customers": []}})
}

#[tokio::test]
async fn one() {
    let stub = Stub::new(vec![
        answer("200 OK", "", &talk().to_string()),
        answer("404 Not Found", "", ""),
        answer("200 OK", "", "[]"),
    ])
    .await;
    let rest = rest(&stub);
    let talk = rest.talk(&token(), 191).await.unwrap().unwrap();
    assert_eq!((talk.id, talk.is_in_work, talk.is_read, talk.missed_at), (191, true, false, None));
    assert_eq!((talk.entity_type.as_deref(), talk.contact_id), (Some("lead"), Some(11_018_118)));
    assert_eq!(rest.talk(&token(), 191).await.unwrap(), None);
    assert!(matches!(rest.talk(&token(), 191).await, Err(Error::Unreadable { call: "talk", .. })));
    assert_eq!(targets(&stub)[0], "GET talks/191");
}

#[tokio::test]
async fn listed() {
    let list = json!({"_page": 1, "_links": {"next": {"href": "x"}}, "_embedded": {"talks": [talk(), {"rate": 1}]}});
    let stub = Stub::new(vec![answer("200 OK", "", &list.to_string()), answer("204 No Content", "", "")]).await;
    let rest = rest(&stub);
    let page = rest.talks(&token(), &TalkFilter::default(), 1).await.unwrap();
    assert_eq!((page.items.len(), page.has_more), (1, true));
    let filter = TalkFilter { ids: vec![1, 2], lead_id: Some(9) };
    assert!(rest.talks(&token(), &filter, 2).await.unwrap().items.is_empty());
    assert_eq!(
        targets(&stub),
        [
            "GET talks?page=1&limit=250",
            "GET talks?page=2&limit=250&filter[id][]=1&filter[id][]=2&filter[entity_id]=9&filter[entity_type]=lead"
        ]
    );
}

#[tokio::test]
async fn closed() {
    let stub = Stub::new(vec![
        answer("202 Accepted", "", ""),
        answer("202 Accepted", "", "{}"),
        answer("422 Unprocessable", "", r#"{"status":422}"#),
        answer("404 Not Found", "", ""),
    ])
    .await;
    let rest = rest(&stub);
    assert!(rest.close_talk(&token(), 191, true).await.unwrap());
    assert!(rest.close_talk(&token(), 191, false).await.unwrap());
    assert!(!rest.close_talk(&token(), 191, true).await.unwrap());
    assert_eq!(rest.close_talk(&token(), 191, true).await.unwrap_err().status(), Some(404));
    assert_eq!(targets(&stub)[0], "POST talks/191/close");
    assert_eq!(
        (stub.seen()[0].json(), stub.seen()[1].json()),
        (json!({"force_close": true}), json!({"force_close": false}))
    );
}
