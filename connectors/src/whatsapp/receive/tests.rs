//! What is read from bodies (whatsapp §18) besides what amoCRM shows of them, which `messengers::whatsapp::samples` plays:
//! ids, times, files, reports; odd and broken forms; and altered bodies, none of which may cause a panic.

use base::i18n::Language;
use base::message::{Content, FailureCode, State};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::PressedButton;
use crate::incoming::IncomingMessage;
use crate::tests::bodies::{self, hold, mangle, run};

const MARIA: &str = "KZ.1234567890123456789";

const MARIAS_PHONE: &str = "77010001122";

fn settings() -> Settings {
    let facts = json!({ "bot": { "display_phone_number": "+7 701 000 99 00", "verified_name": "Acme" } });
    let public = json!({ "phone_number_id": "330022334455667", "waba_id": "220011223344556", "facts": facts });
    Settings { public, secrets: Default::default() }
}

fn read_with(body: &str, language: Language) -> Result<Vec<InboundEvent>, NotReceived> {
    receive(&settings(), body.as_bytes(), Words::new(language))
}

/// The events of a body, in English, without those by which Maria is known by both ids.
fn read(body: &str) -> Vec<InboundEvent> {
    let events = read_with(body, Language::En).unwrap_or_else(|why| panic!("{body}: {why:?}"));
    let is_alias = |event: &InboundEvent| match event {
        InboundEvent::AlsoKnown { id: from, also: to } | InboundEvent::HasNumber { id: from, number: to, .. } => {
            [[MARIA, MARIAS_PHONE], [MARIAS_PHONE, MARIA]].contains(&[from.as_str(), to])
        }
        _ => false,
    };
    events.into_iter().filter(|event| !is_alias(event)).collect()
}

#[track_caller]
fn one(body: &str) -> InboundEvent {
    let [happened] = <[InboundEvent; 1]>::try_from(read(body)).unwrap_or_else(|all| panic!("{body}: {all:#?}"));
    happened
}

/// The last message in a body.
#[track_caller]
fn written(body: &str) -> IncomingMessage {
    match read(body).pop().unwrap() {
        InboundEvent::Wrote(written) | InboundEvent::History(written) => *written,
        InboundEvent::Changed(edit) => edit.written,
        InboundEvent::Pressed(press) => press.written,
        other => panic!("{body}: {other:?}"),
    }
}

/// A fixture's body.
fn body(name: &str) -> String {
    bodies::body("whatsapp", name)
}

/// The same with one field of its value replaced.
fn with(name: &str, pointer: &str, value: Value) -> String {
    let mut whole: Value = serde_json::from_str(&body(name)).unwrap();
    let (parent, field) = pointer.rsplit_once('/').unwrap();
    match whole.pointer_mut(&format!("/entry/0/changes/0/value{parent}")).unwrap() {
        Value::Array(items) => items[field.parse::<usize>().unwrap()] = value,
        parent => drop(parent.as_object_mut().unwrap().insert(field.to_owned(), value)),
    }
    whole.to_string()
}

/// A message of this type without content.
fn typed(kind: &str) -> String {
    with("text", "/messages/0", json!({ "from": MARIAS_PHONE, "id": "wamid.N", "timestamp": "1", "type": kind }))
}

/// A report about the account.
fn reported(field: &str, value: &Value) -> InboundEvent {
    let changes = json!([{ "field": field, "value": value }]);
    let body = json!({ "object": "whatsapp_business_account", "entry": [{ "id": "2", "changes": changes }] });
    one(&body.to_string())
}

