//! Fault injection.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Deserialize;
use tokio::sync::watch;

/// Faults of Graph calls.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// A documented error with its usual status, title and details; the call is not executed.
    Error {
        /// Such as 130429.
        code: i64,
    },
    /// Any error of Meta's; the call is not executed.
    Refuse {
        /// HTTP status.
        status: u16,
        /// `code`.
        code: i64,
        /// The whole `message`.
        message: String,
        /// `error_subcode`.
        #[serde(default)]
        subcode: Option<i64>,
        /// `error_data.details`.
        #[serde(default)]
        details: Option<String>,
    },
    /// This status with a gateway's HTML page; the call is not executed.
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
    /// The call is executed, and its answer leaves only after every due webhook was delivered: statuses overtake it.
    AnswerLast,
    /// The call is executed when the [`Gate`] of [`Faults::hold`] opens.
    #[doc(hidden)]
    #[serde(skip)]
    Hold(GateSide),
}

/// Faults of webhooks on their way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookFault {
    /// It is sent twice.
    Doubled,
    /// It is accepted but its answer is lost, so it is sent again.
    LostAnswer,
    /// It is sent only after a later webhook was accepted.
    Late,
    /// It is never sent.
    Lost,
    /// It carries a signature made with another secret.
    Forged,
    /// It carries no signature.
    Unsigned,
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
    /// `*` matches any.
    operation: String,
    to: Option<String>,
    left: Option<usize>,
    fault: Fault,
}

/// The thread-safe set of faults, applied in the order in which they were added. A call is named by its operation:
/// `messages`, `read`, `media`, `media_url`, `media_download`, `message_templates`, `template`, `phone`, `waba`,
/// `phone_numbers`, `subscribed_apps`, `subscriptions`, `register`, `deregister`, `access_token`, `debug_token`,
/// `uploads`, `smb_app_data`, …: the last word of its path, or what the id at the end is.
#[derive(Default)]
pub struct Faults {
    rules: Mutex<Vec<Rule>>,
    webhooks: Mutex<Vec<(Option<usize>, WebhookFault)>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Faults {
    pub(crate) fn add(&self, operation: &str, to: Option<String>, left: Option<usize>, fault: Fault) {
        locked(&self.rules).push(Rule { operation: operation.to_owned(), to, left, fault });
    }

    /// Applies the fault to the next `count` calls of this operation (`*` is any).
    pub fn next(&self, operation: &str, count: usize, fault: Fault) {
        self.add(operation, None, Some(count), fault);
    }

    /// Applies the fault to the next `count` messages with this `to` or `recipient`.
    pub fn next_to(&self, to: &str, count: usize, fault: Fault) {
        self.add("messages", Some(to.to_owned()), Some(count), fault);
    }

    /// Applies the fault to every call of this operation until [`Faults::clear`].
    pub fn until_cleared(&self, operation: &str, fault: Fault) {
        self.add(operation, None, None, fault);
    }

    /// Blocks every call of this operation until the returned gate is opened or dropped.
    pub fn hold(&self, operation: &str) -> Gate {
        let open = watch::Sender::new(false);
        let waiting = watch::Sender::new(0);
        let gate = Gate { open: open.clone(), waiting: waiting.subscribe() };
        self.add(operation, None, None, Fault::Hold(GateSide { open: open.subscribe(), waiting }));
        gate
    }

    /// Applies the fault to the next `count` webhooks.
    pub fn next_webhooks(&self, count: usize, fault: WebhookFault) {
        locked(&self.webhooks).push((Some(count), fault));
    }

    /// Applies the fault to every webhook until [`Faults::clear`].
    pub fn webhooks_until_cleared(&self, fault: WebhookFault) {
        locked(&self.webhooks).push((None, fault));
    }

    /// Removes all faults.
    pub fn clear(&self) {
        locked(&self.rules).clear();
        locked(&self.webhooks).clear();
    }

    /// The number of active faults; 0 once every counted one was used up.
    pub fn left(&self) -> usize {
        locked(&self.rules).len() + locked(&self.webhooks).len()
    }

    /// Describes the active faults, a line each.
    pub fn describe(&self) -> Vec<String> {
        let times = |left: Option<usize>| left.map_or_else(String::new, |left| format!(" × {left}"));
        let name = |fault: &Fault| match fault {
            Fault::Hold(_) => "Hold".to_owned(),
            other => format!("{other:?}"),
        };
        let to = |to: &Option<String>| to.as_ref().map_or_else(String::new, |to| format!(" ({to})"));
        let rules = locked(&self.rules);
        let calls = rules
            .iter()
            .map(|one| format!("{}{}: {}{}", one.operation, to(&one.to), name(&one.fault), times(one.left)));
        let webhooks = locked(&self.webhooks);
        let webhooks = webhooks.iter().map(|(left, fault)| format!("webhook: {fault:?}{}", times(*left)));
        calls.chain(webhooks).collect()
    }

    /// Takes the faults of this call: every matching delay, gate or late answer, and the first other fault.
    pub(crate) fn take(&self, operation: &str, to: Option<&str>) -> Vec<Fault> {
        let mut rules = locked(&self.rules);
        let mut met: Vec<Fault> = Vec::new();
        let mut broken = false;
        for rule in rules.iter_mut() {
            let waits = matches!(rule.fault, Fault::Slow { .. } | Fault::Hold(_) | Fault::AnswerLast);
            let is_meant = rule.operation == "*" || rule.operation == operation;
            if !is_meant || (rule.to.is_some() && rule.to.as_deref() != to) || (!waits && broken) {
                continue;
            }
            broken |= !waits;
            met.push(rule.fault.clone());
            rule.left = rule.left.map(|left| left.saturating_sub(1));
        }
        rules.retain(|rule| rule.left != Some(0));
        met
    }

    /// Takes the fault of the next webhook.
    pub(crate) fn take_webhook(&self) -> Option<WebhookFault> {
        let mut rules = locked(&self.webhooks);
        let (left, fault) = rules.first_mut()?;
        let fault = *fault;
        *left = left.map(|left| left.saturating_sub(1));
        rules.retain(|(left, _)| *left != Some(0));
        Some(fault)
    }
}
