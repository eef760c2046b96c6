//! Events: which apps are notified, and what is posted to them, signed, in no guaranteed order, and repeated with growing
//! delays for 36 hours (`graph-api/webhooks/getting-started`).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::json;
use super::options::Meta;
use crate::graph::signed;
use crate::kit::{Hook, HookFault, Id, Post};

/// Milliseconds after which an event is given up.
pub(super) const LIFE: i64 = 36 * 3_600_000;

/// The delay after this many attempts, in milliseconds.
pub(super) fn wait(attempts: u32) -> Option<i64> {
    (attempts > 1).then(|| 60_000 << (attempts.min(8) - 2)).or(Some(0))
}

impl Meta {
    /// Queues an event of `messaging` for every app that is subscribed to this field of the account.
    pub(super) fn tell(&mut self, account: &Id, field: &str, event: &Value) {
        self.queue(account, field, "messaging", event);
    }

    /// Queues an event of a chat: from the person to the account, with the current time.
    pub(super) fn tell_chat(&mut self, account: &Id, person: i64, field: &str, key: &str, value: Value) {
        let sender = self.scoped(account, person);
        let event = json!({
            "sender": { "id": sender }, "recipient": { "id": account.as_str() }, "timestamp": self.now, key: value,
        });
        self.tell(account, field, &event);
    }

    /// Queues the event about a whole message.
    pub(super) fn tell_message(&mut self, dialog: &Id, message: &Id, field: &str) {
        let Some(known) = self.dialog(dialog) else { return };
        let Some(message) = known.messages.iter().find(|one| one.id == *message) else { return };
        let (account, event) = (known.line.clone(), json::event(self, known, message));
        self.tell(&account, field, &event);
    }

    /// Queues the webhooks about a comment. Instagram reports only new ones.
    pub(super) fn tell_comment(&mut self, post: &Id, comment: &Id, verb: &str) {
        let Some(known) = self.dialog(post) else { return };
        let Some(comment) = known.message(comment) else { return };
        let (account, value) = (known.line.clone(), json::change(self, known, comment, verb));
        let is_live = known.messages.first().is_some_and(|post| post.more.get("product") == Some(&json!("LIVE")));
        let field = match (self.is_instagram(&account), is_live) {
            (false, _) => "feed",
            (true, true) => "live_comments",
            (true, false) => "comments",
        };
        if field == "feed" || verb == "add" {
            self.queue(&account, field, "changes", &json!({ "field": field, "value": value }));
        }
    }

    fn queue(&mut self, account: &Id, field: &str, list: &str, event: &Value) {
        let Some(known) = self.own.accounts.get(account) else { return };
        // An app receives a field only if it is subscribed at both levels: its own and the account's.
        let wants = |fields: &BTreeSet<String>| fields.contains(field);
        let apps = known.subscribed.iter().filter(|(app, fields)| {
            let own = self.own.apps.get(*app).and_then(|app| app.subscriptions.get(known.platform.object()));
            wants(fields) && own.is_some_and(|own| wants(&own.fields))
        });
        for (app, _) in apps {
            self.outbox.push(Hook {
                line: account.clone(),
                target: app.clone(),
                lane: list.to_owned(),
                kind: field.to_owned(),
                body: event.clone(),
                made_at: self.now,
                due_at: self.now,
                ..Hook::default()
            });
        }
    }
}

pub(super) fn post(state: &Meta, hooks: &[&Hook], fault: Option<HookFault>) -> Option<Post> {
    let Hook { line, target, lane, body, .. } = hooks.first()?;
    let (app, object) = (state.own.apps.get(target)?, state.platform(line).object());
    // The time of changes is in seconds, that of messages in milliseconds.
    let time = if lane == "changes" { state.date() } else { state.now };
    let entry = json!({ "id": line.as_str(), "time": time, lane.as_str(): [body] });
    let body = json!({ "object": object, "entry": [entry] });
    Some(signed(&app.subscriptions.get(object)?.callback_url, &app.secret, &body, fault))
}
