//! Edits of existing messages.

use serde_json::{Value, json};

use super::{
    Outcome, Refusal, Scoped,
    content::{self, Use},
    ok, parties, status,
};
use crate::crm::strict::Object;

/// Handles `edit_message`: new text or file, our id for a message created in amoCRM, a status.
pub(super) fn take(scoped: &Scoped<'_>, payload: &Object<'_>) -> Outcome {
    // Fields of new messages are ignored here, so they are accepted.
    payload.only(&[
        "timestamp",
        "msec_timestamp",
        "msgid",
        "id",
        "conversation_id",
        "conversation_ref_id",
        "message",
        "source",
        "sender",
        "receiver",
        "reply_to",
        "forwards",
        "silent",
        "delivery_status",
    ])?;
    payload.required_number("timestamp")?;
    payload.required_number("msec_timestamp")?;
    let lengths = scoped.core.read(|state| state.lengths);
    let (conversation_id, conversation_ref_id) = parties::conversation(payload, &lengths)?;
    let (id, msgid) = (payload.text("id")?, payload.text("msgid")?);
    let message = payload.required_object("message")?;
    content::check(&message, Use::Edit, &lengths)?;
    let reported = match message.object("delivery_status")? {
        Some(fields) => Some(fields),
        None => payload.object("delivery_status")?,
    };
    let now = scoped.core.now();
    let reported = match reported {
        Some(fields) => Some(status::read(&fields, now)?),
        None => None,
    };
    let changes = payload.raw("message").and_then(Value::as_object).cloned().unwrap_or_default();
    scoped.core.change(|state| {
        let account = state
            .account_by_amojo_mut(&scoped.amojo_id)
            .ok_or_else(|| Refusal(404, "the account is gone".to_owned()))?;
        let found = match (id, msgid) {
            (Some(id), _) => Some(id.to_owned()),
            (None, Some(msgid)) => account.message_id_for(scoped.scope_id, msgid),
            (None, None) => {
                return Err(Refusal(400, "payload.msgid or payload.id is required".to_owned()));
            }
        };
        let found = found
            .filter(|id| account.message(id).is_some())
            .ok_or_else(|| Refusal(400, "no message has this id".to_owned()))?;
        let chat_id = account.message(&found).map(|message| message.chat_id.clone()).unwrap_or_default();
        let same = account.chat(&chat_id).is_some_and(|chat| match conversation_ref_id {
            Some(id) => chat.id == id,
            None => chat.conversation_id.is_none() || chat.conversation_id.as_deref() == conversation_id,
        });
        if !same {
            return Err(Refusal(400, "the message is in another conversation".to_owned()));
        }
        if let (Some(_), Some(msgid)) = (id, msgid) {
            if account.message_id_for(scoped.scope_id, msgid).is_some_and(|other| other != found) {
                return Err(Refusal(400, "message with this msgid exists".to_owned()));
            }
            account.attach_msgid(&found, msgid);
        }
        let Some(message) = account.message_mut(&found) else {
            return Err(Refusal(400, "no message has this id".to_owned()));
        };
        if let Some(content) = message.content.as_object_mut() {
            for (key, value) in changes {
                if key == "delivery_status" {
                    continue;
                }
                let before = content.insert(key, value.clone());
                message.edited |= before.as_ref() != Some(&value);
            }
        }
        message.statuses.extend(reported);
        // The documents show one answer for both events.
        Ok(ok(&json!({"new_message": {
            "conversation_id": message.chat_id,
            "sender_id": message.sender_id,
            "receiver_id": message.receiver_id,
            "msgid": message.id,
            "ref_id": message.msgid,
        }})))
    })
}
