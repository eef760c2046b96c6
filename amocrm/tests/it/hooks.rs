//! Hooks of the Chats API: the sample bodies of the protocol reference, then everything that may be wrong with them.

use amocrm::hooks::chats::{Hook, HookEvent, HookMessage, HookReaction, HookTyping, parse};
use serde_json::json;

const ACCOUNT: &str = "3c7a9e84-5d16-4f0b-9a2e-1b8c4d6e7f90";
const CHAT: &str = "5e4d3c2b-1a09-4f8e-9d7c-6b5a49382716";

/// All samples, by file name without number and ending.
pub fn samples() -> Vec<(String, Vec<u8>)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/hooks");
    let mut samples: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap()[3..].to_owned();
            (name, std::fs::read(path).unwrap())
        })
        .collect();
    samples.sort();
    assert_eq!(samples.len(), 19);
    samples
}

fn sample(name: &str) -> Hook {
    let (_, body) = samples().into_iter().find(|(found, _)| found == name).unwrap_or_else(|| panic!("{name}"));
    let hook = parse(&body).unwrap();
    assert_eq!(hook.account_id, ACCOUNT);
    assert!(hook.time.is_some());
    hook
}

pub fn message(name: &str) -> HookMessage {
    match sample(name).event {
        HookEvent::Message(message) => *message,
        other => panic!("{name}: {other:?}"),
    }
}

fn reaction(name: &str) -> HookReaction {
    match sample(name).event {
        HookEvent::Reaction(reaction) => reaction,
        other => panic!("{name}: {other:?}"),
    }
}

fn typing(name: &str) -> HookTyping {
    match sample(name).event {
        HookEvent::Typing(typing) => typing,
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn text() {
    let hook = message("text");
    assert_eq!(hook.conversation_id, CHAT);
    assert_eq!(hook.conversation_client_id.as_deref(), Some("acme-conv-77"));
    assert_eq!(hook.source_external_id.as_deref(), Some("acme-line-1"));
    assert_eq!(hook.sender.id.as_deref(), Some("a9b8c7d6-e5f4-4a3b-8c2d-1e0f9a8b7c6d"));
    assert_eq!(hook.receiver.id.as_deref(), Some("0c1b2a39-4857-4667-8594-a3b2c1d0e9f8"));
    assert_eq!(hook.receiver.client_id.as_deref(), Some("acme-user-77"));
    assert_eq!(hook.receiver.phone.as_deref(), Some("79990001122"));
    assert_eq!(hook.at_milliseconds(), Some(1_788_254_000_870));
    assert_eq!(hook.message.id, "7b0d2c1e-4f3a-4c8b-8a55-0f9e1d2c3b01");
    assert_eq!((hook.message.kind.as_str(), hook.message.text.as_str()), ("text", "Good day, Maria!"));
    assert_eq!((hook.message.media, hook.message.file_name, hook.message.file_size), (None, None, None));
}

#[test]
fn kinds_of_content() {
    let picture = message("picture_with_caption_buttons_and_template_part_o").message;
    assert_eq!((picture.kind.as_str(), picture.text.as_str()), ("picture", "Order 1592 is ready"));
    assert_eq!(picture.media.as_deref(), Some("https://amojo.amocrm.ru/attachments/aa/01/ready.jpg"));
    assert!(picture.thumbnail.is_some() && picture.media_group_id.is_some());
    assert_eq!(picture.file_size, Some(88_123));
    assert!(picture.markup.is_some() && picture.template.is_some());
    for (name, kind, size) in [
        ("video", "video", Some(2_200_123)),
        ("voice", "voice", Some(20_111)),
        ("audio", "audio", Some(5_000_111)),
        ("file", "file", Some(120_044)),
        ("sticker", "sticker", None),
    ] {
        let content = message(name).message;
        assert_eq!((content.kind.as_str(), content.file_size), (kind, size));
        assert!(content.media.is_some(), "{name}");
    }
}

/// Every documented member of a message has its place: nothing is left over.
#[test]
fn nothing_is_left_over() {
    for (name, body) in samples() {
        if let HookEvent::Message(message) = parse(&body).unwrap().event {
            assert!(message.message.other.is_empty(), "{name}: {:?}", message.message.other);
        }
    }
}

#[test]
fn unknown_people_and_comments() {
    let first = message("write_first_no_client_ids");
    assert_eq!((first.conversation_client_id, first.receiver.client_id), (None, None));
    assert_eq!((first.receiver.phone.as_deref(), first.receiver.email), (Some("79995556677"), None));
    let bare = message("no_source_no_profile");
    assert_eq!((bare.source_external_id, bare.receiver.phone), (None, None));
    let comment = message("comment_reply");
    assert_eq!(comment.message.post_id(), Some("post-900"));
    assert_eq!(comment.message.markup, None);
    assert_eq!(comment.receiver.name.as_deref(), Some("Maria"));
    assert_eq!(message("text").message.post, None);
}

#[test]
fn typing_and_reactions() {
    let plain = typing("typing");
    assert_eq!((plain.conversation_id.as_str(), plain.expired_at, plain.post_id), (CHAT, Some(1_788_254_015), None));
    assert!(plain.user_id.is_some());
    assert_eq!(typing("typing_an_answer_to_a_comment").post_id.as_deref(), Some("post-900"));
    for name in ["reaction_set_table_form", "reaction_set_sample_form"] {
        let set = reaction(name);
        assert_eq!(set.message_id, "8f00aa11-bb22-4c33-9d44-55ee66ff7788", "{name}");
        assert_eq!(set.emoji.as_deref(), Some("👍"), "{name}");
    }
    assert_eq!(reaction("reaction_set_table_form").message_client_id.as_deref(), Some("acme-msg-0001"));
    assert_eq!(reaction("reaction_cleared").emoji, None);
    // the user may be one level higher (chats-api §7 row 15)
    let body =
        json!({"account_id": ACCOUNT, "action": {"user": {"id": "u"}, "typing": {"conversation": {"id": CHAT}}}});
    let HookEvent::Typing(typing) = parse(body.to_string().as_bytes()).unwrap().event else { panic!() };
    assert_eq!(typing.user_id.as_deref(), Some("u"));
}
