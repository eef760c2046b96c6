//! Webhooks that wait, are being sent, or are done; and which of them may be sent now.

use std::collections::BTreeSet;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

use super::id::Id;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HookState {
    /// Waiting, possibly for a repeat, or being sent.
    #[default]
    Waiting,
    Delivered,
    /// It was given up, or removed by a fault.
    Dropped,
}

#[derive(Clone, Debug, Default)]
pub struct Hook {
    pub line: Id,
    /// The address, or the messenger's id of what has one: the wire finds the address when it is sent.
    pub target: String,
    /// Hooks of one target and lane are sent one after another, if the policy says so.
    pub lane: String,
    /// The messenger's word for the event.
    pub kind: String,
    pub body: Value,
    pub made_at: i64,
    pub due_at: i64,
    pub attempts: u32,
    pub state: HookState,
    pub last_status: Option<u16>,
    pub(crate) is_on_its_way: bool,
    /// Faults were already considered for it.
    pub(crate) is_looked_at: bool,
    /// Sent only after a later one of the same target.
    pub(crate) is_late: bool,
}

/// How a messenger sends webhooks.
pub struct Policy {
    pub limit: Duration,
    /// How many are sent at once.
    pub at_once: usize,
    /// A lane waits for its first hook.
    pub keeps_order: bool,
    /// A late hook holds back those of its lane.
    pub late_keeps_lane: bool,
    /// Milliseconds after which a hook is dropped.
    pub lives: i64,
    /// Milliseconds until the next attempt after so many; `None`: given up.
    pub wait: fn(u32) -> Option<i64>,
    /// Whether an answer with this status and text accepts the hook.
    pub accepts: fn(u16, &str) -> bool,
}

#[derive(Clone, Debug, Default)]
pub struct Post {
    pub url: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

/// HMAC-SHA256 in hex, by which messengers prove that a text is theirs.
pub fn signature(secret: &str, text: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(text.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

#[derive(Clone, Debug, Default)]
pub struct Reply {
    /// `None`: there was no answer.
    pub status: Option<u16>,
    pub text: String,
    /// Seconds that the receiver asked to wait.
    pub retry_after: Option<i64>,
    /// Why there was no answer, as the Bot API words it.
    pub error: &'static str,
    pub is_accepted: bool,
}

/// All webhooks ever made, in order. Indices never change.
#[derive(Debug, Default)]
pub struct Outbox {
    pub all: Vec<Hook>,
    /// Everything before it is done.
    first: usize,
}

impl Outbox {
    pub fn push(&mut self, hook: Hook) {
        self.all.push(hook);
    }

    /// Those that wait or are being sent, with their indices.
    pub fn waiting(&self) -> impl Iterator<Item = (usize, &Hook)> {
        let all = self.all.iter().enumerate().skip(self.first);
        all.filter(|(_, hook)| hook.state == HookState::Waiting)
    }

    /// The same, to be changed.
    pub fn waiting_mut(&mut self) -> impl Iterator<Item = &mut Hook> {
        self.all.iter_mut().skip(self.first).filter(|hook| hook.state == HookState::Waiting)
    }

    pub fn is_sending(&self) -> bool {
        self.waiting().any(|(_, hook)| hook.is_on_its_way)
    }

    /// Moves past what is done, so that a long run does not read it again.
    pub(crate) fn skip_done(&mut self) {
        let done = self.all.iter().skip(self.first).take_while(|hook| hook.state != HookState::Waiting).count();
        self.first += done;
    }

    /// Indices of the hooks that may be sent now, among those that are ready.
    pub(crate) fn due(&self, now: i64, policy: &Policy, is_ready: impl Fn(&Hook) -> bool) -> Vec<usize> {
        let (mut lanes, mut under_way, mut due) = (BTreeSet::new(), 0, Vec::new());
        for (at, hook) in self.waiting() {
            under_way += usize::from(hook.is_on_its_way);
            let steps_aside = hook.is_late && !policy.late_keeps_lane;
            let is_first =
                !policy.keeps_order || steps_aside || lanes.insert((hook.target.as_str(), hook.lane.as_str()));
            let is_free = !hook.is_late || self.is_passed(at, hook, policy);
            let is_due = hook.due_at <= now || now - hook.made_at > policy.lives;
            if is_first && !hook.is_on_its_way && is_due && is_free && is_ready(hook) {
                due.push(at);
            }
        }
        due.truncate(policy.at_once.saturating_sub(under_way));
        due
    }

    /// Whether a later hook of the target was accepted; one of another lane, if a late hook holds back its own.
    fn is_passed(&self, at: usize, late: &Hook, policy: &Policy) -> bool {
        let passes = |hook: &Hook| {
            hook.target == late.target
                && hook.state == HookState::Delivered
                && (!policy.late_keeps_lane || hook.lane != late.lane)
        };
        self.all.iter().skip(at + 1).any(passes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDERED: Policy = Policy {
        limit: Duration::from_secs(1),
        at_once: 10,
        keeps_order: true,
        late_keeps_lane: true,
        lives: i64::MAX,
        wait: |_| None,
        accepts: |status, _| status == 200,
    };

    fn outbox(lanes: &[&str]) -> Outbox {
        let mut outbox = Outbox::default();
        for lane in lanes {
            outbox.push(Hook { lane: (*lane).to_owned(), ..Hook::default() });
        }
        outbox
    }

    #[test]
    fn a_late_hook_waits_until_another_passed_it() {
        let mut outbox = outbox(&["a", "a", "b"]);
        outbox.all[0].is_late = true;
        assert_eq!(outbox.due(0, &ORDERED, |_| true), [2]);
        assert_eq!(outbox.due(0, &Policy { late_keeps_lane: false, ..ORDERED }, |_| true), [1, 2]);
        outbox.all[2].state = HookState::Delivered;
        assert_eq!(outbox.due(0, &ORDERED, |_| true), [0]);
    }
}
