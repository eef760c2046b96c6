//! Applies a callback's answer to the webhook.

use super::{call::Answer, pick::Parcel};
use crate::whatsapp::state::{HOUR, State, WebhookState};

/// The delay in milliseconds after this many attempts. Meta documents only that it grows; here 10 seconds, doubled each
/// time, at most an hour.
fn wait(attempts: u32) -> i64 {
    let times = 1_i64.checked_shl(attempts.saturating_sub(1)).unwrap_or(i64::MAX);
    times.saturating_mul(10_000).min(HOUR)
}

/// Records the outcome of an attempt.
pub(super) fn settle(state: &mut State, parcel: &Parcel, answer: &Answer) {
    let now = state.now;
    let Some(webhook) = state.outbox.at_mut(parcel.id) else {
        return;
    };
    webhook.is_on_its_way = false;
    webhook.last_status = answer.status;
    if answer.is_accepted {
        webhook.state = WebhookState::Delivered;
        return;
    }
    webhook.due_at = now.saturating_add(wait(webhook.attempts));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_wait_longer_and_longer() {
        let waits: Vec<i64> = (1..=11).map(|attempts| wait(attempts) / 1000).collect();
        assert_eq!(waits, [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]);
        assert_eq!(wait(200), HOUR);
    }
}
