//! `status: read` and the typing indicator.

use super::{
    call::Call,
    error::{Answered, GraphError, ensure, success},
};
use crate::whatsapp::state::{By, State};

/// Milliseconds for which typing is shown.
const TYPING: i64 = 25_000;

/// Marks an incoming message and all before it as read.
pub(super) fn mark(state: &mut State, call: &Call, phone: &str) -> Answered {
    ensure(call.text("status").as_deref() == Some("read"), || {
        GraphError::parameter("Param status must be one of {READ}")
    })?;
    let id = call.needed("message_id")?;
    let typing = call.value("typing_indicator");
    ensure(typing.as_ref().is_none_or(|typing| typing["type"] == "text"), || {
        GraphError::parameter("Param typing_indicator['type'] must be one of {TEXT}")
    })?;
    let known = state.message(phone, &id).filter(|(_, message)| message.by == By::Customer);
    let person = known.map(|(person, _)| person);
    let person = person.ok_or_else(|| GraphError::value(format!("Message with id {id} was not found.")))?;
    let now = state.now;
    let chat = state.chat_mut(phone, person);
    for message in &mut chat.messages {
        if message.by == By::Customer {
            message.is_read = true;
        }
        if message.id == id {
            break;
        }
    }
    if typing.is_some() {
        chat.typing_until = now + TYPING;
    }
    success()
}