#[test]
fn nothing_in_a_body_breaks_its_reader() {
    let fits = |id: &str| !id.is_empty() && id.len() <= 255;
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
                let ids = [&written.external_id, &written.conversation_id, &written.body.sender.id];
                prop_assert!(ids.iter().all(|id| fits(id)), "{one:?}");
            }
            if let InboundEvent::Moved { from, to } | InboundEvent::HasNumber { id: from, number: to, .. } = &one {
                prop_assert!(fits(from) && fits(to) && from != to, "{one:?}");
            }
        }
        Ok(())
    });
    run(256, prop::collection::vec(any::<u8>(), 0..64), |bytes| {
        if serde_json::from_slice::<Value>(&bytes).is_err() {
            let read = receive(&settings(), &bytes, Words::new(Language::En));
            prop_assert_eq!(read, Err(NotReceived::Unreadable));
        }
        Ok(())
    });
    let deep = format!("{{\"entry\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(read_with(&deep, Language::En), Err(NotReceived::Unreadable));
}

/// No body of the fixtures is left out, and none is unknown but the one that is meant to be.
#[test]
fn every_fixture_is_read_and_only_the_unknown_one_is_unknown() {
    let names = bodies::names("whatsapp");
    assert_eq!(names.len(), 59);
    for name in names {
        let unknown = read(&body(&name)).iter().any(|event| matches!(event, InboundEvent::Unknown(_)));
        assert_eq!(unknown, name == "unknown_value", "{name}");
    }
}

/// A person's conversation, name, phone and page.
#[test]
fn people_are_known_by_every_id_and_name_they_have() {
    let page = Some("https://wa.me/77010001122");
    let phone = Some("+77010001122");
    let nameless = json!({ "username": "maria.k" });
    for (body, conversation, name, phone, page) in [
        (body("text"), MARIA, "Мария К.", phone, page),
        (with("text", "/contacts/0/profile", nameless), MARIA, "maria.k", phone, page),
        (with("text", "/contacts", json!([])), MARIA, "+77010001122", phone, page),
        (body("text_classic"), MARIAS_PHONE, "Мария К.", phone, page),
        (body("text_username_only"), "BR.9876543210987654321", "João 🌿", None, None),
        (
            with("text_username_only", "/contacts", json!([])),
            "BR.9876543210987654321",
            "WhatsApp BR.9876543210987654321",
            None,
            None,
        ),
    ] {
        let IncomingMessage { conversation_id, body: told, .. } = written(&body);
        let sender = told.sender;
        assert_eq!((conversation_id.as_str(), sender.id.as_str()), (conversation, conversation));
        assert_eq!(sender.name.as_deref(), Some(name));
        assert_eq!((sender.phone.as_deref(), sender.profile_url.as_deref()), (phone, page), "{name}");
    }
    // The id of a group of portfolios is another space.
    assert_eq!(written(&body("text_parent_bsuid")).conversation_id, MARIA);
    let group = written(&body("group_text"));
    assert_eq!(group.conversation_id, "Y2FwaV9ncm91cDo3NzAxMDAwOTkwMDoxMjAz");
    assert_eq!((group.body.sender.id.as_str(), group.room.unwrap().id), (MARIA, group.conversation_id));
}

#[test]
fn a_person_with_two_ids_is_found_by_either() {
    let events = read_with(&body("text"), Language::En).unwrap();
    let also = InboundEvent::AlsoKnown { id: MARIAS_PHONE.to_owned(), also: MARIA.to_owned() };
    let has = |number: &str, before: Option<&str>| InboundEvent::HasNumber {
        id: MARIA.to_owned(),
        number: number.to_owned(),
        before: before.map(str::to_owned),
    };
    let [before, InboundEvent::Wrote(_), after] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((before, after), (&also, &has(MARIAS_PHONE, None)), "found by the BSUID, and answered to the phone");
    // Brazil's ninth digit: the owner's phone book has it, `wa_id` often has not.
    for (from, other) in
        [("558891234567", "5588991234567"), ("5588991234567", "558891234567"), ("5215512345678", "525512345678")]
    {
        let events = read(&with("text_classic", "/messages/0/from", json!(from)));
        let [before, InboundEvent::Wrote(wrote)] = events.as_slice() else { panic!("{events:?}") };
        assert_eq!(*before, InboundEvent::AlsoKnown { id: other.to_owned(), also: from.to_owned() });
        assert_eq!(wrote.conversation_id, from, "what WhatsApp wrote stays");
    }
    for same in [MARIAS_PHONE.to_owned(), "x".repeat(300)] {
        let mut whole: Value = serde_json::from_str(&with("text", "/messages/0/from", json!(same))).unwrap();
        whole["entry"][0]["changes"][0]["value"]["messages"][0]["from_user_id"] = json!(same);
        let events = read_with(&whole.to_string(), Language::En).unwrap();
        assert!(matches!(events.as_slice(), [InboundEvent::Wrote(_)]), "no conversation moves: {events:?}");
    }
    let events = read(&body("system_number_changed"));
    assert_eq!(events.last(), Some(&has("77019998877", Some(MARIAS_PHONE))));
    let moved = |from: &str, to: &str| InboundEvent::Moved { from: from.to_owned(), to: to.to_owned() };
    for name in ["system_user_id_changed", "user_id_update"] {
        assert_eq!(one(&body(name)), moved(MARIA, "KZ.5550001112223334445"));
    }
}

