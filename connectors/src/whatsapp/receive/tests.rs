//! Every sample body (whatsapp §18) with its result; and altered bodies, none of which may cause a panic.

use base::i18n::Language;
use base::message::{Content, Media, Role};
use base::message::{FailureCode, State};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::PressedButton;
use crate::incoming::IncomingMessage;
use crate::incoming::StatusReport;
use crate::template::{TemplateCategory, TemplateStatus};
use crate::tests::bodies::{self, hold, mangle, run};

mod changes;

const MARIA: &str = "KZ.1234567890123456789";

const MARIAS_PHONE: &str = "77010001122";

/// A body of the fixtures.
fn body(name: &str) -> String {
    bodies::body("whatsapp", name)
}

fn settings() -> Settings {
    let facts = json!({ "bot": { "display_phone_number": "+7 701 000 99 00", "verified_name": "Acme" } });
    let public = json!({ "phone_number_id": "330022334455667", "waba_id": "220011223344556", "facts": facts });
    Settings { public, secrets: Default::default() }
}

fn read_with(body: &str, language: Language) -> Result<Vec<InboundEvent>, NotReceived> {
    receive(&settings(), body.as_bytes(), Words::new(language))
}

/// The events of a fixture's body, in English, without those by which a person is known by both ids.
fn read(name: &str) -> Vec<InboundEvent> {
    let events = read_with(&body(name), Language::En).unwrap_or_else(|why| panic!("{name}: {why:?}"));
    let is_alias = |event: &InboundEvent| match event {
        InboundEvent::AlsoKnown { id: from, also: to } | InboundEvent::Moved { from, to } => is_marias(from, to),
        _ => false,
    };
    events.into_iter().filter(|event| !is_alias(event)).collect()
}

fn is_marias(from: &str, to: &str) -> bool {
    let pair = [from, to];
    pair == [MARIA, MARIAS_PHONE] || pair == [MARIAS_PHONE, MARIA]
}

#[track_caller]
fn one(name: &str) -> InboundEvent {
    let [happened] = <[InboundEvent; 1]>::try_from(read(name)).unwrap_or_else(|all| panic!("{name}: {all:#?}"));
    happened
}

/// The only message in a fixture's body.
#[track_caller]
fn written(name: &str) -> IncomingMessage {
    match one(name) {
        InboundEvent::Wrote(written) => *written,
        other => panic!("{name}: {other:?}"),
    }
}

#[track_caller]
fn text(name: &str) -> String {
    text_of(written(name))
}

