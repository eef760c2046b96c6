//! Messages of every kind.

use base::message::Role;

use super::*;
use crate::max::files::FileReference;

#[test]
fn a_text_has_its_author_and_its_place() {
    let told = written("text");
    assert_eq!(told.conversation_id, CHAT);
    assert!(told.external_id.starts_with("mid.000000003473e7d7"), "{}", told.external_id);
    assert_eq!(told.sent_at, Some(1_795_168_800_100));
    let sender = told.body.sender;
    assert_eq!(
        (sender.id.as_str(), sender.role, sender.name.as_deref()),
        ("91234567", Role::Client, Some("Анна Ковалёва"))
    );
    assert_eq!(sender.profile_url.as_deref(), Some("https://max.ru/anna_kov"));
    assert_eq!(text("text"), "Здравствуйте");
    assert_eq!(written("text_minimal").body.sender.name.as_deref(), Some("Артём"));
    assert_eq!(text("text_null_fields"), "Есть кто?");
}

#[tokio::test]
async fn ids_may_be_texts_and_names_may_be_missing() {
    let mut whole: Value = serde_json::from_str(&body("text")).unwrap();
    whole["message"]["recipient"]["chat_id"] = json!("880011223");
    whole["message"]["sender"] = json!({ "user_id": "91234567", "first_name": null, "name": 5 });
    whole["message"]["timestamp"] = json!("1795168800100");
    let told = read_with(&settings(), &whole.to_string()).await.unwrap();
    let [InboundEvent::Wrote(told)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!((told.conversation_id.as_str(), told.sent_at), (CHAT, Some(1_795_168_800_100)));
    assert_eq!(told.body.sender.name.as_deref(), Some("MAX 91234567"));
}

#[test]
fn each_attachment_is_what_the_table_says() {
    let image = media("image", "picture");
    assert_eq!((image.file_name.as_str(), image.text.as_deref()), ("image_4004800601.jpg", Some("Вот такой")));
    assert_eq!(image.known_as.as_deref(), Some("4004800601"));
    let video = media("video", "video");
    assert_eq!((video.duration, video.text), (Some(14), None));
    let reference: FileReference = serde_json::from_str(&video.reference.unwrap()).unwrap();
    assert_eq!((reference.video.as_deref(), reference.attachment), (Some("f9LHodD0cOKvideo"), 0));
    media("audio", "audio");
    let file = media("file", "file");
    assert_eq!((file.file_name.as_str(), file.file_size), ("Договор №7.pdf", 104_661));
    assert!(file.media_url.is_empty(), "the address is signed and stays here");
    assert_eq!(media("sticker", "sticker").sticker_id.as_deref(), Some("c1453bbb"));
    let place = Content::Location { latitude: 55.7522, longitude: 37.6156 };
    assert_eq!(written("location").body.content, place);
    let card = |name: &str, phone: &str| Content::Contact { name: name.to_owned(), phone: phone.to_owned() };
    assert_eq!(written("contact_foreign").body.content, card("Пётр", "+7 701 000-22-33"));
    assert_eq!(written("contact_old").body.content, card("Пётр", "+79161234567"));
    assert_eq!(text("share"), "Смотрите https://acme.test/sofa", "the address is there already");
    assert_eq!(text("share_alone"), "Диван\nhttps://acme.test/sofa");
    assert!(text("unknown_attachment").contains("not supported"));
}

#[test]
fn several_attachments_stay_together() {
    let all = all_written("images_several");
    let [first, second] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!(second.external_id, format!("{}#2", first.external_id));
    let file = |one: &IncomingMessage| one.body.content.media().cloned().unwrap();
    assert_eq!((file(first).text.as_deref(), file(second).text), (Some("Два вида"), None));
    assert_eq!(file(first).group_id.as_deref(), Some(first.external_id.as_str()));
    assert_eq!(file(first).group_id, file(second).group_id);
}

#[test]
fn the_address_of_a_link_follows_its_text() {
    assert_eq!(text("text_markup"), "👋🏽 Вот сайт (https://acme.test/offer?id=7) и ещё");
}

#[test]
fn answers_name_what_they_answer() {
    let quote = written("reply").body.reply_to.unwrap();
    assert!(quote.external_id.unwrap().starts_with("mid."));
    assert_eq!(quote.content, Some(Content::Text { text: "Привезти сегодня?".to_owned() }));
    assert_eq!(quote.sender.unwrap().name.as_deref(), Some("Acme"));
}

#[test]
fn a_forwarded_text_names_its_author() {
    assert_eq!(text("forward"), "Forwarded from Артём:\nПозвоните после шести");
    let file = media("forward_file", "file");
    assert_eq!(
        (file.file_name.as_str(), file.text.as_deref()),
        ("dkp-agreement.pdf", Some("Forwarded from Евгений Панфёров:"))
    );
    let reference: FileReference = serde_json::from_str(&file.reference.unwrap()).unwrap();
    assert_eq!(reference.mid, written("forward_file").external_id, "asked for by the message that was received");
    assert_eq!(text("forward_body_null"), "Forwarded from someone:\nТолько пересланное");
}

#[test]
fn only_an_own_number_identifies() {
    let phone = |name: &str| written(name).body.sender.phone;
    assert_eq!(phone("contact_own").as_deref(), Some("+79990000000"));
    assert_eq!(phone("contact_forged"), None, "signed for another card");
    assert_eq!(phone("contact_foreign"), None);
    assert_eq!(phone("contact_old"), None);
}

#[tokio::test]
async fn the_senders_own_contact_card_is_accepted_without_a_hash() {
    let mut whole: Value = serde_json::from_str(&body("contact_own")).unwrap();
    let payload = whole.pointer_mut("/message/body/attachments/0/payload").unwrap();
    payload.as_object_mut().unwrap().remove("hash");
    let told = read_with(&settings(), &whole.to_string()).await.unwrap();
    let [InboundEvent::Wrote(told)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(told.body.sender.phone.as_deref(), Some("+79990000000"));
}

#[test]
fn a_change_has_a_key_of_its_own() {
    let InboundEvent::Changed(changed) = one("message_edited") else { panic!("no change") };
    let text = Content::Text { text: "Здравствуйте! Есть ли синий?".to_owned() };
    assert_eq!(changed.written.body.content, text);
    assert!(changed.key.starts_with(&format!("{}:1795168800123:", changed.written.external_id)));
    let InboundEvent::TookBack { pieces: messages } = one("message_removed") else { panic!("nothing removed") };
    assert!(messages[0].starts_with("mid.") && messages[1] == format!("{}#2", messages[0]));
}