#[test]
fn files_have_a_reference_a_type_and_a_name() {
    for (fixture, kind, name) in [
        ("image_caption", "picture", "image_1800000000000001.jpg"),
        ("voice", "voice", "voice_1800000000000004.ogg"),
        ("audio", "audio", "audio_1800000000000005.mp3"),
        ("document", "file", "Договор №7.pdf"),
        // A picture sent as a file stays one.
        ("document_image", "file", "scan.png"),
    ] {
        let content = written(&body(fixture)).body.content;
        assert_eq!((content.kind(), content.media().unwrap().file_name.as_str()), (kind, name));
    }
    let file = |name: &str| written(&body(name)).body.content.media().cloned().unwrap();
    assert_eq!(file("image_caption").reference.as_deref(), Some("media:1800000000000001"));
    assert_eq!(file("edit").known_as, file("image_caption").known_as, "the same file");
    assert_eq!(file("video").mime_type.as_deref(), Some("video/mp4"));
    let sticker = "2Jj0m3b5oY0m1kq0H2c6dN3x8v1sY7pQ9u5wZt4rLkE=";
    assert_eq!(file("sticker_animated").sticker_id.as_deref(), Some(sticker));
}

#[test]
fn odd_contents_are_read() {
    let items = json!([{ "product_retailer_id": "A", "quantity": 3 }, { "item_price": "2.5", "currency": "EUR" }]);
    let gaps = with("order", "/messages/0/order", json!({ "product_items": items }));
    // No total of unknown prices.
    for (body, text) in [
        (gaps, "[Order] A × 3; ? × 1 = 2.50 EUR"),
        (typed("hologram"), "[The message is not supported: hologram. Ask to send it as text or as a file]"),
    ] {
        assert_eq!(written(&body).body.content, Content::Text { text: text.to_owned() });
    }
    let vcard =
        json!([{ "vcard": "BEGIN:VCARD\nTEL;type=CELL:5511900001111\nEND:VCARD", "origin": "contact_request" }]);
    let own = Content::Contact { name: "+5511900001111".to_owned(), phone: "+5511900001111".to_owned() };
    for body in [body("contact_request_answer"), with("contact_request_answer", "/messages/0/contacts", vcard)] {
        let told = written(&body).body;
        assert_eq!((told.sender.phone.as_deref(), told.content), (Some("+5511900001111"), own.clone()));
    }
    let InboundEvent::Began(began) = one(&typed("request_welcome")) else { panic!("no beginning") };
    assert_eq!(began.mark, None);
    let InboundEvent::Began(began) = read(&body("text_ad_referral")).remove(0) else { panic!("no beginning") };
    let mark = began.mark.unwrap();
    for part in
        ["Синие велосипеды", "ad 120200000000000001", "https://fb.me/3acmead", "ctwa_clid=ARAkLkA8rmlFeiCktEJQ-acme"]
    {
        assert!(mark.contains(part), "{mark}");
    }
}

