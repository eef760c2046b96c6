//! The rate limit of a community's token: 20 calls a second (<https://dev.vk.com/reference/roadmap>, "Limits").

use std::collections::{BTreeMap, VecDeque};

/// Maximum calls a second with one token.
const CALLS: usize = 20;
/// The window in milliseconds.
const WINDOW: i64 = 1_000;

/// Recent calls by token.
#[derive(Debug, Default)]
pub(crate) struct Rates {
    pub(crate) on: bool,
    calls: BTreeMap<String, VecDeque<i64>>,
}

impl Rates {
    /// Counts a call; false if it exceeds the limit.
    pub(crate) fn allows(&mut self, token: &str, now: i64) -> bool {
        if !self.on {
            return true;
        }
        let calls = self.calls.entry(token.to_owned()).or_default();
        while calls.front().is_some_and(|at| now - at >= WINDOW) {
            calls.pop_front();
        }
        if calls.len() >= CALLS {
            return false;
        }
        calls.push_back(now);
        true
    }
}
