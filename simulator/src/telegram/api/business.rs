//! `readBusinessMessage` and `getBusinessConnection`.

use serde_json::json;

use super::{
    answer::{Answered, bad, ensure},
    params::Params,
    target,
};
use crate::telegram::state::State;

/// `readBusinessMessage`: requires the right, and a message of the last day.
pub(super) fn read(state: &mut State, bot: i64, params: &Params) -> Answered {
    let target = target::writable(state, bot, params)?;
    ensure(target.owner.is_some(), || bad("business connection not found"))?;
    let id = params.int("message_id").ok_or_else(|| bad("message identifier is not specified"))?;
    ensure(state.message(&target.place, id).is_some(), || bad("MESSAGE_ID_INVALID"))?;
    if let Some(bot) = state.bots.get_mut(&bot) {
        bot.read_marks.push((target.chat, id));
    }
    Ok(json!(true))
}

/// `getBusinessConnection`.
pub(super) fn get(state: &mut State, bot: i64, params: &Params) -> Answered {
    let id = params.text("business_connection_id").unwrap_or_default();
    let found = state.connections.iter().find(|one| one.id == id && one.bot == bot);
    let found = found.ok_or_else(|| bad("business connection not found"))?;
    Ok(found.json(state.user(found.owner)))
}
