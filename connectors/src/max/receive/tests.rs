//! Every sample body with its result; and altered bodies, none of which may cause a panic.

use base::i18n::Language;
use base::message::{Content, Media, Role};
use futures_util::FutureExt;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::fake::Answer;
use crate::incoming::{Began, ButtonPress, IncomingMessage};
use crate::max::fake;
use crate::max::files::FileReference;
use crate::max::wire::Place;
use crate::tests::bodies::{self, hold, mangle};

/// The token by which `contact_own` is signed.
const TOKEN: &str = "f9LHodD0cOL-max-token";

const CHAT: &str = "880011223";

/// A body of the fixtures.
fn body(name: &str) -> String {
    bodies::body("max", name)
}

/// Names of the fixtures that are updates.
fn names() -> Vec<String> {
    bodies::names("max")
}

/// A bot in groups, whose group's title is known.
fn settings() -> Settings {
    let facts = json!({ "bot": { "user_id": 70011 }, "titles": { "-70000000001234": "Закупки" } });
    Settings {
        public: json!({ "groups": true, "facts": facts }),
        secrets: [("bot_token".to_owned(), TOKEN.into())].into(),
    }
}

async fn read_with(settings: &Settings, body: &str) -> Result<Vec<InboundEvent>, NotReceived> {
    // A server that does not answer.
    let (api, posts) = (fake::api("http://127.0.0.1:1"), Posts::default());
    receive(&api, &posts, settings, body.as_bytes(), Words::new(Language::En)).await
}

/// The events of a fixture's body, in English.
fn read(name: &str) -> Vec<InboundEvent> {
    let (settings, body) = (settings(), body(name));
    let reading = read_with(&settings, &body).now_or_never().expect("nothing has to be asked");
    reading.unwrap_or_else(|why| panic!("{name}: {why:?}"))
}

/// All messages in a fixture's body.
#[track_caller]
fn all_written(name: &str) -> Vec<IncomingMessage> {
    let written = read(name).into_iter().map(|one| match one {
        InboundEvent::Wrote(written) => *written,
        other => panic!("{name}: {other:?}"),
    });
    written.collect()
}

/// The only message in a fixture's body.
#[track_caller]
fn written(name: &str) -> IncomingMessage {
    let [written] = <[IncomingMessage; 1]>::try_from(all_written(name)).unwrap_or_else(|all| panic!("{name}: {all:?}"));
    written
}

#[track_caller]
fn text(name: &str) -> String {
    match written(name).body.content {
        Content::Text { text } => text,
        other => panic!("{name}: {other:?}"),
    }
}

#[track_caller]
fn media(name: &str, kind: &str) -> Media {
    let content = written(name).body.content;
    assert_eq!(content.kind(), kind, "{name}");
    content.media().cloned().unwrap_or_else(|| panic!("{name} has no file"))
}

#[track_caller]
fn one(name: &str) -> InboundEvent {
    let [happened] = <[InboundEvent; 1]>::try_from(read(name)).unwrap_or_else(|all| panic!("{name}: {all:?}"));
    happened
}

#[test]
fn nothing_in_a_body_breaks_its_reader() {
    let (settings, api, posts) = (settings(), fake::api("http://127.0.0.1:1"), Posts::default());
    let bodies = bodies::all("max");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    mangle(1024, &bodies, json!("dialog"), |_, body| {
        let told = runtime.block_on(receive(&api, &posts, &settings, body.as_bytes(), Words::new(Language::En)));
        let told = told.unwrap_or_default();
        hold(&told)?;
        for one in told {
            if let InboundEvent::Wrote(written) = one {
                prop_assert!(!written.external_id.is_empty() && written.external_id.len() <= 255);
                prop_assert!(Place::parse(&written.conversation_id).is_some());
            }
        }
        Ok(())
    });
}

