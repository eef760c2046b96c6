//! The Chats API: authentication and routing.

mod actions;
mod content;
mod message;
mod parties;

use serde_json::{Value, json};

use super::config::{ChannelConfig, IntegrationConfig};
use super::core::Core;
use super::exchange::Answer;
use super::signature::{self, Signed};
use super::state::{Account, Chat};
use super::strict::Object;
use crate::kit::Call;

const JSON: &str = "application/json";
/// The longest `msgid`, `conversation_id` and id or name of a participant, in characters. The documents give no figures: these
/// are ours, and a longer field is refused with 400.
const LONGEST_ID: usize = 255;
const LONGEST_TEXT: usize = 65_536;

/// A signed request over a scope whose channel is connected.
struct Scoped<'a> {
    core: &'a Core,
    call: &'a Call,
    integration: &'a IntegrationConfig,
    channel: &'a ChannelConfig,
    scope_id: &'a str,
}

/// A refusal: status and reason.
struct Refusal(u16, String);

impl From<String> for Refusal {
    fn from(reason: String) -> Self {
        Self(400, reason)
    }
}

impl Refusal {
    fn new(status: u16, reason: &str) -> Self {
        Self(status, reason.to_owned())
    }
}

/// The result of a function of this API.
type Outcome = Result<Answer, Refusal>;

/// Answers a request below `/v2/origin/custom/`.
pub(crate) fn answer(core: &Core, call: &Call, segments: &[&str]) -> Answer {
    signed(core, call, segments).unwrap_or_else(|Refusal(status, reason)| refusal(status, &reason).noted(reason))
}

/// An error of this API.
pub(crate) fn refusal(status: u16, reason: &str) -> Answer {
    let body = json!({"error_code": status, "error_type": "request_refused", "error_description": reason});
    Answer::json(status, JSON, &body)
}

fn signed(core: &Core, call: &Call, segments: &[&str]) -> Outcome {
    let first = segments.first().copied().unwrap_or_default();
    let channel_id = super::state::channel_of(first);
    let (integration, channel) =
        core.channel(channel_id).ok_or_else(|| Refusal(404, format!("no such channel: {channel_id}")))?;
    let header = |name: &str| call.header(name).unwrap_or_default();
    let path = format!("/{}", call.path);
    let request = Signed {
        method: &call.method,
        path: &path,
        date: header("date"),
        content_type: header("content-type"),
        content_md5: header("content-md5"),
        signature: header("x-signature"),
        body: &call.body,
        may_be_old: core.read(|state| state.takes_old_signatures(first, &call.json)),
    };
    if let Err(reason) = signature::check(&request, &channel.secret, core.now()) {
        core.problem(format!("{} {path}: {reason}", call.method));
        return Err(Refusal(403, reason));
    }
    if header("content-type") != JSON {
        return Err(Refusal::new(400, "Content-Type must be application/json"));
    }
    if call.is_garbled {
        return Err(Refusal::new(400, "the body is not JSON"));
    }
    match (call.method.as_str(), segments) {
        ("POST", [id, "connect"]) if *id == channel.id => actions::connect(core, &call.json, channel),
        ("DELETE", [id, "disconnect"]) if *id == channel.id => actions::disconnect(core, &call.json, channel),
        (method, [scope_id, rest @ ..]) => {
            if !core.read(|state| state.connections.contains_key(*scope_id)) {
                return Err(Refusal(404, format!("scope is not connected: {scope_id}")));
            }
            let scoped = Scoped { core, call, integration, channel, scope_id };
            match (method, rest) {
                ("POST", []) => message::take(&scoped),
                ("POST", ["chats"]) => actions::create_chat(&scoped),
                ("GET", ["chats", chat_id, "history"]) => actions::history(&scoped, chat_id),
                ("POST", [message_id, "delivery_status"]) => actions::status(&scoped, message_id),
                ("POST", ["typing"]) => actions::typing(&scoped),
                ("POST", ["react"]) => actions::react(&scoped),
                _ => Err(Refusal::new(404, "no such method")),
            }
        }
        _ => Err(Refusal::new(404, "no such method")),
    }
}

fn ok(value: &Value) -> Answer {
    Answer::json(200, JSON, value)
}

impl Scoped<'_> {
    fn body(&self) -> Result<Object<'_>, String> {
        Object::whole(&self.call.json)
    }

    /// Reads the account of the scope.
    fn read<T>(&self, look: impl FnOnce(&Account) -> T) -> Option<T> {
        self.core.read(|state| state.account_of_scope(self.scope_id).map(look))
    }

    /// Changes the account of the scope.
    fn change<T>(&self, change: impl FnOnce(&mut Account) -> Result<T, Refusal>) -> Result<T, Refusal> {
        self.core.change(|state| {
            let account = self.scope_id.get(37..).and_then(|amojo_id| state.account_by_amojo_mut(amojo_id));
            change(account.ok_or_else(|| Refusal::new(404, "the account is gone"))?)
        })
    }

    fn is_bot(&self, ref_id: &str) -> bool {
        self.channel.bot.as_ref().is_some_and(|(id, _)| id == ref_id)
    }

    fn owns(&self, chat: &Chat) -> bool {
        chat.scope_id == self.scope_id
    }

    /// The amojo id of the message that a request names by one of two ids.
    fn named(&self, account: &Account, id: Option<&str>, msgid: Option<&str>) -> Option<String> {
        id.map(str::to_owned).or_else(|| account.message_id_for(self.scope_id, msgid?))
    }

    /// An answer about whose request there are doubts: it is accepted, because the documents do not say what amoCRM does.
    fn doubted(&self, answer: Answer, about: &str, doubts: &[&str]) -> Answer {
        if doubts.is_empty() {
            return answer;
        }
        let note = format!("{about}: {}", doubts.join(", "));
        self.core.problem(note.clone());
        answer.noted(note)
    }
}
