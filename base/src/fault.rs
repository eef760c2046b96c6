//! Named points at which a test injects failures: process kills (`abort`), errors (`error`) and panics (`panic`).
//!
//! Without the cargo feature `faults` a [`Faults`] is empty and [`Faults::hit`] compiles to nothing. With it the plan comes from
//! `PAROM_FAULTS="accept.before_commit=abort,deliver.after_call=error:3"` or, in process, from [`Faults::planned`]. It is handed
//! over, not in a global. [`DEFECTS`] are bugs that can be switched on to prove that the checkers of the test suite detect them.

use crate::clock::Clock;

#[cfg(feature = "faults")]
pub use hold::HeldPoint;

/// Every fault point; other names are rejected.
pub const POINTS: &[&str] = &[
    "accept.before_commit",
    "accept.after_commit",
    "slots.reserve",
    "claim.after_commit",
    "deliver.before_call",
    "deliver.after_call",
    "settle.before_commit",
    "settle.after_commit",
    "media.before_commit",
    "media.after_commit",
    "import.before_commit",
    "takeover.before_commit",
    "takeover.after_commit",
    "token.before_commit",
    "token.refused",
    "token.marked",
    "hook.before_store",
    "drain.after_commit",
    "spool.sync",
    "rotate.marked",
    "rotate.offered",
    "rotate.on_top",
    "rotate.before_commit",
    "rotate.after_commit",
    "rotate.resealed",
    "rotate.kept",
    "rotate.dropped",
    "route.decided",
    "route.lead_made",
    "route.before_step",
    "salesbot.sent",
    "salesbot.before_continue",
    "sale.stored",
    "sale.sent",
];

/// Bugs that can be switched on ([`Faults::errs`]); each breaks one promise of `docs/reliability.md`.
pub const DEFECTS: &[&str] = &[
    // A letter is marked as delivered without being sent.
    "defect.lose_a_letter",
    // The caller is answered before the commit.
    "defect.answer_before_commit",
    // Duplicates are looked up first and the insert follows, without a unique key to rely on.
    "defect.look_before_insert",
    // A letter waiting for a retry lets later letters of its lane pass.
    "defect.leave_the_lane",
    // A lost lease can still settle its letters.
    "defect.forget_the_epoch",
    // The cache of sources uses one key for all accounts.
    "defect.mix_accounts",
    // A webhook's secret is written to the log.
    "defect.log_a_secret",
    // Statuses are sent to amoCRM in arrival order, so they can go backwards.
    "defect.lower_a_status",
    // Deliveries are not counted.
    "defect.miscount",
];

/// The error of a planned `error`: handle it as a failure of that step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("injected fault at {0}")]
pub struct Injected(pub &'static str);

/// The clock of a process: the machine's. A build with fault points is as many milliseconds ahead of it as
/// `PAROM_CLOCK_AHEAD` says, so that a test of processes need not wait for what comes later.
pub fn clock() -> Clock {
    let ahead = cfg!(feature = "faults").then(|| crate::config::variable("PAROM_CLOCK_AHEAD")?.parse().ok());
    ahead.flatten().map_or_else(Clock::system, Clock::skewed)
}

/// The plan cannot be parsed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "PAROM_FAULTS: {part:?} is not NAME=abort, NAME=panic, NAME=panic:TIMES, NAME=error, NAME=error:TIMES or NAME=every:COUNT with a name of fault::POINTS or fault::DEFECTS"
)]
pub struct BadPlan {
    part: String,
}

/// The fault plan of a process; clones share the counters.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    #[cfg(feature = "faults")]
    shared: std::sync::Arc<FaultState>,
}

#[cfg(feature = "faults")]
#[derive(Debug, Default)]
struct FaultState {
    /// Whether the plan may be non-empty: keeps fault points free while nothing is planned.
    armed: std::sync::atomic::AtomicBool,
    holds: hold::HeldPoints,
    plan: std::sync::Mutex<std::collections::BTreeMap<String, Effect>>,
}

