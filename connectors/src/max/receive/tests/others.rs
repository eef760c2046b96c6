//! Everything that is no message.

use super::*;
use crate::incoming::{Began, ButtonPress};
use crate::max::fake::{Fake, ScriptedAnswer};

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
    let fake = Fake::start([ScriptedAnswer::Json(200, json!({ "chat_id": 1, "title": "Acme" }))]).await;
    let (body, words) = (body("group_text"), Words::new(Language::En));
    let told = receive(&fake.api(), &Posts::default(), &settings, body.as_bytes(), words).await.unwrap();
    let [InboundEvent::Learned { value, .. }, InboundEvent::Wrote(told)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!((value, told.room.as_ref().unwrap().name.as_deref()), (&json!("Acme"), Some("Acme")));
    assert_eq!(fake.call().line, "GET /chats/-70000000001234");
    let told = read_with(&settings, &body).await.unwrap();
    let [InboundEvent::Wrote(told)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(told.room.as_ref().unwrap().name.as_deref(), Some("MAX -70000000001234"), "the server does not answer");
}

#[tokio::test]
async fn a_comment_is_of_its_post_and_author() {
    let post = json!({ "url": "https://max.ru/acme/AZ8Yq1", "body": { "mid": "mid.p", "text": "Sale!" } });
    let fake = Fake::start([ScriptedAnswer::Json(200, post)]).await;
    let (posts, words, settings) = (Posts::default(), Words::new(Language::En), settings());
    for name in ["comment_created", "comment_created"] {
        let body = body(name);
        let told = receive(&fake.api(), &posts, &settings, body.as_bytes(), words).await.unwrap();
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
