use base::i18n::Language;
use base::message::{Button, List, Markup, Person, Post, Quote, Row, Section, Template};

use super::*;
use crate::tests::{message, text};
use crate::{AfterUnknown, ContentAbilities, FeatureAbilities, Length, Unit};

const EN: Words = Words::new(Language::En);
const RU: Words = Words::new(Language::Ru);

/// A messenger that supports text and files and nothing else.
const PLAIN: Abilities = Abilities {
    content: ContentAbilities {
        sticker: Support::As(Stand::Picture),
        voice: Support::As(Stand::File),
        location: Support::As(Stand::Text),
        contact: Support::As(Stand::Text),
        video: Support::Refused,
        ..ContentAbilities::all(Support::Native)
    },
    features: FeatureAbilities { captions: Support::Native, ..FeatureAbilities::all(Support::As(Stand::Text)) },
    text_length: Some(Length { most: 20, unit: Unit::Utf16 }),
    caption_length: Some(Length { most: 10, unit: Unit::Utf16 }),
    delivered_on_accept: false,
    reports_reading: true,
    after_unknown: AfterUnknown::ResendOnce,
    window: None,
    requests_per_second: 1,
    at_once: 1,
};

fn able() -> Abilities {
    Abilities {
        content: ContentAbilities::all(Support::Native),
        features: FeatureAbilities::all(Support::Native),
        text_length: None,
        caption_length: None,
        ..PLAIN
    }
}

fn unlimited() -> Abilities {
    Abilities { text_length: None, caption_length: None, ..PLAIN }
}

fn file(caption: Option<&str>) -> Media {
    Media {
        media_url: "https://parom.example/m/1".into(),
        file_name: "a.jpg".into(),
        text: caption.map(str::to_owned),
        ..Media::default()
    }
}