#[track_caller]
fn text_of(written: IncomingMessage) -> String {
    match written.body.content {
        Content::Text { text } => text,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn media(name: &str, kind: &str) -> Media {
    let content = written(name).body.content;
    assert_eq!(content.kind(), kind, "{name}");
    content.media().cloned().unwrap_or_else(|| panic!("{name} has no file"))
}

/// A fixture's body with one field of its value replaced.
fn with(name: &str, pointer: &str, value: Value) -> String {
    let mut whole: Value = serde_json::from_str(&body(name)).unwrap();
    let (parent, field) = pointer.rsplit_once('/').unwrap();
    match whole.pointer_mut(&format!("/entry/0/changes/0/value{parent}")).unwrap() {
        Value::Array(items) => items[field.parse::<usize>().unwrap()] = value,
        parent => {
            parent.as_object_mut().unwrap().insert(field.to_owned(), value);
        }
    }
    whole.to_string()
}

fn fits(id: &str) -> bool {
    !id.is_empty() && id.len() <= 255
}

#[test]
fn nothing_in_a_body_breaks_its_reader() {
    let bodies = bodies::all("whatsapp");
    mangle(2048, &bodies, json!("x".repeat(300)), |_, body| {
        let told = read_with(body, Language::En);
        prop_assert!(told.as_ref().is_ok_and(|events| !events.is_empty()) || told.is_err());
        let told = told.unwrap_or_default();
        hold(&told)?;
        for one in told.into_iter().filter_map(InboundEvent::storable) {
            let written = match &one {
                InboundEvent::Wrote(written) | InboundEvent::History(written) => Some(written.as_ref()),
                InboundEvent::Changed(edit) => Some(&edit.written),
                InboundEvent::Pressed(press) => Some(&press.written),
                _ => None,
            };
            if let Some(written) = written {
                prop_assert!(fits(&written.external_id) && fits(&written.conversation_id), "{one:?}");
                prop_assert!(fits(&written.body.sender.id), "{one:?}");
            }
            if let InboundEvent::Moved { from, to } = &one {
                prop_assert!(fits(from) && fits(to) && from != to, "{one:?}");
            }
        }
        Ok(())
    });
}

#[test]
fn bytes_that_are_no_call_are_unreadable() {
    run(256, prop::collection::vec(any::<u8>(), 0..64), |bytes| {
        if serde_json::from_slice::<Value>(&bytes).is_err() {
            let read = receive(&settings(), &bytes, Words::new(Language::En));
            prop_assert_eq!(read, Err(NotReceived::Unreadable));
        }
        Ok(())
    });
}

#[test]
fn a_body_nested_without_end_is_unreadable() {
    let deep = format!("{{\"entry\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(read_with(&deep, Language::En), Err(NotReceived::Unreadable));
}

#[test]
fn a_text_has_its_sender_and_its_time() {
    let text = written("text");
    assert_eq!(text.external_id, "wamid.HBgLNzcwMTAwMDExMjIVAgASGBQIN0002A==");
    assert_eq!((text.conversation_id.as_str(), text.sent_at), (MARIA, Some(1_795_168_802_000)));
    assert_eq!(text.body.content, Content::Text { text: "Ещё вопрос: оплата картой?".to_owned() });
    let sender = text.body.sender;
    assert_eq!((sender.id.as_str(), sender.name.as_deref(), sender.role), (MARIA, Some("Мария К."), Role::Client));
    assert_eq!(
        (sender.phone.as_deref(), sender.profile_url.as_deref()),
        (Some("+77010001122"), Some("https://wa.me/77010001122"))
    );
}

#[test]
fn a_person_with_two_ids_is_found_by_either() {
    let events = read_with(&body("text"), Language::En).unwrap();
    let also = InboundEvent::AlsoKnown { id: MARIAS_PHONE.to_owned(), also: MARIA.to_owned() };
    let moved = InboundEvent::Moved { from: MARIA.to_owned(), to: MARIAS_PHONE.to_owned() };
    let [before, InboundEvent::Wrote(_), after] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(*before, also, "known by phone: found by the BSUID");
    assert_eq!(*after, moved, "and answered to the phone");
    assert_eq!(read_with(&body("text_classic"), Language::En).unwrap().len(), 1);
    assert_eq!(read_with(&body("text_username_only"), Language::En).unwrap().len(), 1);
}

/// Brazil's ninth digit: the owner's phone book has it, `wa_id` often has not.
#[test]
fn a_number_of_two_spellings_is_found_by_either() {
    for (from, other) in
        [("558891234567", "5588991234567"), ("5588991234567", "558891234567"), ("5215512345678", "525512345678")]
    {
        let events = read_with(&with("text_classic", "/messages/0/from", json!(from)), Language::En).unwrap();
        let [before, InboundEvent::Wrote(wrote)] = events.as_slice() else { panic!("{events:?}") };
        assert_eq!(*before, InboundEvent::AlsoKnown { id: other.to_owned(), also: from.to_owned() });
        let sender = (wrote.conversation_id.as_str(), wrote.body.sender.phone.clone());
        assert_eq!(sender, (from, Some(format!("+{from}"))), "what WhatsApp wrote stays");
    }
}

#[test]
fn people_without_a_second_id_are_known_by_the_one() {
    let classic = written("text_classic");
    assert_eq!((classic.conversation_id.as_str(), classic.body.sender.id.as_str()), (MARIAS_PHONE, MARIAS_PHONE));
    let hidden = written("text_username_only");
    let sender = &hidden.body.sender;
    assert_eq!((hidden.conversation_id.as_str(), sender.name.as_deref()), ("BR.9876543210987654321", Some("João 🌿")));
    assert_eq!((sender.phone.clone(), sender.profile_url.clone()), (None, None));
    let parent = written("text_parent_bsuid");
    assert_eq!(parent.conversation_id, MARIA, "the id of a group of portfolios is another space");
}

#[test]
fn names_may_be_missing() {
    let nameless = with("text", "/contacts/0/profile", json!({ "username": "maria.k" }));
    let name = |body: &str| {
        let events = read_with(body, Language::En).unwrap();
        let wrote = events.into_iter().find_map(|event| match event {
            InboundEvent::Wrote(written) => written.body.sender.name,
            _ => None,
        });
        wrote.unwrap()
    };
    assert_eq!(name(&nameless), "maria.k");
    assert_eq!(name(&with("text", "/contacts", json!([]))), "+77010001122");
    assert_eq!(name(&with("text_username_only", "/contacts", json!([]))), "WhatsApp BR.9876543210987654321");
}

#[test]
fn answers_name_what_they_answer() {
    let reply = written("text_reply").body.reply_to.unwrap();
    assert_eq!(reply.external_id.as_deref(), Some("wamid.HBgLNzcwMTAwMDExMjIVAgARGBJPVVQwMDAxAA=="));
    let product = written("text_product");
    assert_eq!(product.body.reply_to, None, "a product is no message");
    assert_eq!(text_of(product), "Product: SKU-77\nЕсть в наличии?");
}

#[test]
fn a_forwarded_text_is_marked_as_forwarded() {
    assert_eq!(text("text_forwarded"), "Forwarded\nСкидка 20% всем!");
    assert_eq!(text("text_forwarded_often"), "Forwarded many times\nПерешли это десяти друзьям");
    let russian = read_with(&body("text_forwarded"), Language::Ru).unwrap();
    let InboundEvent::Wrote(russian) = russian.into_iter().nth(1).unwrap() else { panic!("no message") };
    assert_eq!(text_of(*russian), "Переслано\nСкидка 20% всем!");
}

#[test]
fn an_advertisement_is_named_and_kept() {
    let [InboundEvent::Began(began), InboundEvent::Wrote(written), InboundEvent::WindowOpen { conversation_id, until }] =
        <[InboundEvent; 3]>::try_from(read("text_ad_referral")).unwrap()
    else {
        panic!("the conversation begins, has a message, and is open for longer")
    };
    assert_eq!((conversation_id.as_str(), Some(until)), (MARIA, written.sent_at.map(|at| at + 72 * 3_600_000)));
    let mark = began.mark.unwrap();
    for part in
        ["Синие велосипеды", "ad 120200000000000001", "https://fb.me/3acmead", "ctwa_clid=ARAkLkA8rmlFeiCktEJQ-acme"]
    {
        assert!(mark.contains(part), "{mark}");
    }
    assert_eq!((began.conversation_id.as_str(), began.customer.id.as_str()), (MARIA, MARIA));
    assert_eq!(text_of(*written), "[From the ad: Синие велосипеды] https://fb.me/3acmead\nХочу узнать цену");
}

#[test]
fn files_have_a_reference_a_type_and_a_name() {
    let picture = media("image_caption", "picture");
    assert_eq!(picture.reference.as_deref(), Some("media:1800000000000001"));
    assert!(picture.text.is_some());
    assert_eq!(picture.file_name, "image_1800000000000001.jpg");
    assert_eq!(media("image", "picture").text, None);
    let video = media("video", "video");
    assert_eq!((video.text.as_deref(), video.mime_type.as_deref()), (Some("как стучит"), Some("video/mp4")));
    let voice = media("voice", "voice");
    assert_eq!(voice.file_name, "voice_1800000000000004.ogg");
    assert_eq!(media("audio", "audio").file_name, "audio_1800000000000005.mp3");
    let document = media("document", "file");
    assert_eq!((document.file_name.as_str(), document.text.as_deref()), ("Договор №7.pdf", Some("подписано")));
    assert_eq!(media("document_image", "file").file_name, "scan.png", "a picture sent as a file stays one");
    let sticker = media("sticker_animated", "sticker");
    assert_eq!(sticker.sticker_id.as_deref(), Some("2Jj0m3b5oY0m1kq0H2c6dN3x8v1sY7pQ9u5wZt4rLkE="));
}

#[test]
fn places_and_cards_come_with_all_they_say() {
    let place = written("location").body;
    assert_eq!(place.content, Content::Location { latitude: 43.238949, longitude: 76.889709 });
    assert_eq!(place.caption.as_deref(), Some("Acme, Abai 10"));
    let [InboundEvent::Wrote(first), InboundEvent::Wrote(second)] =
        <[InboundEvent; 2]>::try_from(read("contacts_two")).unwrap()
    else {
        panic!("two cards")
    };
    let contact = |name: &str, phone: &str| Content::Contact { name: name.to_owned(), phone: phone.to_owned() };
    assert_eq!(first.body.content, contact("Иван Сервис", "+7 701 000 22 33"));
    assert_eq!(
        (second.body.content, second.body.caption.as_deref()),
        (contact("Склад", "+7 701 000 44 55"), Some("Acme"))
    );
    assert!(first.external_id.ends_with("#0") && second.external_id.ends_with("#1"));
    assert_eq!(second.sent_at, first.sent_at.map(|at| at + 1), "in order within a second");
}

#[test]
fn the_senders_own_contact_card_sets_their_phone() {
    let own = written("contact_request_answer").body;
    assert_eq!(own.content, Content::Contact { name: "+5511900001111".to_owned(), phone: "+5511900001111".to_owned() });
    assert_eq!(own.sender.phone.as_deref(), Some("+5511900001111"));
    let vcard =
        json!([{ "vcard": "BEGIN:VCARD\nTEL;type=CELL:5511900001111\nEND:VCARD", "origin": "contact_request" }]);
    let events = read_with(&with("contact_request_answer", "/messages/0/contacts", vcard), Language::En).unwrap();
    let [InboundEvent::Wrote(vcard)] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(vcard.body.sender.phone.as_deref(), Some("+5511900001111"), "of the vCard");
}

#[test]
fn presses_are_their_words() {
    let button = written("button_template");
    assert!(button.body.reply_to.is_some());
    assert_eq!((button.body.callback_data.clone(), text_of(button)), (None, "Подтверждаю".to_owned()));
    assert_eq!(text("button_reply"), "Да", "a button of another program");
    let row = written("list_reply");
    assert_eq!((row.body.callback_data.as_deref(), text_of(row.clone()).as_str()), (Some("k7Qp2Zx1"), "Доставка"));
    let ours = PressedButton { message_id: uuid::Uuid::from_u128(7), row: 0, column: 1 };
    let pressed = with("button_reply", "/messages/0/interactive/button_reply/id", json!(ours.data()));
    let events = read_with(&pressed, Language::En).unwrap();
    let InboundEvent::Pressed(press) = &events[1] else { panic!("{events:?}") };
    assert_eq!((press.message_id, press.data.clone()), (Some(ours.message_id), ours.data()));
    assert_eq!(press.written.body.content, Content::Text { text: "Да".to_owned() });
}

#[test]
fn content_without_a_kind_in_amocrm_becomes_text() {
    assert_eq!(text("flow_reply"), "[Form] date: 2026-11-24");
    assert_eq!(text("order"), "[Order] SKU-77 × 2 = 60 USD; SKU-12 × 1 = 25 USD; total 85 USD\nк пятнице");
    assert_eq!(
        text("unsupported"),
        "[The message is not supported: poll_creation. Ask to send it as text or as a file]"
    );
    assert_eq!(text("unavailable_131060"), "[WhatsApp hid this message. Ask to send it again.]");
    let new = with(
        "text",
        "/messages/0",
        json!({ "from": "77010001122", "id": "wamid.N", "timestamp": "1", "type": "hologram" }),
    );
    let events = read_with(&new, Language::En).unwrap();
    let [InboundEvent::Wrote(written)] = events.as_slice() else { panic!("{events:?}") };
    assert!(text_of(written.as_ref().clone()).contains("hologram"));
}

#[test]
fn an_order_with_gaps_names_what_it_has() {
    let items = json!([{ "product_retailer_id": "A", "quantity": 3 }, { "item_price": "2.5", "currency": "EUR" }]);
    let events =
        read_with(&with("order", "/messages/0/order", json!({ "product_items": items })), Language::En).unwrap();
    let InboundEvent::Wrote(written) = &events[1] else { panic!("{events:?}") };
    assert_eq!(text_of(written.as_ref().clone()), "[Order] A × 3; ? × 1 = 2.50 EUR", "no total of unknown prices");
}

#[test]
fn messages_of_one_second_keep_their_order() {
    let all: Vec<(String, Option<i64>)> = read_with(&body("batch"), Language::En)
        .unwrap()
        .into_iter()
        .filter_map(|event| match event {
            InboundEvent::Wrote(written) => Some((text_of(written.as_ref().clone()), written.sent_at)),
            _ => None,
        })
        .collect();
    let at = |more: i64| Some(1_795_168_834_000 + more);
    assert_eq!(all, [("Первое".to_owned(), at(0)), ("Второе".to_owned(), at(1)), ("Добрый день".to_owned(), at(0))]);
}

#[test]
fn a_group_is_one_conversation_of_several_people() {
    let events = read_with(&body("group_text"), Language::En).unwrap();
    let [InboundEvent::Wrote(written)] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(written.conversation_id, "Y2FwaV9ncm91cDo3NzAxMDAwOTkwMDoxMjAz");
    assert_eq!(written.body.sender.id, MARIA);
    assert_eq!(written.room.as_ref().unwrap().id, written.conversation_id);
}
