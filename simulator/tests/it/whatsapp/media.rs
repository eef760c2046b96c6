//! Files: uploads, addresses that expire, links.

use reqwest::Method;
use serde_json::{Value, json};
use simulator::whatsapp::{NewPhone, Status, refusal};

use super::{PHONE, WABA, World, sample, to_maria};

async fn load(world: &World, url: &str, token: &str) -> (u16, Vec<u8>) {
    let answer = world.stage.http.get(url).bearer_auth(token).send().await.unwrap();
    (answer.status().as_u16(), answer.bytes().await.unwrap().to_vec())
}

#[tokio::test]
async fn an_upload_is_read_back_for_five_minutes_at_an_address() {
    let world = World::start().await;
    let id = world.uploaded("picture.jpg", "image/jpeg").await;
    let media = world.get(&format!("{id}?phone_number_id={PHONE}")).await;
    let size = sample("picture.jpg").len().to_string();
    assert_eq!((&media["mime_type"], &media["file_size"]), (&json!("image/jpeg"), &json!(size)));
    assert_eq!(media["sha256"].as_str().unwrap().len(), 64);
    let url = media["url"].as_str().unwrap();
    assert_eq!(load(&world, url, &world.token).await, (200, sample("picture.jpg")));
    assert_eq!(load(&world, url, "EAAGnobody").await.0, 401);
    assert_eq!(load(&world, &url.replace("hash=ATt", "hash=ATu"), &world.token).await.0, 404);
    world.whatsapp().faults().next("media_download", 1, refusal(131_016));
    assert_eq!(load(&world, url, &world.token).await, (500, Vec::new()));
    world.stage.advance(299).await;
    assert_eq!(load(&world, url, &world.token).await.0, 200);
    world.stage.advance(1).await;
    assert_eq!(load(&world, url, &world.token).await.0, 404, "a new address is needed");
    assert_eq!(world.refused(Method::GET, &format!("{id}?phone_number_id=1"), Value::Null).await, (100, 33));
    world.call(Method::DELETE, &id, Value::Null).await;
    assert_eq!(world.refused(Method::GET, &id, Value::Null).await, (100, 33));
}

#[tokio::test]
async fn uploads_have_types_and_sizes() {
    let world = World::start().await;
    let (status, answer) = world.upload("a.zip", "application/zip", b"PK".to_vec()).await;
    assert_eq!((status, &answer["error"]["code"]), (400, &json!(100)));
    assert!(answer["error"]["message"].as_str().unwrap().ends_with("Received file of type 'application/zip'."));
    for (mime, most) in [("image/png", 5 << 20), ("image/webp", 500 << 10)] {
        assert_eq!(world.upload("file", mime, vec![0; most]).await.0, 200, "{mime}");
        let (status, answer) = world.upload("file", mime, vec![0; most + 1]).await;
        assert_eq!((status, &answer["error"]["code"]), (400, &json!(131_053)), "{mime}");
    }
    assert_eq!(world.upload("a.txt", "text/plain", Vec::new()).await.1["error"]["code"], 131_053);
}

#[tokio::test]
async fn a_file_of_the_wrong_kind_fails_after_it_was_accepted() {
    let world = World::open().await;
    let pdf = world.uploaded("offer.pdf", "application/pdf").await;
    let music = world.uploaded("melody.mp3", "audio/mpeg").await;
    let mut fakes = Vec::new();
    for (mime, bytes) in [("image/jpeg", &b"no picture"[..]), ("audio/ogg", b"OggS vorbis")] {
        fakes.push(world.upload("fake", mime, bytes.to_vec()).await.1["id"].clone());
    }
    for (kind, content) in [
        ("image", json!({"id": pdf})),
        ("image", json!({"id": fakes[0]})),
        ("audio", json!({"id": music, "voice": true})),
        ("audio", json!({"id": fakes[1]})),
    ] {
        world.send(kind, content.clone()).await;
        let sent = world.last();
        assert_eq!((sent.status(), sent.error()), (Some(Status::Failed), Some(131_053)), "{kind} {content}");
    }
    let failed = &world.told("statuses").await[0]["errors"][0]["error_data"]["details"];
    let words = "Unsupported image mime type application/pdf. Please use one of image/jpeg, image/png.";
    assert_eq!(failed, words);
    let second = world.whatsapp().add_phone(NewPhone { number: "77010009901".to_owned(), ..NewPhone::of(WABA) });
    let message = to_maria("document", json!({"id": pdf}));
    let refused = world.refused(Method::POST, &format!("{second}/messages"), message).await;
    assert_eq!(refused.0, 100, "files belong to a number");
}
