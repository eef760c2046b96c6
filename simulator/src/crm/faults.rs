//! Fault injection.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::watch;

use crate::crm::hook_faults::{HookFault, HookFaults, HookKind};

/// The requests that a fault affects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// `POST /v2/origin/custom/{scope_id}`: messages and edits.
    Message,
    /// `POST …/{scope_id}/chats`.
    CreateChat,
    /// `GET …/chats/{id}/history`.
    History,
    /// `POST …/{message}/delivery_status`.
    Status,
    /// `POST …/{channel_id}/connect`.
    Connect,
    /// `DELETE …/{channel_id}/disconnect`.
    Disconnect,
    /// `POST …/{scope_id}/typing`.
    Typing,
    /// `POST …/{scope_id}/react`.
    Reaction,
    /// `/oauth2/access_token` and the look-up of a renamed account.
    Token,
    /// Everything under `/api/v4`.
    Rest,
}

impl Part {
    /// All of them.
    pub(crate) const ALL: [Self; 10] = [
        Self::Message,
        Self::CreateChat,
        Self::History,
        Self::Status,
        Self::Connect,
        Self::Disconnect,
        Self::Typing,
        Self::Reaction,
        Self::Token,
        Self::Rest,
    ];
}

/// Kinds of faults.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Processing starts only after this time.
    Delay(Duration),
    /// The request is processed at once, its answer is sent after this time.
    DelayAnswer(Duration),
    /// amoCRM's own answer with this status, and nothing is processed; `retry_after` (seconds) becomes a `Retry-After`
    /// header.
    Status {
        /// HTTP status to answer with.
        code: u16,
        /// Seconds for the `Retry-After` header.
        retry_after: Option<u64>,
    },
    /// Status 200 with an HTML page, as gateways send; nothing is processed.
    Html200,
    /// An HTML page with this status, as gateways and amoCRM's protection send; nothing is processed.
    Page(u16),
    /// The connection is dropped without an answer; nothing is processed.
    Reset,
    /// The request is processed, then the connection is dropped without an answer.
    LostAnswer,
    /// The request is processed, the answer breaks off in the middle of its body.
    HalfBody,
    /// Processing starts only when the [`Gate`] of [`Faults::hold`] opens.
    #[doc(hidden)]
    Hold(GateSide),
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

/// Blocks requests until it is opened or dropped, so that tests can control concurrency.
#[derive(Debug)]
pub struct Gate {
    open: watch::Sender<bool>,
    waiting: watch::Receiver<usize>,
}

impl Gate {
    /// Returns once at least `count` requests are waiting.
    pub async fn until_waiting(&self, count: usize) {
        let mut waiting = self.waiting.clone();
        let _reached = waiting.wait_for(|now| *now >= count).await;
    }

    /// Releases all requests, including later ones.
    pub fn open(self) {
        self.open.send_replace(true);
    }
}

#[derive(Debug)]
struct Rule {
    part: Part,
    needle: Option<String>,
    left: Option<usize>,
    fault: Fault,
}

/// The thread-safe set of a sandbox's faults, applied in the order in which they were added.
#[derive(Default)]
pub struct Faults {
    rules: Mutex<Vec<Rule>>,
    pub(crate) hooks: HookFaults,
}

