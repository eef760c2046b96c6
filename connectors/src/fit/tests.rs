use base::i18n::Language;
use base::message::{Button, List, Markup, Media, Person, Quote, Row, Section};
use chrono::DateTime;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::tests::{self, message};
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
fn quotes_and_forwards_become_lines() {
    let anna = Some(Person { name: Some("Anna".into()), ..Person::default() });
    let quote = |content| Quote { sender: anna.clone(), content: Some(content), ..Quote::default() };
    let replying = Message { reply_to: Some(quote(tests::text("Is it\nblue?"))), ..message(tests::text("Yes")) };
    assert_eq!(as_text(replying, EN), "> Anna: Is it\n> blue?\n\nYes");
    let picture = Message { reply_to: Some(quote(Content::Picture(file(None)))), ..message(tests::text("Nice")) };
    assert_eq!(as_text(picture, EN), "> Anna: [Picture: a.jpg]\n\nNice", "links of files stay out of quotes");
    let long = Message { reply_to: Some(quote(tests::text(&"я".repeat(500)))), ..message(tests::text("Yes")) };
    assert_eq!(as_text(long, EN), format!("> Anna: {}…\n\nYes", "я".repeat(400)));
    let forwarding = Message { forward: Some(quote(tests::text("Hello"))), ..message(tests::text("")) };
    assert_eq!(as_text(forwarding.clone(), EN), "Forwarded from Anna:\nHello");
    assert!(as_text(forwarding, RU).contains("Anna:\nHello"));
    let without_author = Message {
        forward: Some(Quote { content: Some(tests::text("Hello")), ..Quote::default() }),
        ..message(tests::text(""))
    };
    assert_eq!(as_text(without_author, EN), "Forwarded message:\nHello");
}

#[test]
fn buttons_become_lines_of_text() {
    let url = Some("https://acme.test".to_owned());
    let rows = vec![
        vec![Button { text: "Yes".into(), url: None }, Button { text: "No".into(), url: None }],
        vec![Button { text: "Shop".into(), url }],
    ];
    let asking = Message { markup: Some(Markup::Buttons(rows)), ..message(tests::text("Well?")) };
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
    let listing = |text: &str| Message { markup: Some(Markup::List(list.clone())), ..message(tests::text(text)) };
    let rows = "Available\n• Delivery – 1-2 days\n• Pick-up\nAcme";
    assert_eq!(as_text(listing(""), EN), format!("Pick\nChoose\n{rows}"));
    assert_eq!(as_text(listing("Choose"), EN), format!("Choose\n\nPick\n{rows}"), "nothing is said twice");
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
        [Content::Picture(file(None)), tests::text("a caption of many "), tests::text("words")]
    );
    assert_eq!(parts(tests::text("a text of many words")), [tests::text("a text of many words")]);
    assert_eq!(parts(tests::text("")), [tests::text("")]);
}

#[test]
fn what_is_supported_stays_and_what_is_refused_is_named() {
    let yes = || Some(Markup::Buttons(vec![vec![Button { text: "Yes".into(), url: None }]]));
    let full =
        Message { reply_to: Some(Quote::default()), markup: yes(), ..message(Content::Picture(file(Some("Look")))) };
    assert_eq!(fit(full.clone(), &able(), EN).unwrap(), std::slice::from_ref(&full));
    let strict = Abilities { features: FeatureAbilities::all(Support::Refused), ..able() };
    assert!(fit(message(tests::text("Hi")), &strict, EN).is_ok());
    assert_eq!(fit(full, &strict, EN), Err(Thing::Feature("quotes")));
    let listing = Message { markup: Some(Markup::List(List::default())), ..message(tests::text("Hi")) };
    assert_eq!(fit(listing, &strict, EN), Err(Thing::Feature("lists")));
    let long = tests::text("a text that needs two parts");
    let long = Message { reply_to: Some(Quote::default()), markup: yes(), ..message(long) };
    let features = FeatureAbilities::all(Support::Native);
    let parts = fit(long, &Abilities { features, ..PLAIN }, EN).unwrap();
    let has: Vec<_> = parts.iter().map(|part| (part.reply_to.is_some(), part.markup.is_some())).collect();
    assert_eq!(has, [(true, false), (false, true)]);
}

fn signed(content: Content) -> Content {
    let mut message = Message::of(Uuid::nil(), content, DateTime::UNIX_EPOCH);
    sign(&mut message, "Anna", Words::new(Language::En));
    message.content
}

