//! People.

use serde_json::{Value, json};

use super::{answer::Answer, params::Params};
use crate::vk::state::State;

/// `users.get`: unknown ids are omitted.
pub(super) fn get(state: &mut State, _: i64, params: &Params) -> Answer {
    let fields = params.text("fields").unwrap_or_default();
    let ids = params.ints("user_ids");
    let found: Vec<Value> =
        ids.iter().filter_map(|id| state.people.get(id)).map(|one| state.person_json(one, fields)).collect();
    Ok(json!(found))
}

/// `messages.isMessagesFromGroupAllowed`.
pub(super) fn is_allowed(state: &mut State, community: i64, params: &Params) -> Answer {
    let person = params.needed_int("user_id")?;
    let is_allowed = state.communities.get(&community).is_some_and(|one| one.allowed.contains(&person));
    Ok(json!({"is_allowed": i32::from(is_allowed)}))
}
