//! Uploads, and files by their addresses.

use serde_json::json;
use simulator::vk::Content;

use super::stage::Stage;

const PICTURE: &[u8] = include_bytes!("../../../assets/samples/picture.jpg");
const VOICE: &[u8] = include_bytes!("../../../assets/samples/voice.ogg");

#[actix_web::test]
async fn a_photo_is_uploaded_saved_and_attached() {
    let stage = Stage::met().await;
    let peer = stage.maria.to_string();
    let server = stage.ok("photos.getMessagesUploadServer", &[("peer_id", &peer)]).await;
    let uploaded = stage.upload(server["upload_url"].as_str().unwrap(), "photo", "a.jpg", PICTURE).await;
    let (number, photo, hash) =
        (uploaded["server"].to_string(), uploaded["photo"].as_str().unwrap(), uploaded["hash"].as_str().unwrap());
    let save = [("server", number.as_str()), ("photo", photo), ("hash", hash)];
    let saved = stage.ok("photos.saveMessagesPhoto", &save).await;
    let reference = format!("photo{}_{}", saved[0]["owner_id"], saved[0]["id"]);
    let with_key = format!("{reference}_{}", saved[0]["access_key"].as_str().unwrap());
    for (random, attachment) in [("1", reference), ("2", with_key)] {
        let params = [("peer_id", peer.as_str()), ("random_id", random), ("attachment", &attachment)];
        stage.ok("messages.send", &params).await;
    }
    let sent = stage.vk.sent(stage.acme.id, stage.maria);
    assert_eq!((sent[0].files[0].0.as_str(), &sent[0].files[0].2[..]), ("photo", PICTURE));
    assert_eq!(sent[1].files.len(), 1);
    assert_eq!(stage.refused("photos.saveMessagesPhoto", &save).await, 129, "once alone");
    let strange = [("peer_id", peer.as_str()), ("random_id", "3"), ("attachment", "photo-1_1")];
    assert_eq!(stage.refused("messages.send", &strange).await, 100);
}

#[actix_web::test]
async fn documents_and_voices_have_their_own_servers() {
    let stage = Stage::met().await;
    let peer = stage.maria.to_string();
    for (kind, name, bytes) in [("doc", "Договор.pdf", &b"%PDF-1.7"[..]), ("audio_message", "a.ogg", VOICE)] {
        let server = stage.ok("docs.getMessagesUploadServer", &[("peer_id", &peer), ("type", kind)]).await;
        let uploaded = stage.upload(server["upload_url"].as_str().unwrap(), "file", name, bytes).await;
        let saved = stage.ok("docs.save", &[("file", uploaded["file"].as_str().unwrap()), ("title", name)]).await;
        assert_eq!(saved["type"], kind);
        let attachment = format!("doc{}_{}", saved[kind]["owner_id"], saved[kind]["id"]);
        let params = [("peer_id", peer.as_str()), ("random_id", kind), ("attachment", &attachment)];
        assert_eq!(stage.refused("messages.send", &params).await, 100, "random_id is a number");
        let params = [("peer_id", peer.as_str()), ("random_id", "0"), ("attachment", &attachment)];
        stage.ok("messages.send", &params).await;
        let sent = stage.vk.sent(stage.acme.id, stage.maria).pop().unwrap();
        assert_eq!((sent.files[0].0.as_str(), sent.files[0].1.as_str()), (kind, name));
    }
    assert_eq!(stage.refused("docs.save", &[("file", "nothing")]).await, 105);
}

#[actix_web::test]
async fn an_upload_that_is_no_picture_or_voice_is_refused() {
    let stage = Stage::met().await;
    let server = stage.ok("photos.getMessagesUploadServer", &[]).await;
    let uploaded = stage.upload(server["upload_url"].as_str().unwrap(), "photo", "a.jpg", b"no picture").await;
    assert_eq!(uploaded["photo"], "[]");
    let server = stage.ok("docs.getMessagesUploadServer", &[("type", "audio_message")]).await;
    let url = server["upload_url"].as_str().unwrap().to_owned();
    assert!(stage.upload(&url, "file", "a.ogg", b"no voice").await["error"].is_string());
    assert!(stage.upload(&url, "file", "a.ogg", b"").await["error"].is_string());
    let other = url.replace("audio_message", "doc");
    assert!(stage.upload(&other, "file", "a.ogg", VOICE).await["error"].is_string(), "an address is for one kind");
}

#[actix_web::test]
async fn files_of_people_are_public_until_they_are_lost() {
    let stage = Stage::start().await;
    stage.vk.sends(stage.maria, stage.acme.id, Content::photo("Вот")).unwrap();
    let shown = &stage.vk.dialogue(stage.acme.id, stage.maria)[0].json["attachments"][0]["photo"];
    let url = shown["sizes"][2]["url"].as_str().unwrap().to_owned();
    let answer = stage.http.get(&url).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.bytes().await.unwrap()[..]), (200, PICTURE));
    stage.vk.lose_files();
    assert_eq!(stage.http.get(&url).send().await.unwrap().status().as_u16(), 404);
    let people = stage.ok("users.get", &[("user_ids", &stage.maria.to_string()), ("fields", "photo_200")]).await;
    assert_eq!(people[0]["first_name"], json!("Maria"));
    assert!(people[0]["photo_200"].as_str().unwrap().starts_with(stage.vk.base_url()));
}
