//! Reading a chat back: pages, and every kind of content in their rows (chats-api §3.6).

use amocrm::Error;
use amocrm::chats::{HISTORY_PAGE, PastMessage};
use serde_json::{Value, json};

use crate::chats::{MESSAGE, SCOPE, assert_signed, chats, secret};
use crate::stub::{Play, Stub, answer};

#[tokio::test]
async fn history() {
    let row = json!({"timestamp": 1788254100, "msec_timestamp": "1788254100001", "sender": {"id": "s", "name": "Oleg"},
        "receiver": {"id": "r", "client_id": "acme-user-77", "phone": "79990001122"},
        "message": {"id": "m", "client_id": "acme-msg-0002", "type": "text", "text": "Yes", "media": "", "file_size": "0"}});
    let stub = Stub::answering("200 OK", &json!({"messages": [row]}).to_string()).await;
    let rows = chats(&stub.base).history(&secret(), SCOPE, MESSAGE, 100, 50).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].msec_timestamp, Some(1_788_254_100_001));
    assert_eq!(rows[0].message.client_id.as_deref(), Some("acme-msg-0002"));
    assert_eq!((rows[0].message.media.as_ref(), rows[0].message.file_size), (None, None));
    let seen = stub.only();
    assert_eq!(
        seen.line(),
        format!("GET /v2/origin/custom/{SCOPE}/chats/{MESSAGE}/history?offset=100&limit=50 HTTP/1.1")
    );
    assert_eq!(seen.header("Content-MD5"), Some("d41d8cd98f00b204e9800998ecf8427e"));
    assert!(seen.body.is_empty());
    assert_signed(&seen);

    let stub = Stub::answering("204 No Content", "").await;
    assert_eq!(chats(&stub.base).history(&secret(), SCOPE, MESSAGE, 0, 1).await.unwrap(), []);
    for limit in [0, 51] {
        let error = chats(&stub.base).history(&secret(), SCOPE, MESSAGE, 0, limit).await.unwrap_err();
        assert!(matches!(error, Error::Invalid { call: "history", .. }), "{error}");
    }
}

fn page(ids: impl Iterator<Item = u32>) -> Play {
    let rows: Vec<Value> = ids.map(|id| json!({"message": {"id": format!("m{id}"), "type": "text"}})).collect();
    answer("200 OK", "", &json!({"messages": rows}).to_string())
}

fn ids(rows: &[PastMessage]) -> Vec<&str> {
    rows.iter().map(|row| row.message.id.as_str()).collect()
}

/// A message came in between, so the second page begins with one that the first had; an error in between is repeated.
#[tokio::test]
async fn all_pages() {
    let busy = answer("429 Too Many Requests", "", "");
    let stub = Stub::new(vec![page((51..=100).rev()), busy, page((2..=51).rev()), page((1..=2).rev())]).await;
    let (chats, secret) = (chats(&stub.base), secret());
    let mut pages = chats.history_pages(&secret, SCOPE, MESSAGE);
    assert_eq!(pages.next().await.unwrap().unwrap().len(), 50);
    assert_eq!(pages.next().await.unwrap_err().status(), Some(429));
    let second = pages.next().await.unwrap().unwrap();
    assert_eq!((second.len(), ids(&second)[0]), (49, "m50"));
    assert_eq!(ids(&pages.next().await.unwrap().unwrap()), ["m1"]);
    assert_eq!(pages.next().await.unwrap(), None);
    let asked: Vec<_> = stub.seen().iter().map(|seen| seen.target().split_once('?').unwrap().1.to_owned()).collect();
    assert_eq!(asked, ["offset=0&limit=50", "offset=50&limit=50", "offset=50&limit=50", "offset=100&limit=50"]);
    assert_eq!(HISTORY_PAGE, 50);
}

#[tokio::test]
async fn a_chat_without_messages_has_no_pages() {
    let stub = Stub::answering("204 No Content", "").await;
    let (chats, secret) = (chats(&stub.base), secret());
    let mut pages = chats.history_pages(&secret, SCOPE, MESSAGE);
    assert_eq!(pages.next().await.unwrap(), Some(Vec::new()));
    assert_eq!(pages.next().await.unwrap(), None);
}

#[tokio::test]
async fn kinds_of_rows() {
    let incoming = json!({"timestamp": 1788254100, "sender": {"id": "s", "client_id": "acme-user-77", "name": "Maria",
        "avatar": "https://files.acme.test/a/77.png", "email": "maria@acme.test"},
        "message": {"id": "1", "client_id": "acme-msg-1", "type": "location", "text": "", "location": {"lon": "37.6173",
        "lat": 55}}});
    let card =
        json!({"sender": [], "message": {"id": "2", "type": "contact", "contact": {"name": "Ivan", "phone": 7999}}});
    let group = json!({"message": {"id": "3", "type": "picture", "media": "https://amojo.amocrm.ru/a", "thumbnail":
        "https://amojo.amocrm.ru/b", "file_name": "a.jpg", "file_size": "48211", "media_group_id": "g"}});
    let odd = json!({"message": {"id": 4, "type": "hologram", "location": {"lon": 1}, "depth": 3}});
    let body = json!({"messages": [incoming, card, group, odd]}).to_string();
    let stub = Stub::answering("200 OK", &body).await;
    let rows = chats(&stub.base).history(&secret(), SCOPE, MESSAGE, 0, 50).await.unwrap();
    assert_eq!((rows[0].at_milliseconds(), rows[0].receiver.as_ref()), (Some(1_788_254_100_000), None));
    let place = rows[0].message.location.unwrap();
    assert_eq!((place.longitude, place.latitude), (37.6173, 55.0));
    assert_eq!(rows[0].sender.as_ref().unwrap().client_id.as_deref(), Some("acme-user-77"));
    let contact = rows[1].message.contact.as_ref().unwrap();
    assert_eq!((contact.name.as_deref(), contact.phone.as_deref()), (Some("Ivan"), Some("7999")));
    assert_eq!((rows[1].sender.as_ref(), rows[1].at_milliseconds()), (None, None));
    let picture = &rows[2].message;
    assert_eq!((picture.file_size, picture.media_group_id.as_deref()), (Some(48_211), Some("g")));
    assert!(picture.media.is_some() && picture.thumbnail.is_some() && picture.other.is_empty());
    let odd = &rows[3].message;
    assert_eq!((odd.id.as_str(), odd.kind.as_str(), odd.location), ("4", "hologram", None));
    assert_eq!(Value::Object(odd.other.clone()), json!({"location": {"lon": 1}, "depth": 3}));
}

#[tokio::test]
async fn unreadable_pages() {
    for body in [json!({}), json!({"messages": [{"message": {"text": "no id"}}]}), json!({"messages": [{}]})] {
        let stub = Stub::answering("200 OK", &body.to_string()).await;
        let error = chats(&stub.base).history(&secret(), SCOPE, MESSAGE, 0, 1).await.unwrap_err();
        assert!(matches!(error, Error::Unreadable { call: "history", .. }), "{body}: {error}");
    }
}
