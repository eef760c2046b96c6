//! Every sample body (tests/fixtures/vk) with its result; and altered bodies, none of which may cause a panic.

use base::config::Config;
use base::http_client::HttpClients;
use base::i18n::Language;
use base::message::{Content, Media, Person, Role, State};
use proptest::prelude::*;
use secrecy::SecretString;
use serde_json::json;
use url::Url;

use super::*;
use crate::fake::{Answer, Fake};
use crate::incoming::{IncomingMessage, StatusUpTo};
use crate::tests::bodies::{self, hold, mangle};
use crate::vk::fake;
use crate::vk::wire::{MessageId, PostId};

/// A community that reads, and the VK it asks.
struct Stage {
    fake: Fake,
    api: VkApi,
    people: People,
    seen: Seen,
}

impl Stage {
    async fn start() -> Self {
        let fake = fake::start().await;
        let api = api(&fake.base);
        Self { fake, api, people: People::default(), seen: Seen::default() }
    }

    async fn read(&self, body: &str) -> Result<Vec<InboundEvent>, NotReceived> {
        let words = Words::new(Language::En);
        receive(&self.api, &self.people, &self.seen, &settings(), body.as_bytes(), words).await
    }

    /// A person as described on the way to amoCRM.
    async fn described(&self, id: i64) -> Option<Person> {
        let (settings, words) = (settings(), Words::new(Language::En));
        let community = Community::of(&settings).unwrap();
        Asking { api: &self.api, people: &self.people, community, words }.described(id).await
    }
}

fn api(base: &Url) -> VkApi {
    let http = HttpClients::new(&Config::from_toml("").unwrap().network).unwrap();
    VkApi::new(&http, base)
}

fn settings() -> Settings {
    let secrets = [("access_token".to_owned(), SecretString::from("vk1.a.0123456789abcdef"))].into();
    Settings { public: json!({ "group_id": 223_344_556 }), secrets }
}

/// A body of the fixtures.
fn body(name: &str) -> String {
    bodies::body("vk", name)
}

/// The names of all events among the fixtures.
fn names() -> Vec<String> {
    bodies::names("vk")
}

/// The events of a fixture's body, in English.
async fn read(name: &str) -> Vec<InboundEvent> {
    Stage::start().await.read(&body(name)).await.unwrap_or_else(|why| panic!("{name}: {why:?}"))
}

/// The messages in a fixture's body.
async fn all(name: &str) -> Vec<IncomingMessage> {
    let events = read(name).await.into_iter();
    let written = events.filter_map(|event| match event {
        InboundEvent::Wrote(written) => Some(*written),
        _ => None,
    });
    written.collect()
}

/// The only message in a fixture's body.
async fn written(name: &str) -> IncomingMessage {
    let mut all = all(name).await;
    assert_eq!(all.len(), 1, "{name}: {all:#?}");
    all.remove(0)
}

async fn text(name: &str) -> String {
    match written(name).await.body.content {
        Content::Text { text } => text,
        other => panic!("{name}: {other:?}"),
    }
}

async fn media(name: &str, kind: &str) -> Media {
    let content = written(name).await.body.content;
    assert_eq!(content.kind(), kind, "{name}");
    content.media().cloned().unwrap_or_else(|| panic!("{name} has no file"))
}

async fn one(name: &str) -> InboundEvent {
    let [event] = <[InboundEvent; 1]>::try_from(read(name).await).unwrap_or_else(|all| panic!("{name}: {all:?}"));
    event
}

#[tokio::test]
async fn comments_join_the_persons_conversation_and_name_their_post() {
    for (name, id, url) in [
        ("wall_reply_new", "wall-223344556_77:81", "https://vk.com/wall-223344556_77?reply=81"),
        ("photo_comment_new", "photo-223344556_457239017:5", "https://vk.com/photo-223344556_457239017"),
        ("video_comment_new", "video-223344556_456239020:6", "https://vk.com/video-223344556_456239020"),
        ("market_comment_new", "market-223344556_7:7", "https://vk.com/product-223344556_7"),
    ] {
        let comment = written(name).await;
        let post = comment.body.post.unwrap();
        assert_eq!((comment.external_id.as_str(), comment.conversation_id.as_str()), (id, "712345678"), "{name}");
        assert_eq!((Some(post.id.as_str()), post.url.as_deref()), (id.split(':').next(), Some(url)), "{name}");
    }
    assert_eq!(text("wall_reply_new").await, "Цена & срок?");
    assert_eq!(media("market_comment_new", "picture").await.text.as_deref(), Some("Есть?"));
}

