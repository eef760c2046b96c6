//! Changes how waiting webhooks are sent: merged into one body, or in another order.

use serde_json::{Value, json};

use super::{
    state::{State, Webhook, WebhookState},
    whatsapp::WhatsApp,
};

/// How several webhooks are merged into one body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Batch {
    /// One entry for each.
    Entries,
    /// One entry per account, with one change for each.
    Changes,
    /// One change per number and field, with all its messages, statuses and contacts.
    Messages,
}

impl WhatsApp {
    /// Merges the waiting webhooks of each app into one. Hold them first.
    pub fn batch(&self, batch: Batch) {
        self.core.change(|state| state.batch(batch));
    }

    /// Reverses the order of the waiting webhooks. Hold them first.
    pub fn reverse(&self) {
        self.core.change(|state| {
            let (waiting, mut all): (Vec<Webhook>, Vec<Webhook>) =
                state.outbox.all.drain(..).partition(|one| one.state == WebhookState::Waiting && !one.is_on_its_way);
            all.extend(waiting.into_iter().rev());
            state.outbox.all = all;
        });
    }
}

impl State {
    fn batch(&mut self, batch: Batch) {
        let apps: std::collections::BTreeSet<String> = self.outbox.waiting().map(|one| one.app.clone()).collect();
        for app in apps {
            let mut merged: Option<Webhook> = None;
            for one in &mut self.outbox.all {
                if one.app != app || one.state != WebhookState::Waiting || one.is_on_its_way {
                    continue;
                }
                one.state = WebhookState::Dropped;
                let Some(into) = &mut merged else {
                    merged = Some(one.clone());
                    continue;
                };
                if let Some(entries) = one.body["entry"].as_array() {
                    for entry in entries {
                        add(&mut into.body, entry, batch);
                    }
                }
            }
            if let Some(one) = merged {
                self.push(app, &one.waba, one.phone.as_deref(), &one.field, one.body);
            }
        }
    }
}

fn add(body: &mut Value, entry: &Value, batch: Batch) {
    let Some(entries) = body["entry"].as_array_mut() else {
        return;
    };
    let last = entries.last_mut().filter(|last| batch != Batch::Entries && last["id"] == entry["id"]);
    let Some(last) = last else {
        entries.push(entry.clone());
        return;
    };
    for change in entry["changes"].as_array().into_iter().flatten() {
        let known = last["changes"].as_array_mut().and_then(|all| all.last_mut());
        let is_same = |known: &&mut Value| {
            batch == Batch::Messages
                && known["field"] == change["field"]
                && known["value"]["metadata"] == change["value"]["metadata"]
        };
        match known.filter(is_same) {
            Some(known) => extend(&mut known["value"], &change["value"]),
            None => {
                if let Some(changes) = last["changes"].as_array_mut() {
                    changes.push(change.clone());
                }
            }
        }
    }
}

/// Appends the lists of a value to those of another; contacts are not duplicated.
fn extend(into: &mut Value, value: &Value) {
    for (key, list) in value.as_object().into_iter().flatten() {
        let Some(list) = list.as_array() else {
            continue;
        };
        if into.get(key).is_none() {
            into[key] = json!([]);
        }
        if let Some(known) = into[key].as_array_mut() {
            for one in list {
                if key != "contacts" || !known.contains(one) {
                    known.push(one.clone());
                }
            }
        }
    }
}