#[cfg(feature = "faults")]
#[derive(Clone, Copy, Debug)]
enum Effect {
    Abort,
    Panic {
        times: u32,
    },
    Error {
        times: u32,
    },
    /// An error on every `count`-th call.
    Every {
        count: u32,
        passed: u32,
    },
}

#[cfg(not(feature = "faults"))]
impl Faults {
    /// Always empty in this build; warns if a plan was given.
    pub fn from_environment() -> Result<Self, BadPlan> {
        if crate::config::variable("PAROM_FAULTS").is_some() {
            tracing::warn!("PAROM_FAULTS is set, but this build has no fault points (cargo feature `faults`)");
        }
        Ok(Self::default())
    }

    /// Does nothing in this build.
    #[inline(always)]
    pub fn hit(&self, _name: &'static str) -> Result<(), Injected> {
        Ok(())
    }

    /// Never waits in this build.
    #[inline(always)]
    pub async fn pass(&self, _name: &'static str) {}

    /// Always false in this build.
    #[inline(always)]
    pub fn errs(&self, _name: &'static str) -> bool {
        false
    }
}

#[cfg(feature = "faults")]
impl Faults {
    /// The plan in `PAROM_FAULTS`, empty if unset.
    pub fn from_environment() -> Result<Self, BadPlan> {
        crate::config::variable("PAROM_FAULTS").map_or_else(|| Ok(Self::default()), |plan| Self::planned(&plan))
    }

    /// Parses `NAME=abort|panic[:TIMES]|error[:TIMES]|every:COUNT`, separated by commas.
    pub fn planned(text: &str) -> Result<Self, BadPlan> {
        let faults = Self::default();
        faults.add(text)?;
        Ok(faults)
    }

    /// Adds to the plan at run time; same syntax as [`Faults::planned`].
    pub fn add(&self, text: &str) -> Result<(), BadPlan> {
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (name, effect) = read(part).ok_or_else(|| BadPlan { part: part.to_owned() })?;
            self.lock().insert(name.to_owned(), effect);
            self.shared.armed.store(true, std::sync::atomic::Ordering::SeqCst);
        }
        Ok(())
    }

    /// Removes all planned faults; defects stay on.
    pub fn clear(&self) {
        self.lock().retain(|name, _| DEFECTS.contains(&name.as_str()));
    }

    /// Whether a fault is still planned at this point.
    pub fn is_planned(&self, name: &str) -> bool {
        let over = |effect: &Effect| matches!(effect, Effect::Panic { times: 0 } | Effect::Error { times: 0 });
        self.lock().get(name).is_some_and(|effect| !over(effect))
    }

    /// Fails here if planned. `error:N` and `panic:N` fail the first N times, without N every time.
    pub fn hit(&self, name: &'static str) -> Result<(), Injected> {
        debug_assert!(known(name), "{name} is not in fault::POINTS or fault::DEFECTS");
        if !self.shared.armed.load(std::sync::atomic::Ordering::Relaxed) {
            return Ok(());
        }
        let Some(effect) = self.lock().get_mut(name).and_then(Effect::take) else { return Ok(()) };
        match effect {
            Effect::Abort => std::process::abort(),
            // Skips the panic hook: traces of planned panics would bury those of real ones.
            Effect::Panic { .. } => std::panic::resume_unwind(Box::new(format!("injected fault at {name}"))),
            Effect::Error { .. } | Effect::Every { .. } => Err(Injected(name)),
        }
    }

    /// Blocks every caller that [passes](Faults::pass) this point until the result is released or dropped.
    pub fn hold(&self, name: &'static str) -> HeldPoint {
        debug_assert!(known(name), "{name} is not in fault::POINTS");
        self.shared.holds.hold(name)
    }

    /// Waits here while a test holds this point.
    pub async fn pass(&self, name: &'static str) {
        debug_assert!(known(name), "{name} is not in fault::POINTS");
        self.shared.holds.pass(name).await;
    }

