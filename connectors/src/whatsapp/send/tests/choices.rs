//! Buttons and lists with the text or the file that they belong to.

use base::message::{Button, List, Markup, Row, Section};

use super::*;

fn buttons(texts: &[&str]) -> Option<Markup> {
    Some(Markup::Buttons(vec![texts.iter().map(|text| Button { text: (*text).to_owned(), url: None }).collect()]))
}

fn list() -> Option<Markup> {
    let row = Row { id: "k7Qp2Zx1".into(), title: "Delivery".into(), description: "1-2 days".into() };
    let section = Section { title: "Available".into(), rows: vec![row] };
    Some(Markup::List(List {
        header: "Pick".into(),
        body: "Choose one below".into(),
        footer: "Acme".into(),
        button: "Services".into(),
        sections: vec![section],
    }))
}

#[tokio::test]
async fn buttons_are_shown_below_the_text() {
    let posted = posted(Message { markup: buttons(&["Yes", "No"]), ..message(text("Deliver today?")) }).await;
    let [only] = posted.as_slice() else { panic!("{posted:?}") };
    let interactive = &only["interactive"];
    assert_eq!(
        (&only["type"], &interactive["type"], &interactive["body"]["text"]),
        (&json!("interactive"), &json!("button"), &json!("Deliver today?"))
    );
    assert_eq!(interactive["action"]["buttons"][1]["reply"]["title"], "No");
}

#[tokio::test]
async fn a_picture_with_its_text_and_buttons_is_one_message() {
    let picture = Content::Picture(Media { text: Some("This one?".into()), ..kept("a.jpg", "image/jpeg") });
    let one = posted(Message { markup: buttons(&["Yes"]), ..message(picture) }).await;
    let [only] = one.as_slice() else { panic!("{one:?}") };
    assert_eq!(only["interactive"]["header"], json!({ "type": "image", "image": { "id": "media-1" } }));
    assert_eq!(only["interactive"]["body"]["text"], "This one?");
    let bare = Content::Picture(kept("a.jpg", "image/jpeg"));
    let two = posted(Message { markup: buttons(&["Yes"]), ..message(bare) }).await;
    assert_eq!(
        (&two[0]["type"], &two[1]["interactive"]["body"]["text"]),
        (&json!("image"), &json!("Choose")),
        "buttons need a text"
    );
}

#[tokio::test]
async fn a_list_has_its_own_texts_once() {
    for said in ["Choose one below", "", "Pick"] {
        let posted = posted(Message { markup: list(), ..message(text(said)) }).await;
        let [only] = posted.as_slice() else { panic!("{said}: {posted:?}") };
        let interactive = &only["interactive"];
        assert_eq!(
            (&interactive["header"]["text"], &interactive["body"]["text"], &interactive["footer"]["text"]),
            (&json!("Pick"), &json!("Choose one below"), &json!("Acme"))
        );
        assert_eq!(interactive["action"]["sections"][0]["rows"][0]["id"], "k7Qp2Zx1");
    }
    let other = posted(Message { markup: list(), ..message(text("Anna:\nHello")) }).await;
    assert_eq!(other[0]["interactive"]["body"]["text"], "Anna:\nHello\n\nChoose one below");
}

#[tokio::test]
async fn a_text_too_long_for_buttons_goes_before_them() {
    let long = "word ".repeat(300);
    let posted = posted(Message { markup: buttons(&["Yes"]), ..message(text(&long)) }).await;
    let [first, second] = posted.as_slice() else { panic!("{posted:?}") };
    let body = second["interactive"]["body"]["text"].as_str().unwrap();
    assert!(body.len() <= 1024);
    assert_eq!(format!("{}{body}", first["text"]["body"].as_str().unwrap()), long);
}

#[tokio::test]
async fn buttons_that_do_not_fit_are_lines() {
    let many: Vec<String> = (1..=11).map(|number| format!("Answer {number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let posted = posted(Message { markup: buttons(&many), ..message(text("Which?")) }).await;
    let [only] = posted.as_slice() else { panic!("{posted:?}") };
    assert!(only["text"]["body"].as_str().unwrap().starts_with("Which?\n\n1. Answer 1\n2. Answer 2\n"));
}