#[tokio::test]
async fn a_comment_in_a_thread_names_what_it_answers() {
    let comment = written("wall_reply_thread").await.body;
    assert_eq!(comment.reply_to.unwrap().external_id.as_deref(), Some("wall-223344556_77:81"));
    assert_eq!(comment.content, Content::Text { text: "Акме, а доставка?".into() });
}

#[tokio::test]
async fn changed_and_deleted_comments_and_our_own() {
    let InboundEvent::Changed(changed) = one("wall_reply_edit").await else { panic!("no edit") };
    assert_eq!(changed.written.external_id, "wall-223344556_77:81");
    for (name, id) in [("wall_reply_delete", "wall-223344556_77:81"), ("market_comment_delete", "market-223344556_7:7")]
    {
        let InboundEvent::TookBack { pieces: messages } = one(name).await else { panic!("{name} deletes nothing") };
        assert_eq!(messages[..2], [id.to_owned(), format!("{id}/2")], "each of its files is a message");
        assert!(messages.contains(&format!("{id}/restored")) && messages.len() == 10, "{messages:?}");
    }
    assert_eq!(one("wall_reply_own").await, InboundEvent::Nothing("own_comment"));
}

/// A message that is marked as deleted cannot be written to again.
#[tokio::test]
async fn a_restored_comment_is_another_message() {
    let mut body: Value = serde_json::from_str(&crate::tests::bodies::body("vk", "wall_reply_new")).unwrap();
    body["type"] = json!("wall_reply_restore");
    let stage = Stage::start().await;
    let told = stage.read(&body.to_string()).await.unwrap();
    let [InboundEvent::Wrote(comment)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(comment.external_id, "wall-223344556_77:81/restored");
    let answered = crate::vk::wire::PostId::of_comment(&comment.external_id).map(|(post, id)| (post.to_string(), id));
    assert_eq!(answered, Some(("wall-223344556_77".to_owned(), 81)), "it can be answered like the first");
}

/// A VK that does not answer.
async fn alone() -> Stage {
    let fake = fake::start().await;
    let api = api(&Url::parse("http://127.0.0.1:1").unwrap());
    Stage { fake, api, people: People::default(), seen: Seen::default() }
}

#[test]
fn nothing_in_a_body_breaks_its_reader() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let stage = runtime.block_on(alone());
    let bodies = bodies::all("vk");
    mangle(1024, &bodies, json!("9007199254740993"), |_, body| {
        let told = runtime.block_on(stage.read(body));
        let told = told.unwrap_or_default();
        hold(&told)?;
        for one in told {
            if let InboundEvent::Wrote(written) = one {
                let id = written.external_id;
                prop_assert!(id.len() <= 255);
                prop_assert!(MessageId::parse(&id).is_some() || PostId::of_comment(&id).is_some(), "{}", id);
                prop_assert!(written.conversation_id.parse::<i64>().is_ok_and(|peer| peer != 0));
            }
        }
        Ok(())
    });
}

