//! `/{account}/subscribed_apps`: which apps receive the events of an account.

use std::collections::BTreeSet;

use actix_web::http::Method;
use serde_json::{Value, json};

use super::{
    answer::{Answered, bad, ensure},
    params::Params,
    tokens::Caller,
};
use crate::meta::state::{Platform, State};

/// The fields of each platform that Meta documents for messages and comments.
const INSTAGRAM: [&str; 13] = [
    "comments",
    "live_comments",
    "mentions",
    "message_edit",
    "message_reactions",
    "messages",
    "messaging_handover",
    "messaging_optins",
    "messaging_postbacks",
    "messaging_referral",
    "messaging_seen",
    "standby",
    "story_insights",
];
const FACEBOOK: [&str; 14] = [
    "feed",
    "mention",
    "message_deliveries",
    "message_echoes",
    "message_edits",
    "message_reactions",
    "message_reads",
    "messages",
    "messaging_handovers",
    "messaging_optins",
    "messaging_policy_enforcement",
    "messaging_postbacks",
    "messaging_referrals",
    "standby",
];

/// Reads, adds or removes the subscription of the token's app.
pub(super) fn subscribed_apps(
    state: &mut State,
    caller: &Caller,
    method: &Method,
    node: &str,
    params: &Params,
) -> Answered {
    let account = caller.own(state, node)?.id.clone();
    match *method {
        Method::POST => {
            let fields: BTreeSet<String> = params.list("subscribed_fields").into_iter().collect();
            let known: &[&str] = match caller.platform {
                Platform::Instagram => &INSTAGRAM,
                Platform::Facebook => &FACEBOOK,
            };
            ensure(!fields.is_empty(), || bad("The parameter subscribed_fields is required."))?;
            let strange = fields.iter().position(|one| !known.contains(&one.as_str()));
            let at = strange.unwrap_or_default();
            ensure(strange.is_none(), || {
                bad(&format!("Param subscribed_fields[{at}] must be one of {{{}}}", known.join(", ")))
            })?;
            if let Some(account) = state.accounts.get_mut(&account) {
                account.subscribed.insert(caller.app.clone(), fields);
            }
            Ok(json!({ "success": true }))
        }
        Method::DELETE => {
            if let Some(account) = state.accounts.get_mut(&account) {
                account.subscribed.remove(&caller.app);
            }
            Ok(json!({ "success": true }))
        }
        _ => Ok(json!({ "data": listed(state, &account) })),
    }
}

fn listed(state: &State, account: &str) -> Vec<Value> {
    let all = state.accounts.get(account).into_iter().flat_map(|account| &account.subscribed);
    all.map(|(app, fields)| {
        let name = state.apps.get(app).map(|app| app.name.clone());
        json!({ "id": app, "name": name, "link": format!("https://www.facebook.com/games/?app_id={app}"), "subscribed_fields": fields })
    })
    .collect()
}
