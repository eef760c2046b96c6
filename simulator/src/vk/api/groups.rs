//! Information about the token's community.

use serde_json::{Value, json};

use super::{
    answer::{Answer, refused},
    params::Params,
};
use crate::vk::{show, state::State};

/// Bits of `mask`, as listed in the documentation of access rights.
const RIGHTS: [(&str, i64); 6] =
    [("stories", 1), ("photos", 4), ("messages", 4096), ("wall", 8192), ("docs", 131_072), ("manage", 262_144)];

/// `groups.getById`: without ids, returns the token's own community.
pub(super) fn get_by_id(state: &mut State, community: i64, params: &Params) -> Answer {
    let asked = params.text("group_ids").or(params.text("group_id"));
    let is_asked = |id: i64, name: &str| match asked {
        None => id == community,
        Some(asked) => asked.split(',').any(|one| one == name || one.trim_start_matches("club") == id.to_string()),
    };
    let found = state.communities.values().filter(|one| is_asked(one.id, &one.screen_name));
    let groups: Vec<Value> = found.map(show::community_json).collect();
    Ok(json!({"groups": groups, "profiles": []}))
}

/// `groups.getTokenPermissions`.
pub(super) fn permissions(state: &mut State, community: i64, params: &Params) -> Answer {
    let given = params.text("access_token").unwrap_or_default();
    let owner = state.communities.get(&community).ok_or_else(|| refused(5))?;
    let token = owner.token(given).ok_or_else(|| refused(5))?;
    let known = RIGHTS.iter().filter(|(name, _)| token.rights.contains(*name));
    let permissions: Vec<Value> = known.clone().map(|(name, bit)| json!({"name": name, "setting": bit})).collect();
    let mask: i64 = known.map(|(_, bit)| bit).sum();
    Ok(json!({"mask": mask, "permissions": permissions}))
}