#[test]
fn presses_lead_to_their_button_or_row() {
    let told = |body: &str| written(body).body;
    assert!(told(&body("button_template")).reply_to.is_some());
    assert_eq!(told(&body("list_reply")).callback_data.as_deref(), Some("k7Qp2Zx1"));
    assert_eq!(told(&body("text_product")).reply_to, None, "a product is no message");
    let ours = PressedButton { message_id: uuid::Uuid::from_u128(7), row: 0, column: 1 };
    let pressed = with("button_reply", "/messages/0/interactive/button_reply/id", json!(ours.data()));
    let InboundEvent::Pressed(press) = one(&pressed) else { panic!("no press") };
    assert_eq!((press.message_id, press.data.clone()), (Some(ours.message_id), ours.data()));
}

/// Of one second, in the order in which they came; cards have ids of their own.
#[test]
fn messages_of_one_second_keep_their_order() {
    let came = |name: &str| -> Vec<(String, i64)> {
        let events = read(&body(name)).into_iter().filter_map(|event| match event {
            InboundEvent::Wrote(written) => Some((written.external_id, written.sent_at.unwrap())),
            _ => None,
        });
        events.collect()
    };
    let times: Vec<_> = came("batch").into_iter().map(|(_, at)| at - 1_795_168_834_000).collect();
    assert_eq!(times, [0, 1, 0]);
    let [first, second] = <[_; 2]>::try_from(came("contacts_two")).unwrap();
    assert!(first.0.ends_with("#0") && second.0.ends_with("#1"));
    assert_eq!(second.1, first.1 + 1);
}

#[test]
fn statuses_name_their_message_and_their_letter() {
    let status = |body: &str| match one(body) {
        InboundEvent::Status(status) => *status,
        other => panic!("{body}: {other:?}"),
    };
    let letter = uuid::Uuid::parse_str("0190f0aa-0000-7000-8000-000000000001").ok();
    let part =
        with("status_sent", "/statuses/0/biz_opaque_callback_data", json!("0190f0aa-0000-7000-8000-000000000001:2"));
    for (body, state, letter_id) in [
        (body("status_sent"), State::Sent, letter),
        (part, State::Sent, letter),
        (body("status_delivered"), State::Delivered, None),
        (body("status_played"), State::Read, None),
        (body("status_bsuid_only"), State::Delivered, None),
    ] {
        let told = status(&body);
        assert_eq!((told.state, told.letter_id, told.failure), (state, letter_id, None));
    }
    let sent = status(&body("status_sent"));
    assert_eq!(sent.message, "wamid.HBgLNzcwMTAwMDExMjIVAgARGBJPVVQwMDEwAA==");
    assert_eq!(sent.at, Some(1_795_168_900_000));
    let failed = |code: u32| with("status_failed_131026", "/statuses/0/errors/0/code", json!(code));
    assert_eq!(status(&failed(131_999)).failure.unwrap().code, FailureCode::Rejected);
    let events = read(&failed(131_042));
    let [InboundEvent::Status(_), InboundEvent::LineTrouble { aspect: "sending", trouble: Some(said) }] =
        events.as_slice()
    else {
        panic!("{events:?}")
    };
    assert!(said.to_string().contains("payment"), "what concerns the whole number is shown at the source");
}

