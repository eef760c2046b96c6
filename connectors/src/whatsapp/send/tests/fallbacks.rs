//! Messages changed and sent again within the same letter, once for each reason.

use base::message::{Button, Markup, Quote};

use super::*;

fn refused(code: u32) -> ScriptedAnswer {
    ScriptedAnswer::refused(code, "refused")
}

fn uploaded(id: &str) -> ScriptedAnswer {
    ScriptedAnswer::ok(json!({ "id": id }))
}

#[tokio::test]
async fn a_picture_becomes_a_document_and_then_a_link() {
    let picture = || message(Content::Picture(Media { text: Some("Look".into()), ..kept("a.jpg", "image/jpeg") }));
    // The first upload is remembered; the second try is for a file that Meta dropped.
    let (report, number) = sent(picture(), [uploaded("m1"), refused(131_053)]).await;
    taken(&report);
    let kinds: Vec<Value> = number.posted().into_iter().map(|body| body["type"].clone()).collect();
    assert_eq!(kinds, ["image", "document"]);
    assert_eq!(number.posted()[1]["document"]["caption"], "Look");
    let (report, number) = sent(picture(), [refused(131_053), refused(100)]).await;
    taken(&report);
    let said = number.posted()[0]["text"]["body"].as_str().unwrap().to_owned();
    assert!(said.contains("https://parom.example/media/t/a.jpg") && said.contains("Look"), "{said}");
    let (report, _) = sent(picture(), [refused(131_053), refused(131_053), refused(131_053)]).await;
    assert_eq!(failure(&report).0, FailureCode::Rejected);
}

#[tokio::test]
async fn a_file_that_meta_dropped_is_uploaded_again() {
    let number = TestNumber::new([]).await;
    let picture = || outgoing(Event::Created(Box::new(message(Content::Picture(kept("a.jpg", "image/jpeg"))))));
    taken(&number.send(picture()).await);
    let again = TestNumber { fake: Fake::start([refused(131_009), uploaded("media-2")]).await, ..number };
    let api = {
        let http = HttpClients::new(&Config::from_toml("").unwrap().network).unwrap();
        GraphApi::new(&http, &again.fake.base)
    };
    let again = TestNumber { api, ..again };
    taken(&again.send(picture()).await);
    let ids: Vec<Value> = again.posted().into_iter().map(|body| body["image"]["id"].clone()).collect();
    assert_eq!((ids, again.uploads().len()), (vec![json!("media-1"), json!("media-2")], 1));
}

#[tokio::test]
async fn a_message_refused_for_its_quote_is_sent_without_it() {
    let quoted = Message {
        reply_to: Some(Quote { external_id: Some("wamid.7".into()), ..Quote::default() }),
        ..message(text("x"))
    };
    let (report, number) = sent(quoted.clone(), [refused(131_009)]).await;
    taken(&report);
    let contexts: Vec<bool> = number.posted().iter().map(|body| body.get("context").is_some()).collect();
    assert_eq!(contexts, [true, false]);
    let (report, number) = sent(quoted, [refused(131_009), refused(131_009)]).await;
    assert_eq!((failure(&report).0, number.posted().len()), (FailureCode::Rejected, 2));
    let (report, number) = sent(message(text("x")), [refused(131_009)]).await;
    assert_eq!(
        (failure(&report).0, number.posted().len()),
        (FailureCode::Rejected, 1),
        "without a quote nothing can be changed"
    );
}

#[tokio::test]
async fn accepted_parts_are_not_sent_again() {
    let voice = Content::Voice(Media { text: Some("Listen".into()), ..kept("a.ogg", "audio/ogg") });
    let quoted =
        Message { reply_to: Some(Quote { external_id: Some("wamid.7".into()), ..Quote::default() }), ..message(voice) };
    let ok = ScriptedAnswer::ok(json!({ "messages": [{ "id": "wamid.1" }] }));
    let (report, number) = sent(quoted, [uploaded("m1"), ok, refused(131_053)]).await;
    assert_eq!(failure(&report).0, FailureCode::Rejected);
    let kinds: Vec<Value> = number.posted().into_iter().map(|body| body["type"].clone()).collect();
    assert_eq!(kinds, ["audio", "text"]);
}

#[tokio::test]
async fn a_header_that_meta_refuses_becomes_a_link_above_its_buttons() {
    let markup = Some(Markup::Buttons(vec![vec![Button { text: "Yes".into(), url: None }]]));
    let picture = Content::Picture(Media { text: Some("This one?".into()), ..kept("a.jpg", "image/jpeg") });
    let (report, number) = sent(Message { markup, ..message(picture) }, [refused(131_053), refused(131_053)]).await;
    taken(&report);
    let posted = number.posted();
    assert!(posted[0]["text"]["body"].as_str().unwrap().contains("https://parom.example/media/t/a.jpg"));
    assert_eq!(
        (posted[1]["interactive"].get("header"), &posted[1]["interactive"]["body"]["text"]),
        (None, &json!("This one?"))
    );
}