#[tokio::test]
async fn ids_as_texts_are_ids_and_what_is_no_event_is_unreadable() {
    let stage = Stage::start().await;
    let quoted = body("text").replace("712345678,", "\"712345678\",").replace("9001,", "\"9001\",");
    let events = stage.read(&quoted).await.unwrap();
    let [InboundEvent::Wrote(written)] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(written.external_id, "712345678:9001");
    for wrong in ["", "[]", "{", "\"ok\"", "1"] {
        assert_eq!(stage.read(wrong).await, Err(NotReceived::Unreadable), "{wrong}");
    }
    let deep = format!("{{\"object\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(stage.read(&deep).await, Err(NotReceived::Unreadable));
}

#[tokio::test]
async fn texts_come_as_people_wrote_them_with_who_they_are() {
    let message = written("text").await;
    assert_eq!((message.external_id.as_str(), message.conversation_id.as_str()), ("712345678:9001", "712345678"));
    assert_eq!(message.sent_at, Some(1_795_168_800_000));
    let sender = &message.body.sender;
    assert_eq!((sender.id.as_str(), sender.profile_url.as_deref()), ("712345678", Some("https://vk.com/id712345678")));
    assert_eq!(text("text").await, "Сколько <стоит> & когда, Мария?");
}

#[tokio::test]
async fn an_event_waits_for_no_name_and_a_name_is_asked_for_once() {
    let stage = Stage::start().await;
    let sender = async || {
        let events = stage.read(&body("text")).await.unwrap();
        let [InboundEvent::Wrote(written)] = events.as_slice() else { panic!("{events:?}") };
        written.body.sender.clone()
    };
    assert_eq!(sender().await.name, None);
    assert!(stage.fake.methods().is_empty());
    stage.fake.answers("users.get", fake::refused(10, "Internal server error"));
    for name in [None, Some("Maria Kovaleva"), Some("Maria Kovaleva")] {
        assert_eq!(stage.described(712_345_678).await.and_then(|person| person.name).as_deref(), name);
    }
    assert_eq!(stage.fake.methods(), ["users.get", "users.get"]);
    let known = sender().await;
    assert_eq!(known.name.as_deref(), Some("Maria Kovaleva"));
    assert_eq!(known.avatar_url.as_deref(), Some("https://sun.vk.test/maria.jpg"));
}

#[tokio::test]
async fn a_vk_that_does_not_answer_is_not_asked_for_each_message() {
    let stage = Stage::start().await;
    stage.fake.answers("users.get", Answer::Reset);
    for id in [712_345_678, 712_345_679, 2_000_000_004] {
        assert_eq!(stage.described(id).await, None);
    }
    assert_eq!(stage.fake.methods(), ["users.get"]);
}

#[tokio::test]
async fn files_are_what_they_are() {
    let photo = media("photo", "picture").await;
    assert_eq!(
        (photo.media_url.as_str(), photo.text.as_deref()),
        ("https://sun9-1.userapi.test/w.jpg", Some("Вот такой"))
    );
    let doc = media("doc", "file").await;
    assert_eq!((doc.file_name.as_str(), doc.file_size), ("Смета.xlsx", 9000));
    assert_eq!(media("doc_gif", "picture").await.file_name, "cat.gif");
    let voice = media("audio_message", "voice").await;
    assert_eq!((voice.media_url.as_str(), voice.duration), ("https://psv4.userapi.test/a.ogg", Some(7)));
    let sticker = media("sticker", "sticker").await;
    assert_eq!(
        (sticker.media_url.as_str(), sticker.sticker_id.as_deref()),
        ("https://vk.test/sticker/512", Some("9019"))
    );
    assert_eq!(media("graffiti", "picture").await.media_url, "https://vk.test/graffiti.png");
}

#[tokio::test]
async fn files_of_one_message_stay_together() {
    let all = all("album").await;
    let ids: Vec<_> = all.iter().map(|one| one.external_id.as_str()).collect();
    assert_eq!(ids, ["712345678:9001", "712345678:9001/2", "712345678:9001/3"]);
    let files: Vec<_> = all.iter().map(|one| one.body.content.media().unwrap()).collect();
    assert!(files.iter().all(|file| file.group_id.as_deref() == Some("712345678:9001")));
    assert_eq!((files[0].text.as_deref(), files[1].text.as_deref()), (Some("Всё"), None));
    assert_eq!(files[2].file_name, "Договор №7.pdf", "the ending is added");
}

#[tokio::test]
async fn content_without_a_kind_in_amocrm_becomes_text() {
    for (name, wanted) in [
        ("video", "[Video] Так стучит https://vk.com/video712345678_456239017"),
        ("audio", "[Music] Би-2 – Молитва"),
        ("wall", "Это\n[Post] Скидки & подарки https://vk.com/wall-223344556_77"),
        ("market", "Есть в наличии?\n[Product] Диван синий 59 000 ₽ https://vk.com/product-223344556_7"),
        ("link", "Видела тут\nДиван \"Акме\" https://acme.test/sofa?a=1"),
        ("poll", "[Poll] Когда удобно? 1) Утром 2) Вечером"),
        ("unknown_attachment", "[The message is not supported. Ask to send it as text or as a file]"),
    ] {
        assert_eq!(text(name).await, wanted, "{name}");
    }
    let place = written("geo").await.body;
    assert_eq!(place.content, Content::Location { latitude: 55.7558, longitude: 37.6173 });
    assert_eq!(place.caption.as_deref(), Some("Я здесь"));
}

#[tokio::test]
async fn answers_and_forwards_name_what_they_are_about() {
    let quote = written("reply").await.body.reply_to.unwrap();
    assert_eq!(quote.external_id.as_deref(), Some("712345678:9000"));
    assert_eq!(quote.content, Some(Content::Text { text: "Привезти сегодня?".into() }));
    let forward = media("forward", "picture").await;
    let lines: Vec<_> = forward.text.as_deref().unwrap().lines().collect();
    assert!(lines[0].starts_with("Forwarded from VK "), "{lines:?}");
    assert_eq!(lines[1], "> Первое");
    assert_eq!(lines[3..], [">> Внутри", "Смотрите"]);
}

#[tokio::test]
async fn links_and_the_start_button_report_where_people_came_from() {
    let events = read("referral").await;
    let [InboundEvent::Began(began), InboundEvent::Wrote(_)] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((began.conversation_id.as_str(), began.mark.as_deref()), ("712345678", Some("ad_7 (site)")));
    let InboundEvent::Began(began) = one("start").await else { panic!("no conversation began") };
    assert_eq!((began.mark, began.customer.id.as_str()), (None, "712345678"));
}

#[tokio::test]
async fn group_chats_are_conversations_of_their_own() {
    let stage = Stage::start().await;
    let titled = json!({ "items": [{ "chat_settings": { "title": "Team" } }] });
    stage.fake.answers("messages.getConversationsById", fake::done(titled));
    let events = stage.read(&body("chat_text")).await.unwrap();
    let [InboundEvent::Wrote(written)] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((written.external_id.as_str(), written.conversation_id.as_str()), ("2000000004:c17", "2000000004"));
    assert_eq!(written.room.as_ref().unwrap().id, "2000000004");
    assert_eq!(written.body.sender.id, "712345678");
    assert_eq!(stage.described(2_000_000_004).await.unwrap().name.as_deref(), Some("Team"));
    assert_eq!(one("chat_invite").await, InboundEvent::Nothing("service"));
}

#[tokio::test]
async fn messages_of_others_for_the_community_are_from_a_manager() {
    let message = written("message_reply_admin").await;
    let (sender, receiver) = (&message.body.sender, message.body.receiver.as_ref().unwrap());
    assert_eq!((sender.role, sender.id.as_str(), receiver.id.as_str()), (Role::Manager, "42", "712345678"));
    assert_eq!(message.external_id, "712345678:9002");
    // Another program's, as long as it is not known to be ours.
    let foreign = written("message_reply_own").await;
    assert_eq!((foreign.body.sender.role, foreign.external_id.as_str()), (Role::Manager, "712345678:9003"));
    let stage = Stage::start().await;
    stage.seen.sends(223_344_556, 1_804_289_383).await;
    assert_eq!(stage.read(&body("message_reply_own")).await.unwrap(), [InboundEvent::Nothing("echo")]);
    let admins = body("message_reply_own").replace("\"random_id\"", "\"admin_author_id\": 42, \"random_id\"");
    assert!(matches!(stage.read(&admins).await.unwrap()[..], [InboundEvent::Wrote(_)]), "a person wrote it");
}

#[tokio::test]
async fn edits_are_known_by_their_content() {
    let InboundEvent::Changed(changed) = one("message_edit").await else { panic!("no edit") };
    assert_eq!(changed.written.external_id, "712345678:9001");
    let InboundEvent::Changed(again) = one("message_edit").await else { panic!("no edit") };
    assert_eq!(again.key, changed.key);
    let stage = Stage::start().await;
    let other = body("message_edit").replace("доставка", "сборка");
    let [InboundEvent::Changed(other)] = &stage.read(&other).await.unwrap()[..] else { panic!("no edit") };
    assert_ne!(other.key, changed.key);
}

#[tokio::test]
async fn every_fixture_is_read_and_only_the_unknown_one_is_unknown() {
    for name in names() {
        let unknown = read(&name).await.iter().any(|event| matches!(event, InboundEvent::Unknown(_)));
        assert_eq!(unknown, name == "unknown_event", "{name}");
    }
    assert_eq!(one("confirmation").await, InboundEvent::Nothing("confirmation"));
}

#[tokio::test]
async fn reading_counts_up_to_a_message() {
    let InboundEvent::StatusUpTo(report) = one("message_read").await else { panic!("no report") };
    let message = Some("712345678:9000".to_owned());
    let wanted = StatusUpTo { conversation_id: "712345678".into(), message, until: None, state: State::Read };
    assert_eq!(*report, wanted);
    let own = body("message_read").replace("\"from_id\": 712345678", "\"from_id\": -223344556");
    assert_eq!(Stage::start().await.read(&own).await.unwrap(), [InboundEvent::Nothing("own_reading")]);
}

#[tokio::test]
async fn typing_and_permission_name_the_conversation() {
    let InboundEvent::Typing { conversation_id, sender } = one("message_typing_state").await else {
        panic!("no typing")
    };
    assert_eq!((conversation_id.as_str(), sender.id.as_str()), ("712345678", "712345678"));
    let events = read("message_allow").await;
    let [InboundEvent::Began(began), InboundEvent::Reach { reachable: true, .. }] = events.as_slice() else {
        panic!("{events:?}")
    };
    assert_eq!(began.mark.as_deref(), Some("widget_3"));
    let denied = InboundEvent::Reach { conversation_id: "712345678".into(), reachable: false, at: 0 };
    assert_eq!(one("message_deny").await, denied);
}

#[tokio::test]
async fn presses_name_the_button() {
    let InboundEvent::Pressed(pressed) = one("message_event").await else { panic!("no press") };
    assert_eq!(pressed.message_id.unwrap().to_string(), "0190aaaa-bbbb-7ccc-8ddd-eeeeffff0001");
    assert_eq!(pressed.data, "b:AZCqqru7fMyN3e7u__8AAQ:1:0");
    assert_eq!(pressed.acknowledge, "6fa1b2c3d4e 712345678 712345678");
    let InboundEvent::Pressed(pressed) = one("button_text").await else { panic!("no press") };
    assert_eq!((pressed.data.as_str(), pressed.acknowledge.as_str()), ("b:AZCqqru7fMyN3e7u__8AAQ:0:1", ""));
    assert_eq!(pressed.written.external_id, "712345678:9001");
}

#[tokio::test]
async fn a_reaction_finds_its_message_by_either_number() {
    let stage = Stage::start().await;
    assert_eq!(stage.read(&body("reaction_set")).await.unwrap(), [InboundEvent::Nothing("unknown_message")]);
    let found = json!({ "count": 1, "items": [{ "id": 9000, "peer_id": 712_345_678, "conversation_message_id": 16 }] });
    stage.fake.answers("messages.getByConversationMessageId", fake::done(found));
    let events = stage.read(&body("reaction_set")).await.unwrap();
    let [InboundEvent::Reacted(reacted)] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((reacted.message.as_str(), reacted.emoji.as_deref()), ("712345678:9000", Some("👍")));
    let events = stage.read(&body("reaction_removed")).await.unwrap();
    let [InboundEvent::Reacted(removed)] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((removed.message.as_str(), &removed.emoji), ("712345678:9000", &None));
    assert_ne!(removed.key, reacted.key);
    let asked = stage.fake.methods().into_iter().filter(|method| method.starts_with("messages.")).count();
    assert_eq!(asked, 2, "it is remembered");
}
