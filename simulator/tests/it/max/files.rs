//! Uploads and their processing.

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::world::World;

async fn place(world: &World, kind: &str) -> (String, Option<String>) {
    let place = world.ok(Method::POST, &format!("/uploads?type={kind}"), json!(null)).await;
    (place["url"].as_str().unwrap().to_owned(), place["token"].as_str().map(str::to_owned))
}

async fn upload(world: &World, url: &str) -> (u16, String) {
    let part = Part::bytes(b"bytes".to_vec()).file_name("a.bin").mime_str("application/pdf").unwrap();
    let answer = world.http.post(url).multipart(Form::new().part("data", part)).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn each_type_of_upload_returns_its_token_in_its_own_field() {
    let world = World::started().await;
    let mut tokens = Vec::new();
    for kind in ["image", "file"] {
        let (url, token) = place(&world, kind).await;
        assert_eq!(token, None);
        let answer: Value = serde_json::from_str(&upload(&world, &url).await.1).unwrap();
        let photo = answer["photos"].as_object().map(|photos| photos.values().next().unwrap()["token"].clone());
        tokens.push((kind, photo.unwrap_or(answer["token"].clone())));
        assert_eq!(upload(&world, &url).await.0, 404, "one place takes one file");
    }
    for kind in ["video", "audio"] {
        let (url, token) = place(&world, kind).await;
        assert_eq!(upload(&world, &url).await, (200, "<retval>1</retval>".to_owned()));
        tokens.push((kind, json!(token)));
    }
    for (kind, token) in tokens {
        let mid = world.sent(json!({"text": "", "attachments": [{"type": kind, "payload": {"token": token}}]})).await;
        let file = world.max.message(&mid).unwrap().files.remove(0);
        assert_eq!((file.kind, file.name.as_str(), &file.bytes[..]), (kind, "a.bin", &b"bytes"[..]));
    }
    assert_eq!(world.refused(Method::POST, "/uploads?type=photo", json!(null)).await.0, 400);
}

#[tokio::test]
async fn a_file_is_processed_before_it_can_be_sent() {
    let world = World::with(|options| options.processing = 3_000).await;
    world.maria().starts("").unwrap();
    let (url, token) = place(&world, "video").await;
    let body = json!({"text": "", "attachments": [{"type": "video", "payload": {"token": token}}]});
    let path = format!("/messages?chat_id={}", world.dialog());
    assert_eq!(world.refused(Method::POST, &path, body.clone()).await.1, "attachment.not.ready", "not uploaded");
    upload(&world, &url).await;
    let refused = world.refused(Method::POST, &path, body.clone()).await;
    assert_eq!((refused.0, refused.1.as_str()), (400, "attachment.not.ready"));
    world.advance(3);
    world.sent(body).await;
    let path = format!("/videos/{}", token.unwrap());
    assert!(world.ok(Method::GET, &path, json!(null)).await["urls"]["mp4_720"].is_string());
}

#[tokio::test]
async fn a_file_comes_in_parts_too() {
    let world = World::started().await;
    let (url, token) = place(&world, "audio").await;
    for (range, part, status) in [("bytes 0-2/5", "byt", 201), ("bytes 0-2/5", "byt", 416), ("bytes 3-4/5", "es", 200)]
    {
        let request = world.http.post(&url).header("Content-Range", range).body(part);
        assert_eq!(request.send().await.unwrap().status().as_u16(), status, "{range}");
    }
    let mid = world.sent(json!({"attachments": [{"type": "audio", "payload": {"token": token}}]})).await;
    assert_eq!(&world.max.message(&mid).unwrap().files[0].bytes[..], b"bytes");
}
