//! Each kind of content that has a file: amoCRM gets a link of ours and everything it asks for beside it.

use std::time::Duration;

use base::config::Config;
use parom_tests::{Customer, Engine, FileHost, Page, Place, Setup, World, both};
use reqwest::Method;
use serde_json::{Value, json};

use super::{last_at_crm, received_message, with_content};

/// A file of a kind by its name, its type and its first bytes.
pub const KINDS: [(&str, &str, &str, &[u8]); 6] = [
    ("picture", "receipt.png", "image/png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
    ("video", "clip.mp4", "video/mp4", b"\0\0\0\x18ftypmp42\0\0\0\0"),
    ("file", "offer.pdf", "application/pdf", b"%PDF-1.7\n"),
    ("voice", "voice.ogg", "audio/ogg", b"OggS\0\x02\0\0\0\0\0\0"),
    ("audio", "song.mp3", "audio/mpeg", b"ID3\x04\0\0\0\0\0\0"),
    ("sticker", "s.webp", "image/webp", b"RIFF\x1a\0\0\0WEBPVP8L"),
];

/// A message with a file of this kind and everything that the kind may say of it.
fn with_file(customer: &Customer, kind: &str, file: Value) -> Value {
    let mut content = json!({"type": kind, "text": "See"});
    content.as_object_mut().unwrap().extend(file.as_object().unwrap().clone());
    match kind {
        "video" | "voice" | "audio" => content["duration"] = json!(7),
        "sticker" => content["sticker_id"] = json!("pack-1-42"),
        _ => {}
    }
    with_content(customer, &format!("with-{kind}"), content)
}

async fn every_kind_with_a_file_arrives(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    let host = FileHost::start().await;
    for (kind, name, mime_type, bytes) in KINDS {
        let url = host.puts(&format!("/{name}?token=secret"), [Page::file(mime_type, bytes)]);
        anna.posts(&with_file(&anna, kind, json!({"media_url": url, "file_name": name}))).await.is(202);
        world.deliver_all().await;
        let there = last_at_crm(world, &line);
        assert_eq!((there.kind.as_str(), there.text.as_str()), (kind, "See"));
        let said = received_message(&there);
        assert!(there.media.starts_with(&format!("{}/media/", world.api.base())), "a link of ours: {said}");
        assert!(!there.payload.to_string().contains("secret"), "{}", there.payload);
        let timed = ["video", "voice", "audio"].contains(&kind);
        assert_eq!(said["media_duration"], if timed { json!(7) } else { Value::Null }, "{said}");
        if kind == "sticker" {
            assert_eq!(said["sticker_id"], "pack-1-42");
        } else {
            assert_eq!((&said["file_name"], &said["file_size"]), (&json!(name), &json!(bytes.len())), "{said}");
        }
        let copy = world.sandbox.downloads(&line.host, &there.id).await.unwrap();
        assert_eq!(copy.bytes, bytes, "{kind}: amoCRM gets the same file");
    }
    assert!(
        host.asked().iter().all(|asked| asked.head.to_lowercase().contains("user-agent: parom/")),
        "we say who asks"
    );
}

/// The link is shown as soon as the message is accepted, and asks for patience while the file is fetched.
async fn a_link_to_a_file_is_shown_before_it_was_fetched(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    let host = FileHost::start().await;
    let (_, name, mime_type, bytes) = KINDS[0];
    let url = host.puts(&format!("/{name}"), [Page::file(mime_type, bytes)]);
    let accepted = anna.posts(&with_file(&anna, "picture", json!({"media_url": url}))).await.is(202);
    let path = format!("/api/v1/messages/{}", accepted.text_at("/id"));
    let link = world.api.get(&path).await.is(200).text_at("/content/media_url");
    assert!(link.starts_with(&format!("{}/media/", world.api.base())), "{link}");
    let early = parom_tests::client().get(&link).send().await.unwrap();
    assert_eq!((early.status().as_u16(), early.headers()["retry-after"].as_bytes()), (503, b"5".as_slice()));
    world.deliver_all().await;
    let lent = parom_tests::client().get(&link).send().await.unwrap();
    assert_eq!((lent.status().as_u16(), lent.bytes().await.unwrap().to_vec()), (200, bytes.to_vec()));
    let shown = world.api.get(&path).await.is(200).json["content"].clone();
    assert_eq!((&shown["mime_type"], &shown["file_size"]), (&json!(mime_type), &json!(bytes.len())), "{shown}");

    let gone = host.puts("/gone.png", [Page::status(404)]);
    let accepted = anna.posts(&with_file(&anna, "video", json!({"media_url": gone}))).await.is(202);
    world.deliver_to_the_end().await;
    let path = format!("/api/v1/messages/{}", accepted.text_at("/id"));
    assert_eq!(world.api.get(&path).await.is(200).json["content"]["media_url"], json!(null));
}

async fn a_file_that_is_gone_leaves_its_words(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    let host = FileHost::start().await;
    let url = host.puts("/receipt.png", [Page::status(404)]);
    anna.posts(&with_file(&anna, "picture", json!({"media_url": url, "file_name": "receipt.png"}))).await.is(202);
    anna.writes("Did you see it?").await;
    world.deliver_to_the_end().await;
    let texts = world.texts_at_crm(&line);
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert!(texts[0].contains("receipt.png") && texts[0].ends_with("See"), "{texts:?}");
    assert_eq!(texts[1], "Did you see it?");
}

/// amoCRM downloads files a little later: the link is good by then, whole and in parts.
async fn an_upload_is_lent_to_amocrm_days_later(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    let (_, name, _, bytes) = KINDS[0];
    let path = line.path(&format!("/media?file_name={name}"));
    let uploaded = parom_tests::answer(world.api.request(Method::POST, &path).body(bytes)).await.is(200);
    anna.posts(&with_file(&anna, "picture", json!({"media_id": uploaded.text_at("/media_id")}))).await.is(202);
    world.deliver_all().await;
    let there = last_at_crm(world, &line);
    assert_eq!((there.kind.as_str(), &received_message(&there)["file_name"]), ("picture", &json!(name)));
    world.advance(Duration::from_secs(2 * 86_400));
    assert_eq!(world.sandbox.downloads(&line.host, &there.id).await.unwrap().bytes, bytes);
}

fn stores_files(config: &mut Config) {
    config.integrations[0].channels[0].stores_files = true;
}

/// If "the integration stores files itself" was agreed with amoCRM's support, the files stay.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channel_that_stores_files_lends_them_for_ever() {
    let setup = Setup { change: stores_files, ..Setup::default() };
    let Some(mut world) = World::start(Engine::Sqlite, setup).await else { return };
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    let host = FileHost::start().await;
    let (_, name, mime_type, bytes) = KINDS[0];
    let url = host.puts(&format!("/{name}"), [Page::file(mime_type, bytes)]);
    anna.posts(&with_file(&anna, "picture", json!({"media_url": url}))).await.is(202);
    world.deliver_all().await;
    let there = last_at_crm(&world, &line);
    world.advance(Duration::from_secs(400 * 86_400));
    parom::media::sweep(&world.app().files).await.unwrap();
    assert_eq!(world.sandbox.downloads(&line.host, &there.id).await.unwrap().bytes, bytes);
    world.close().await;
}

both!(
    every_kind_with_a_file_arrives,
    a_link_to_a_file_is_shown_before_it_was_fetched,
    a_file_that_is_gone_leaves_its_words,
    an_upload_is_lent_to_amocrm_days_later,
);
