//! Each kind of message.

use base::message::{Button, List, Markup, Quote, Row, Section};

use super::*;

fn buttons(rows: &[&[(&str, Option<&str>)]]) -> Option<Markup> {
    let button = |(text, url): &(&str, Option<&str>)| Button { text: (*text).to_owned(), url: url.map(str::to_owned) };
    Some(Markup::Buttons(rows.iter().map(|row| row.iter().map(button).collect()).collect()))
}

#[tokio::test]
async fn each_kind_is_one_request() {
    for (content, body) in [
        (text("Hi"), json!({ "text": "Hi" })),
        (
            Content::Location { latitude: 1.5, longitude: 2.5 },
            json!({ "text": "", "attachments": [{ "type": "location", "latitude": 1.5, "longitude": 2.5 }] }),
        ),
        (
            Content::Contact { name: "Ann".to_owned(), phone: "+7701".to_owned() },
            json!({ "text": "", "attachments": [{ "type": "contact", "payload": { "name": "Ann", "vcf_phone": "+7701" } }] }),
        ),
    ] {
        let (report, bot) = sent(message(content), []).await;
        assert_eq!(taken(&report).external_id.as_deref(), Some("mid.101"));
        let call = bot.fake.call();
        assert_eq!((call.line.as_str(), call.body()), ("POST /messages?chat_id=880011223", body));
        assert_eq!(call.authorization.as_deref(), Some("CANARY-token"));
    }
}

#[tokio::test]
async fn acceptance_counts_as_delivery_if_the_source_is_set_to_it() {
    let (report, mut bot) = sent(message(text("Hi")), []).await;
    assert_eq!(taken(&report).state, Some(State::Delivered));
    bot.settings.public = json!({ "delivered_on_accept": false });
    assert_eq!(taken(&bot.send(message(text("Hi"))).await).state, Some(State::Sent));
}

#[tokio::test]
async fn buttons_and_lists_are_keyboards() {
    let asked =
        Message { markup: buttons(&[&[("Yes", None), ("Site", Some("https://acme.test"))]]), ..message(text("?")) };
    let (_, bot) = sent(asked, []).await;
    let keyboard = bot.body(0)["attachments"][0].clone();
    assert_eq!(keyboard["type"], "inline_keyboard");
    assert_eq!(
        keyboard["payload"]["buttons"][0][1],
        json!({ "type": "link", "text": "Site", "url": "https://acme.test" })
    );
    let row = Row { id: "a".to_owned(), title: "Tea".to_owned(), description: String::new() };
    let list = List {
        header: "Menu".to_owned(),
        body: "Choose".to_owned(),
        sections: vec![Section { title: String::new(), rows: vec![row] }],
        ..List::default()
    };
    let listed = Message { markup: Some(Markup::List(list)), ..message(text("Choose")) };
    let (_, bot) = sent(listed, []).await;
    assert_eq!(bot.body(0)["text"], "Menu\nChoose");
    assert_eq!(bot.body(0)["attachments"][0]["payload"]["buttons"][0][0]["text"], "Tea");
    let odd = Message { markup: buttons(&[&[("Call", Some("tel:+7701"))]]), ..message(text("?")) };
    let (_, bot) = sent(odd, []).await;
    assert_eq!(bot.body(0), json!({ "text": "?\n\n• Call – tel:+7701" }), "a link that MAX has no button for");
}

#[tokio::test]
async fn a_quote_is_a_link_and_a_foreign_quote_becomes_text() {
    let quote = |external_id: Option<&str>| {
        Some(Quote { external_id: external_id.map(str::to_owned), content: Some(text("When?")), ..Quote::default() })
    };
    let (_, bot) = sent(Message { reply_to: quote(Some("mid.5#2")), ..message(text("Now")) }, []).await;
    assert_eq!(bot.body(0), json!({ "text": "Now", "link": { "type": "reply", "mid": "mid.5" } }));
    for unknown in [None, Some("0190aaaa-bbbb-7ccc-8ddd-eeeeffff0001"), Some("callback:f9LH:1:2")] {
        let (_, bot) = sent(Message { reply_to: quote(unknown), ..message(text("Now")) }, []).await;
        assert_eq!(bot.body(0), json!({ "text": "> When?\n\nNow" }));
    }
}

#[tokio::test]
async fn typing_is_shown_and_reactions_are_nothing() {
    let bot = TestBot::new([]).await;
    let typing = Event::Typing { sender: Person::default(), until: DateTime::UNIX_EPOCH };
    taken(&bot.send_to(CHAT, typing.clone()).await);
    taken(&bot.send_to(COMMENTS, typing).await);
    let reaction = Event::Reaction {
        message: crate::MessageIds { id: Uuid::nil(), external_id: None },
        sender: Person::default(),
        emoji: Some("👍".to_owned()),
    };
    taken(&bot.send_to(CHAT, reaction).await);
    let call = bot.fake.call();
    assert_eq!((call.line.as_str(), call.body()), ("POST /chats/880011223/actions", json!({ "action": "typing_on" })));
}

#[tokio::test]
async fn an_answered_message_is_marked_as_seen() {
    let bot = TestBot::new([]).await;
    let last = |mid: &str| Some(LastIncoming { external_id: mid.to_owned(), at: DateTime::UNIX_EPOCH });
    let to = |conversation: &str, mid: &str| Outgoing {
        conversation_id: conversation.to_owned(),
        last_incoming: last(mid),
        ..outgoing(Event::Created(Box::new(message(text("Hi")))))
    };
    for letter in [to(CHAT, "mid.1"), to(CHAT, "mid.1"), to(CHAT, "mid.2"), to(COMMENTS, "mid.3")] {
        send(&bot.fake.api(), &bot.memory, &bot.settings, &letter).await;
    }
    let actions = bot.fake.calls().into_iter().filter(|call| call.line.ends_with("/actions"));
    let seen: Vec<_> = actions.map(|call| (call.line.clone(), call.body())).collect();
    let once = ("POST /chats/880011223/actions".to_owned(), json!({ "action": "mark_seen" }));
    assert_eq!(seen, [once.clone(), once], "once for each message of the customer, and no comment");
}