#[tokio::test]
async fn bytes_that_are_no_update_are_unreadable() {
    let deep = format!("{{\"message\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
    for body in ["", "{", "[]", "null", "5", "\"message_created\"", "{\"update_type\":}", &deep] {
        let told = read_with(&settings(), body).await;
        let is_harmless = matches!(told.as_deref(), Err(NotReceived::Unreadable) | Ok([InboundEvent::Unknown(_)]));
        assert!(is_harmless, "{told:?}");
    }
}

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

const GROUP: &str = "-70000000001234";

#[track_caller]
fn began(events: Vec<InboundEvent>) -> Began {
    let found = events.into_iter().find_map(|one| match one {
        InboundEvent::Began(began) => Some(*began),
        _ => None,
    });
    found.expect("a conversation began")
}

fn reach(name: &str) -> Option<bool> {
    read(name).into_iter().find_map(|one| match one {
        InboundEvent::Reach { reachable, .. } => Some(reachable),
        _ => None,
    })
}

#[test]
fn a_start_brings_its_payload() {
    let told = began(read("bot_started"));
    assert_eq!((told.conversation_id.as_str(), told.mark.as_deref()), (CHAT, Some("lead_77-A")));
    assert_eq!(told.customer.id, "91234567");
    assert_eq!(began(read("bot_started_plain")).mark, None);
    assert_eq!(
        (reach("bot_started"), reach("bot_stopped"), reach("dialog_removed")),
        (Some(true), Some(false), Some(false))
    );
    assert_eq!(one("dialog_cleared"), InboundEvent::Nothing("dialog_cleared"));
}

#[tokio::test]
async fn a_written_start_is_one_too_and_other_words_are_not() {
    for (text, mark) in
        [("/start", Some(None)), ("/start lead", Some(Some("lead"))), ("/starter", None), ("/start a b", None)]
    {
        let mut whole: Value = serde_json::from_str(&body("text")).unwrap();
        whole["message"]["body"]["text"] = json!(text);
        let told = read_with(&settings(), &whole.to_string()).await.unwrap();
        let found = told.iter().find_map(|one| match one {
            InboundEvent::Began(began) => Some(began.mark.clone()),
            _ => None,
        });
        assert_eq!(found, mark.map(|mark| mark.map(str::to_owned)), "{text}");
    }
}

#[track_caller]
fn pressed(event: InboundEvent) -> ButtonPress {
    match event {
        InboundEvent::Pressed(press) => *press,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_press_is_known_by_its_time() {
    let press = pressed(one("message_callback"));
    assert_eq!(press.written.external_id, "callback:f9LHodD0cOIcallback:1795168800123:91234567");
    assert_eq!(press.written.body.content, Content::Text { text: "Нет".to_owned() });
    assert_eq!(press.message_id.unwrap().to_string(), "0190aaaa-bbbb-7ccc-8ddd-eeeeffff0001");
    assert_eq!((press.acknowledge.as_str(), press.written.conversation_id.as_str()), ("f9LHodD0cOIcallback", CHAT));
    assert_eq!(one("message_callback_no_message"), InboundEvent::Nothing("message_callback"));
}

#[test]
fn groups_are_heard_and_channels_are_not() {
    let told = written("group_text");
    assert_eq!((told.conversation_id.as_str(), told.room.unwrap().name.as_deref()), (GROUP, Some("Закупки")));
    assert_eq!(began(read("bot_added")).conversation_id, GROUP);
    assert_eq!(reach("bot_removed"), Some(false));
    let title =
        InboundEvent::Learned { part: "titles", key: GROUP.to_owned(), value: json!("Закупки Акме") };
    assert_eq!(one("chat_title_changed"), title);
    for name in ["channel_post", "bot_added_channel", "comment_of_channel"] {
        assert_eq!(one(name), InboundEvent::Nothing("channel"), "{name}");
    }
}

#[tokio::test]
async fn groups_are_left_alone_unless_wanted() {
    let mut settings = settings();
    settings.public["groups"] = json!(false);
    for name in ["group_text", "bot_added", "bot_removed", "chat_title_changed"] {
        let told = read_with(&settings, &body(name)).await.unwrap();
        assert_eq!(told, [InboundEvent::Nothing("group")], "{name}");
    }
}

#[tokio::test]
async fn a_group_is_named_by_its_title() {
    let mut settings = settings();
    settings.public["facts"]["titles"] = json!({});
    let fake = fake::start([Answer::Json(200, json!({ "chat_id": 1, "title": "Acme" }))]).await;
    let (body, words) = (body("group_text"), Words::new(Language::En));
    let told = receive(&fake::api(&fake.base), &Posts::default(), &settings, body.as_bytes(), words).await.unwrap();
    let [InboundEvent::Learned { value, .. }, InboundEvent::Wrote(told)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!((value, told.room.as_ref().unwrap().name.as_deref()), (&json!("Acme"), Some("Acme")));
    assert_eq!(fake.call().line(), "GET /chats/-70000000001234");
    let told = read_with(&settings, &body).await.unwrap();
    let [InboundEvent::Wrote(told)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(told.room.as_ref().unwrap().name.as_deref(), Some("MAX -70000000001234"), "the server does not answer");
}

#[tokio::test]
async fn a_comment_is_of_its_post_and_author() {
    let post = json!({ "url": "https://max.ru/acme/AZ8Yq1", "body": { "mid": "mid.p", "text": "Sale!" } });
    let fake = fake::start([Answer::Json(200, post)]).await;
    let (posts, words, settings) = (Posts::default(), Words::new(Language::En), settings());
    for name in ["comment_created", "comment_created"] {
        let body = body(name);
        let told = receive(&fake::api(&fake.base), &posts, &settings, body.as_bytes(), words).await.unwrap();
        let [InboundEvent::Wrote(told)] = told.as_slice() else { panic!("{told:?}") };
        assert_eq!(told.conversation_id, "c-77345848199175/91234567");
        assert_eq!(told.external_id, "mid.ffffb9a7843177f901a0961f0b404461");
        let post = told.body.post.clone().unwrap();
        assert_eq!(
            (post.id.as_str(), post.caption.as_deref()),
            ("mid.ffffb9a7843177f901a095b6ca9f7bfa", Some("Sale!"))
        );
        assert_eq!(post.url.as_deref(), Some("https://max.ru/acme/AZ8Yq1"));
    }
    assert_eq!(fake.lines().len(), 1, "a post is asked for once");
    let told = read_with(&settings, &body("comment_edited")).await.unwrap();
    let [InboundEvent::Changed(told)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(
        told.written.body.post.clone().unwrap().url.as_deref(),
        Some("https://max.ru"),
        "the server does not answer"
    );
    let InboundEvent::TookBack { pieces: messages } = one("comment_removed") else { panic!("nothing removed") };
    assert_eq!(messages[0], "mid.ffffb9a7843177f901a0961f0b404461");
    let mut without = settings;
    without.public["comments"] = json!(false);
    let told = read_with(&without, &body("comment_created")).await.unwrap();
    assert_eq!(told, [InboundEvent::Nothing("comment")]);
}

#[tokio::test]
async fn the_bots_own_messages_are_left_out() {
    let mut whole: Value = serde_json::from_str(&body("text")).unwrap();
    whole["message"]["sender"]["user_id"] = json!(70011);
    assert_eq!(read_with(&settings(), &whole.to_string()).await.unwrap(), [InboundEvent::Nothing("echo")]);
}

#[tokio::test]
async fn every_fixture_is_read_and_only_the_unknown_one_is_unknown() {
    assert_eq!(one("unknown_update"), InboundEvent::Unknown("update"));
    let names = names();
    for name in names.iter().filter(|name| *name != "unknown_update") {
        let told = read_with(&settings(), &body(name)).await.unwrap();
        assert!(
            !told.is_empty() && !told.iter().any(|one| matches!(one, InboundEvent::Unknown(_))),
            "{name}: {told:?}"
        );
    }
    assert!(names.len() >= 44, "{names:?}");
}
