//! Bodies and forms that would be accepted for objects of one's own account, and an object of the other one's.

use entity::{alert_device, stray_source};
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};
use uuid::Uuid;

use super::STRAY;

pub fn body(path: &str) -> Value {
    match path.rsplit('/').next().unwrap_or_default() {
        "messages" => {
            json!({"id": "x", "conversation": {"id": "anna"}, "sender": {"role": "client", "id": "anna", "name": "Anna"},
            "content": {"type": "text", "text": "Hi"}})
        }
        "status" => json!({"status": "delivered"}),
        "sources" => json!({"kind": "webchat", "name": "Mine", "settings": {}}),
        _ => json!({}),
    }
}

pub fn form(path: &str) -> Vec<(&'static str, &'static str)> {
    match path.rsplit('/').next().unwrap_or_default() {
        "role" => vec![("role", "viewer")],
        "kinds" if path.starts_with("/panel/alerts/readers/") => vec![("kind", "late")],
        _ if path.starts_with("/panel/alerts/readers/") => vec![("to", "off")],
        _ if path.matches('/').count() == 3 && path.starts_with("/panel/sources/") => {
            vec![("name", "Mine"), ("version", "1")]
        }
        "access" => vec![("version", "1")],
        "services" => vec![("numbers", "")],
        _ => vec![],
    }
}

/// An amoCRM source of an account that Parom does not know.
pub fn stray(tenant_id: Uuid) -> stray_source::ActiveModel {
    stray_source::ActiveModel {
        tenant_id: Set(tenant_id),
        amocrm_source_id: Set(STRAY),
        external_id: Set("stray".to_owned()),
        name: Set("Stray".to_owned()),
        pipeline_id: Set(None),
        is_default: Set(false),
        reason: Set("unknown".to_owned()),
        seen_at: Set(0),
    }
}

/// A browser that shows a person's alerts.
pub fn device(person_id: Uuid) -> alert_device::ActiveModel {
    alert_device::ActiveModel {
        tenant_id: Set(Uuid::nil()),
        id: Set(Uuid::new_v4()),
        person_id: Set(person_id),
        subscription: Set(Vec::new()),
        endpoint_hash: Set("hash".to_owned()),
        name: Set("Firefox".to_owned()),
        created_at: Set(0),
    }
}
