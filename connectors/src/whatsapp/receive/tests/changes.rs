//! Events that are no messages: changes, statuses, templates, problems.

use super::*;
use crate::tests::bodies;

#[test]
fn reactions_come_and_go() {
    let InboundEvent::Reacted(set) = one("reaction_add") else { panic!("no reaction") };
    assert_eq!(
        (set.message.as_str(), set.emoji.as_deref()),
        ("wamid.HBgLNzcwMTAwMDExMjIVAgARGBJPVVQwMDAxAA==", Some("👍"))
    );
    let InboundEvent::Reacted(gone) = one("reaction_remove") else { panic!("no reaction") };
    assert_eq!((gone.message.clone(), gone.emoji.clone()), (set.message, None));
    assert_ne!(gone.key, set.key);
}

#[test]
fn an_edit_and_a_deletion_name_their_message() {
    let InboundEvent::Changed(edit) = one("edit") else { panic!("no edit") };
    assert_eq!(edit.written.external_id, "wamid.HBgLNzcwMTAwMDExMjIVAgASGBQIN0010A==");
    assert_eq!(edit.key, "wamid.HBgLNzcwMTAwMDExMjIVAgASGBQIN0032A==");
    let file = edit.written.body.content.media().unwrap();
    assert_eq!((file.text.as_deref(), file.known_as.as_deref()), (Some("мой чек (верный)"), Some("1800000000000001")));
    let original = media("image_caption", "picture");
    assert_eq!(original.known_as, file.known_as, "the same file");
    let messages = vec!["wamid.HBgLNzcwMTAwMDExMjIVAgASGBQIN0002A==".to_owned()];
    assert_eq!(one("revoke"), InboundEvent::TookBack { pieces: messages });
}

#[test]
fn a_new_number_is_the_same_persons() {
    let events = read_with(&body("system_number_changed"), Language::En).unwrap();
    let moved = |from: &str, to: &str| InboundEvent::Moved { from: from.to_owned(), to: to.to_owned() };
    let [one, other, InboundEvent::Wrote(told)] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!([one, other], [&moved(MARIA, "77019998877"), &moved(MARIAS_PHONE, "77019998877")]);
    assert!(told.body.silent, "it needs no answer");
    assert_eq!(
        (told.conversation_id.as_str(), text_of(told.as_ref().clone()).as_str()),
        (MARIA, "[The customer’s number changed from +77010001122 to +77019998877]")
    );
    let moved = vec![moved(MARIA, "KZ.5550001112223334445")];
    assert_eq!(read("system_user_id_changed"), moved);
    assert_eq!(read("user_id_update"), moved, "the same as a field of its own");
}

#[test]
fn an_id_equal_to_the_phone_moves_no_conversation() {
    for same in ["77010001122".to_owned(), "x".repeat(300)] {
        let mut body: Value = serde_json::from_str(&body("text")).unwrap();
        let message = body.pointer_mut("/entry/0/changes/0/value/messages/0").unwrap();
        message["from"] = json!(same);
        message["from_user_id"] = json!(same);
        let events = read_with(&body.to_string(), Language::En).unwrap();
        assert!(matches!(events.as_slice(), [InboundEvent::Wrote(_)]), "{events:?}");
    }
}

#[test]
fn messages_that_the_owner_writes_on_the_phone_are_from_a_manager() {
    let echo = written("echo_text");
    assert_eq!((echo.conversation_id.as_str(), echo.body.sender.role), (MARIA, Role::Manager));
    assert_eq!(echo.body.sender.name.as_deref(), Some("Acme"));
    let receiver = echo.body.receiver.clone().unwrap();
    assert_eq!(
        (receiver.id.as_str(), receiver.role, receiver.name.as_deref()),
        (MARIA, Role::Client, Some("Мария К."))
    );
    assert_eq!(text_of(echo), "Да, завтра привезём");
    let InboundEvent::Changed(edit) = one("echo_edit") else { panic!("no edit") };
    assert_eq!(edit.written.external_id, "wamid.HBgLNzcwMTAwMDExMjIVAgASGBQECHO0038A==");
    assert_eq!(edit.written.body.sender.role, Role::Manager);
    let messages = vec!["wamid.HBgVQlIuOTg3NjU0MzIxMBUCABIYFEVDSE8wMDc3AA==".to_owned()];
    assert_eq!(one("echo_revoke_bsuid"), InboundEvent::TookBack { pieces: messages });
}

