//! What is sent.

use base::message::{Button, Markup, Post};
use base::verdict::Taken;

use super::*;
use crate::MessageIds;

const MARK: &str = "parom:00000000-0000-0000-0000-000000000009";

#[tokio::test]
async fn a_text_is_one_call() {
    let instagram = bodies("instagram", text("Hi")).await;
    let message = json!({ "text": "Hi" });
    assert_eq!(instagram, [json!({ "recipient": { "id": ANNA }, "messaging_type": "RESPONSE", "message": message })]);
    let facebook = bodies("facebook", text("Hi")).await;
    let message = json!({ "text": "Hi", "metadata": MARK });
    assert_eq!(facebook, [json!({ "recipient": { "id": ANNA }, "messaging_type": "RESPONSE", "message": message })]);
}

#[tokio::test]
async fn people_answer_later_with_their_tag() {
    let late = Some(("mid-0", 24 * 3600));
    for kind in ["instagram", "facebook"] {
        let (_, calls) = sent(kind, Vec::new(), &outgoing(Event::Created(Box::new(text("Hi"))), late)).await;
        let called = &calls[0].parameters;
        assert_eq!((&called["messaging_type"], &called["tag"]), (&json!("MESSAGE_TAG"), &json!("HUMAN_AGENT")));
        let mut bots = text("Hi");
        bots.sender.role = Role::Bot;
        let (_, calls) = sent(kind, Vec::new(), &outgoing(Event::Created(Box::new(bots)), late)).await;
        assert!(!calls[0].parameters.contains_key("tag"), "never for bots");
    }
}

#[tokio::test]
async fn the_answer_names_the_message_and_the_person() {
    let event = Event::Created(Box::new(text("Hi")));
    let answer = ScriptedAnswer::Json(200, json!({ "recipient_id": "77", "message_id": "m_1" }));
    let (report, _) = sent("facebook", vec![answer], &outgoing(event, None)).await;
    let taken = Taken { external_id: Some("m_1".into()), moved_to: Some("77".into()), ..Taken::default() };
    assert_eq!(report.verdict, Verdict::Done(taken), "the author of a comment has another id in messages");
}

#[tokio::test]
async fn quotes_are_native_on_messenger_and_words_on_instagram() {
    let quoting = || Message { reply_to: quote("mid-5#2"), ..text("10 EUR") };
    let facebook = bodies("facebook", quoting()).await;
    assert_eq!(facebook[0]["reply_to"], json!({ "mid": "mid-5" }));
    let instagram = bodies("instagram", quoting()).await;
    assert_eq!(instagram[0]["message"]["text"], "> Price?\n\n10 EUR");
}

#[tokio::test]
async fn files_are_addresses_and_their_captions_follow() {
    let photo = || message(Content::Picture(Media { text: Some("This one".into()), ..file("image/png") }));
    let attachment = json!({ "type": "image", "payload": { "url": "https://parom.example/m/1" } });
    let instagram = bodies("instagram", photo()).await;
    assert_eq!(instagram[0]["message"], json!({ "attachment": attachment }));
    assert_eq!(instagram[1]["message"], json!({ "text": "This one" }));
    let facebook = bodies("facebook", photo()).await;
    assert_eq!(facebook[0]["message"], json!({ "attachment": attachment, "metadata": MARK }));
    assert_eq!(facebook[1]["message"]["text"], "This one");
    let text = bodies("instagram", message(Content::File(file("application/zip")))).await;
    assert_eq!(text[0]["message"]["text"], "[File: a.bin]\nhttps://parom.example/m/1");
}

#[tokio::test]
async fn an_answered_message_is_marked_as_seen_once() {
    for kind in ["instagram", "facebook"] {
        let fake = Fake::start([]).await;
        let (instagram, facebook) = fake.connectors(false);
        let meta = if kind == "instagram" { instagram } else { facebook };
        for last in ["mid-1", "mid-1", "mid-2", "comment:5"] {
            let event = Event::Created(Box::new(text("Hi")));
            send(&meta, &settings(kind), &outgoing(event, Some((last, 60)))).await;
        }
        let actions: Vec<_> =
            fake.calls().iter().filter_map(|call| call.parameters.get("sender_action").cloned()).collect();
        assert_eq!(actions, [json!("mark_seen"), json!("mark_seen")], "{kind}");
    }
}

#[tokio::test]
async fn buttons_are_quick_replies_a_template_or_words() {
    let button = |text: &str, url: Option<&str>| Button { text: text.into(), url: url.map(str::to_owned) };
    let with = |buttons: Vec<Button>| Message { markup: Some(Markup::Buttons(vec![buttons])), ..text("Well?") };
    let replies = bodies("instagram", with(vec![button("Yes", None), button("No", None)])).await;
    assert_eq!(replies[0]["message"]["quick_replies"][1]["title"], "No");
    let link = bodies("facebook", with(vec![button("Shop", Some("https://acme.example"))])).await;
    assert_eq!(link[0]["message"]["attachment"]["payload"]["text"], "Well?");
    let words = bodies("facebook", with(vec![button("x", None); 14])).await;
    assert_eq!((words.len(), words[1]["message"]["text"].as_str().unwrap().lines().count()), (2, 14));
}

