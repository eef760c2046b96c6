//! Every sample body (avito §10) with its result; and altered bodies, none of which may cause a panic.

mod advert;
mod mangled;

use std::collections::BTreeMap;

use base::i18n::Language;
use base::message::Content;

use super::*;
use crate::avito::fake::{CHAT, Fake, SELLER, body, fixture, settings};

const BUYER: &str = "77001122";

async fn read_body(fake: &Fake, body: &str, language: Language) -> Result<Vec<InboundEvent>, NotReceived> {
    receive(&fake.avito(), &settings(), body.as_bytes(), Words::new(language)).await
}

/// The only event of a sample, in English. The chat has begun before.
async fn one(name: &str) -> InboundEvent {
    let fake = Fake::start().await;
    let mut earlier = fixture("api_messages");
    for message in earlier.as_array_mut().unwrap() {
        message["author_id"] = fixture(name).pointer("/payload/value/author_id").cloned().unwrap_or_default();
        message["id"] = json!(format!("earlier-{}", message["id"]));
        message["created"] = json!(1_795_000_000);
    }
    fake.next("/messages/", 200, earlier);
    let events = read_body(&fake, &body(name), Language::En).await.unwrap_or_else(|why| panic!("{name}: {why:?}"));
    let [event] = <[InboundEvent; 1]>::try_from(events).unwrap_or_else(|all| panic!("{name}: {all:?}"));
    event
}

#[track_caller]
fn message(event: InboundEvent) -> IncomingMessage {
    match event {
        InboundEvent::Wrote(written) => *written,
        other => panic!("{other:?}"),
    }
}

/// What becomes of an event, in one line.
fn shown(event: InboundEvent) -> String {
    let InboundEvent::Wrote(written) = event else { return format!("{event:?}") };
    let Body { content, caption, .. } = written.body;
    let caption = caption.map_or_else(String::new, |caption| format!(" + {caption}"));
    match content {
        Content::Text { text } => format!("text {text}{caption}"),
        Content::Location { latitude, longitude } => format!("location {latitude} {longitude}{caption}"),
        other => {
            let media = other.media().unwrap();
            let from = media.reference.clone().unwrap_or_else(|| media.media_url.clone());
            format!("{} {} {from}", other.kind(), media.file_name)
        }
    }
}

/// Samples and what they become.
const SAMPLES: &[(&str, &str)] = &[
    ("hook_text", "text Ещё продаёте?"),
    ("hook_text_without_published_at", "text Я оплатил через Авито"),
    ("hook_text_emoji", "text 👍🏽 беру!\nКогда можно забрать?"),
    (
        "hook_image",
        "picture photo_bdcc5bac2d00345f1cc66fa657810004.jpg \
         https://img.k.avito.ru/chat/1280x960/5083651369.3e798a9bf88345ae8fe85ff891266b24.jpg",
    ),
    ("hook_voice", "voice voice.mp4 voice:5b1e0c3a-6f2d-4d7e-9a51-0c7a2f9b1d34"),
    ("hook_link", "text Лучшие публикации\nhttps://habr.com/ru/"),
    ("hook_link_bare", "text habr.com"),
    ("hook_item", "text [Advert] Стол дубовый, 12 000 ₽\nhttps://avito.ru/moskva/mebel_i_interer/stol_5566778899"),
    (
        "hook_item_without_price",
        "text [Advert] Вакансия: сборщик\nhttps://avito.ru/moskva/vakansii/sborschik_5566778800",
    ),
    ("hook_location", "location 55.599799 37.603954 + Москва, Варшавское шоссе"),
    ("hook_location_by_name", "text Москва"),
    ("hook_call_missed", "text [Missed call]"),
    ("hook_call_other", "text [Call]"),
    ("hook_app_call", "text [Call]"),
    ("hook_file", "text [File. Avito does not share it: open it in the chat at Avito, or ask for a link]"),
    ("hook_video", "text [Video. Avito does not share it: open it in the chat at Avito, or ask for a link]"),
    ("hook_system", "Nothing(\"system\")"),
    ("hook_deleted", "TookBack { pieces: [\"bdcc5bac2d00345f1cc66fa657810012\"] }"),
    ("hook_own_text", "text Да, приезжайте"),
    (
        "hook_own_image",
        "picture photo_bdcc5bac2d00345f1cc66fa657810014.jpg \
         https://img.k.avito.ru/chat/1280x960/5083651369.3e798a9bf88345ae8fe85ff891266b24.jpg",
    ),
    ("hook_profile_chat", "text Вы до скольки работаете?"),
    ("hook_avito_chat", "Nothing(\"avito_chat\")"),
    ("hook_quote", "text А этот?"),
    ("hook_unknown_type", "text [The message is not supported. Ask to send it as text or as a picture]"),
    ("hook_unknown_type_with_text", "text 😀"),
    ("hook_null_fields", "text Здравствуйте"),
    ("hook_ids_as_text", "text Здравствуйте"),
    ("hook_foreign_account", "Unknown(\"account\")"),
    ("hook_unknown_payload", "Unknown(\"payload\")"),
    ("hook_ping", "Nothing(\"ping\")"),
];

