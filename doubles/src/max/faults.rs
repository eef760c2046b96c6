//! Fault injection.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Deserialize;

/// Faults of Bot API calls.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// 429; the call is not executed.
    TooMany {
        /// `Retry-After` in seconds; without it the header is missing.
        #[serde(default)]
        retry_after: Option<u32>,
    },
    /// A gateway's HTML page with this status; the call is not executed.
    HtmlPage {
        /// Usually 502.
        status: u16,
    },
    /// The connection is dropped without an answer; the call is not executed.
    ResetBefore,
    /// The call is executed, then the connection is dropped without an answer.
    ResetAfter,
    /// Any refusal; the call is not executed.
    Refuse {
        /// HTTP status.
        status: u16,
        /// `code`.
        code: String,
        /// `message`.
        message: String,
    },
    /// 200 with `"success": false`; the call is not executed.
    NotSuccess {
        /// `message`.
        message: String,
    },
}

/// Faults of updates on their way to a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UpdateFault {
    /// It is sent twice.
    Doubled,
    /// It is accepted but its answer is lost, so it is sent again.
    LostAnswer,
    /// It is never sent.
    Lost,
}

#[derive(Debug)]
struct Rule {
    /// `POST /messages`; `*` matches any.
    call: String,
    left: Option<usize>,
    fault: Fault,
}

/// The thread-safe set of faults, applied in the order in which they were added.
#[derive(Default)]
pub struct Faults {
    rules: Mutex<Vec<Rule>>,
    updates: Mutex<Vec<(usize, UpdateFault)>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Faults {
    pub(crate) fn add(&self, call: &str, left: Option<usize>, fault: Fault) {
        locked(&self.rules).push(Rule { call: call.to_owned(), left, fault });
    }

    /// Applies the fault to the next `count` calls of this kind, e.g. `POST /messages` (`*` is any).
    pub fn next(&self, call: &str, count: usize, fault: Fault) {
        self.add(call, Some(count), fault);
    }

    /// Applies the fault to every call of this kind until [`Faults::clear`].
    pub fn until_cleared(&self, call: &str, fault: Fault) {
        self.add(call, None, fault);
    }

    /// Applies the fault to the next `count` updates sent to webhooks.
    pub fn next_updates(&self, count: usize, fault: UpdateFault) {
        locked(&self.updates).push((count, fault));
    }

    /// Removes all faults.
    pub fn clear(&self) {
        locked(&self.rules).clear();
        locked(&self.updates).clear();
    }

    /// The number of active faults; 0 once every counted one was used up.
    pub fn left(&self) -> usize {
        locked(&self.rules).len() + locked(&self.updates).len()
    }

    /// Describes the active faults, a line each.
    pub fn describe(&self) -> Vec<String> {
        let times = |left: Option<usize>| left.map_or_else(String::new, |left| format!(" × {left}"));
        let rules = locked(&self.rules);
        let calls = rules.iter().map(|one| format!("{}: {:?}{}", one.call, one.fault, times(one.left)));
        let updates = locked(&self.updates);
        let updates = updates.iter().map(|(left, fault)| format!("update: {fault:?} × {left}"));
        calls.chain(updates).collect()
    }

    /// Takes the fault of this call.
    pub(crate) fn take(&self, call: &str) -> Option<Fault> {
        let mut rules = locked(&self.rules);
        let rule = rules.iter_mut().find(|rule| rule.call == "*" || rule.call == call)?;
        rule.left = rule.left.map(|left| left.saturating_sub(1));
        let fault = rule.fault.clone();
        rules.retain(|rule| rule.left != Some(0));
        Some(fault)
    }

    /// Takes the fault of the next update.
    pub(crate) fn take_update(&self) -> Option<UpdateFault> {
        let mut rules = locked(&self.updates);
        let (left, fault) = rules.first_mut()?;
        let fault = *fault;
        *left = left.saturating_sub(1);
        rules.retain(|(left, _)| *left != 0);
        Some(fault)
    }
}
