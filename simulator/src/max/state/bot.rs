//! Bots, their webhooks and waiting updates.

use std::collections::BTreeSet;

use serde_json::Value;

use super::call::CallView;

/// A bot.
#[derive(Debug, Default)]
pub(crate) struct Bot {
    pub(crate) id: i64,
    pub(crate) token: String,
    pub(crate) name: String,
    pub(crate) username: String,
    pub(crate) is_revoked: bool,
    pub(crate) subscriptions: Vec<Subscription>,
    pub(crate) updates: Vec<Update>,
    /// People who pressed Start and have not stopped the bot since.
    pub(crate) started: BTreeSet<i64>,
    pub(crate) calls: Vec<CallView>,
    /// Chat, action and time.
    pub(crate) actions: Vec<(i64, String, i64)>,
    pub(crate) answers: Vec<Answer>,
}

/// A webhook.
#[derive(Clone, Debug)]
pub(crate) struct Subscription {
    pub(crate) url: String,
    pub(crate) time: i64,
    /// `None` means all types.
    pub(crate) update_types: Option<Vec<String>>,
    pub(crate) secret: Option<String>,
    /// When the current series of failed calls began, in milliseconds.
    pub(crate) failing_since: Option<i64>,
}

/// An update for one webhook.
#[derive(Clone, Debug)]
pub(crate) struct Update {
    pub(crate) url: String,
    pub(crate) body: Value,
    pub(crate) attempts: u32,
    /// Milliseconds.
    pub(crate) due_at: i64,
    pub(crate) is_done: bool,
    pub(crate) last_status: Option<u16>,
}

/// An answered press.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) callback_id: String,
    pub(crate) notification: String,
}

impl Bot {
    /// Queues an update for every webhook that is subscribed to its type.
    pub(crate) fn tell(&mut self, body: &Value, now: i64) {
        let kind = body["update_type"].as_str().unwrap_or_default();
        let wants = |one: &&Subscription| {
            one.update_types.as_ref().is_none_or(|types| types.is_empty() || types.iter().any(|wanted| wanted == kind))
        };
        let urls: Vec<String> = self.subscriptions.iter().filter(wants).map(|one| one.url.clone()).collect();
        self.updates.extend(urls.into_iter().map(|url| Update {
            url,
            body: body.clone(),
            attempts: 0,
            due_at: now,
            is_done: false,
            last_status: None,
        }));
    }
}
