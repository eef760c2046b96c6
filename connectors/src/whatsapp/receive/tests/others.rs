//! Statuses, templates, and the number itself; and which body is what.

use base::message::{FailureCode, State};

use super::*;
use crate::incoming::StatusReport;
use crate::template::{TemplateCategory, TemplateStatus};

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
    // N3: all sources of an account get what names no number, so it is nobody's message.
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
    let names = fixtures::names("whatsapp");
    assert_eq!(names.len(), 59);
    for name in names {
        let unknown = read(&name).iter().any(|event| matches!(event, InboundEvent::Unknown(_)));
        assert_eq!(unknown, name == "unknown_value", "{name}");
    }
}
