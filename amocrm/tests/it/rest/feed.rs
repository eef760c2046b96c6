//! Notes, events, talks and files.

use std::time::Duration;

use amocrm::Error;
use amocrm::rest::{Drive, DriveFile, Entity, EntityFile, EventFilter, NewFile, Note, TalkFilter};
use serde_json::{Value, json};

use super::{rest, targets, token};
use crate::stub::{Play, Stub, answer, http};

#[tokio::test]
async fn notes() {
    let body = json!({"_embedded": {"notes": (0..3).map(|place| json!({"id": 90 + place, "entity_id": 1,
        "request_id": place.to_string()})).collect::<Vec<_>>()}});
    let stub = Stub::answering("200 OK", &body.to_string()).await;
    let notes = [
        Note::Common { text: "a".into() },
        Note::Service { service: "Acme".into(), text: "The number is disconnected".into() },
        Note::Attachment { file_uuid: "f-1".into(), file_name: "a.png".into() },
    ];
    assert_eq!(rest(&stub).add_notes(&token(), Entity::Lead, 1, &notes).await.unwrap(), [90, 91, 92]);
    assert_eq!(targets(&stub), ["POST leads/1/notes"]);
    let item = |place: &str, kind: &str, params| {
        json!({"note_type": kind, "params": params,
        "is_need_to_trigger_digital_pipeline": false, "request_id": place})
    };
    assert_eq!(
        stub.only().json(),
        json!([
            item("0", "common", json!({"text": "a"})),
            item("1", "extended_service_message", json!({"service": "Acme", "text": "The number is disconnected"})),
            item("2", "attachment", json!({"file_uuid": "f-1", "file_name": "a.png"}))
        ])
    );
}

#[tokio::test]
async fn events() {
    let event = json!({"id": "01HZ", "type": "incoming_chat_message", "entity_id": 9276114, "entity_type": "lead",
        "created_by": 0, "created_at": 1767225600, "value_after": [{"message": {"id": "m-1", "talk_id": 191}}],
        "value_before": [], "account_id": 1, "_embedded": {"entity": {"id": 9276114, "linked_talk_contact_id": 11018118}}});
    let body = json!({"_page": 1, "_links": {"next": {"href": "x"}}, "_embedded": {"events": [event]}});
    let stub = Stub::new(vec![answer("200 OK", "", &body.to_string()), answer("204 No Content", "", "")]).await;
    let rest = rest(&stub);
    let page = rest.events(&token(), &EventFilter::default(), 1).await.unwrap();
    assert_eq!((page.items[0].message_id.as_deref(), page.items[0].contact_id), (Some("m-1"), Some(11_018_118)));
    assert!(page.has_more);
    let filter =
        EventFilter { kinds: vec!["entity_direct_message".into()], contact_id: Some(7), from: Some(1_767_225_600) };
    assert!(rest.events(&token(), &filter, 2).await.unwrap().items.is_empty());
    assert_eq!(
        targets(&stub),
        [
            "GET events?page=1&limit=100&filter[type][]=incoming_chat_message&filter[type][]=outgoing_chat_message",
            "GET events?page=2&limit=100&filter[type][]=entity_direct_message&filter[entity][]=contact&filter[entity_id][]=7&filter[created_at][from]=1767225600"
        ]
    );
}

#[tokio::test]
async fn files_of_cards() {
    let body = json!({"_embedded": {"files": [{"file_uuid": "f-1", "id": 5}, {"id": 6}]}});
    let stub = Stub::new(vec![
        answer("200 OK", "", &body.to_string()),
        answer("204 No Content", "", ""),
        answer("202 Accepted", "", ""),
        answer("204 No Content", "", ""),
    ])
    .await;
    let rest = rest(&stub);
    let files = rest.files_of(&token(), Entity::Contact, 1).await.unwrap();
    assert_eq!(files, [EntityFile { file_uuid: "f-1".into(), id: Some(5) }]);
    assert_eq!(rest.files_of(&token(), Entity::Company, 1).await.unwrap(), []);
    rest.link_files(&token(), Entity::Customer, 1, &["f-1"]).await.unwrap();
    rest.unlink_files(&token(), Entity::Lead, 1, &["f-1"]).await.unwrap();
    assert_eq!(
        targets(&stub),
        ["GET contacts/1/files", "GET companies/1/files", "PUT customers/1/files", "DELETE leads/1/files"]
    );
    assert_eq!(stub.seen()[2].json(), json!([{"file_uuid": "f-1"}]));
}

