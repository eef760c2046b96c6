//! Applies a webhook's answer to the update.

use super::{call::Answer, pick::Parcel};
use crate::telegram::state::{Bot, State, UpdateState};

/// Milliseconds of 410 answers after which a webhook is removed.
const GONE: i64 = 23 * 3_600_000;

/// The delay in seconds after this many attempts: none, then 2, 4, 8 … up to two minutes.
fn wait(attempts: u32) -> i64 {
    match attempts {
        0 | 1 => 0,
        more => 1_i64.checked_shl(more - 1).unwrap_or(i64::MAX).min(120),
    }
}

/// Records the outcome of an attempt.
pub(super) fn settle(state: &mut State, parcel: &Parcel, answer: &Answer) {
    let now = state.now;
    let Some(bot) = state.bots.get_mut(&parcel.bot) else {
        return;
    };
    note(bot, parcel, answer, now);
    let Some(update) = bot.updates.at_mut(parcel.update) else {
        return;
    };
    update.is_on_its_way = false;
    update.last_status = answer.status;
    if answer.error.is_none() {
        bot.updates.finish(parcel.update, UpdateState::Delivered);
        return;
    }
    let seconds = answer.retry_after.unwrap_or_else(|| wait(update.attempts));
    update.due_at = now.saturating_add(seconds.saturating_mul(1000));
}

/// Records the data for getWebhookInfo.
fn note(bot: &mut Bot, parcel: &Parcel, answer: &Answer, now: i64) {
    let Some(webhook) = bot.webhook.as_mut().filter(|webhook| webhook.url == parcel.webhook.url) else {
        return;
    };
    if let Some(words) = &answer.error {
        webhook.last_error = Some((now.div_euclid(1000), words.clone()));
    }
    if answer.status != Some(410) {
        webhook.gone_since = None;
        return;
    }
    let since = *webhook.gone_since.get_or_insert(now);
    if now - since >= GONE {
        bot.webhook = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_wait_longer_and_longer() {
        let waits: Vec<i64> = (1..=10).map(wait).collect();
        assert_eq!(waits, [0, 2, 4, 8, 16, 32, 64, 120, 120, 120]);
        assert_eq!(wait(200), 120);
    }
}
