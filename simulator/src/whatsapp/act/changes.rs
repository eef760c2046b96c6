//! Edits and deletions by the customer.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::compose::Draft;
use crate::whatsapp::state::{By, Message, State};

/// The content of an edit: the kind with its new text or caption.
pub(crate) fn edited(message: &Message, text: &str) -> Value {
    let kind = message.kind.as_str();
    match kind {
        "text" => json!({"type": kind, "text": {"body": text}}),
        _ => json!({"type": kind, kind: {"id": message.body["id"], "caption": text}}),
    }
}

impl State {
    fn own(&mut self, phone: &str, id: &str) -> Result<&mut Message> {
        let message = self.message_mut(phone, id).with_context(|| format!("there is no message {id}"))?;
        ensure!(message.by == By::Customer, "this message is not the customer's");
        ensure!(!message.is_revoked, "this message is deleted");
        Ok(message)
    }

    /// Edits an own message.
    pub(super) fn edit(&mut self, who: i64, phone: &str, id: &str, text: &str) -> Result<String> {
        let message = self.own(phone, id)?;
        let content = edited(message, text);
        text.clone_into(&mut message.text);
        message.is_edited = true;
        let body = json!({"original_message_id": id, "message": content});
        self.deliver_in(who, phone, Draft { is_silent: true, ..Draft::new("edit", body, text) })
    }

    /// Deletes an own message.
    pub(super) fn revoke(&mut self, who: i64, phone: &str, id: &str) -> Result<String> {
        self.own(phone, id)?.is_revoked = true;
        let body = json!({"original_message_id": id});
        self.deliver_in(who, phone, Draft { is_silent: true, ..Draft::new("revoke", body, "") })
    }
}
