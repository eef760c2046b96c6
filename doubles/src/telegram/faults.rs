//! Switches that break Telegram on purpose.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Deserialize;
use tokio::sync::watch;

/// What goes wrong with a call of the Bot API.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// 429 with `retry_after`; nothing is done.
    TooMany {
        /// Seconds.
        retry_after: i64,
    },
    /// This status with Telegram's JSON; nothing is done.
    ServerError {
        /// 500 and above.
        code: u16,
    },
    /// This status with a gateway's page; nothing is done.
    HtmlPage {
        /// 502 as a rule.
        code: u16,
    },
    /// The call is done after so long.
    Slow {
        /// Milliseconds of the machine's clock.
        millis: u64,
    },
    /// The connection is dropped without an answer; nothing is done.
    ResetBefore,
    /// The call is done, then the connection is dropped without an answer.
    ResetAfter,
    /// Any answer of Telegram's; nothing is done.
    Refuse {
        /// Status and `error_code`.
        code: u16,
        /// The whole `description`.
        description: String,
        /// `migrate_to_chat_id`.
        #[serde(default)]
        migrate_to: Option<i64>,
    },
    /// The call is done only when the [`Gate`] of [`Faults::hold`] opens.
    #[doc(hidden)]
    #[serde(skip)]
    Hold(GateSide),
}

/// What goes wrong with an update on its way to a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UpdateFault {
    /// It comes twice.
    Doubled,
    /// It is taken, its answer gets lost: it comes again.
    LostAnswer,
    /// It goes only after an update of another chat that happened later.
    Late,
    /// It never comes.
    Lost,
}

/// Telegram's half of a [`Gate`].
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

/// Holds calls until it is opened or dropped, so that a test can decide what overlaps with what.
#[derive(Debug)]
pub struct Gate {
    open: watch::Sender<bool>,
    waiting: watch::Receiver<usize>,
}

impl Gate {
    /// Returns once at least `count` calls stand before the gate.
    pub async fn until_waiting(&self, count: usize) {
        let mut waiting = self.waiting.clone();
        let _reached = waiting.wait_for(|now| *now >= count).await;
    }

    /// Lets everybody pass, also those who come later.
    pub fn open(self) {
        self.open.send_replace(true);
    }
}

#[derive(Debug)]
struct Rule {
    /// In small letters; `*` is any.
    method: String,
    chat: Option<i64>,
    left: Option<usize>,
    fault: Fault,
}

/// The thread-safe set of switches. Faults are met in the order in which they were switched on.
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

    /// The next `count` calls of this method (`*` is any) meet the fault.
    pub fn next(&self, method: &str, count: usize, fault: Fault) {
        self.add(method, None, Some(count), fault);
    }

    /// The next `count` calls of this method for this `chat_id` meet the fault.
    pub fn next_in(&self, chat: i64, method: &str, count: usize, fault: Fault) {
        self.add(method, Some(chat), Some(count), fault);
    }

    /// Every call of this method meets the fault until [`Faults::clear`].
    pub fn until_cleared(&self, method: &str, fault: Fault) {
        self.add(method, None, None, fault);
    }

    /// Every call of this method waits before it is done until the returned gate is opened or dropped.
    pub fn hold(&self, method: &str) -> Gate {
        let open = watch::Sender::new(false);
        let waiting = watch::Sender::new(0);
        let gate = Gate { open: open.clone(), waiting: waiting.subscribe() };
        self.add(method, None, None, Fault::Hold(GateSide { open: open.subscribe(), waiting }));
        gate
    }

    /// The next `count` updates that leave for a webhook meet the fault.
    pub fn next_updates(&self, count: usize, fault: UpdateFault) {
        locked(&self.updates).push((Some(count), fault));
    }

    /// Every update that leaves for a webhook meets the fault until [`Faults::clear`].
    pub fn updates_until_cleared(&self, fault: UpdateFault) {
        locked(&self.updates).push((None, fault));
    }

    /// Switches everything off.
    pub fn clear(&self) {
        locked(&self.rules).clear();
        locked(&self.updates).clear();
    }

    /// How many switches are still on; 0 once every counted fault was met.
    pub fn left(&self) -> usize {
        locked(&self.rules).len() + locked(&self.updates).len()
    }

    /// What a person should know about the switches, a line each.
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

    /// Takes what this call meets: every delay or gate that matches, and the first other fault.
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

    /// Takes what the next update meets.
    pub(crate) fn take_update(&self) -> Option<UpdateFault> {
        let mut rules = locked(&self.updates);
        let (left, fault) = rules.first_mut()?;
        let fault = *fault;
        *left = left.map(|left| left.saturating_sub(1));
        rules.retain(|(left, _)| *left != Some(0));
        Some(fault)
    }
}
