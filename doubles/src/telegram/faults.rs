//! Fault injection.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Deserialize;
use tokio::sync::watch;

/// Faults of Bot API calls.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// 429 with `retry_after`; the call is not executed.
    TooMany {
        /// Seconds.
        retry_after: i64,
    },
    /// This status with Telegram's JSON; the call is not executed.
    ServerError {
        /// 500 and above.
        code: u16,
    },
    /// This status with a gateway's HTML page; the call is not executed.
    HtmlPage {
        /// Usually 502.
        code: u16,
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
    /// Any answer of Telegram's; the call is not executed.
    Refuse {
        /// Status and `error_code`.
        code: u16,
        /// The whole `description`.
        description: String,
        /// `migrate_to_chat_id`.
        #[serde(default)]
        migrate_to: Option<i64>,
    },
    /// The call is executed when the [`Gate`] of [`Faults::hold`] opens.
    #[doc(hidden)]
    #[serde(skip)]
    Hold(GateSide),
}

/// Faults of updates on their way to a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UpdateFault {
    /// It is sent twice.
    Doubled,
    /// It is accepted but its answer is lost, so it is sent again.
    LostAnswer,
    /// It is sent only after a later update of another chat.
    Late,
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
    /// Lower case; `*` matches any.
    method: String,
    chat: Option<i64>,
    left: Option<usize>,
    fault: Fault,
}

/// The thread-safe set of faults, applied in the order in which they were added.
#[derive(Default)]
pub struct Faults {
    rules: Mutex<Vec<Rule>>,
    updates: Mutex<Vec<(Option<usize>, UpdateFault)>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Faults {
    pub(crate) fn add(&self, method: &str, chat: Option<i64>, left: Option<usize>, fault: Fault) {
        locked(&self.rules).push(Rule { method: method.to_ascii_lowercase(), chat, left, fault });
    }

    /// Applies the fault to the next `count` calls of this method (`*` is any).
    pub fn next(&self, method: &str, count: usize, fault: Fault) {
        self.add(method, None, Some(count), fault);
    }

    /// Applies the fault to the next `count` calls of this method for this `chat_id`.
    pub fn next_in(&self, chat: i64, method: &str, count: usize, fault: Fault) {
        self.add(method, Some(chat), Some(count), fault);
    }

    /// Applies the fault to every call of this method until [`Faults::clear`].
    pub fn until_cleared(&self, method: &str, fault: Fault) {
        self.add(method, None, None, fault);
    }

    /// Blocks every call of this method until the returned gate is opened or dropped.
    pub fn hold(&self, method: &str) -> Gate {
        let open = watch::Sender::new(false);
        let waiting = watch::Sender::new(0);
        let gate = Gate { open: open.clone(), waiting: waiting.subscribe() };
        self.add(method, None, None, Fault::Hold(GateSide { open: open.subscribe(), waiting }));
        gate
    }

    /// Applies the fault to the next `count` updates sent to webhooks.
    pub fn next_updates(&self, count: usize, fault: UpdateFault) {
        locked(&self.updates).push((Some(count), fault));
    }

    /// Applies the fault to every update sent to a webhook until [`Faults::clear`].
    pub fn updates_until_cleared(&self, fault: UpdateFault) {
        locked(&self.updates).push((None, fault));
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
        let name = |fault: &Fault| match fault {
            Fault::Hold(_) => "Hold".to_owned(),
            other => format!("{other:?}"),
        };
        let chat = |chat: Option<i64>| chat.map_or_else(String::new, |id| format!(" ({id})"));
        let rules = locked(&self.rules);
        let calls = rules
            .iter()
            .map(|one| format!("{}{}: {}{}", one.method, chat(one.chat), name(&one.fault), times(one.left)));
        let updates = locked(&self.updates);
        let updates = updates.iter().map(|(left, fault)| format!("update: {fault:?}{}", times(*left)));
        calls.chain(updates).collect()
    }

    /// Takes the faults of this call: every matching delay or gate, and the first other fault.
    pub(crate) fn take(&self, method: &str, chat: Option<i64>) -> Vec<Fault> {
        let method = method.to_ascii_lowercase();
        let mut rules = locked(&self.rules);
        let mut met: Vec<Fault> = Vec::new();
        let mut broken = false;
        for rule in rules.iter_mut() {
            let waits = matches!(rule.fault, Fault::Slow { .. } | Fault::Hold(_));
            let is_meant = rule.method == "*" || rule.method == method;
            if !is_meant || (rule.chat.is_some() && rule.chat != chat) || (!waits && broken) {
                continue;
            }
            broken |= !waits;
            met.push(rule.fault.clone());
            rule.left = rule.left.map(|left| left.saturating_sub(1));
        }
        rules.retain(|rule| rule.left != Some(0));
        met
    }

    /// Takes the fault of the next update.
    pub(crate) fn take_update(&self) -> Option<UpdateFault> {
        let mut rules = locked(&self.updates);
        let (left, fault) = rules.first_mut()?;
        let fault = *fault;
        *left = left.map(|left| left.saturating_sub(1));
        rules.retain(|(left, _)| *left != Some(0));
        Some(fault)
    }
}
