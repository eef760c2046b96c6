//! `DELETE /{waba}/message_templates`: all languages of a name, or one template.

use super::{
    call::Call,
    error::{Answered, GraphError, ensure, success},
};
use crate::whatsapp::state::{DAY, State};

/// Milliseconds for which the name of a deleted approved template stays reserved.
const LOCKED: i64 = 30 * DAY;

pub(super) fn delete(state: &mut State, call: &Call, waba: &str) -> Answered {
    let name = call.text("name");
    let id = call.text("hsm_id");
    ensure(name.is_some(), || GraphError::parameter("The parameter name is required."))?;
    let is_meant = |one: &&crate::whatsapp::state::Template| {
        one.waba == waba && Some(&one.name) == name.as_ref() && id.as_ref().is_none_or(|id| one.id == *id)
    };
    let gone: Vec<_> = state.templates.values().filter(is_meant).cloned().collect();
    ensure(!gone.is_empty(), || {
        GraphError::template(
            2_593_002,
            "Message Template Not Found",
            "The message template doesn't exist in this account.",
        )
    })?;
    let until = state.now + LOCKED;
    for one in gone {
        state.templates.remove(&one.id);
        if let Some(waba) = state.wabas.get_mut(waba).filter(|_| one.status == "APPROVED") {
            waba.locked_names.insert((one.name, one.language), until);
        }
    }
    success()
}
