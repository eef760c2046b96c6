use serde_json::json;

use super::*;

fn rule(wanted: ExpectedAnswer, status: u16) -> Option<&'static str> {
    let name = if wanted == ExpectedAnswer::Refused { "forged.body" } else { "message.text" };
    judged(name, wanted, status, true, &Value::Null).err().map(|(_, rule)| rule)
}

#[test]
fn an_endpoint_takes_what_is_signed_and_refuses_the_rest() {
    for status in [200, 202, 204] {
        assert_eq!(rule(ExpectedAnswer::Taken, status), None);
        assert_eq!(rule(ExpectedAnswer::TakenOrRefused, status), None);
        assert_eq!(rule(ExpectedAnswer::Refused, status), Some("check-rule-forged"));
    }
    assert_eq!(rule(ExpectedAnswer::Taken, 301), Some("check-rule-redirect"));
    assert_eq!(rule(ExpectedAnswer::Taken, 401), Some("check-rule-locked"));
    assert_eq!(rule(ExpectedAnswer::Taken, 404), Some("check-rule-taken"));
    assert_eq!(rule(ExpectedAnswer::TakenOrRefused, 422), None);
    assert_eq!(rule(ExpectedAnswer::TakenOrRefused, 500), Some("check-rule-taken"));
    for status in [400, 401, 403] {
        assert_eq!(rule(ExpectedAnswer::Refused, status), None);
    }
    assert_eq!(rule(ExpectedAnswer::Refused, 500), Some("check-rule-forged"), "a mistake is no refusal");
    assert!(
        judged("message.text", ExpectedAnswer::Taken, 200, false, &Value::Null).is_err(),
        "longer than anybody reads"
    );
    let unknown = judged("unknown.type", ExpectedAnswer::Taken, 400, true, &Value::Null);
    assert_eq!(unknown.err().map(|(_, rule)| rule), Some("check-rule-unknown"));
}

#[test]
fn an_answer_is_read_as_the_engine_reads_it() {
    for right in [
        json!(null),
        json!("ok"),
        json!([]),
        json!({}),
        json!({"id": "m-1", "status": "delivered", "conversation": {"id": 7}, "more": true}),
        json!({"id": null, "status": "failed", "error": {"code": "window_closed"}}),
    ] {
        assert_eq!(wrong_field(&right), None, "{right}");
    }
    for (wrong, field) in [
        (json!({"id": 1.5}), "id"),
        (json!({"id": ""}), "id"),
        (json!({"id": "x".repeat(256)}), "id"),
        (json!({"conversation": {"id": {}}}), "conversation.id"),
        (json!({"status": "seen"}), "status"),
        (json!({"status": "queued"}), "status"),
        (json!({"status": "failed", "error": "full"}), "error"),
        (json!({"status": "failed", "error": {"code": "full"}}), "error"),
    ] {
        assert_eq!(wrong_field(&wrong), Some(field), "{wrong}");
    }
}