    /// Whether the defect of this name is on.
    pub fn errs(&self, name: &'static str) -> bool {
        self.hit(name).is_err()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, std::collections::BTreeMap<String, Effect>> {
        self.shared.plan.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(feature = "faults")]
impl Effect {
    /// The effect of this call, if any; counts the call.
    fn take(&mut self) -> Option<Self> {
        match self {
            Self::Abort => {}
            Self::Panic { times } | Self::Error { times } => {
                *times = match *times {
                    0 => return None,
                    u32::MAX => u32::MAX,
                    more => more - 1,
                };
            }
            Self::Every { count, passed } => {
                *passed += 1;
                if *passed < *count {
                    return None;
                }
                *passed = 0;
            }
        }
        Some(*self)
    }
}

#[cfg(feature = "faults")]
fn known(name: &str) -> bool {
    POINTS.contains(&name) || DEFECTS.contains(&name)
}

#[cfg(feature = "faults")]
fn read(part: &str) -> Option<(&str, Effect)> {
    let (name, effect) = part.split_once('=')?;
    if !known(name) {
        return None;
    }
    let effect = match effect.split_once(':') {
        None if effect == "abort" => Effect::Abort,
        None if effect == "panic" => Effect::Panic { times: u32::MAX },
        None if effect == "error" => Effect::Error { times: u32::MAX },
        Some(("panic", times)) => Effect::Panic { times: times.parse().ok()? },
        Some(("error", times)) => Effect::Error { times: times.parse().ok()? },
        Some(("every", count)) => Effect::Every { count: count.parse().ok()?, passed: 0 },
        _ => return None,
    };
    Some((name, effect))
}

/// Points at which a test can block the program, to control concurrency.
#[cfg(feature = "faults")]
mod hold {
    use std::collections::BTreeMap;
    use std::sync::{Mutex, PoisonError};

    use tokio::sync::watch;

    #[derive(Clone, Debug)]
    struct Gate {
        open: watch::Receiver<bool>,
        waiting: watch::Sender<usize>,
    }

    /// The points that are blocked now.
    #[derive(Debug, Default)]
    pub(super) struct HeldPoints(Mutex<BTreeMap<&'static str, Gate>>);

    /// A blocked point. Dropping it releases it.
    #[derive(Debug)]
    pub struct HeldPoint {
        open: watch::Sender<bool>,
        waiting: watch::Receiver<usize>,
    }

    impl HeldPoints {
        pub fn hold(&self, name: &'static str) -> HeldPoint {
            let (open, waiting) = (watch::Sender::new(false), watch::Sender::new(0));
            let held = HeldPoint { open: open.clone(), waiting: waiting.subscribe() };
            let gate = Gate { open: open.subscribe(), waiting };
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name, gate);
            held
        }

        pub async fn pass(&self, name: &'static str) {
            let gate = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
            let Some(mut gate) = gate else { return };
            gate.waiting.send_modify(|count| *count += 1);
            // An error means that the other half was dropped, which releases it too.
            let _ = gate.open.wait_for(|open| *open).await;
        }
    }

    impl HeldPoint {
        /// Returns once a caller has reached the point.
        pub async fn reached(&self) {
            let _ = self.waiting.clone().wait_for(|count| *count > 0).await;
        }

        /// Lets all callers pass, including later ones.
        pub fn release(&self) {
            self.open.send_replace(true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "faults")]
    #[test]
    fn defects_come_every_so_often_and_are_not_cleared() {
        let faults = Faults::planned("defect.lose_a_letter=every:3").unwrap();
        faults.clear();
        let errs: Vec<bool> = (0..6).map(|_| faults.errs("defect.lose_a_letter")).collect();
        assert_eq!(errs, [false, false, true, false, false, true]);
        assert!(!faults.errs("defect.mix_accounts"));
    }

    #[cfg(feature = "faults")]
    #[test]
    fn a_plan_that_cannot_be_read_is_refused() {
        for plan in [
            "accept",
            "nowhere=abort",
            "deliver.after_call=stop",
            "deliver.after_call=error:x",
            "deliver.after_call=abort:2",
        ] {
            assert!(Faults::planned(plan).unwrap_err().to_string().contains(plan), "{plan}");
        }
    }
}
