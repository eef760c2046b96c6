//! The Chats API: authentication and routing.

mod chat;
mod connect;
mod content;
mod doubts;
mod edit;
mod history;
mod keep;
mod message;
mod parties;
mod reaction;
mod status;
mod typing;

use serde_json::{Value, json};

use crate::crm::{
    config::{ChannelConfig, IntegrationConfig},
    core::Core,
    exchange::{Answer, Incoming},
    signature::{self, Signed},
};

const JSON: &str = "application/json";

/// A signed request over a scope whose channel is connected.
pub(crate) struct Scoped<'a> {
    pub(crate) core: &'a Core,
    pub(crate) request: &'a Incoming,
    pub(crate) integration: &'a IntegrationConfig,
    pub(crate) channel: &'a ChannelConfig,
    pub(crate) scope_id: &'a str,
    pub(crate) amojo_id: String,
}

/// A refusal: status and reason.
pub(crate) struct Refusal(pub(crate) u16, pub(crate) String);

impl From<String> for Refusal {
    fn from(reason: String) -> Self {
        Self(400, reason)
    }
}

/// The result of a function of this API.
pub(crate) type Outcome = Result<Answer, Refusal>;

/// Answers a request below `/v2/origin/custom/`.
pub(crate) fn answer(core: &Core, request: &Incoming, segments: &[&str]) -> Answer {
    match signed(core, request, segments) {
        Ok(answer) => answer,
        Err(Refusal(status, reason)) => {
            let body = json!({
                "error_code": status,
                "error_type": "request_refused",
                "error_description": reason,
            });
            Answer::json(status, JSON, &body).noted(reason)
        }
    }
}

fn signed(core: &Core, request: &Incoming, segments: &[&str]) -> Outcome {
    let first = segments.first().copied().unwrap_or_default();
    let channel_id = first.get(..36).unwrap_or(first);
    let (integration, channel) =
        core.channel(channel_id).ok_or_else(|| Refusal(404, format!("no such channel: {channel_id}")))?;
    let checked = signature::check(
        &Signed {
            method: &request.method,
            path: &request.path,
            date: request.header("date"),
            content_type: request.header("content-type"),
            content_md5: request.header("content-md5"),
            signature: request.header("x-signature"),
            body: &request.body,
        },
        &channel.secret,
        core.now(),
    );
    if let Err(reason) = checked {
        problem(core, format!("{} {}: {reason}", request.method, request.path));
        return Err(Refusal(403, reason));
    }
    if request.header("content-type") != JSON {
        return Err(Refusal(400, "Content-Type must be application/json".to_owned()));
    }
    match (request.method.as_str(), segments) {
        ("POST", [id, "connect"]) if *id == channel.id => connect::connect(core, request, channel),
        ("DELETE", [id, "disconnect"]) if *id == channel.id => connect::disconnect(core, request, channel),
        (method, [scope_id, rest @ ..]) => {
            let amojo_id = core
                .read(|state| state.connections.get(*scope_id).map(|one| one.amojo_id.clone()))
                .ok_or_else(|| Refusal(404, format!("scope is not connected: {scope_id}")))?;
            let scoped = Scoped { core, request, integration, channel, scope_id, amojo_id };
            match (method, rest) {
                ("POST", []) => message::take(&scoped),
                ("POST", ["chats"]) => chat::create(&scoped),
                ("GET", ["chats", chat_id, "history"]) => history::read(&scoped, chat_id),
                ("POST", [message_id, "delivery_status"]) => status::take(&scoped, message_id),
                ("POST", ["typing"]) => typing::take(&scoped),
                ("POST", ["react"]) => reaction::react(&scoped),
                _ => Err(Refusal(404, "no such method".to_owned())),
            }
        }
        _ => Err(Refusal(404, "no such method".to_owned())),
    }
}

/// Records a call that works but should not be made.
pub(crate) fn problem(core: &Core, what: String) {
    core.change(|state| state.problems.push(what));
}

fn parsed(request: &Incoming) -> Result<Value, Refusal> {
    serde_json::from_slice(&request.body).map_err(|error| Refusal(400, format!("the body is not JSON: {error}")))
}

fn ok(value: &Value) -> Answer {
    Answer::json(200, JSON, value)
}
