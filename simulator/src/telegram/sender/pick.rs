//! Selects the updates that may be sent now.

use serde_json::Value;

use crate::telegram::{
    faults::{Faults, UpdateFault},
    state::{Bot, State, Update, UpdateState, Webhook},
};

/// An update with everything needed for its delivery.
#[derive(Clone, Debug)]
pub(super) struct Parcel {
    pub(super) bot: i64,
    /// Its index among the bot's updates.
    pub(super) update: usize,
    pub(super) webhook: Webhook,
    pub(super) body: Value,
    pub(super) fault: Option<UpdateFault>,
}

/// Indices of due updates: the first of each lane, up to the number of free connections.
pub(super) fn due(bot: &Bot, now: i64) -> impl Iterator<Item = usize> {
    let under_way = bot.updates.heads().filter(|(_, update)| update.is_on_its_way).count();
    let connections = bot.webhook.as_ref().map_or(0, |webhook| usize::try_from(webhook.max_connections).unwrap_or(0));
    bot.updates
        .heads()
        .filter(move |(_, update)| !update.is_on_its_way && update.due_at <= now && !is_kept_back(bot, update))
        .map(|(at, _)| at)
        .take(connections.saturating_sub(under_way))
}

/// A late update waits until a later one of another chat was accepted.
fn is_kept_back(bot: &Bot, update: &Update) -> bool {
    let passed =
        |other: &Update| other.id > update.id && other.chat != update.chat && other.state == UpdateState::Delivered;
    update.is_late && !bot.updates.all().iter().any(passed)
}

/// When the next update of a webhook is due, in milliseconds.
pub(crate) fn next_due(bot: &Bot) -> Option<i64> {
    bot.webhook.as_ref()?;
    bot.updates.heads().filter(|(_, update)| !update.is_on_its_way).map(|(_, update)| update.due_at).min()
}

/// Takes all updates that may be sent now.
pub(super) fn all(state: &mut State, faults: &Faults) -> Vec<Parcel> {
    let now = state.now;
    let mut parcels = Vec::new();
    for bot in state.bots.values_mut() {
        bot.updates.expire(now);
        loop {
            // If a fault removes an update, the next one of its lane may be sent.
            let places: Vec<usize> = due(bot, now).collect();
            if places.is_empty() {
                break;
            }
            parcels.extend(places.into_iter().filter_map(|at| take(bot, at, faults)));
        }
    }
    parcels
}

fn take(bot: &mut Bot, at: usize, faults: &Faults) -> Option<Parcel> {
    let webhook = bot.webhook.clone()?;
    let owner = bot.id;
    let update = bot.updates.at_mut(at)?;
    let fault = if update.is_looked_at { None } else { faults.take_delivery() };
    update.is_looked_at = true;
    match fault {
        Some(UpdateFault::Lost) => {
            bot.updates.finish(at, UpdateState::Dropped);
            return None;
        }
        Some(UpdateFault::Late) => {
            update.is_late = true;
            return None;
        }
        _ => update.is_on_its_way = true,
    }
    update.attempts += 1;
    Some(Parcel { bot: owner, update: at, webhook, body: update.body.clone(), fault })
}
