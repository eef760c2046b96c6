//! Fault injection.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Deserialize;
use tokio::sync::watch;

/// Faults of Graph calls.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// A Graph error; the call is not executed.
    Refuse {
        /// HTTP status.
        status: u16,
        /// `error.code`.
        code: i64,
        /// `error.error_subcode`.
        #[serde(default)]
        subcode: Option<i64>,
        /// `error.message`.
        message: String,
    },
    /// This status with a gateway's HTML page; the call is not executed.
    HtmlPage {
        /// Usually 502.
        status: u16,
    },
    /// The connection is dropped without an answer; the call is not executed.
    ResetBefore,
    /// The call is executed, then the connection is dropped without an answer.
    ResetAfter,
    /// The call is executed when the [`Gate`] of [`Faults::hold`] opens.
    #[doc(hidden)]
    #[serde(skip)]
    Hold(GateSide),
}

/// Faults of events on their way to a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HookFault {
    /// It is sent twice.
    Doubled,
    /// It is accepted but its answer is lost, so it is sent again.
    LostAnswer,
    /// Its signature is wrong, and it is not repeated.
    Forged,
    /// It is never sent.
    Lost,
}

/// The server's side of a [`Gate`].
#[derive(Clone, Debug)]
pub struct GateSide {
    open: watch::Receiver<bool>,
    waiting: watch::Sender<usize>,
}

impl GateSide {
    pub(crate) async fn pass(&self) {
        let mut open = self.open.clone();
        self.waiting.send_modify(|count| *count += 1);
        // An error means that the gate was dropped, which opens it too.
        let _opened = open.wait_for(|open| *open).await;
        self.waiting.send_modify(|count| *count -= 1);
    }
}

/// Blocks calls until it is opened or dropped, so that tests can control concurrency.
#[derive(Debug)]
pub struct Gate {
    open: watch::Sender<bool>,
    waiting: watch::Receiver<usize>,
}

impl Gate {
    /// Returns once at least `count` calls are waiting.
    pub async fn until_waiting(&self, count: usize) {
        let mut waiting = self.waiting.clone();
        let _reached = waiting.wait_for(|now| *now >= count).await;
    }

    /// Releases all calls, including later ones.
    pub fn open(self) {
        self.open.send_replace(true);
    }
}

#[derive(Debug)]
struct Rule {
    /// The last part of the path; `*` matches any.
    edge: String,
    left: Option<usize>,
    fault: Fault,
}

/// The thread-safe set of faults, applied in the order in which they were added.
#[derive(Default)]
pub struct Faults {
    rules: Mutex<Vec<Rule>>,
    hooks: Mutex<Vec<(Option<usize>, HookFault)>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Faults {
    pub(crate) fn add(&self, edge: &str, left: Option<usize>, fault: Fault) {
        locked(&self.rules).push(Rule { edge: edge.to_owned(), left, fault });
    }

    /// Applies the fault to the next `count` calls of this edge: `messages`, `subscribed_apps`, …; `*` is any.
    pub fn next(&self, edge: &str, count: usize, fault: Fault) {
        self.add(edge, Some(count), fault);
    }

    /// Applies the fault to every call of this edge until [`Faults::clear`].
    pub fn until_cleared(&self, edge: &str, fault: Fault) {
        self.add(edge, None, fault);
    }

    /// Blocks every call of this edge until the returned gate is opened or dropped.
    pub fn hold(&self, edge: &str) -> Gate {
        let open = watch::Sender::new(false);
        let waiting = watch::Sender::new(0);
        let gate = Gate { open: open.clone(), waiting: waiting.subscribe() };
        self.add(edge, None, Fault::Hold(GateSide { open: open.subscribe(), waiting }));
        gate
    }

    /// Applies the fault to the next `count` bodies sent to webhooks.
    pub fn next_hooks(&self, count: usize, fault: HookFault) {
        self.add_hook(Some(count), fault);
    }

    pub(crate) fn add_hook(&self, left: Option<usize>, fault: HookFault) {
        locked(&self.hooks).push((left, fault));
    }

    /// Removes all faults.
    pub fn clear(&self) {
        locked(&self.rules).clear();
        locked(&self.hooks).clear();
    }

    /// The number of active faults; 0 once every counted one was used up.
    pub fn left(&self) -> usize {
        locked(&self.rules).len() + locked(&self.hooks).len()
    }

    /// Describes the active faults, a line each.
    pub fn describe(&self) -> Vec<String> {
        let times = |left: Option<usize>| left.map_or_else(String::new, |left| format!(" × {left}"));
        let name = |fault: &Fault| match fault {
            Fault::Hold(_) => "Hold".to_owned(),
            other => format!("{other:?}"),
        };
        let rules = locked(&self.rules);
        let calls = rules.iter().map(|one| format!("{}: {}{}", one.edge, name(&one.fault), times(one.left)));
        let hooks = locked(&self.hooks);
        calls.chain(hooks.iter().map(|(left, fault)| format!("webhook: {fault:?}{}", times(*left)))).collect()
    }

    /// Takes the faults of this call: every matching gate, and the first other fault.
    pub(crate) fn take(&self, edge: &str) -> Vec<Fault> {
        let mut rules = locked(&self.rules);
        let mut met: Vec<Fault> = Vec::new();
        let mut broken = false;
        for rule in rules.iter_mut() {
            let waits = matches!(rule.fault, Fault::Hold(_));
            let is_meant = rule.edge == "*" || rule.edge == edge;
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

    /// Takes the fault of the next body.
    pub(crate) fn take_hook(&self) -> Option<HookFault> {
        let mut rules = locked(&self.hooks);
        let (left, fault) = rules.first_mut()?;
        let fault = *fault;
        *left = left.map(|left| left.saturating_sub(1));
        rules.retain(|(left, _)| *left != Some(0));
        Some(fault)
    }
}
