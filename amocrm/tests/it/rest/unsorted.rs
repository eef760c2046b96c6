//! Incoming leads from chats.

use amocrm::Error;
use amocrm::rest::UnsortedFilter;
use serde_json::{Value, json};

use super::{rest, targets, token};
use crate::stub::{Stub, answer};

const UID: &str = "80c5b3b0d5e4a9d3f1c2";

fn body() -> Value {
    json!({"uid": UID, "source_uid": "amojo:1", "source_name": "Sales", "category": "chats", "pipeline_id": "700100",
        "created_at": 1767225600, "account_id": 12345678,
        "metadata": {"from": "79990001122", "to": 5, "received_at": 1767225600, "service": "amo.ext.40000001",
            "client": {"name": "Ann", "avatar": null}, "origin": {"chat_id": "33b41601", "ref": null, "visitor_uid": null},
            "last_message_text": "Hi", "source_name": "Sales"},
        "_embedded": {"contacts": [{"id": 11018118}], "companies": [], "leads": [{"id": 9276114}]}})
}

#[tokio::test]
async fn listed() {
    let list = json!({"_page": 1, "_links": {"next": {"href": "x"}}, "_embedded": {"unsorted": [body(), {"category": "chats"}]}});
    let stub = Stub::new(vec![answer("200 OK", "", &list.to_string()), answer("204 No Content", "", "")]).await;
    let rest = rest(&stub);
    let page = rest.unsorted_chats(&token(), &UnsortedFilter::default(), 1).await.unwrap();
    assert_eq!((page.items.len(), page.has_more), (1, true));
    let chat = page.items[0].chat.as_ref().unwrap();
    assert_eq!((chat.chat_id.as_deref(), chat.client_name.as_deref()), (Some("33b41601"), Some("Ann")));
    assert_eq!((page.items[0].contacts[0], page.items[0].leads[0]), (11_018_118, 9_276_114));
    let filter = UnsortedFilter { uids: vec![UID.into()], pipeline_id: Some(700_100) };
    assert!(rest.unsorted_chats(&token(), &filter, 2).await.unwrap().items.is_empty());
    let order = "order[created_at]=desc";
    assert_eq!(
        targets(&stub),
        [
            format!("GET leads/unsorted?filter[category][]=chats&{order}&page=1&limit=250"),
            format!(
                "GET leads/unsorted?filter[category][]=chats&filter[uid][]={UID}&filter[pipeline_id]=700100&{order}&page=2&limit=250"
            )
        ]
    );
}

#[tokio::test]
async fn one() {
    let mail = json!({"uid": UID, "category": "mail", "metadata": []});
    let stub = Stub::new(vec![
        answer("200 OK", "", &body().to_string()),
        answer("200 OK", "", &mail.to_string()),
        answer("204 No Content", "", ""),
        answer("404 Not Found", "", ""),
    ])
    .await;
    let rest = rest(&stub);
    assert_eq!(rest.unsorted(&token(), UID).await.unwrap().unwrap().pipeline_id, Some(700_100));
    assert_eq!(rest.unsorted(&token(), UID).await.unwrap().unwrap().chat, None);
    assert_eq!(rest.unsorted(&token(), UID).await.unwrap(), None);
    assert_eq!(rest.unsorted(&token(), UID).await.unwrap(), None);
    assert_eq!(targets(&stub)[0], format!("GET leads/unsorted/{UID}"));
    for uid in ["", "a/b", "..", "a?b", &"a".repeat(65)] {
        let error = rest.unsorted(&token(), uid).await.unwrap_err();
        assert!(matches!(error, Error::Invalid { call: "unsorted", .. }), "{uid}: {error}");
    }
}

#[tokio::test]
async fn decided() {
    let accepted = json!({"uid": UID, "pipeline_id": 1, "category": "chats", "_embedded": {"contacts": [{"id": 3}],
        "leads": [{"id": 4}], "companies": []}});
    let stub = Stub::new((0..4).map(|_| answer("200 OK", "", &accepted.to_string())).collect()).await;
    let rest = rest(&stub);
    let it = rest.accept_unsorted(&token(), UID, Some(7), Some(142)).await.unwrap();
    assert_eq!((it.leads, it.contacts), (vec![4], vec![3]));
    rest.accept_unsorted(&token(), UID, None, None).await.unwrap();
    rest.decline_unsorted(&token(), UID, Some(7)).await.unwrap();
    rest.link_unsorted(&token(), UID, 1, Some(2), Some(7)).await.unwrap();
    let path = format!("leads/unsorted/{UID}");
    assert_eq!(
        targets(&stub),
        ["POST /accept", "POST /accept", "DELETE /decline", "POST /link"]
            .map(|line| line.replace(" /", &format!(" {path}/")))
    );
    let bodies: Vec<_> = stub.seen().iter().map(|seen| seen.json()).collect();
    let link = json!({"user_id": 7, "link": {"entity_id": 1, "entity_type": "leads", "metadata": {"contact_id": 2}}});
    assert_eq!(bodies, [json!({"user_id": 7, "status_id": 142}), json!({}), json!({"user_id": 7}), link]);
}

#[tokio::test]
async fn counted() {
    let body = json!({"account_id": 1, "categories": {"chats": {"total": 3}, "forms": {"total": "0"}}, "total": 6,
        "accepted": 4, "average_sort_time": 80, "declined": 1});
    let stub = Stub::answering("200 OK", &body.to_string()).await;
    let summary = rest(&stub).unsorted_summary(&token()).await.unwrap();
    assert_eq!((summary.total, summary.accepted, summary.declined), (6, 4, 1));
    assert_eq!((summary.categories["chats"], summary.categories["forms"]), (3, 0));
    assert_eq!(targets(&stub), ["GET leads/unsorted/summary"]);
    let stub = Stub::answering("200 OK", r#"{"categories":[]}"#).await;
    assert_eq!(rest(&stub).unsorted_summary(&token()).await.unwrap().total, 0);
}