impl Faults {
    fn rules(&self) -> MutexGuard<'_, Vec<Rule>> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, part: Part, needle: Option<&str>, left: Option<usize>, fault: Fault) {
        self.rules().push(Rule { part, needle: needle.map(str::to_owned), left, fault });
    }

    /// Applies the fault to the next `count` requests of this part.
    pub fn next(&self, part: Part, count: usize, fault: Fault) {
        self.add(part, None, Some(count), fault);
    }

    /// Applies the fault to the next `count` requests of this part whose body contains `needle`.
    pub fn next_with(&self, part: Part, needle: &str, count: usize, fault: Fault) {
        self.add(part, Some(needle), Some(count), fault);
    }

    /// Applies the fault to every request of this part until [`Faults::clear`] or [`Faults::clear_part`].
    pub fn until_cleared(&self, part: Part, fault: Fault) {
        self.add(part, None, None, fault);
    }

    /// Applies the fault to every request of this part whose body contains `needle` until it is cleared.
    pub fn until_cleared_with(&self, part: Part, needle: &str, fault: Fault) {
        self.add(part, Some(needle), None, fault);
    }

    /// Blocks every request of this part until the returned gate is opened or dropped.
    pub fn hold(&self, part: Part) -> Gate {
        self.hold_those(part, None)
    }

    /// Blocks every request of this part whose body contains `needle` until the returned gate is opened or dropped.
    pub fn hold_with(&self, part: Part, needle: &str) -> Gate {
        self.hold_those(part, Some(needle))
    }

    fn hold_those(&self, part: Part, needle: Option<&str>) -> Gate {
        let open = watch::Sender::new(false);
        let waiting = watch::Sender::new(0);
        let gate = Gate { open: open.clone(), waiting: waiting.subscribe() };
        let side = GateSide { open: open.subscribe(), waiting };
        self.add(part, needle, None, Fault::Hold(side));
        gate
    }

    /// Applies the fault to the next `count` hooks of this kind.
    pub fn next_hooks(&self, kind: HookKind, count: usize, fault: HookFault) {
        self.hooks.add(kind, Some(count), fault);
    }

    /// Applies the fault to every hook of this kind until [`Faults::clear`].
    pub fn hooks_until_cleared(&self, kind: HookKind, fault: HookFault) {
        self.hooks.add(kind, None, fault);
    }

    /// Removes all faults.
    pub fn clear(&self) {
        self.rules().clear();
        self.hooks.clear();
    }

    /// Removes the faults of one part.
    pub fn clear_part(&self, part: Part) {
        self.rules().retain(|rule| rule.part != part);
    }

    /// The number of active faults; 0 once every counted one was used up.
    pub fn left(&self) -> usize {
        self.rules().len() + self.hooks.left()
    }

    /// Describes the active faults, a line for each with the parts concerned.
    pub fn describe(&self) -> Vec<String> {
        let mut lines: Vec<(String, Vec<Part>)> = Vec::new();
        for rule in self.rules().iter() {
            let name = match (&rule.fault, rule.left) {
                (Fault::Hold(_), _) => "Hold".to_owned(),
                (other, Some(left)) => format!("{other:?} × {left}"),
                (other, None) => format!("{other:?}"),
            };
            match lines.iter_mut().find(|(known, _)| *known == name) {
                Some((_, parts)) => parts.push(rule.part),
                None => lines.push((name, vec![rule.part])),
            }
        }
        let parts = |parts: &[Part]| {
            if Part::ALL.iter().all(|part| parts.contains(part)) {
                return "*".to_owned();
            }
            parts.iter().map(|part| format!("{part:?}")).collect::<Vec<_>>().join(" + ")
        };
        lines.iter().map(|(name, of)| format!("{}: {name}", parts(of))).chain(self.hooks.describe()).collect()
    }

    /// Takes the faults of this request: every matching delay or gate, and the first other fault.
    pub(crate) fn take(&self, part: Part, body: &[u8]) -> Vec<Fault> {
        let mut rules = self.rules();
        let mut met: Vec<Fault> = Vec::new();
        let mut broken = false;
        for rule in rules.iter_mut() {
            let waits = matches!(rule.fault, Fault::Delay(_) | Fault::DelayAnswer(_) | Fault::Hold(_));
            let found = rule.needle.as_ref().is_none_or(|needle| contains(body, needle.as_bytes()));
            if rule.part != part || !found || (!waits && broken) {
                continue;
            }
            broken |= !waits;
            met.push(rule.fault.clone());
            rule.left = rule.left.map(|left| left.saturating_sub(1));
        }
        rules.retain(|rule| rule.left != Some(0));
        met
    }
}

fn contains(body: &[u8], needle: &[u8]) -> bool {
    needle.is_empty() || body.windows(needle.len()).any(|window| window == needle)
}
