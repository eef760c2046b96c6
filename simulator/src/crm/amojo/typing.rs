//! The customer is typing.

use chrono::TimeDelta;

use super::{Outcome, Refusal, Scoped, parsed};
use crate::crm::{exchange::Answer, state::Typing, strict::Object};

/// Milliseconds of typing if the request does not say.
const TYPING: i64 = 5000;

/// `POST {scope_id}/typing`. The documents define no error for an unknown chat or person; it is treated as bad data.
pub(super) fn take(scoped: &Scoped<'_>) -> Outcome {
    let body = parsed(scoped.request)?;
    let fields = Object::whole(&body)?;
    fields.only(&["conversation_id", "sender", "duration_ms"])?;
    let conversation_id = fields.required_text("conversation_id")?;
    let sender = fields.required_object("sender")?;
    sender.only(&["id"])?;
    let sender_id = sender.required_text("id")?;
    let duration = fields.whole_number("duration_ms")?.unwrap_or(TYPING);
    let duration = Some(duration).filter(|millis| *millis > 0).and_then(TimeDelta::try_milliseconds);
    let duration = duration.ok_or_else(|| "duration_ms must be positive".to_owned())?;
    let until = scoped.core.now().checked_add_signed(duration);
    let until = until.ok_or_else(|| "duration_ms is too large".to_owned())?;
    scoped.core.change(|state| {
        let account = state
            .account_by_amojo_mut(&scoped.amojo_id)
            .ok_or_else(|| Refusal(404, "the account is gone".to_owned()))?;
        let person = account
            .people
            .iter()
            .find(|one| one.channel_id == scoped.channel.id && one.client_id.as_deref() == Some(sender_id));
        let name = person.map(|one| one.name.clone()).ok_or_else(|| "sender.id is not a known id".to_owned())?;
        let chat = account
            .chats
            .iter_mut()
            .find(|chat| chat.scope_id == scoped.scope_id && chat.conversation_id.as_deref() == Some(conversation_id));
        let chat = chat.ok_or_else(|| "conversation_id is not a known chat".to_owned())?;
        chat.typing = Some(Typing { name, until });
        Ok(Answer::empty(204))
    })
}
