//! A bot: its token, its webhook and its waiting updates.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::call::CallView;
use super::updates::{Update, Updates};

/// Default lifetime of an update in milliseconds.
pub(crate) const DAY: i64 = 86_400_000;

/// One bot.
#[derive(Clone, Debug)]
pub(crate) struct Bot {
    pub(crate) id: i64,
    pub(crate) token: String,
    pub(crate) name: String,
    pub(crate) username: String,
    /// Privacy mode is off.
    pub(crate) reads_all: bool,
    pub(crate) is_revoked: bool,
    /// The end of its log-out from this server, in milliseconds.
    pub(crate) logged_out_until: i64,
    pub(crate) webhook: Option<Webhook>,
    /// Requested kinds of updates; `None` is Telegram's default.
    pub(crate) allowed_updates: Option<Vec<String>>,
    pub(crate) updates: Updates,
    pub(crate) next_update: i64,
    /// Number of getUpdates calls: a newer call ends an older one.
    pub(crate) polls: u64,
    pub(crate) started: BTreeSet<i64>,
    pub(crate) blocked: BTreeSet<i64>,
    pub(crate) queries: BTreeMap<String, Query>,
    pub(crate) calls: Vec<CallView>,
    pub(crate) actions: Vec<(i64, String, i64)>,
    pub(crate) answers: Vec<Answer>,
    pub(crate) read_marks: Vec<(i64, i64)>,
    pub(crate) commands: Value,
}

/// A pressed button waiting for its answer.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    /// Milliseconds.
    pub(crate) pressed_at: i64,
}

/// An answer to a pressed button.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) id: String,
    pub(crate) text: String,
    pub(crate) show_alert: bool,
}

/// The destination of updates.
#[derive(Clone, Debug, Default)]
pub(crate) struct Webhook {
    pub(crate) url: String,
    pub(crate) secret: Option<String>,
    pub(crate) max_connections: i64,
    pub(crate) ip_address: Option<String>,
    pub(crate) has_certificate: bool,
    /// Time in seconds, and text.
    pub(crate) last_error: Option<(i64, String)>,
    /// Since when every answer is 410, in milliseconds.
    pub(crate) gone_since: Option<i64>,
}

/// Kinds that are sent only on explicit request.
const BY_NAME: [&str; 3] = ["chat_member", "message_reaction", "message_reaction_count"];

impl Bot {
    /// Its `User` object.
    pub(crate) fn user(&self) -> Value {
        json!({"id": self.id, "is_bot": true, "first_name": self.name, "username": self.username})
    }

    /// The result of getMe.
    pub(crate) fn me(&self) -> Value {
        json!({
            "id": self.id,
            "is_bot": true,
            "first_name": self.name,
            "username": self.username,
            "can_join_groups": true,
            "can_read_all_group_messages": self.reads_all,
            "supports_guest_queries": false,
            "supports_inline_queries": false,
            "can_connect_to_business": true,
            "has_main_web_app": false,
            "has_topics_enabled": false,
        })
    }

    /// Whether it is subscribed to updates of this kind.
    pub(crate) fn wants(&self, kind: &str) -> bool {
        match &self.allowed_updates {
            Some(kinds) if !kinds.is_empty() => kinds.iter().any(|one| one == kind),
            _ => !BY_NAME.contains(&kind),
        }
    }

    /// Queues an update unchanged. Its chat and kind are read from it if possible.
    pub(crate) fn push_raw(&mut self, id: i64, body: Value, now: i64) {
        let inner = body.as_object().and_then(|fields| fields.iter().find(|(key, _)| *key != "update_id"));
        let chat = inner.and_then(|(_, one)| one.get("chat").or_else(|| one.get("from"))?.get("id")?.as_i64());
        let lane = match inner.map(|(key, _)| key.as_str()) {
            Some("message" | "edited_message") => "message",
            _ => "raw",
        };
        self.updates.push(Update::new(id, "raw", body, (lane, chat.unwrap_or(0)), (now, now + DAY)));
    }
}
