//! Events to be delivered to apps.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Value, json};

use super::{Platform, State};

/// Milliseconds after which an event is given up.
const LIFE: i64 = 36 * 3_600_000;

/// The state of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HookState {
    /// On its way, or waiting for its next attempt.
    Waiting,
    /// The app accepted it.
    Delivered,
    /// Given up.
    Dropped,
}

/// An event for one app.
#[derive(Clone, Debug)]
pub(crate) struct Hook {
    pub(crate) app: String,
    pub(crate) object: &'static str,
    pub(crate) account: String,
    /// `messaging` or `changes`.
    pub(crate) list: &'static str,
    pub(crate) event: Value,
    pub(crate) born_at: i64,
    pub(crate) due_at: i64,
    pub(crate) attempts: u32,
    pub(crate) state: HookState,
    pub(crate) is_on_its_way: bool,
    pub(crate) last_status: Option<u16>,
}

impl Hook {
    pub(crate) fn is_due(&self, now: i64) -> bool {
        self.state == HookState::Waiting && !self.is_on_its_way && self.due_at <= now
    }

    /// Whether it is too old to be sent again.
    pub(crate) fn is_too_old(&self, now: i64) -> bool {
        now - self.born_at >= LIFE
    }
}

impl State {
    /// Queues an event of `messaging` for every app that is subscribed to this field of the account.
    pub(crate) fn tell(&mut self, account: &str, field: &str, event: Value) {
        self.queue(account, field, "messaging", &event);
    }

    /// Queues a change for every app that is subscribed to this field of the account.
    pub(crate) fn tell_change(&mut self, account: &str, field: &str, value: Value) {
        self.queue(account, field, "changes", &json!({ "field": field, "value": value }));
    }

    /// Queues `event` of a chat: from the person to the account, with the current time.
    pub(crate) fn tell_chat(&mut self, account: &str, person: i64, field: &str, key: &str, value: Value) {
        let event = json!({
            "sender": { "id": self.scoped(account, person) },
            "recipient": { "id": account },
            "timestamp": self.now,
            key: value,
        });
        self.tell(account, field, event);
    }

    fn queue(&mut self, account: &str, field: &str, list: &'static str, event: &Value) {
        let Some(found) = self.accounts.get(account) else { return };
        let object = found.platform.object();
        let wants = |fields: &BTreeSet<String>| fields.contains(field);
        // An app receives a field only if it is subscribed at both levels: its own and the account's.
        let apps: Vec<String> = found
            .subscribed
            .iter()
            .filter(|(app, fields)| {
                let own = self.apps.get(*app).and_then(|app| app.subscriptions.get(object));
                wants(fields) && own.is_some_and(|own| wants(&own.fields))
            })
            .map(|(app, _)| app.clone())
            .collect();
        for app in apps {
            self.hooks.push(Hook {
                app,
                object,
                account: account.to_owned(),
                list,
                event: event.clone(),
                born_at: self.now,
                due_at: self.now,
                attempts: 0,
                state: HookState::Waiting,
                is_on_its_way: false,
                last_status: None,
            });
        }
    }

    /// The name of a webhook's field on a platform: Instagram names three of them differently.
    pub(crate) fn field(&self, account: &str, name: &'static str) -> &'static str {
        let is_instagram = self.accounts.get(account).is_some_and(|one| one.platform == Platform::Instagram);
        match (is_instagram, name) {
            (true, "message_reads") => "messaging_seen",
            (true, "message_echoes") => "messages",
            (true, "message_edits") => "message_edit",
            (true, "messaging_referrals") => "messaging_referral",
            (true, "feed") => "comments",
            (_, name) => name,
        }
    }
}
