//! The calls by method, node and edge.

use actix_web::http::Method;

use super::{
    accounts, actions,
    answer::{Answered, Refusal},
    apps, attachments, comments, conversations, messages, nodes,
    params::Params,
    tokens::{self, Caller},
};
use crate::meta::core::Core;

/// Executes a call.
pub(super) async fn call(core: &Core, method: &Method, parts: &[String], params: &Params) -> Answered {
    let names: Vec<&str> = parts.iter().map(String::as_str).collect();
    let is = |wanted: &Method| method == wanted;
    match names.as_slice() {
        ["refresh_access_token"] if is(&Method::GET) => core.change(|state| tokens::refresh(state, params)),
        ["access_token"] if is(&Method::GET) => core.change(|state| tokens::exchange(state, params)),
        ["debug_token"] if is(&Method::GET) => core.change(|state| tokens::debug(state, params)),
        [app, "subscriptions"] => apps::subscriptions(core, method, app, params).await,
        [node, edge @ ..] if params.token.contains('|') => core.read(|state| apps::reads(state, node, edge, params)),
        [node] => {
            let caller = core.read(|state| Caller::of(state, params, core.millis()))?;
            match *method {
                Method::GET => core.change(|state| nodes::read(state, &caller, node, params)),
                Method::POST => core.change(|state| comments::hide(state, &caller, node, params)),
                Method::DELETE => core.change(|state| comments::delete(state, &caller, node)),
                _ => Err(unsupported()),
            }
        }
        [node, edge] => {
            let caller = core.read(|state| Caller::of(state, params, core.millis()))?;
            match (*edge, method) {
                ("messages", &Method::POST) if params.values.contains_key("sender_action") => {
                    core.change(|state| actions::act(state, &caller, node, params))
                }
                ("messages", &Method::POST) => messages::send(core, &caller, node, params).await,
                ("messages", &Method::GET) => core.read(|state| conversations::messages(state, &caller, node, params)),
                ("message_attachments", &Method::POST) => attachments::upload(core, &caller, node, params).await,
                ("subscribed_apps", _) => {
                    core.change(|state| accounts::subscribed_apps(state, &caller, method, node, params))
                }
                ("conversations", &Method::GET) => core.read(|state| conversations::list(state, &caller, node, params)),
                ("replies" | "comments", &Method::POST) => {
                    core.change(|state| comments::answer(state, &caller, node, edge, params))
                }
                _ => Err(unsupported()),
            }
        }
        _ => Err(unsupported()),
    }
}

fn unsupported() -> Refusal {
    Refusal::new(400, 2500, None, "Unknown path components: /")
}
