//! Where events go: an app's callback for an object (`/{app-id}/subscriptions`), and the apps of an account
//! (`/{account}/subscribed_apps`); and what an app reads with its own token.

use std::collections::BTreeSet;

use serde_json::json;

use super::options::{Meta, Options, Platform, Subscription};
use super::tokens::{Caller, app_of};
use crate::graph::{Answered, Params, Refusal, bad, ensure, handshake, no_object, subscription, success};
use crate::kit::{Core, Id};

/// The fields of each platform that Meta documents for messages and comments.
const INSTAGRAM: &str = "comments, live_comments, mentions, message_edit, message_reactions, messages, \
                         messaging_handover, messaging_optins, messaging_postbacks, messaging_referral, \
                         messaging_seen, standby, story_insights";
const FACEBOOK: &str = "feed, mention, message_deliveries, message_echoes, message_edits, message_reactions, \
                        message_reads, messages, messaging_handovers, messaging_optins, \
                        messaging_policy_enforcement, messaging_postbacks, messaging_referrals, standby";

/// Reads, adds or removes an app's subscriptions; a callback is verified by a handshake.
pub(super) async fn subscriptions(core: &Core<Options>, method: &str, node: &str, params: &Params<'_>) -> Answered {
    let app = core.read(|state| app_of(state, &params.token).cloned())?;
    ensure(app.id == node, || no_object(node))?;
    let object = params.text("object").unwrap_or_default();
    let mut all = app.subscriptions;
    match method {
        "GET" => {
            let one = |(object, one): (&String, &Subscription)| subscription(object, &one.callback_url, &one.fields);
            return Ok(json!({ "data": all.iter().map(one).collect::<Vec<_>>() }));
        }
        "DELETE" => all.retain(|one, _| !object.is_empty() && *one != object),
        _ => {
            ensure(["page", "instagram"].contains(&object.as_str()), || bad("Invalid object"))?;
            let callback_url = params.text("callback_url").unwrap_or_default();
            let fields = params.list("fields").into_iter().collect();
            handshake(core, &callback_url, &params.text("verify_token").unwrap_or_default()).await?;
            all.insert(object, Subscription { callback_url, fields });
        }
    }
    core.change(|state| state.own.apps.get_mut(node).map(|app| app.subscriptions = all));
    Ok(success())
}

/// What an app gets with its own token where an account's is needed. It has no account, so there is no `me`
/// (github.com/node-facebook/facebook-node-sdk/issues/149); a page is refused without a subcode (php-graph-sdk #1233,
/// hasadna/kikar-hamedina #303), or, with the feature "Page Public Metadata Access", described whosever it is.
pub(super) fn reads(state: &Meta, node: &str, edge: &[&str], params: &Params) -> Answered {
    let app = app_of(state, &params.token)?;
    if !edge.is_empty() {
        let message = "(#210) A page access token is required to request this resource.";
        return Err(Refusal::new(400, 210, None, message));
    }
    let id = Id::from(node);
    let page = state.lines.get(&id).filter(|_| !state.is_instagram(&id));
    match (node, page) {
        ("me", _) => {
            let message = "An active access token must be used to query information about the current user.";
            Err(Refusal::new(400, 2500, None, message))
        }
        ("app", _) => Ok(json!({ "id": app.id, "name": app.name })),
        (_, Some(page)) if app.reads_public_pages => Ok(json!({ "id": node, "name": page.name })),
        (_, Some(_)) => {
            let message = "(#100) Object does not exist, cannot be loaded due to missing permission or reviewable \
                           feature, or does not support this operation. This endpoint requires the \
                           'pages_read_engagement' permission or the 'Page Public Content Access' feature.";
            Err(Refusal::new(400, 100, None, message))
        }
        _ => Err(no_object(node)),
    }
}

/// Reads, adds or removes the subscription of the token's app to an account.
pub(super) fn subscribed(state: &mut Meta, caller: &Caller, method: &str, node: &str, params: &Params) -> Answered {
    caller.own(state, node)?;
    if method != "POST" && method != "DELETE" {
        let all = state.own.accounts.get(&caller.account).into_iter().flat_map(|account| &account.subscribed);
        let one = |(app, fields): (&String, &BTreeSet<String>)| {
            let name = state.own.apps.get(app).map(|app| app.name.clone());
            let link = format!("https://www.facebook.com/games/?app_id={app}");
            json!({ "id": app, "name": name, "link": link, "subscribed_fields": fields })
        };
        return Ok(json!({ "data": all.map(one).collect::<Vec<_>>() }));
    }
    let fields: Vec<String> = params.list("subscribed_fields");
    if method == "POST" {
        let known = if caller.platform == Platform::Instagram { INSTAGRAM } else { FACEBOOK };
        ensure(!fields.is_empty(), || bad("The parameter subscribed_fields is required."))?;
        if let Some(at) = fields.iter().position(|one| !known.split(", ").any(|known| known == one)) {
            return Err(bad(&format!("Param subscribed_fields[{at}] must be one of {{{known}}}")));
        }
    }
    if let Some(account) = state.own.accounts.get_mut(&caller.account) {
        account.subscribed.remove(&caller.app);
        if method == "POST" {
            account.subscribed.insert(caller.app.clone(), fields.into_iter().collect());
        }
    }
    Ok(success())
}