/// The text of a message that became one text.
#[track_caller]
fn as_text(message: Message, words: Words) -> String {
    match fit(message, &unlimited(), words).unwrap().as_slice() {
        [Message { content: Content::Text { text }, part: PartNumber::WHOLE, .. }] => text.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn supported_content_is_sent_unchanged() {
    let full = Message {
        markup: Some(Markup::Buttons(vec![vec![Button { text: "Yes".into(), url: None }]])),
        template: Some(Template { id: "7".into(), ..Template::default() }),
        reply_to: Some(Quote::default()),
        forward: Some(Quote::default()),
        post: Some(Post { id: "post".into(), ..Post::default() }),
        ..message(Content::Picture(file(Some("caption"))))
    };
    assert_eq!(fit(full.clone(), &able(), EN).unwrap(), [full]);
}

#[test]
fn quotes_and_forwards_become_lines() {
    let anna = Some(Person { name: Some("Anna".into()), ..Person::default() });
    let quote = |content| Quote { sender: anna.clone(), content: Some(content), ..Quote::default() };
    let replying = Message { reply_to: Some(quote(text("Is it\nblue?"))), ..message(text("Yes")) };
    assert_eq!(as_text(replying, EN), "> Anna: Is it\n> blue?\n\nYes");
    let picture = Message { reply_to: Some(quote(Content::Picture(file(None)))), ..message(text("Nice")) };
    assert_eq!(as_text(picture, EN), "> Anna: [Picture: a.jpg]\n\nNice", "links of files stay out of quotes");
    let long = Message { reply_to: Some(quote(text(&"я".repeat(500)))), ..message(text("Yes")) };
    assert_eq!(as_text(long, EN), format!("> Anna: {}…\n\nYes", "я".repeat(400)));
    let forwarding = Message { forward: Some(quote(text("Hello"))), ..message(text("")) };
    assert_eq!(as_text(forwarding.clone(), EN), "Forwarded from Anna:\nHello");
    assert!(as_text(forwarding, RU).contains("Anna:\nHello"));
    let nobody =
        Message { forward: Some(Quote { content: Some(text("Hello")), ..Quote::default() }), ..message(text("")) };
    assert_eq!(as_text(nobody, EN), "Forwarded message:\nHello");
}

#[test]
fn buttons_become_lines_of_text() {
    let url = Some("https://acme.test".to_owned());
    let rows = vec![
        vec![Button { text: "Yes".into(), url: None }, Button { text: "No".into(), url: None }],
        vec![Button { text: "Shop".into(), url }],
    ];
    let asking = Message { markup: Some(Markup::Buttons(rows)), ..message(text("Well?")) };
    assert_eq!(as_text(asking, EN), "Well?\n\n• Yes\n• No\n• Shop – https://acme.test");
    let row =
        |title: &str, description: &str| Row { id: "k".into(), title: title.into(), description: description.into() };
    let section = Section { title: "Available".into(), rows: vec![row("Delivery", "1-2 days"), row("Pick-up", "")] };
    let list = List {
        header: "Pick".into(),
        body: "Choose".into(),
        footer: "Acme".into(),
        button: "Open".into(),
        sections: vec![section],
    };
    let listing = Message { markup: Some(Markup::List(list)), ..message(text("")) };
    assert_eq!(as_text(listing, EN), "Pick\nChoose\nAcme\nAvailable\n• Delivery – 1-2 days\n• Pick-up");
}

#[test]
fn kinds_that_a_messenger_does_not_know_become_others_or_words() {
    let kinds = |content| fit(message(content), &unlimited(), EN).map(|parts| parts[0].content.kind());
    assert_eq!(kinds(Content::Sticker(file(None))), Ok("picture"));
    assert_eq!(kinds(Content::Voice(file(None))), Ok("file"));
    assert_eq!(kinds(Content::Audio(file(None))), Ok("audio"));
    assert_eq!(kinds(Content::Video(file(None))), Err(Thing::Kind("video")));
    let place = as_text(message(Content::Location { latitude: 55.75, longitude: -37.61 }), EN);
    assert_eq!(place, "Location: https://maps.google.com/maps?q=55.75%2C-37.61");
    let person = as_text(message(Content::Contact { name: "Anna".into(), phone: "+7915".into() }), EN);
    assert_eq!(person, "Contact: Anna, +7915");
}

#[test]
fn a_caption_that_is_too_long_goes_beside_and_a_long_text_in_parts() {
    let parts = |content| {
        let parts = fit(message(content), &PLAIN, EN).unwrap();
        let whole: Vec<_> = parts.iter().map(|part| (part.part.number, part.part.of)).collect();
        assert_eq!(whole, (1..=parts.len()).map(|number| (number, parts.len())).collect::<Vec<_>>());
        parts.into_iter().map(|part| part.content).collect::<Vec<_>>()
    };
    assert_eq!(parts(Content::Picture(file(Some("short")))), [Content::Picture(file(Some("short")))]);
    assert_eq!(
        parts(Content::Picture(file(Some("a caption of many words")))),
        [Content::Picture(file(None)), text("a caption of many "), text("words")]
    );
    assert_eq!(parts(text("a text of many words")), [text("a text of many words")]);
    assert_eq!(parts(text("")), [text("")]);
}

#[test]
fn the_first_part_has_the_quote_and_the_last_has_the_buttons() {
    let abilities = Abilities { features: FeatureAbilities::all(Support::Native), ..PLAIN };
    let long = Message {
        reply_to: Some(Quote::default()),
        markup: Some(Markup::Buttons(vec![vec![Button { text: "Yes".into(), url: None }]])),
        ..message(text("a text that needs two parts"))
    };
    let parts = fit(long, &abilities, EN).unwrap();
    let has: Vec<_> = parts.iter().map(|part| (part.reply_to.is_some(), part.markup.is_some())).collect();
    assert_eq!(has, [(true, false), (false, true)]);
}

#[test]
fn an_unsupported_feature_refuses_only_messages_that_use_it() {
    let strict = Abilities { features: FeatureAbilities::all(Support::Refused), ..able() };
    assert!(fit(message(text("Hi")), &strict, EN).is_ok());
    let quoting = Message { reply_to: Some(Quote::default()), ..message(text("Hi")) };
    assert_eq!(fit(quoting, &strict, EN), Err(Thing::Feature("quotes")));
    let listing = Message { markup: Some(Markup::List(List::default())), ..message(text("Hi")) };
    assert_eq!(fit(listing, &strict, EN), Err(Thing::Feature("lists")));
}