fn talk() -> Value {
    json!({"talk_id": 191, "created_at": 1767225600, "updated_at": 1767225900, "rate": 0, "contact_id": 11018118,
        "chat_id": "33b41601-0000-4000-8000-6938ae6b7935", "entity_id": 9276114, "entity_type": "lead", "is_in_work": true,
        "is_read": "0", "origin": "amo.ext.40000001", "missed_at": null, "account_id": 12345678,
        "_embedded": {"contacts": [{"id": 11018118}], "leads": [], "customers": []}})
}

#[tokio::test]
async fn one_talk() {
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

fn drive(base: &str) -> Drive {
    Drive::new(http(), base).unwrap().with_total_time(Duration::from_millis(500))
}

fn file() -> Value {
    json!({"uuid": "f-1", "version_uuid": "v-1", "type": "image", "name": "a.png", "sanitized_name": "a.png", "size": 5,
        "metadata": {"extension": "png", "mime_type": "image/png"}, "previews": [], "is_trashed": 0,
        "_links": {"download": {"href": "https://drive-b.amocrm.ru/download/a/f-1/a.png"}}})
}

fn new() -> NewFile {
    NewFile { name: "a.png".into(), content_type: Some("image/png".into()), content: b"12345".to_vec() }
}

#[tokio::test]
async fn one_file() {
    let stub = Stub::new(vec![answer("200 OK", "", &file().to_string()), answer("404 Not Found", "", "{}")]).await;
    let drive = drive(&stub.base);
    let found = drive.file(&token(), "f-1").await.unwrap().unwrap();
    assert_eq!((found.uuid.as_str(), found.size, found.mime_type.as_deref()), ("f-1", Some(5), Some("image/png")));
    assert_eq!(found.download_url.as_deref(), Some("https://drive-b.amocrm.ru/download/a/f-1/a.png"));
    assert_eq!(drive.file(&token(), "f-1").await.unwrap(), None);
    assert!(matches!(drive.file(&token(), "../x").await, Err(Error::Invalid { call: "file", .. })));
    assert_eq!(stub.seen()[0].line(), "GET /v1.0/files/f-1 HTTP/1.1");
    assert_eq!(stub.seen()[0].header("Authorization"), Some("Bearer eyJ.e30.c"));
}

fn session(base: &str, part: usize) -> Play {
    let body = json!({"session_id": 1, "upload_url": format!("{base}/v1.0/sessions/upload/a"), "max_file_size": 100,
        "max_part_size": part});
    answer("200 OK", "", &body.to_string())
}

#[tokio::test]
async fn uploaded_in_parts() {
    let stub = Stub::telling(|base| {
        let next = |place: &str| {
            let body = json!({"session_id": 1, "next_url": format!("{base}/v1.0/sessions/upload/{place}")});
            answer("202 Accepted", "", &body.to_string())
        };
        vec![session(base, 2), next("b"), next("c"), answer("200 OK", "", &file().to_string())]
    })
    .await;
    assert_eq!(drive(&stub.base).upload(&token(), &new()).await.unwrap().uuid, "f-1");
    let seen = stub.seen();
    assert_eq!(seen[0].line(), "POST /v1.0/sessions HTTP/1.1");
    assert_eq!(seen[0].json(), json!({"file_name": "a.png", "file_size": 5, "content_type": "image/png"}));
    let parts: Vec<_> = seen[1..].iter().map(|seen| (seen.target(), seen.body.as_slice())).collect();
    let path = "/v1.0/sessions/upload";
    assert_eq!(parts.len(), 3);
    assert_eq!(parts[0], (&*format!("{path}/a"), &b"12"[..]));
    assert_eq!(parts[1], (&*format!("{path}/b"), &b"34"[..]));
    assert_eq!(parts[2], (&*format!("{path}/c"), &b"5"[..]));
    assert_eq!(seen[3].header("Content-Type"), Some("application/octet-stream"));
}

#[tokio::test]
async fn uploaded_at_once() {
    let stub = Stub::telling(|base| vec![session(base, 5), answer("200 OK", "", &file().to_string())]).await;
    let new = NewFile { content_type: None, ..new() };
    drive(&stub.base).upload(&token(), &new).await.unwrap();
    assert_eq!(stub.seen()[0].json(), json!({"file_name": "a.png", "file_size": 5}));
    assert_eq!(stub.seen()[1].body, b"12345");
}

#[tokio::test]
async fn the_token_goes_to_the_files_host_only() {
    for elsewhere in ["https://evil.test/x", "http://127.0.0.1:1/x", "nowhere", ""] {
        let body = json!({"upload_url": elsewhere, "max_part_size": 5});
        let stub = Stub::answering("200 OK", &body.to_string()).await;
        let error = drive(&stub.base).upload(&token(), &new()).await.unwrap_err();
        assert!(matches!(error, Error::Unreadable { call: "upload", .. }), "{elsewhere}: {error}");
    }
    let stub =
        Stub::telling(|base| vec![session(base, 2), answer("200 OK", "", r#"{"next_url":"https://evil.test/"}"#)])
            .await;
    assert!(matches!(drive(&stub.base).upload(&token(), &new()).await, Err(Error::Unreadable { .. })));
}

#[tokio::test]
async fn own_mistakes_and_limits() {
    let stub = Stub::telling(|base| vec![session(base, 2)]).await;
    let large = NewFile { content: vec![0; 101], ..new() };
    assert!(matches!(drive(&stub.base).upload(&token(), &large).await, Err(Error::Invalid { call: "upload", .. })));
    let empty = NewFile { content: Vec::new(), ..new() };
    assert!(matches!(drive(&stub.base).upload(&token(), &empty).await, Err(Error::Invalid { call: "upload", .. })));
    assert!(Drive::new(http(), "drive-b.amocrm.ru").is_err());
}

#[tokio::test]
async fn deleted() {
    let stub = Stub::new(vec![answer("204 No Content", "", ""), answer("403 Forbidden", "", "{}")]).await;
    drive(&stub.base).delete_files(&token(), &["f-1", "f-2"]).await.unwrap();
    assert_eq!(drive(&stub.base).delete_files(&token(), &["f-1"]).await.unwrap_err().status(), Some(403));
    assert_eq!(stub.seen()[0].line(), "DELETE /v1.0/files HTTP/1.1");
    assert_eq!(stub.seen()[0].json(), json!([{"uuid": "f-1"}, {"uuid": "f-2"}]));
}

#[tokio::test]
async fn downloaded() {
    let there = |body: &str| answer("200 OK", "", body);
    let stub = Stub::new(vec![
        answer("200 OK", "", &file().to_string()),
        there("12345"),
        there("12345"),
        answer("404 Not Found", "", "{}"),
    ])
    .await;
    let drive = drive(&stub.base);
    let found = drive.file(&token(), "f-1").await.unwrap().unwrap();
    assert_eq!(drive.download(&token(), &found, 5).await.unwrap().as_deref(), Some(&b"12345"[..]));
    let longer = drive.download(&token(), &found, 4).await.unwrap_err();
    assert!(matches!(longer, Error::Unreadable { call: "download", .. }), "{longer}");
    assert_eq!(drive.download(&token(), &found, 5).await.unwrap(), None);
    assert_eq!(
        stub.seen()[1].line(),
        "GET /download/a/f-1/a.png HTTP/1.1",
        "at the files host, whatever host it names"
    );
    let nowhere = DriveFile { download_url: None, ..found };
    assert!(matches!(drive.download(&token(), &nowhere, 5).await, Err(Error::Invalid { .. })));
}
