//! The files host.

use std::time::Duration;

use amocrm::Error;
use amocrm::rest::{Drive, DriveFile, NewFile};
use serde_json::{Value, json};

use super::token;
use crate::stub::{Play, Stub, answer, http};

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
async fn one() {
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
