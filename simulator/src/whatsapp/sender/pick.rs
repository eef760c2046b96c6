//! Selects the webhooks that may be sent now.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::whatsapp::{
    faults::{Faults, WebhookFault},
    state::{DAY, State, Webhook, WebhookState},
};

/// Milliseconds after which a webhook is given up.
const GIVEN_UP: i64 = 7 * DAY;

/// A webhook with everything needed for its delivery.
#[derive(Clone, Debug)]
pub(super) struct Parcel {
    pub(super) id: u64,
    pub(super) url: String,
    pub(super) secret: String,
    pub(super) body: Value,
    pub(super) fault: Option<WebhookFault>,
}

/// The first due webhook of every app that has none in progress; also those without an address and those that are too
/// old.
pub(super) fn due(state: &State) -> impl Iterator<Item = u64> + '_ {
    let mut busy: BTreeSet<String> =
        state.outbox.waiting().filter(|one| one.is_on_its_way).map(|one| one.app.clone()).collect();
    let is_free = move |one: &&Webhook| busy.insert(one.app.clone());
    let passed = |late: &Webhook| {
        let later = |one: &Webhook| one.id > late.id && one.state == WebhookState::Delivered && one.app == late.app;
        state.outbox.all.iter().any(later)
    };
    let may_go = move |one: &&Webhook| !one.is_on_its_way && one.due_at <= state.now && (!one.is_late || passed(one));
    state.outbox.waiting().filter(may_go).filter(is_free).map(|one| one.id)
}

/// Takes all webhooks that may be sent now.
pub(super) fn all(state: &mut State, faults: &Faults) -> Vec<Parcel> {
    let mut parcels = Vec::new();
    loop {
        // If a fault removes a webhook, the next one may be sent.
        let ids: Vec<u64> = due(state).collect();
        if ids.is_empty() {
            return parcels;
        }
        parcels.extend(ids.into_iter().filter_map(|id| take(state, id, faults)));
    }
}

fn take(state: &mut State, id: u64, faults: &Faults) -> Option<Parcel> {
    let now = state.now;
    let webhook = state.outbox.at_mut(id)?.clone();
    let target = state.target(&webhook).cloned();
    let secret = state.apps.get(&webhook.app).map(|app| app.secret.clone());
    let own = state.outbox.at_mut(id)?;
    let (Some(target), Some(secret)) = (target, secret) else {
        own.state = WebhookState::Dropped;
        return None;
    };
    if now - own.made_at > GIVEN_UP {
        own.state = WebhookState::Dropped;
        return None;
    }
    let fault = if own.is_looked_at { None } else { faults.take_delivery() };
    own.is_looked_at = true;
    match fault {
        Some(WebhookFault::Lost) => {
            own.state = WebhookState::Dropped;
            return None;
        }
        Some(WebhookFault::Late) => {
            own.is_late = true;
            return None;
        }
        _ => own.is_on_its_way = true,
    }
    own.attempts += 1;
    Some(Parcel { id, url: target.url, secret, body: webhook.body, fault })
}