#[tokio::test]
async fn a_comment_is_answered_publicly() {
    let public = |quoted| Message {
        post: Some(Post { id: "900".into(), ..Post::default() }),
        reply_to: quoted,
        ..text("10 EUR")
    };
    let cases = [
        ("instagram", public(quote("comment:5")), None, "5/replies"),
        ("facebook", public(quote("comment:5")), None, "5/comments"),
        ("facebook", public(None), Some(("comment:6", 60)), "6/comments"),
        ("facebook", public(None), Some(("mid-0", 60)), "900/comments"),
    ];
    for (kind, message, last, path) in cases {
        let (report, calls) = sent(kind, Vec::new(), &outgoing(Event::Created(Box::new(message)), last)).await;
        assert_eq!((calls[0].path.as_str(), &calls[0].parameters["message"]), (path, &json!("10 EUR")));
        let Verdict::Done(taken) = report.verdict else { panic!("{report:?}") };
        assert_eq!(taken.external_id.as_deref(), Some("comment:c1"));
    }
}

#[tokio::test]
async fn a_comment_is_answered_privately_once_and_then_as_a_person() {
    let days_ago = Some(("comment:5", 3 * 86_400));
    let event = || Event::Created(Box::new(text("10 EUR")));
    let (_, calls) = sent("instagram", Vec::new(), &outgoing(event(), days_ago)).await;
    assert_eq!(calls[0].parameters["recipient"], json!({ "comment_id": "5" }));
    assert!(!calls[0].parameters.contains_key("tag"));
    let refused = vec![ScriptedAnswer::refused(10_900, 0, "(#10900) Activity already replied to")];
    let (report, calls) = sent("facebook", refused, &outgoing(event(), days_ago)).await;
    assert_eq!((calls.len(), &calls[1].parameters["recipient"]), (2, &json!({ "id": ANNA })));
    assert!(matches!(report.verdict, Verdict::Done(_)));
    let both = vec![
        ScriptedAnswer::refused(10_903, 0, "(#10903) This user cant reply to this activity"),
        ScriptedAnswer::refused(10, 2_018_278, "(#10) This message is sent outside of allowed window."),
    ];
    let (report, _) = sent("facebook", both, &outgoing(event(), days_ago)).await;
    let Verdict::Bury(failure) = report.verdict else { panic!("{report:?}") };
    assert_eq!(failure.code.word(), "window_closed");
}

#[tokio::test]
async fn typing_and_reactions_are_actions() {
    let typing = || Event::Typing { sender: Person::default(), until: now() };
    let (_, calls) = sent("instagram", Vec::new(), &outgoing(typing(), None)).await;
    let actions: Vec<&Value> = calls.iter().map(|call| &call.parameters["sender_action"]).collect();
    assert_eq!(actions, [&json!("mark_seen"), &json!("typing_on")]);
    let react = |id: &str, emoji: Option<&str>| {
        let message = MessageIds { id: Uuid::from_u128(7), external_id: Some(id.to_owned()) };
        let emoji = emoji.map(str::to_owned);
        outgoing(Event::Reaction { message, sender: Person::default(), emoji }, None)
    };
    let (_, calls) = sent("facebook", Vec::new(), &react("mid-5#1", Some("👍"))).await;
    assert_eq!(calls[0].parameters["payload"], json!({ "message_id": "mid-5", "reaction": "👍" }));
    let (_, calls) = sent("instagram", Vec::new(), &react("mid-5", Some("❤️"))).await;
    assert_eq!(calls[0].parameters["payload"]["reaction"], "love");
    let (_, calls) = sent("instagram", Vec::new(), &react("mid-5", None)).await;
    assert_eq!(calls[0].parameters["sender_action"], "unreact");
    for (kind, id, emoji) in [("instagram", "mid-5", "👍"), ("facebook", "comment:5", "👍")] {
        let (report, calls) = sent(kind, Vec::new(), &react(id, Some(emoji))).await;
        assert!(calls.is_empty() && matches!(report.verdict, Verdict::Done(_)));
    }
}

#[tokio::test]
async fn writing_first_and_empty_messages_are_refused() {
    let started = Event::Started(Box::new(text("Hi")));
    let (report, calls) = sent("instagram", Vec::new(), &outgoing(started, None)).await;
    assert!(calls.is_empty() && matches!(report.verdict, Verdict::Bury(_)));
    let (report, calls) = sent("instagram", Vec::new(), &outgoing(Event::Created(Box::new(text(" "))), None)).await;
    assert!(calls.is_empty() && matches!(report.verdict, Verdict::Bury(_)));
    let nobody =
        Outgoing { conversation_id: "comment:5".into(), ..outgoing(Event::Created(Box::new(text("Hi"))), None) };
    let (report, calls) = sent("facebook", Vec::new(), &nobody).await;
    assert!(calls.is_empty() && matches!(report.verdict, Verdict::Bury(_)));
}