#[test]
fn earlier_messages_come_silently_and_in_order() {
    let events = read("history_chunk");
    let told: Vec<(Role, String, bool)> = events
        .iter()
        .map(|event| match event {
            InboundEvent::History(one) => (one.body.sender.role, text_of(one.as_ref().clone()), one.body.silent),
            other => panic!("{other:?}"),
        })
        .collect();
    let placeholder = "[A file from before the number was connected]".to_owned();
    assert_eq!(
        told,
        [
            (Role::Client, "Сколько стоит?".to_owned(), true),
            (Role::Manager, "30 000".to_owned(), true),
            (Role::Client, placeholder, true),
        ]
    );
    let InboundEvent::History(ours) = &events[1] else { panic!("no message") };
    assert_eq!(ours.body.receiver.as_ref().unwrap().id, MARIA);
    let InboundEvent::Changed(file) = one("history_media") else { panic!("no edit") };
    assert_eq!(
        file.written.external_id, "wamid.HBgLNzcwMTAwMDExMjIVAgASGBQISTAwMDNB",
        "in the place of its placeholder"
    );
    assert_eq!((file.written.body.content.kind(), file.written.body.silent), ("picture", true));
    let value = json!("declined");
    assert_eq!(one("history_declined"), InboundEvent::Learned { part: "history", key: "state".to_owned(), value });
}

