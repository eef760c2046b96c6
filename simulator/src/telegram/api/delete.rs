//! `deleteMessage` and `deleteMessages`.

use serde_json::json;

use super::{
    answer::{Answered, Refusal, bad, ensure},
    params::Params,
    target::{self, Target},
};
use crate::telegram::state::{Place, Role, State};

/// Age in seconds beyond which messages cannot be deleted.
const LIMIT: i64 = 48 * 3_600;

fn remove(state: &mut State, bot: i64, target: &Target, id: i64) -> Result<(), Refusal> {
    let Some(message) = state.message(&target.place, id) else {
        return Err(bad("message to delete not found"));
    };
    ensure(state.date() - message.date < LIMIT, || bad("message can't be deleted for everyone"))?;
    let may = match &target.place {
        Place::Group(group) => {
            let role = state.groups.get(group).and_then(|group| group.bots.get(&bot));
            message.is_by_bot(bot) || role == Some(&Role::Administrator)
        }
        _ => true,
    };
    ensure(may, || bad("message can't be deleted"))?;
    if let Some(message) = state.message_mut(&target.place, id) {
        message.is_deleted = true;
    }
    Ok(())
}

/// `deleteMessage`.
pub(super) fn one(state: &mut State, bot: i64, params: &Params) -> Answered {
    let target = target::writable(state, bot, params)?;
    let id = params.int("message_id").ok_or_else(|| bad("message identifier is not specified"))?;
    remove(state, bot, &target, id)?;
    Ok(json!(true))
}

/// `deleteMessages`: up to 100; missing ones are skipped.
pub(super) fn many(state: &mut State, bot: i64, params: &Params) -> Answered {
    let target = target::writable(state, bot, params)?;
    let given = params.json("message_ids", "message identifiers")?;
    let ids: Vec<i64> = given
        .as_ref()
        .and_then(|ids| ids.as_array())
        .map(|ids| ids.iter().filter_map(serde_json::Value::as_i64).collect())
        .unwrap_or_default();
    ensure(!ids.is_empty(), || bad("message identifiers are not specified"))?;
    ensure(ids.len() <= 100, || bad("too many message identifiers specified"))?;
    for id in ids {
        match remove(state, bot, &target, id) {
            Err(refusal) if !refusal.description.contains("not found") => return Err(refusal),
            _ => {}
        }
    }
    Ok(json!(true))
}
