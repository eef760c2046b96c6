//! Files: uploads, addresses that expire, links.

use actix_web::{App, HttpResponse, HttpServer, web};
use serde_json::{Value, json};
use simulator::whatsapp::{Content, Status};

use super::world::{PHONE, World, sample};

async fn load(world: &World, url: &str, token: &str) -> (u16, Vec<u8>) {
    let answer = world.http.get(url).bearer_auth(token).send().await.unwrap();
    (answer.status().as_u16(), answer.bytes().await.unwrap().to_vec())
}

#[tokio::test]
async fn an_upload_is_read_back_for_five_minutes_at_an_address() {
    let world = World::start().await;
    let bytes = sample("picture.jpg");
    let id = world.upload("picture.jpg", "image/jpeg", bytes.clone()).await;
    let media = world.get(&format!("{id}?phone_number_id={PHONE}")).await;
    assert_eq!((&media["mime_type"], &media["file_size"]), (&json!("image/jpeg"), &json!(bytes.len().to_string())));
    assert_eq!(media["sha256"].as_str().unwrap().len(), 64);
    let url = media["url"].as_str().unwrap();
    assert_eq!(load(&world, url, &world.token).await, (200, bytes));
    assert_eq!(load(&world, url, "EAAGnobody").await.0, 401);
    world.advance(299);
    assert_eq!(load(&world, url, &world.token).await.0, 200);
    world.advance(1);
    assert_eq!(load(&world, url, &world.token).await.0, 404, "a new address is needed");
    let again = world.get(&id).await["url"].as_str().unwrap().to_owned();
    assert_eq!(load(&world, &again, &world.token).await.0, 200);
    assert_eq!(world.refused("GET", &format!("{id}?phone_number_id=1"), Value::Null).await.1["error_subcode"], 33);
    world.ok("DELETE", &id, Value::Null).await;
    assert_eq!(world.refused("GET", &id, Value::Null).await.1["code"], 100);
    assert_eq!(load(&world, &again, &world.token).await.0, 404);
}

#[tokio::test]
async fn ids_live_thirty_days_after_an_upload_and_seven_in_a_webhook() {
    let world = World::start().await;
    let receiver = world.hears().await;
    world.maria().sends(Content::image("")).unwrap();
    world.whatsapp.deliver_all().await;
    let image = receiver.all("messages").pop().unwrap()["image"].clone();
    let received = image["id"].as_str().unwrap();
    assert_eq!(load(&world, image["url"].as_str().unwrap(), &world.token).await, (200, sample("picture.jpg")));
    let uploaded = world.upload("a.txt", "text/plain", b"hello".to_vec()).await;
    world.advance(7 * 86_400 - 1);
    world.get(received).await;
    world.advance(1);
    world.refused("GET", received, Value::Null).await;
    world.advance(23 * 86_400 - 1);
    world.get(&uploaded).await;
    world.advance(1);
    world.refused("GET", &uploaded, Value::Null).await;
    let lost = world.upload("a.txt", "text/plain", b"hello".to_vec()).await;
    world.whatsapp.lose_file(&lost);
    world.refused("GET", &lost, Value::Null).await;
}

#[tokio::test]
async fn uploads_have_types_and_sizes() {
    let world = World::start().await;
    let (status, answer) = world.try_upload("a.zip", "application/zip", b"PK".to_vec()).await;
    assert_eq!((status, &answer["error"]["code"]), (400, &json!(100)));
    let words = answer["error"]["message"].as_str().unwrap();
    assert!(words.ends_with("Received file of type 'application/zip'."), "{words}");
    for (mime, most) in [("image/png", 5 << 20), ("video/mp4", 16 << 20), ("image/webp", 500 << 10)] {
        assert_eq!(world.try_upload("file", mime, vec![0; most]).await.0, 200, "{mime}");
        let (status, answer) = world.try_upload("file", mime, vec![0; most + 1]).await;
        assert_eq!((status, &answer["error"]["code"]), (400, &json!(131_053)), "{mime}");
    }
    assert_eq!(world.try_upload("a.txt", "text/plain", Vec::new()).await.1["error"]["code"], 131_053);
}

#[tokio::test]
async fn a_file_of_the_wrong_kind_fails_after_it_was_accepted() {
    let (world, receiver) = World::open().await;
    let pdf = world.upload("offer.pdf", "application/pdf", sample("offer.pdf")).await;
    let fake = world.upload("a.jpg", "image/jpeg", b"no picture".to_vec()).await;
    let small = world.upload("sticker.webp", "image/webp", sample("sticker.webp")).await;
    let music = world.upload("melody.mp3", "audio/mpeg", sample("melody.mp3")).await;
    let vorbis = world.upload("a.ogg", "audio/ogg", b"OggS vorbis".to_vec()).await;
    for (kind, content) in [
        ("image", json!({"id": pdf})),
        ("image", json!({"id": fake})),
        ("sticker", json!({"id": small})),
        ("audio", json!({"id": music, "voice": true})),
        ("audio", json!({"id": vorbis})),
    ] {
        world.send(kind, content.clone()).await;
        let sent = world.whatsapp.sent(PHONE).pop().unwrap();
        assert_eq!((sent.status, sent.error), (Some(Status::Failed), Some(131_053)), "{kind} {content}");
    }
    world.whatsapp.deliver_all().await;
    let failed = &receiver.all("statuses")[0]["errors"][0]["error_data"]["details"];
    let words = "Unsupported image mime type application/pdf. Please use one of image/jpeg, image/png.";
    assert_eq!(failed, words);
    let second = simulator::whatsapp::NewPhone {
        number: "77010009901".to_owned(),
        ..simulator::whatsapp::NewPhone::of(super::world::WABA)
    };
    let second = world.whatsapp.add_phone(second);
    let message = super::world::to_maria("document", json!({"id": pdf}));
    let (_, error) = world.refused("POST", &format!("{second}/messages"), message).await;
    assert_eq!(error["code"], 100, "files belong to a number");
}

#[tokio::test]
async fn a_link_is_loaded_after_the_answer() {
    let (world, _receiver) = World::open().await;
    let site = HttpServer::new(|| {
        App::new()
            .route("/a.jpg", web::get().to(|| async { HttpResponse::Ok().content_type("image/jpeg").body("jpeg") }))
            .route("/a.html", web::get().to(|| async { HttpResponse::Ok().content_type("text/html").body("<p>") }))
    });
    let site = site.workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", site.addrs()[0]);
    let site = site.run();
    let handle = site.handle();
    tokio::spawn(site);
    for (path, error) in [("a.jpg", None), ("a.html", Some(131_053)), ("gone", Some(131_053))] {
        world.send("image", json!({"link": format!("{address}/{path}")})).await;
        world.whatsapp.deliver_all().await;
        let sent = world.whatsapp.sent(PHONE).pop().unwrap();
        assert_eq!(sent.error, error, "{path}");
        assert_eq!(sent.file.is_some(), error.is_none(), "{path}");
    }
    handle.stop(true).await;
}
