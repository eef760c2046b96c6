//! Notes and files.

use std::time::Duration;

use amocrm::Error;
use amocrm::rest::{Drive, DriveFile, Note};
use serde_json::{Value, json};

use super::{rest, targets, token};
use crate::stub::{Stub, answer, http};

#[tokio::test]
async fn notes() {
    let body = json!({"_embedded": {"notes": [{"id": 90, "entity_id": 1, "request_id": "0"}]}});
    let stub = Stub::answering("200 OK", &body.to_string()).await;
    let note = Note { service: "Acme".into(), text: "The number is disconnected".into() };
    assert_eq!(rest(&stub).add_notes(&token(), 1, &[note]).await.unwrap(), [90]);
    assert_eq!(targets(&stub), ["POST leads/1/notes"]);
    assert_eq!(
        stub.only().json(),
        json!([{"note_type": "extended_service_message", "params": {"service": "Acme", "text": "The number is disconnected"},
            "is_need_to_trigger_digital_pipeline": false, "request_id": "0"}])
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
