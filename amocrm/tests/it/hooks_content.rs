//! What is in a message of a hook: buttons, lists, templates, quotes, and values of odd shapes
//! (chats-api §4.3 to §4.6).

use amocrm::hooks::chats::{
    Button, HookEvent, HookMessage, ListMessage, ListRow, ListSection, Markup, MessageContent, Template, TemplateParam,
    parse,
};
use serde_json::{Value, json};

use crate::hooks::message;
use crate::messages::text;

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
