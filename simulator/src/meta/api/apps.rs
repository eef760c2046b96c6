//! `/{app-id}/subscriptions`: where an app receives events, verified by a handshake.

use actix_web::http::Method;
use serde_json::{Value, json};

use super::{
    answer::{Answered, Refusal, bad, ensure, invalid_token, no_object},
    params::Params,
};
use crate::meta::{
    core::Core,
    state::{Platform, State, Subscription},
};

/// The app of a token `ID|SECRET`.
pub(super) fn app_of(state: &State, token: &str) -> Result<String, Refusal> {
    let (id, secret) =
        token.split_once('|').ok_or_else(|| invalid_token(None, "Invalid OAuth access token signature."))?;
    let app = state.apps.get(id).ok_or_else(|| {
        Refusal::new(400, 101, None, "Error validating application. Cannot get application info due to a system error.")
    })?;
    ensure(app.secret == secret, || invalid_token(None, "Invalid OAuth access token signature."))?;
    Ok(app.id.clone())
}

/// Reads, adds or removes an app's subscriptions.
pub(super) async fn subscriptions(core: &Core, method: &Method, node: &str, params: &Params) -> Answered {
    let app = core.read(|state| app_of(state, &params.token))?;
    ensure(app == node, || no_object(node))?;
    let object = params.text("object").unwrap_or_default();
    match *method {
        Method::GET => Ok(core.read(|state| json!({ "data": listed(state, &app) }))),
        Method::DELETE => Ok(core.change(|state| {
            if let Some(app) = state.apps.get_mut(&app) {
                app.subscriptions.retain(|one, _| !object.is_empty() && *one != object);
            }
            json!({ "success": true })
        })),
        _ => {
            ensure(["page", "instagram"].contains(&object.as_str()), || bad("Invalid object"))?;
            let callback_url = params.text("callback_url").unwrap_or_default();
            let fields = params.list("fields").into_iter().collect();
            verify(core, &callback_url, &params.text("verify_token").unwrap_or_default()).await?;
            core.change(|state| {
                if let Some(app) = state.apps.get_mut(&app) {
                    app.subscriptions.insert(object, Subscription { callback_url, fields });
                }
            });
            Ok(json!({ "success": true }))
        }
    }
}

/// What an app gets with its own token where an account's is needed. It has no account, so there is no `me`
/// (github.com/node-facebook/facebook-node-sdk/issues/149); a page is refused without a subcode (php-graph-sdk #1233,
/// hasadna/kikar-hamedina #303), or, with the feature "Page Public Metadata Access", described whosever it is.
pub(super) fn reads(state: &State, node: &str, edge: &[&str], params: &Params) -> Answered {
    let id = app_of(state, &params.token)?;
    let app = state.apps.get(&id).ok_or_else(|| no_object(&id))?;
    if !edge.is_empty() {
        let message = "(#210) A page access token is required to request this resource.";
        return Err(Refusal::new(400, 210, None, message));
    }
    let page = state.accounts.get(node).filter(|account| account.platform == Platform::Facebook);
    match (node, page) {
        ("me", _) => {
            let message = "An active access token must be used to query information about the current user.";
            Err(Refusal::new(400, 2500, None, message))
        }
        ("app", _) => Ok(json!({ "id": app.id, "name": app.name })),
        (_, Some(page)) if app.reads_public_pages => Ok(json!({ "id": page.id, "name": page.name })),
        (_, Some(_)) => {
            let message = "(#100) Object does not exist, cannot be loaded due to missing permission or reviewable \
                           feature, or does not support this operation. This endpoint requires the \
                           'pages_read_engagement' permission or the 'Page Public Content Access' feature.";
            Err(Refusal::new(400, 100, None, message))
        }
        _ => Err(no_object(node)),
    }
}

fn listed(state: &State, app: &str) -> Vec<Value> {
    let all = state.apps.get(app).into_iter().flat_map(|app| &app.subscriptions);
    all.map(|(object, one)| {
        let fields: Vec<Value> = one.fields.iter().map(|name| json!({ "name": name, "version": "v26.0" })).collect();
        json!({ "object": object, "callback_url": one.callback_url, "active": true, "fields": fields })
    })
    .collect()
}

/// The handshake: the callback must return the challenge.
pub(crate) async fn verify(core: &Core, callback_url: &str, verify_token: &str) -> Result<(), Refusal> {
    let failed = |why: String| {
        let message = format!("(#2200) Callback verification failed with the following errors: {why}");
        Refusal::new(400, 2200, None, message)
    };
    let mut address = url::Url::parse(callback_url).map_err(|_| failed("The URL is not valid".to_owned()))?;
    let challenge = core.change(|state| (1_158_201_444 + state.next_serial()).to_string());
    address
        .query_pairs_mut()
        .append_pair("hub.mode", "subscribe")
        .append_pair("hub.challenge", &challenge)
        .append_pair("hub.verify_token", verify_token);
    let answer = core.client.get(address).timeout(std::time::Duration::from_secs(20)).send().await;
    let answer = answer.map_err(|_| failed("The URL couldn't be reached".to_owned()))?;
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap_or_default();
    ensure(status == 200, || failed(format!("HTTP Status Code = {status}")))?;
    ensure(text == challenge, || failed("The challenge was not repeated".to_owned()))
}
