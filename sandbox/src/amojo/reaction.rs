//! Typing and reactions of the customer.

use super::{Outcome, Refusal, Scoped, parsed};
use crate::{exchange::Answer, strict::Object};

/// `POST {scope_id}/typing`.
pub(super) fn typing(scoped: &Scoped<'_>) -> Outcome {
    let body = parsed(scoped.request)?;
    let fields = Object::whole(&body)?;
    fields.only(&["conversation_id", "sender", "duration_ms"])?;
    fields.required_text("conversation_id")?;
    fields.required_object("sender")?.required_text("id")?;
    fields.whole_number("duration_ms")?;
    Ok(Answer::empty(204))
}

/// `POST {scope_id}/react`.
pub(super) fn react(scoped: &Scoped<'_>) -> Outcome {
    let body = parsed(scoped.request)?;
    let fields = Object::whole(&body)?;
    fields.only(&["conversation_id", "conversation_ref_id", "msgid", "id", "user", "type", "emoji"])?;
    let conversation = fields.text("conversation_id")?;
    let conversation_ref = fields.text("conversation_ref_id")?;
    if conversation.is_none() && conversation_ref.is_none() {
        return Err(Refusal(400, "conversation_id or conversation_ref_id is required".to_owned()));
    }
    let (msgid, id) = (fields.text("msgid")?, fields.text("id")?);
    let user = fields.required_object("user")?;
    let user_id = match user.text("id")? {
        Some(id) => id,
        None => user.required_text("ref_id")?,
    };
    let set = match fields.required_text("type")? {
        "react" => Some(fields.required_text("emoji")?),
        "unreact" => None,
        other => {
            return Err(Refusal(400, format!("type {other:?} is not react or unreact")));
        }
    };
    scoped.core.change(|state| {
        let account = state
            .account_by_amojo_mut(&scoped.amojo_id)
            .ok_or_else(|| Refusal(404, "the account is gone".to_owned()))?;
        let found = match (id, msgid) {
            (Some(id), _) => Some(id.to_owned()),
            (None, Some(msgid)) => account.message_id_for(scoped.scope_id, msgid),
            (None, None) => return Err(Refusal(400, "msgid or id is required".to_owned())),
        };
        let message = found
            .and_then(|id| account.message_mut(&id))
            .filter(|message| message.scope_id == scoped.scope_id)
            .ok_or_else(|| Refusal(404, "no message has this id".to_owned()))?;
        message.reactions.retain(|(by, _)| by != user_id);
        if let Some(emoji) = set {
            message.reactions.push((user_id.to_owned(), emoji.to_owned()));
        }
        Ok(Answer::empty(200))
    })
}