/// Every event about a number or an account, with whether it is a problem; none for one that says nothing of it.
#[test]
fn an_account_has_problems_and_their_ends() {
    let lifted = json!({ "event": "DISABLED_UPDATE", "ban_info": { "waba_ban_state": "REINSTATE" } });
    let violation = json!({ "event": "ACCOUNT_VIOLATION", "violation_info": { "violation_type": "SCAM" } });
    let alert =
        |severity: &str| json!({ "alert_severity": severity, "alert_description": "x", "alert_status": "ACTIVE" });
    for (field, value, trouble) in [
        ("account_update", json!({ "event": "DISABLED_UPDATE" }), Some(true)),
        ("account_update", lifted, Some(false)),
        ("account_update", violation, Some(true)),
        ("account_update", json!({ "event": "PARTNER_REMOVED" }), Some(true)),
        ("account_update", json!({ "event": "ACCOUNT_OFFBOARDED" }), Some(true)),
        ("account_update", json!({ "event": "ACCOUNT_RECONNECTED" }), Some(false)),
        ("account_update", json!({ "event": "SOMETHING_NEW" }), None),
        ("account_review_update", json!({ "decision": "REJECTED" }), Some(true)),
        ("account_review_update", json!({ "decision": "APPROVED" }), Some(false)),
        ("account_alerts", alert("CRITICAL"), Some(true)),
        ("account_alerts", alert("INFORMATIONAL"), None),
        ("phone_number_name_update", json!({ "decision": "REJECTED", "requested_verified_name": "Acme" }), Some(true)),
        ("phone_number_name_update", json!({ "decision": "APPROVED" }), Some(false)),
        ("phone_number_quality_update", json!({ "event": "FLAGGED" }), Some(true)),
        ("phone_number_quality_update", json!({ "event": "UNFLAGGED" }), Some(false)),
        ("phone_number_quality_update", json!({ "event": "UPGRADE" }), Some(false)),
        ("business_capability_update", json!({ "max_daily_conversation_per_phone": 1000 }), None),
    ] {
        let told = match reported(field, &value) {
            InboundEvent::LineTrouble { trouble, .. } => Some(trouble.is_some()),
            _ => None,
        };
        assert_eq!(told, trouble, "{field} {value}");
    }
    for (name, part) in [("phone_quality", "2K"), ("account_restricted", "2026-11-27"), ("errors_value", "rate")] {
        let InboundEvent::LineTrouble { trouble: Some(said), .. } = read(&body(name)).pop().unwrap() else {
            panic!("{name}: no trouble")
        };
        assert!(said.to_string().contains(part), "{said}");
    }
    let learned = |part, key: &str, value| InboundEvent::Learned { part, key: key.to_owned(), value };
    assert_eq!(read(&body("phone_quality"))[0], learned("number", "messaging_limit", json!("TIER_2K")));
    assert_eq!(one(&body("history_declined")), learned("history", "state", json!("declined")));
}

#[test]
fn events_without_effect_are_counted_and_unknown_ones_kept() {
    let calls = json!({ "object": "whatsapp_business_account", "entry": [{ "changes": [{ "field": "calls" }] }] });
    for (body, event) in [
        (body("app_state_sync"), InboundEvent::Nothing("address_book")),
        (body("user_preferences"), InboundEvent::Nothing("user_preferences")),
        (body("unknown_value"), InboundEvent::Unknown("value")),
        (with("phone_quality", "/display_phone_number", json!("77010005555")), InboundEvent::Nothing("other_number")),
        (with("text", "/metadata/phone_number_id", json!("123456123")), InboundEvent::Unknown("other_number")),
        (with("template_approved", "/event", json!("NEW")), InboundEvent::Unknown("template")),
        ("{}".to_owned(), InboundEvent::Unknown("object")),
        (json!({ "object": "page", "entry": [] }).to_string(), InboundEvent::Unknown("object")),
        (json!({ "object": "whatsapp_business_account" }).to_string(), InboundEvent::Unknown("empty")),
        (calls.to_string(), InboundEvent::Unknown("field")),
    ] {
        assert_eq!(one(&body), event, "{body}");
    }
    // N3: a call that names no number reaches every source of the account, so no source may take it for its own.
    for sample in ["text", "status_read", "echo_text", "history_chunk", "app_state_sync", "user_preferences"] {
        for nothing in [json!(null), json!(""), json!({})] {
            let unnamed = with(sample, "/metadata/phone_number_id", nothing);
            assert_eq!(read_with(&unnamed, Language::En).unwrap(), [InboundEvent::Unknown("no_number")], "{sample}");
        }
    }
}