#[track_caller]
fn status(name: &str) -> StatusReport {
    match one(name) {
        InboundEvent::Status(status) => *status,
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn statuses_name_their_message_and_their_letter() {
    let sent = status("status_sent");
    assert_eq!((sent.message.as_str(), sent.state), ("wamid.HBgLNzcwMTAwMDExMjIVAgARGBJPVVQwMDEwAA==", State::Sent));
    assert_eq!(sent.letter_id, uuid::Uuid::parse_str("0190f0aa-0000-7000-8000-000000000001").ok());
    assert_eq!((sent.at, sent.failure), (Some(1_795_168_900_000), None));
    for (name, state) in [
        ("status_delivered", State::Delivered),
        ("status_read", State::Read),
        ("status_played", State::Read),
        ("status_bsuid_only", State::Delivered),
    ] {
        let told = status(name);
        assert_eq!((told.state, told.letter_id), (state, None), "{name}");
    }
    let part =
        with("status_sent", "/statuses/0/biz_opaque_callback_data", json!("0190f0aa-0000-7000-8000-000000000001:2"));
    let events = read_with(&part, Language::En).unwrap();
    let [InboundEvent::Status(part)] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(part.letter_id, sent.letter_id, "of a message in parts");
}

#[test]
fn failures_have_their_reason() {
    for (name, code, text) in [
        ("status_failed_131047", FailureCode::WindowClosed, "Send a template"),
        ("status_failed_131026", FailureCode::RecipientUnreachable, "WhatsApp"),
        ("status_failed_131049", FailureCode::Rejected, "marketing"),
    ] {
        let failure = status(name).failure.unwrap();
        assert_eq!(failure.code, code, "{name}");
        assert!(failure.text.contains(text), "{}", failure.text);
    }
    let new = with("status_failed_131026", "/statuses/0/errors/0/code", json!(131_999));
    let events = read_with(&new, Language::En).unwrap();
    let [InboundEvent::Status(new)] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(new.failure.as_ref().unwrap().code, FailureCode::Rejected);
    let payment = with("status_failed_131026", "/statuses/0/errors/0/code", json!(131_042));
    let events = read_with(&payment, Language::En).unwrap();
    let [InboundEvent::Status(_), InboundEvent::LineTrouble { aspect: "sending", trouble: Some(said) }] =
        events.as_slice()
    else {
        panic!("{events:?}")
    };
    assert!(said.to_string().contains("payment"), "what concerns the whole number is shown at the source");
}

#[test]
fn templates_report_their_review() {
    let state = |name: &str| match one(name) {
        InboundEvent::Template(state) => *state,
        other => panic!("{name}: {other:?}"),
    };
    let approved = state("template_approved");
    assert_eq!(
        (approved.id.as_str(), approved.name.as_deref(), approved.language.as_deref()),
        ("990011223344", Some("order_ready_v2"), Some("ru"))
    );
    assert_eq!(
        (approved.status, approved.reason, approved.category),
        (Some(TemplateStatus::Approved), None, Some(TemplateCategory::Utility))
    );
    let rejected = state("template_rejected");
    assert_eq!(rejected.status, Some(TemplateStatus::Rejected));
    assert_eq!(
        rejected.reason.as_deref(),
        Some("A variable stands at the end of the body. Put text after the last variable.")
    );
    let paused = state("template_paused");
    assert_eq!(paused.status, Some(TemplateStatus::Paused));
    assert!(paused.reason.unwrap().contains("paused for 3 hours"));
    let field = |field: &str, value: Value| {
        let body = json!({ "object": "whatsapp_business_account", "entry": [{ "id": "2", "changes": [{ "field": field, "value": value }] }] });
        read_with(&body.to_string(), Language::En).unwrap().remove(0)
    };
    let InboundEvent::Template(quality) =
        field("message_template_quality_update", json!({ "new_quality_score": "RED", "message_template_id": 9 }))
    else {
        panic!("none")
    };
    assert_eq!((quality.quality.as_deref(), quality.status), (Some("RED"), None));
    let InboundEvent::Template(moved) =
        field("template_category_update", json!({ "new_category": "MARKETING", "message_template_id": 9 }))
    else {
        panic!("none")
    };
    assert_eq!(moved.category, Some(TemplateCategory::Marketing));
    assert_eq!(
        field("message_template_status_update", json!({ "event": "NEW", "message_template_id": 9 })),
        InboundEvent::Unknown("template")
    );
}

#[test]
fn problems_of_a_number_are_described_in_words() {
    let events = read("phone_quality");
    let [
        InboundEvent::Learned { part: "number", key, value },
        InboundEvent::LineTrouble { aspect: "limit", trouble: Some(said) },
    ] = events.as_slice()
    else {
        panic!("{events:?}")
    };
    assert_eq!((key.as_str(), value), ("messaging_limit", &json!("TIER_2K")));
    assert!(said.to_string().contains("2K"));
    let InboundEvent::LineTrouble { aspect: "account", trouble: Some(said) } = one("account_restricted") else {
        panic!("no trouble")
    };
    assert!(said.to_string().contains("2026-11-27"), "{said}");
    let InboundEvent::LineTrouble { aspect: "sending", trouble: Some(said) } = one("errors_value") else {
        panic!("no trouble")
    };
    assert!(said.to_string().contains("rate"), "{said}");
    let of_another = with("phone_quality", "/display_phone_number", json!("77010005555"));
    assert_eq!(read_with(&of_another, Language::En).unwrap(), [InboundEvent::Nothing("other_number")]);
    let better = with("phone_quality", "/event", json!("UPGRADE"));
    let events = read_with(&better, Language::En).unwrap();
    assert!(events.contains(&InboundEvent::LineTrouble { aspect: "limit", trouble: None }), "{events:?}");
}

/// Every event about a number or an account, with whether it is a problem.
#[test]
fn an_account_has_problems_and_their_ends() {
    let told = |field: &str, value: Value| {
        let body = json!({ "object": "whatsapp_business_account", "entry": [{ "id": "2", "changes": [{ "field": field, "value": value }] }] });
        match read_with(&body.to_string(), Language::En).unwrap().remove(0) {
            InboundEvent::LineTrouble { trouble, .. } => Some(trouble.is_some()),
            _ => None,
        }
    };
    for (field, value, trouble) in [
        ("account_update", json!({ "event": "DISABLED_UPDATE" }), Some(true)),
        (
            "account_update",
            json!({ "event": "DISABLED_UPDATE", "ban_info": { "waba_ban_state": "REINSTATE" } }),
            Some(false),
        ),
        (
            "account_update",
            json!({ "event": "ACCOUNT_VIOLATION", "violation_info": { "violation_type": "SCAM" } }),
            Some(true),
        ),
        ("account_update", json!({ "event": "PARTNER_REMOVED" }), Some(true)),
        ("account_update", json!({ "event": "ACCOUNT_OFFBOARDED" }), Some(true)),
        ("account_update", json!({ "event": "ACCOUNT_RECONNECTED" }), Some(false)),
        ("account_update", json!({ "event": "SOMETHING_NEW" }), None),
        ("account_review_update", json!({ "decision": "REJECTED" }), Some(true)),
        ("account_review_update", json!({ "decision": "APPROVED" }), Some(false)),
        (
            "account_alerts",
            json!({ "alert_severity": "CRITICAL", "alert_description": "x", "alert_status": "ACTIVE" }),
            Some(true),
        ),
        ("account_alerts", json!({ "alert_severity": "INFORMATIONAL", "alert_description": "x" }), None),
        ("phone_number_name_update", json!({ "decision": "REJECTED", "requested_verified_name": "Acme" }), Some(true)),
        ("phone_number_name_update", json!({ "decision": "APPROVED" }), Some(false)),
        ("phone_number_quality_update", json!({ "event": "FLAGGED" }), Some(true)),
        ("phone_number_quality_update", json!({ "event": "UNFLAGGED" }), Some(false)),
        ("business_capability_update", json!({ "max_daily_conversation_per_phone": 1000 }), None),
    ] {
        assert_eq!(told(field, value.clone()), trouble, "{field} {value}");
    }
}

#[test]
fn events_without_effect_are_counted_and_unknown_ones_kept() {
    assert_eq!(one("app_state_sync"), InboundEvent::Nothing("address_book"));
    assert_eq!(one("user_preferences"), InboundEvent::Nothing("user_preferences"));
    assert_eq!(one("unknown_value"), InboundEvent::Unknown("value"));
    let other = with("text", "/metadata/phone_number_id", json!("123456123"));
    assert_eq!(read_with(&other, Language::En).unwrap(), [InboundEvent::Unknown("other_number")]);
    // N3: a call that names no number reaches every source of the account, so no source may take it for its own.
    for sample in ["text", "status_read", "echo_text", "history_chunk", "app_state_sync", "user_preferences"] {
        for nothing in [json!(null), json!(""), json!({})] {
            let unnamed = with(sample, "/metadata/phone_number_id", nothing);
            assert_eq!(read_with(&unnamed, Language::En).unwrap(), [InboundEvent::Unknown("no_number")], "{sample}");
        }
    }
    for (body, event) in [
        (json!({}), InboundEvent::Unknown("object")),
        (json!({ "object": "page", "entry": [] }), InboundEvent::Unknown("object")),
        (json!({ "object": "whatsapp_business_account" }), InboundEvent::Unknown("empty")),
        (
            json!({ "object": "whatsapp_business_account", "entry": [{ "changes": [{ "field": "calls" }] }] }),
            InboundEvent::Unknown("field"),
        ),
    ] {
        assert_eq!(read_with(&body.to_string(), Language::En).unwrap(), [event]);
    }
    let welcome = with(
        "text",
        "/messages/0",
        json!({ "from": "77010001122", "id": "wamid.W", "timestamp": "1", "type": "request_welcome" }),
    );
    let events = read_with(&welcome, Language::En).unwrap();
    assert!(matches!(events.as_slice(), [InboundEvent::Began(began)] if began.mark.is_none()), "{events:?}");
}

/// No body of the fixtures is left out, and none is unknown but the one that is meant to be.
#[test]
fn every_fixture_is_read_and_only_the_unknown_one_is_unknown() {
    let names = bodies::names("whatsapp");
    assert_eq!(names.len(), 59);
    for name in names {
        let unknown = read(&name).iter().any(|event| matches!(event, InboundEvent::Unknown(_)));
        assert_eq!(unknown, name == "unknown_value", "{name}");
    }
}