#[tokio::test]
async fn every_sample_becomes_what_the_table_says() {
    for (name, wanted) in SAMPLES {
        assert_eq!(shown(one(name).await), *wanted, "{name}");
    }
}

#[test]
fn no_sample_is_left_out() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/avito");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".json").map(str::to_owned))
        .filter(|name| name.starts_with("hook_"))
        .collect();
    names.sort();
    let mut told: Vec<String> = SAMPLES.iter().map(|(name, _)| (*name).to_owned()).collect();
    told.sort();
    assert_eq!(names, told);
}

#[tokio::test]
async fn a_buyer_is_described() {
    let written = message(one("hook_text").await);
    assert_eq!(
        (written.conversation_id.as_str(), written.external_id.as_str(), written.sent_at),
        (CHAT, "bdcc5bac2d00345f1cc66fa657810001", Some(1_795_168_799_000))
    );
    let Person { id, role, name, avatar_url, profile_url, .. } = written.body.sender;
    assert_eq!((id.as_str(), role, name.as_deref()), (BUYER, Role::Client, Some("Мария")));
    assert_eq!(avatar_url.as_deref(), Some("https://51.img.avito.st/avatar/social/256x256/10243300051.jpg"));
    assert_eq!(profile_url.as_deref(), Some("https://avito.ru/user/db65c00c946dc404e11f14755465453b/profile"));
    assert_eq!((written.body.receiver, written.room), (None, None));
    let nameless = message(one("hook_ids_as_text").await).body.sender;
    assert_eq!(nameless.id, "9007199254740993123", "no number is rounded");
    assert_eq!(nameless.name.as_deref(), Some("Avito 9007199254740993123"));
    let quoting = message(one("hook_quote").await).body.reply_to.unwrap();
    assert_eq!(quoting.external_id.as_deref(), Some("bdcc5bac2d00345f1cc66fa657810001"));
}

#[tokio::test]
async fn messages_that_the_seller_writes_in_avito_are_from_a_manager() {
    let written = message(one("hook_own_text").await);
    assert_eq!((written.body.sender.id.as_str(), written.body.sender.role), (SELLER, Role::Manager));
    assert_eq!(written.body.receiver.unwrap().id, BUYER, "for a chat that is not known yet");
    // Whom the chat is with is known from its conversation: Avito's post must be answered in two seconds.
    let fake = Fake::start().await;
    fake.next("/v2/", 500, json!({}));
    let events = read_body(&fake, &body("hook_own_text"), Language::En).await.unwrap();
    let written = message(events.into_iter().next().unwrap());
    assert_eq!((written.body.sender.role, written.body.receiver), (Role::Manager, None));
    assert_eq!(written.room.unwrap().id, CHAT, "the chat is opened by its id if it has no messages yet");
}

#[tokio::test]
async fn the_first_post_says_since_when_avito_posts() {
    let fake = Fake::start().await;
    let mut settings = settings();
    settings.public["facts"] = json!({ "bot": { "id": SELLER } });
    let events = receive(&fake.avito(), &settings, body("hook_text").as_bytes(), Words::new(Language::En)).await;
    let learned = events.unwrap().remove(0);
    let value = json!(1_795_168_799);
    assert_eq!(learned, InboundEvent::Learned { part: "avito", key: "since".to_owned(), value });
}

#[tokio::test]
async fn texts_are_in_the_accounts_language() {
    let fake = Fake::start().await;
    let events = read_body(&fake, &body("hook_call_missed"), Language::Ru).await.unwrap();
    assert!(shown(events[0].clone()).ends_with("[Пропущенный звонок]"), "{events:?}");
}

#[tokio::test]
async fn without_credentials_nothing_can_be_read() {
    let none = Settings { public: json!({}), secrets: BTreeMap::new() };
    let fake = Fake::start().await;
    let unread = receive(&fake.avito(), &none, body("hook_text").as_bytes(), Words::new(Language::En)).await;
    assert_eq!(unread, Err(NotReceived::Unreadable));
}
