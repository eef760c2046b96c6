//! Hooks of the Chats API: the sample bodies of the protocol reference, what is in a message (chats-api §4.3 to §4.6), then
//! everything that may be wrong with them: the right error, and never a panic.

use amocrm::hooks::chats::{
    Button, Hook, HookError, HookEvent, HookMessage, HookReaction, HookTyping, ListMessage, ListRow, ListSection,
    Markup, MessageContent, Template, TemplateParam, parse,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::messages::text;

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
fn a_text() {
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
    assert_eq!(reaction("reaction_cleared").emoji, None);
    // the user may be one level higher (chats-api §7 row 15)
    let body =
        json!({"account_id": ACCOUNT, "action": {"user": {"id": "u"}, "typing": {"conversation": {"id": CHAT}}}});
    let HookEvent::Typing(typing) = parse(body.to_string().as_bytes()).unwrap().event else { panic!() };
    assert_eq!(typing.user_id.as_deref(), Some("u"));
}

fn button(words: &str, url: Option<&str>) -> Button {
    Button { text: words.to_owned(), url: url.map(str::to_owned) }
}

fn row(data: &str, title: &str, description: &str) -> ListRow {
    ListRow { callback_data: data.to_owned(), title: title.to_owned(), description: text(description) }
}

/// A hook whose inner message has these members too.
fn with(members: Value) -> MessageContent {
    let mut message = json!({"id": "m", "type": "text", "text": "Hi"});
    message.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    let body = json!({"account_id": "a", "message": {"conversation": {"id": "c"}, "message": message}});
    read(body.to_string().as_bytes()).message
}

fn read(body: &[u8]) -> HookMessage {
    match parse(body).unwrap().event {
        HookEvent::Message(message) => *message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn buttons() {
    let mode = || "inline".to_owned();
    let rows = vec![vec![button("Accept", None), button("Decline", None)]];
    let picture = message("picture_with_caption_buttons_and_template_part_o").message;
    assert_eq!(picture.markup, Some(Markup::Buttons { mode: mode(), rows }));
    let rows = vec![vec![button("Open the shop", Some("https://acme.test"))]];
    assert_eq!(message("text_with_a_url_button").message.markup, Some(Markup::Buttons { mode: mode(), rows }));
    let rows = || vec![vec![button("Yes", None)], vec![button("7", None)]];
    for (markup, mode) in [
        // without rows around them
        (json!({"buttons": [{"text": "Yes"}, {"text": 7}]}), ""),
        // a list with gaps, as PHP writes it; what can't be pressed is left out
        (
            json!({"mode": "keyboard", "buttons": {"0": [{"text": "Yes"}, {"text": ""}], "2": [{"text": "7"}], "3": []}}),
            "keyboard",
        ),
    ] {
        let expected = Markup::Buttons { mode: mode.to_owned(), rows: rows() };
        assert_eq!(with(json!({"markup": markup})).markup, Some(expected), "{markup}");
    }
}

#[test]
fn lists() {
    let expected = ListMessage {
        header: text("Pick a service"),
        body: text("Choose one below"),
        footer: text("Acme"),
        button: text("Services"),
        sections: vec![ListSection {
            title: text("Available"),
            rows: vec![row("k7Qp2Zx1", "Delivery", "1-2 days"), row("m3Rt9Yb4", "Pick-up", "today")],
        }],
    };
    assert_eq!(message("list_message").message.markup, Some(Markup::List(expected)));
    let sections =
        json!([{"rows": [{"callback_data": 5, "title": "Five"}, {"title": "can't be chosen"}]}, {"title": "empty"}]);
    let chosen = ListRow { callback_data: "5".to_owned(), title: "Five".to_owned(), description: None };
    let sparse =
        ListMessage { sections: vec![ListSection { title: None, rows: vec![chosen] }], ..ListMessage::default() };
    assert_eq!(with(json!({"markup": {"list_message": {"sections": sections}}})).markup, Some(Markup::List(sparse)));
}

/// What this crate does not know is handed over as it came, and the message with it.
#[test]
fn unknown_markup() {
    for markup in [
        json!("x"),
        json!(5),
        json!([1]),
        json!({"mode": "inline"}),
        json!({"mode": "inline", "buttons": [[{"caption": "Yes"}]]}),
        json!({"list_message": {"header": "no rows"}}),
        json!({"carousel": [{"title": "A"}]}),
    ] {
        let content = with(json!({"markup": markup}));
        assert_eq!((content.text.as_str(), content.markup), ("Hi", Some(Markup::Other(markup))));
    }
}

#[test]
fn templates() {
    let param = |key: &str, value: &str| TemplateParam { key: key.to_owned(), value: value.to_owned() };
    let expected = Template {
        id: Some(7103),
        external_id: text("order_ready_v2"),
        content: text("Order {{lead.id}} is ready"),
        params: vec![param("{{lead.id}}", "1592")],
    };
    let picture = message("picture_with_caption_buttons_and_template_part_o").message;
    assert_eq!(picture.template, Some(expected));
    // 64-bit ids, numbers for texts, markers in another order than in the content, one that is not there
    let template = json!({"id": i64::MAX, "content": "{{b}} for {{a}} and {{b}}", "params": [
        {"key": "{{c}}", "value": "3"}, {"key": "{{a}}", "value": 1}, {"key": "{{b}}"}, {"value": "lost"}]});
    let template = with(json!({"template": template})).template.unwrap();
    assert_eq!((template.id, template.external_id.as_ref()), (Some(i64::MAX), None));
    assert_eq!(template.params, [param("{{c}}", "3"), param("{{a}}", "1"), param("{{b}}", "")]);
    assert_eq!(template.values(), ["", "1", "3"]);
}

#[test]
fn quotes_and_forwards() {
    for quoted in [
        message("reply").message.reply_to.map(|quoted| *quoted),
        message("forward").message.forwards.map(|mut forwards| forwards.messages.remove(0)),
    ] {
        let quoted = quoted.unwrap();
        assert_eq!(quoted.message.id, "8f00aa11-bb22-4c33-9d44-55ee66ff7788");
        assert_eq!(quoted.message.client_id.as_deref(), Some("acme-msg-0001"));
        assert_eq!(quoted.message.text, "Is the blue one in stock?");
        assert_eq!(quoted.at_milliseconds(), Some(1_788_253_800_125));
        let sender = quoted.sender.unwrap();
        assert_eq!((sender.client_id.as_deref(), sender.name.as_deref()), (Some("acme-user-77"), Some("Maria")));
        assert_eq!(quoted.receiver, None);
        assert!(quoted.message.other.is_empty(), "{:?}", quoted.message.other);
    }
    let forwards = message("forward").message.forwards.unwrap();
    assert_eq!(forwards.conversation_ref_id.as_deref(), Some("5e4d3c2b-1a09-4f8e-9d7c-6b5a49382716"));
    assert_eq!((forwards.conversation_id, forwards.messages.len()), (None, 1));
    let comment = message("comment_reply").message.reply_to.unwrap();
    assert_eq!(comment.message.client_id.as_deref(), Some("acme-cmt-1"));
    // without an id, without the object around it, a quote in a quote
    let bare = with(json!({"reply_to": {"text": "old", "type": "text", "reply_to": {"message": {"id": "older"}}}}));
    let bare = bare.reply_to.unwrap();
    assert_eq!((bare.message.id.as_str(), bare.message.text.as_str()), ("", "old"));
    assert_eq!(bare.message.reply_to.unwrap().message.id, "older");
}

/// Members that can't be read stay in sight, and hurt no other.
#[test]
fn unreadable_fields_are_kept() {
    let members = json!({"template": "x", "reply_to": 5, "forwards": {"messages": []}, "location": {"lon": "east"},
        "contact": [1], "media": {"url": "u"}, "novelty": {"a": [1]}, "tag": "t", "post": "post-900"});
    let content = with(members.clone());
    assert_eq!((content.id.as_str(), content.text.as_str()), ("m", "Hi"));
    assert_eq!((&content.template, &content.reply_to, &content.forwards, &content.media), (&None, &None, &None, &None));
    assert!(content.post.is_some(), "an answer in public, whatever else is unknown of it");
    assert_eq!(content.post_id(), None);
    let mut unread = members;
    unread.as_object_mut().unwrap().remove("post");
    assert_eq!(Value::Object(content.other), unread);
}

#[test]
fn loose_values() {
    let body = json!({"account_id": "a", "time": "1788254001", "new": {"unknown": []}, "message": {
        "conversation": {"id": 17, "client_id": null}, "receiver": [], "sender": null, "source": {"external_id": ""},
        "timestamp": 1788254000.9, "msec_timestamp": "", "message": {"id": 9_007_199_254_740_993_i64, "type": "text",
        "text": null, "media": 5, "file_size": "12", "markup": [], "template": {}, "tag": "", "reply_to": null}}});
    let hook = parse(body.to_string().as_bytes()).unwrap();
    assert_eq!(hook.time, Some(1_788_254_001));
    let HookEvent::Message(message) = hook.event else { panic!() };
    assert_eq!(message.conversation_id, "17");
    assert_eq!((message.conversation_client_id.as_ref(), message.source_external_id.as_ref()), (None, None));
    assert_eq!((message.sender.id.as_ref(), message.receiver.id.as_ref()), (None, None));
    assert_eq!(message.at_milliseconds(), Some(1_788_254_000_000));
    let content = message.message;
    assert_eq!((content.id.as_str(), content.text.as_str()), ("9007199254740993", ""));
    assert_eq!((content.file_size, content.media.as_deref()), (Some(12), Some("5")));
    assert_eq!((content.markup, content.template, content.reply_to), (None, None, None));
    assert!(content.other.is_empty());
}

#[test]
fn nul_and_emoji_are_kept() {
    let body =
        br#"{"account_id":"a","message":{"conversation":{"id":"c"},"message":{"id":"m","text":"\u0000\ud83d\udc4b"}}}"#;
    assert_eq!(read(body).message.text, "\0👋");
}

#[test]
fn unusable() {
    let incomplete = |body: Value| match parse(body.to_string().as_bytes()) {
        Err(HookError::Incomplete { what }) => what,
        other => panic!("{other:?}"),
    };
    assert_eq!(incomplete(json!({})), "account_id");
    assert_eq!(incomplete(json!({"account_id": "", "receiver": {"id": "x"}})), "account_id");
    assert_eq!(incomplete(json!({"account_id": "a", "message": "x"})), "message.conversation.id");
    let lone = json!({"account_id": "a", "message": {"conversation": {"id": "c"}, "message": {"type": "text"}}});
    assert_eq!(incomplete(lone), "message.message.id");
    assert_eq!(
        incomplete(json!({"account_id": "a", "action": {"typing": {"expired_at": 5}}})),
        "action.typing.conversation.id"
    );
    let reaction = |reaction: Value| json!({"account_id": "a", "action": {"reaction": reaction}});
    assert_eq!(incomplete(reaction(json!({"type": "unreact"}))), "action.reaction.message.id");
    assert_eq!(incomplete(reaction(json!({"msgid": "m"}))), "action.reaction.conversation.id");
    assert_eq!(
        incomplete(reaction(json!({"msgid": "m", "conversation": {"id": "c"}, "type": "react"}))),
        "action.reaction.emoji"
    );
    for version_1 in [
        json!({"receiver": "acme-user-77", "conversation_id": "acme-conv-77", "type": "text", "text": "Hi"}),
        json!({"account_id": "a", "receiver": "acme-user-77", "type": "text", "text": "Hi"}),
    ] {
        assert_eq!(parse(version_1.to_string().as_bytes()), Err(HookError::Version1));
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for body in
        ["", " ", "[]", "null", "7", "\"text\"", "{", "{\"account_id\":\"\\ud800", "<html>", "\u{feff}{}", &deep]
    {
        assert!(matches!(parse(body.as_bytes()), Err(HookError::Malformed { .. })), "{:.40}", body);
    }
    assert!(matches!(parse(b"{\"account_id\":\"\xff\""), Err(HookError::Malformed { .. })));
    for body in [
        json!({"account_id": "a"}),
        json!({"account_id": "a", "message": null}),
        json!({"account_id": "a", "action": {"typing": []}}),
        json!({"account_id": "a", "action": {"waving": {"id": 1}}}),
    ] {
        assert_eq!(parse(body.to_string().as_bytes()).unwrap().event, HookEvent::Unknown);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in any::<Vec<u8>>()) {
        let _ = parse(&bytes);
    }
}
