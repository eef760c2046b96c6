//! Files both ways: uploads, ids, addresses, albums, downloads and their limits.

use bytes::Bytes;
use serde_json::{Value, json};
use simulator::telegram::{Act, Content, Given, NewBot};

use super::{World, bad};

const PICTURE: &[u8] = include_bytes!("../../../assets/samples/picture.png");
const FILM: &[u8] = include_bytes!("../../../assets/samples/clip.mp4");
const VOICE: &[u8] = include_bytes!("../../../assets/samples/voice.ogg");
const MUSIC: &[u8] = include_bytes!("../../../assets/samples/melody.mp3");
const STICKER: &[u8] = include_bytes!("../../../assets/samples/sticker.webp");

/// A multipart call with the chat, these fields and these files, which are named like their parts.
async fn upload(world: &World, method: &str, fields: &[[&str; 2]], files: &[(&str, &[u8])]) -> (u16, Value) {
    let part = |name: &str, more: &str, bytes: &[u8]| {
        let head = format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n");
        [head.as_bytes(), bytes, b"\r\n"].concat()
    };
    let mut body = part("chat_id", "", world.maria.to_string().as_bytes());
    for [name, value] in fields {
        body.extend(part(name, "", value.as_bytes()));
    }
    for (name, bytes) in files {
        body.extend(part(name, &format!("; filename=\"{name}.mp4\""), bytes));
    }
    body.extend(b"--edge--\r\n");
    let call = world.stage.http.post(world.url(method)).header("Content-Type", "multipart/form-data; boundary=edge");
    let answer = call.body(body).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

/// The answer to one file.
async fn send(world: &World, method: &str, field: &str, bytes: &[u8]) -> Value {
    upload(world, method, &[], &[(field, bytes)]).await.1
}

#[tokio::test]
async fn every_kind_is_uploaded_and_sent_again_by_its_id() {
    let world = World::started().await;
    for (method, field, bytes) in [
        ("sendPhoto", "photo", PICTURE),
        ("sendVideo", "video", FILM),
        ("sendAnimation", "animation", FILM),
        ("sendVideoNote", "video_note", FILM),
        ("sendVoice", "voice", VOICE),
        ("sendAudio", "audio", MUSIC),
        ("sendDocument", "document", b"%PDF-1.4"),
        ("sendSticker", "sticker", STICKER),
    ] {
        let answer = send(&world, method, field, bytes).await;
        let object = &answer["result"][field];
        let object = object.as_array().and_then(|sizes| sizes.last()).unwrap_or(object);
        let mut again = json!({"chat_id": world.maria});
        again[field] = object["file_id"].clone();
        let sent = world.ok(method, again.clone()).await;
        assert!(sent.get(field).is_some(), "{method}");
        let last = world.telegram().sent(world.bot.id).pop().unwrap();
        assert_eq!((last.kind.as_str(), &last.files[0].bytes), (field, &Bytes::from_static(bytes)));
        // Another bot has other ids.
        let other = world.telegram().add_bot(NewBot::default());
        world.telegram().customer(world.maria, other.id).starts("").unwrap();
        let url = format!("{}/bot{}/{method}", world.telegram().base_url(), other.token);
        let answer: Value = world.stage.http.post(url).json(&again).send().await.unwrap().json().await.unwrap();
        let wrong = "Bad Request: wrong remote file identifier specified: can't unserialize it";
        assert_eq!(answer["description"], wrong);
    }
}

#[tokio::test]
async fn files_that_are_not_what_the_method_sends() {
    let world = World::started().await;
    let mut long = PICTURE.to_vec();
    long[16..24].copy_from_slice(&[0, 0, 0x20, 0, 0, 0, 0, 100]);
    let mut large = PICTURE.to_vec();
    large.resize(10 * 1024 * 1024 + 1, 0);
    let words = "file of size 10485761 bytes is too big for a photo; the maximum size is 10485760 bytes";
    for (method, field, bytes, words) in [
        ("sendPhoto", "photo", &b"<html>"[..], "IMAGE_PROCESS_FAILED"),
        ("sendPhoto", "photo", &b""[..], "file must be non-empty"),
        ("sendPhoto", "photo", &long[..], "PHOTO_INVALID_DIMENSIONS"),
        ("sendPhoto", "photo", &large[..], words),
        ("sendSticker", "sticker", PICTURE, "wrong file type"),
    ] {
        assert_eq!(send(&world, method, field, bytes).await["description"], format!("Bad Request: {words}"));
    }
    large.resize(52 * 1024 * 1024, 0);
    assert_eq!(send(&world, "sendDocument", "document", &large).await["description"], "Request Entity Too Large");
    let made = send(&world, "sendVideo", "video", b"\x1a\x45\xdf\xa3 film").await;
    assert!(made["result"].get("document").is_some(), "another format becomes a document");
    let found = send(&world, "sendDocument", "document", FILM).await;
    assert!(found["result"].get("video").is_some(), "Telegram looks at documents");
    let (plain, film) = ([["disable_content_type_detection", "true"]], [("document", FILM)]);
    let kept = upload(&world, "sendDocument", &plain, &film).await.1;
    assert_eq!(kept["result"]["document"]["file_name"], "document.mp4");
    for (count, status) in [(512, 200), (513, 400)] {
        let caption = "👋".repeat(count);
        let sent = upload(&world, "sendPhoto", &[["caption", caption.as_str()]], &[("photo", PICTURE)]).await;
        assert_eq!(sent.0, status, "captions have a limit of their own");
    }
}

#[tokio::test]
async fn albums_are_of_one_sort() {
    let world = World::started().await;
    let album = async |media: Value| {
        let media = media.to_string();
        upload(&world, "sendMediaGroup", &[["media", media.as_str()]], &[("one", PICTURE), ("two", FILM)]).await
    };
    let item = |kind: &str, part: &str| json!({"type": kind, "media": format!("attach://{part}"), "caption": part});
    let (status, answer) = album(json!([item("photo", "one"), item("video", "two")])).await;
    assert_eq!((status, answer["result"].as_array().unwrap().len()), (200, 2));
    assert_eq!(answer["result"][0]["media_group_id"], answer["result"][1]["media_group_id"]);
    let mixed = album(json!([item("photo", "one"), item("document", "two")])).await.1;
    assert_eq!(mixed["description"], "Bad Request: Can't use the media of the specified type in the album");
    assert_eq!(album(json!([item("photo", "one")])).await.0, 400);
    assert_eq!(album(json!([item("photo", "three"), item("photo", "one")])).await.0, 400);
    let documents = album(json!([item("document", "one"), item("document", "two")])).await.1;
    assert_eq!(documents["result"][1]["document"]["file_name"], "two.mp4");
    assert_eq!(world.telegram().sent(world.bot.id).len(), 4);
}

#[tokio::test]
async fn files_are_fetched_from_addresses() {
    let world = World::started().await;
    world.maria().sends(Content::of("photo")).unwrap();
    let unique = world.latest().await["message"]["photo"][0]["file_unique_id"].as_str().unwrap().to_owned();
    let base = world.telegram().base_url();
    let own = |path: &str| format!("{base}{path}");
    let picture = own(&format!("/phone/{}/{}/files/{unique}", world.maria, world.bot.id));
    let photo = |link: &str| json!({"chat_id": world.maria, "photo": link});
    assert!(world.ok("sendPhoto", photo(&picture)).await["photo"].is_array());
    for (link, words) in [
        (own("/nothing"), "failed to get HTTP URL content"),
        ("http://127.0.0.1:9/x.png".to_owned(), "failed to get HTTP URL content"),
        (own("/static/phone.css"), "wrong type of the web page content"),
        ("ftp://acme.test/x.png".to_owned(), "wrong HTTP URL specified"),
        ("no/address".to_owned(), "wrong file identifier/HTTP URL specified"),
        ("attach://nothing".to_owned(), "wrong file identifier/HTTP URL specified"),
    ] {
        assert_eq!(world.refused("sendPhoto", photo(&link)).await, bad(words), "{link}");
    }
    let document = json!({"chat_id": world.maria, "document": picture});
    assert_eq!(world.refused("sendDocument", document).await, bad("wrong type of the web page content"));
    let missing = world.refused("sendPhoto", json!({"chat_id": world.maria})).await;
    assert_eq!(missing, bad("there is no photo in the request"));
    world.telegram().act(Act::own("forbid_voice").who(world.maria).with("forbidden", true)).unwrap();
    for (method, field, bytes) in [("sendVoice", "voice", VOICE), ("sendVideoNote", "video_note", FILM)] {
        let answer = send(&world, method, field, bytes).await;
        assert_eq!(answer["description"], "Bad Request: VOICE_MESSAGES_FORBIDDEN");
    }
    assert!(send(&world, "sendAudio", "audio", MUSIC).await["result"].is_object());
}

#[tokio::test]
async fn files_of_customers_are_loaded_within_an_hour() {
    let world = World::started().await;
    let file = Given::bytes("Договор №7.pdf", "application/pdf", &b"%PDF-1.4 whole"[..]);
    world.maria().sends(Content::of("document").file(file)).unwrap();
    let file_id = world.latest().await["message"]["document"]["file_id"].as_str().unwrap().to_owned();
    let ask = || json!({"file_id": file_id});
    let path = world.ok("getFile", ask()).await["file_path"].as_str().unwrap().to_owned();
    let load = |token: String| {
        let (http, base, path) = (world.stage.http.clone(), world.telegram().base_url().to_owned(), path.clone());
        async move { http.get(format!("{base}/file/bot{token}/{path}")).send().await.unwrap() }
    };
    assert_eq!(load(world.bot.token.clone()).await.bytes().await.unwrap(), &b"%PDF-1.4 whole"[..]);
    assert_eq!(load("1:x".to_owned()).await.status(), 404);
    world.stage.advance(3_600).await;
    assert_eq!(load(world.bot.token.clone()).await.status(), 404);
    world.ok("getFile", ask()).await;
    assert_eq!(load(world.bot.token.clone()).await.status(), 200);
    world.telegram().lose_file(&file_id);
    assert_eq!(world.refused("getFile", ask()).await, bad("wrong file_id or the file is temporarily unavailable"));
    let huge = Given::sample().with("is_nameless", true).with("size", 20 * 1024 * 1024 + 1);
    world.maria().sends(Content::of("document").file(huge)).unwrap();
    let huge = world.latest().await["message"]["document"]["file_id"].clone();
    assert_eq!(world.refused("getFile", json!({"file_id": huge})).await, bad("file is too big"));
    assert_eq!(world.refused("getFile", json!({"file_id": "made up"})).await, bad("invalid file_id"));
}

#[tokio::test]
async fn pictures_of_persons_are_there_or_not() {
    let world = World::started().await;
    let ask = || json!({"user_id": world.maria, "limit": 1});
    assert_eq!(world.ok("getUserProfilePhotos", ask()).await["total_count"], 0);
    world.telegram().set_avatar(world.maria, true);
    let photos = world.ok("getUserProfilePhotos", ask()).await;
    let file_id = photos["photos"][0][0]["file_id"].clone();
    assert!(world.ok("getFile", json!({"file_id": file_id})).await["file_path"].is_string());
    assert_eq!(world.refused("getUserProfilePhotos", json!({"user_id": 1})).await, bad("user not found"));
}
