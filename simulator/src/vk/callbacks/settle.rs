//! Applies a server's answer to the event.
//!
//! VK publishes neither the number nor the duration of retries; these numbers are ours.

use super::{Parcel, call::Answer};
use crate::vk::state::{EventState, ServerStatus, State};

/// Attempts after which an event is dropped and its server is disabled.
const MOST: u32 = 12;

/// The delay in milliseconds after this many attempts: 5, 10, 20 … seconds, up to ten minutes.
fn wait(attempts: u32) -> i64 {
    let seconds = 5_i64.checked_shl(attempts.saturating_sub(1)).unwrap_or(i64::MAX);
    seconds.min(600) * 1_000
}

/// Records the outcome of an attempt.
pub(super) fn settle(state: &mut State, parcel: &Parcel, answer: &Answer) {
    let now = state.now;
    let Some(event) = state.events.0.get_mut(parcel.at) else { return };
    event.is_on_its_way = false;
    event.last_answer = Some((answer.status, answer.text.clone()));
    let community = state.communities.get_mut(&event.community);
    let code = community.as_ref().map(|one| one.confirmation_code.clone()).unwrap_or_default();
    let server = community.and_then(|one| one.servers.get_mut(&event.server));
    if event.kind == "confirmation" {
        // Requested once; the API or the page requests it again.
        let is_confirmed = answer.status == 200 && answer.text == code;
        event.state = if is_confirmed { EventState::Taken } else { EventState::Dropped };
        if let Some(server) = server {
            server.status = if is_confirmed { ServerStatus::Ok } else { ServerStatus::Failed };
        }
        return;
    }
    if answer.status == 200 && answer.text == "ok" {
        event.state = EventState::Taken;
        return;
    }
    if event.attempts >= MOST {
        event.state = EventState::Dropped;
        if let Some(server) = server {
            server.status = ServerStatus::Failed;
        }
        return;
    }
    let asked = answer.retry_after.filter(|_| [410, 429, 503].contains(&answer.status));
    event.due_at = now.saturating_add(asked.map_or_else(|| wait(event.attempts), |seconds| seconds * 1_000));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_wait_longer_and_longer() {
        let waits: Vec<i64> = (1..=9).map(|attempts| wait(attempts) / 1_000).collect();
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 320, 600, 600]);
    }
}