#[test]
fn the_managers_name_is_put_above_the_text() {
    let text = |text: &str| Content::Text { text: text.to_owned() };
    let file = |caption: Option<&str>| Content::Picture(Media { text: caption.map(str::to_owned), ..Media::default() });
    assert_eq!(signed(text("Hello")), text("Anna:\nHello"));
    assert_eq!(signed(file(Some("Look"))), file(Some("Anna:\nLook")));
    assert_eq!(signed(file(None)), file(Some("Anna:")));
    assert_eq!(signed(text("")), text(""), "buttons alone stay alone");
    let sticker = Content::Sticker(Media::default());
    assert_eq!(signed(sticker.clone()), sticker);
}

fn limit(most: usize, unit: Unit) -> Length {
    Length { most, unit }
}

fn boundaries(text: &str) -> Vec<usize> {
    text.grapheme_indices(true).map(|(at, _)| at).chain([text.len()]).collect()
}

#[test]
fn lines_are_kept_whole_and_then_words() {
    let split = |text: &str| split(text, limit(12, Unit::Characters));
    assert_eq!(split("one two"), ["one two"]);
    assert_eq!(split("one two\nthree four"), ["one two\n", "three four"]);
    assert_eq!(split("one two three four"), ["one two ", "three four"]);
    assert_eq!(split("oneandtwoandthree"), ["oneandtwoand", "three"]);
    assert_eq!(split("ab cdefghijklmnop"), ["ab cdefghijk", "lmnop"], "an early space would leave a stub");
    assert_eq!(split("one two     \n\n        \n           end"), ["one two     ", "end"]);
}

#[test]
fn a_sign_of_many_characters_stays_whole() {
    let family = "👨‍👩‍👧‍👦";
    let text = family.repeat(5);
    for unit in [Unit::Graphemes, Unit::Characters, Unit::Utf16, Unit::Bytes] {
        let most = unit.count(family) * 2;
        let parts = split(&text, limit(most, unit));
        assert_eq!(parts, [family.repeat(2), family.repeat(2), family.to_owned()], "{unit:?}");
    }
    // The emoji alone exceeds the limit, so it must be split.
    let parts = split(&format!("a{family}b"), limit(4, Unit::Bytes));
    assert_eq!(parts.concat(), format!("a{family}b"));
    assert!(parts.iter().all(|part| part.len() <= 4));
    assert_eq!(split("я", limit(1, Unit::Bytes)), ["я"], "a character is never halved");
}

/// Letters, space, line breaks, combining marks, emoji with joiners, flags.
fn text() -> impl Strategy<Value = String> {
    let sign = prop_oneof![
        4 => "[a-zа-я]",
        2 => Just(" ".to_owned()),
        1 => Just("\n".to_owned()),
        1 => Just("\r\n".to_owned()),
        1 => Just("\u{301}".to_owned()),
        1 => Just("\u{200d}".to_owned()),
        1 => prop_oneof![Just("👍🏽"), Just("🇷🇺"), Just("👩‍🚀"), Just("𝄞")].prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(sign, 0..120).prop_map(|signs| signs.concat())
}

proptest! {
    #[test]
    fn parts_are_the_text_in_order_within_the_limit_and_cut_between_signs(
        text in text(),
        most in 1_usize..40,
        unit in prop_oneof![Just(Unit::Graphemes), Just(Unit::Characters), Just(Unit::Utf16), Just(Unit::Bytes)],
    ) {
        let limit = limit(most, unit);
        let parts = split(&text, limit);
        let signs = boundaries(&text);
        let widest = text.chars().map(|sign| characters(sign, unit)).max().unwrap_or(0).max(most);
        let mut at = 0;
        for part in &parts {
            prop_assert!(unit.count(part) <= widest, "{part:?}");
            let gap = text[at..].find(part.as_str()).expect("parts are pieces of the text, in order");
            prop_assert!(text[at..at + gap].trim().is_empty(), "only space is left out");
            at += gap + part.len();
            let from = at - part.len();
            let is_whole = |end: usize| signs.contains(&end);
            // Only a grapheme that alone exceeds the limit may be split.
            let torn = text.graphemes(true).any(|sign| unit.count(sign) > most);
            prop_assert!(torn || (is_whole(from) && is_whole(at)), "{part:?} is cut inside a sign");
        }
        prop_assert!(text[at..].trim().is_empty());
    }
}
