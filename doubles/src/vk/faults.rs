//! Fault injection.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Deserialize;

/// Faults of API calls and uploads.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// Any error of VK's (HTTP 200); the call is not executed.
    Refuse {
        /// `error_code`.
        code: i64,
        /// `error_msg`; VK's own words if empty.
        #[serde(default)]
        text: String,
    },
    /// This HTTP status with a gateway's HTML page; the call is not executed.
    HtmlPage {
        /// Usually 502.
        status: u16,
    },
    /// The call is executed after a delay.
    Slow {
        /// Milliseconds of the machine's clock.
        millis: u64,
    },
    /// The connection is dropped without an answer; the call is not executed.
    ResetBefore,
    /// The call is executed, then the connection is dropped without an answer.
    ResetAfter,
}

/// Faults of events on their way to callback servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventFault {
    /// It is sent twice.
    Doubled,
    /// It is accepted but its answer is lost, so it is sent again.
    LostAnswer,
    /// It is never sent.
    Lost,
}

#[derive(Debug)]
struct Rule {
    /// `*` matches any; `upload` is any upload.
    method: String,
    left: Option<usize>,
    fault: Fault,
}

/// The thread-safe set of faults, applied in the order in which they were added.
#[derive(Default)]
pub struct Faults {
    rules: Mutex<Vec<Rule>>,
    events: Mutex<Vec<(Option<usize>, EventFault)>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Faults {
    pub(crate) fn add(&self, method: &str, left: Option<usize>, fault: Fault) {
        locked(&self.rules).push(Rule { method: method.to_owned(), left, fault });
    }

    /// Applies the fault to the next `count` calls of this method (`*` is any, `upload` any upload).
    pub fn next(&self, method: &str, count: usize, fault: Fault) {
        self.add(method, Some(count), fault);
    }

    /// Applies the fault to every call of this method until [`Faults::clear`].
    pub fn until_cleared(&self, method: &str, fault: Fault) {
        self.add(method, None, fault);
    }

    /// Refuses the next call of this method with this code.
    pub fn refuse(&self, method: &str, code: i64) {
        self.next(method, 1, Fault::Refuse { code, text: String::new() });
    }

    /// Applies the fault to the next events sent to callback servers: `count` of them, or all until [`Faults::clear`].
    pub fn next_events(&self, count: Option<usize>, fault: EventFault) {
        locked(&self.events).push((count, fault));
    }

    /// Removes all faults.
    pub fn clear(&self) {
        locked(&self.rules).clear();
        locked(&self.events).clear();
    }

    /// Describes the active faults, a line each.
    pub fn describe(&self) -> Vec<String> {
        let times = |left: Option<usize>| left.map_or_else(String::new, |left| format!(" × {left}"));
        let rules = locked(&self.rules);
        let calls = rules.iter().map(|one| format!("{}: {:?}{}", one.method, one.fault, times(one.left)));
        let events = locked(&self.events);
        let events = events.iter().map(|(left, fault)| format!("event: {fault:?}{}", times(*left)));
        calls.chain(events).collect()
    }

    /// Takes the faults of this call: every matching delay, and the first other fault.
    pub(crate) fn take(&self, method: &str) -> Vec<Fault> {
        let mut rules = locked(&self.rules);
        let (mut met, mut broken) = (Vec::new(), false);
        for rule in rules.iter_mut() {
            let waits = matches!(rule.fault, Fault::Slow { .. });
            let is_meant = rule.method == "*" || rule.method == method;
            if !is_meant || (!waits && broken) {
                continue;
            }
            broken |= !waits;
            met.push(rule.fault.clone());
            rule.left = rule.left.map(|left| left.saturating_sub(1));
        }
        rules.retain(|rule| rule.left != Some(0));
        met
    }

    /// Takes the fault of the next event.
    pub(crate) fn take_event(&self) -> Option<EventFault> {
        let mut rules = locked(&self.events);
        let (left, fault) = rules.first_mut()?;
        let fault = *fault;
        *left = left.map(|left| left.saturating_sub(1));
        rules.retain(|(left, _)| *left != Some(0));
        Some(fault)
    }
}
