//! Statuses and forged requests are played by `tests/it/examples.rs`.

use serde_json::json;

use super::*;

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
