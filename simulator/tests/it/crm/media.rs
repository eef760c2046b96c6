//! Files of messages: the links in hooks, and what amoCRM downloads.

use chrono::TimeDelta;
use serde_json::json;
use simulator::crm::{Attachment, HookMessage};

use crate::crm::caller::{HOST, World, receive_one, text};
use crate::crm::receiver::receive;

/// A connected world and the link to a picture a manager sent.
async fn sent() -> (World, String, String) {
    let world = World::connected().await;
    world.message(text("m-1", "Hello")).await;
    let mut hooks = receive(&world).await;
    let chat = world.sandbox.chats(HOST).remove(0).id;
    let file = Attachment::new("picture", "наш диван & co.png", "image/png", &b"0123456789"[..]);
    let said = world.sandbox.manager_sends(HOST, &chat, HookMessage::attachment(file)).await.unwrap();
    let link = hooks.message().await["media"].as_str().unwrap().to_owned();
    (world, link, said.message_id)
}

#[tokio::test]
async fn links_serve_whole_files_parts_and_heads() {
    let (world, link, _) = sent().await;
    assert!(link.is_ascii(), "{link}");
    let ask = async |method: &str, range: Option<&str>| {
        let mut request = world.client.request(method.parse().unwrap(), &link);
        if let Some(range) = range {
            request = request.header("Range", range);
        }
        let answer = request.send().await.unwrap();
        let header = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let shown =
            (answer.status().as_u16(), header("content-range"), header("content-length"), header("content-type"));
        (shown, answer.text().await.unwrap())
    };
    let png = Some("image/png".to_owned());
    let length = |length: &str| Some(length.to_owned());
    assert_eq!(ask("GET", None).await, ((200, None, length("10"), png.clone()), "0123456789".to_owned()));
    assert_eq!(ask("HEAD", None).await, ((200, None, length("10"), png.clone()), String::new()));
    let part = ask("GET", Some("bytes=2-5")).await;
    assert_eq!(part, ((206, length("bytes 2-5/10"), length("4"), png), "2345".to_owned()));
    assert_eq!(ask("GET", Some("bytes=-3")).await.1, "789");
    let beyond = ask("GET", Some("bytes=10-")).await.0;
    assert_eq!((beyond.0, beyond.1), (416, length("bytes */10")));
}

#[tokio::test]
async fn links_die_but_amocrm_keeps_its_own_files() {
    let (world, link, message_id) = sent().await;
    let status = async |link: &str| world.client.get(link).send().await.unwrap().status().as_u16();
    world.advance(TimeDelta::hours(23));
    assert_eq!(status(&link).await, 200);
    world.advance(TimeDelta::hours(2));
    assert_eq!(status(&link).await, 404);
    assert_eq!(world.sandbox.downloads(HOST, &message_id).await.unwrap().bytes, "0123456789");
    let chat = world.sandbox.chats(HOST)[0].id.clone();
    world.sandbox.set_media_life(TimeDelta::minutes(1));
    let mut hooks = receive(&world).await;
    world.sandbox.manager_sends(HOST, &chat, HookMessage::attachment(Attachment::sample("video"))).await.unwrap();
    let message = hooks.message().await;
    for key in ["media", "thumbnail"] {
        assert_eq!(status(message[key].as_str().unwrap()).await, 200);
    }
    world.sandbox.expire_media();
    for key in ["media", "thumbnail"] {
        assert_eq!(status(message[key].as_str().unwrap()).await, 404);
    }
    assert_eq!(status(&format!("{}/attachments/none/x.png", world.sandbox.url())).await, 404);
}

#[tokio::test]
async fn samples_are_what_they_say() {
    let world = World::connected().await;
    world.message(text("m-1", "Hello")).await;
    let mut hooks = receive(&world).await;
    let chat = world.sandbox.chats(HOST).remove(0).id;
    for (kind, content_type, at, magic) in [
        ("picture", "image/png", 0, &b"\x89PNG\r\n\x1a\n"[..]),
        ("video", "video/mp4", 4, b"ftyp"),
        ("file", "application/pdf", 0, b"%PDF-1."),
        ("voice", "audio/ogg", 0, b"OggS"),
        ("audio", "audio/mpeg", 0, b"ID3"),
        ("sticker", "image/webp", 8, b"WEBP"),
    ] {
        world.sandbox.manager_sends(HOST, &chat, HookMessage::attachment(Attachment::sample(kind))).await.unwrap();
        let message = hooks.message().await;
        let answer = world.client.get(message["media"].as_str().unwrap()).send().await.unwrap();
        assert_eq!(answer.headers()["content-type"], content_type);
        let bytes = answer.bytes().await.unwrap();
        assert!(bytes[at..].starts_with(magic), "{kind}");
        assert_eq!(message["file_size"], bytes.len());
    }
}

#[tokio::test]
async fn amocrm_downloads_the_file_of_a_message_once() {
    let world = World::connected().await;
    let (url, arrived) = receive_one(200).await;
    let mut picture = text("m-1", "");
    picture["message"] = json!({"type": "picture", "text": "", "media": format!("{url}/1.jpg?sign=x"), "file_name": "1.jpg", "file_size": 5});
    assert_eq!(world.message(picture).await.0, 200);
    let id = world.sandbox.messages(HOST)[0].id.clone();
    let first = world.sandbox.downloads(HOST, &id).await.unwrap();
    assert_eq!((first.content_type.as_str(), first.bytes.len()), ("application/octet-stream", 0));
    assert!(arrived.await.unwrap().head.starts_with("GET /1.jpg?sign=x "));
    assert!(world.sandbox.downloads(HOST, &id).await.is_ok(), "kept");
    let answer = world.client.get(format!("{}/accounts/{HOST}/messages/{id}/media", world.sandbox.url()));
    assert_eq!(answer.send().await.unwrap().headers()["content-disposition"], "attachment");
    for (status, msgid) in [(404, "m-2"), (302, "m-3")] {
        let (url, _) = receive_one(status).await;
        let mut voice = text(msgid, "");
        voice["message"] = json!({"type": "voice", "media": format!("{url}/v.ogg")});
        world.message(voice).await;
        let id = world.sandbox.messages(HOST).pop().unwrap().id;
        assert!(world.sandbox.downloads(HOST, &id).await.unwrap_err().to_string().contains(&status.to_string()));
    }
    assert!(world.sandbox.downloads(HOST, "none").await.is_err());
}
