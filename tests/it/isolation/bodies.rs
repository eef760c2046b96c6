//! Bodies and forms that would be accepted for objects of one's own account.

use serde_json::{Value, json};

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
        _ => vec![],
    }
}
