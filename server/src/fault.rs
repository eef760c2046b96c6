//! Named places at which a test makes the program fail: kill -9 drills (`abort`), refused steps (`error`), panics.
//!
//! Without the cargo feature `faults` a [`Faults`] is empty and [`Faults::hit`] compiles to nothing. With it the plan
//! comes from `PAROM_FAULTS="accept.before_commit=abort,carry.after_call=error:3"` or, in process, from
//! [`Faults::planned`]; there is no global state, `App` carries the plan.
//!
//! Beside the points stand [`DEFECTS`]: mistakes of ours that can be switched on, so that whoever looks for violations
//! can be shown to find them.

#[cfg(feature = "faults")]
mod hold;
#[cfg(feature = "faults")]
pub use hold::Held;

/// Every place that exists; a name outside this list is a mistake.
pub const POINTS: &[&str] = &[
    "accept.before_commit",
    "accept.after_commit",
    "claim.after_commit",
    "carry.before_call",
    "carry.after_call",
    "settle.before_commit",
    "settle.after_commit",
    "media.before_commit",
    "media.after_commit",
    "import.before_commit",
    "token.before_commit",
    "token.refused",
    "token.marked",
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
];

/// Mistakes that can be made on purpose ([`Faults::errs`]); each breaks one promise of `docs/reliability.md`.
pub const DEFECTS: &[&str] = &[
    // A letter is written down as carried and never sent.
    "defect.lose_a_letter",
    // Who asked is answered before the commit.
    "defect.answer_before_commit",
    // What came before is looked up first and inserted afterwards.
    "defect.look_before_insert",
    // A letter that waits for its next try lets the later ones pass.
    "defect.leave_the_lane",
    // A lease that was lost settles all the same.
    "defect.forget_the_epoch",
    // Sources are kept in memory under one key for all.
    "defect.mix_accounts",
    // A webhook's secret is written to the log.
    "defect.log_a_secret",
    // amoCRM is told statuses in the order in which they come.
    "defect.lower_a_status",
    // What is delivered is not counted.
    "defect.miscount",
];

/// The error that a planned `error` gives: treat it as what fails at that place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("injected fault at {0}")]
pub struct Injected(pub &'static str);

/// A plan that cannot be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "PAROM_FAULTS: {part:?} is not NAME=abort, NAME=panic, NAME=panic:TIMES, NAME=error, NAME=error:TIMES or NAME=every:COUNT with a name of fault::POINTS or fault::DEFECTS"
)]
pub struct BadPlan {
    part: String,
}

/// What shall fail, carried by `App`; clones count down together.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    #[cfg(feature = "faults")]
    shared: std::sync::Arc<Shared>,
}

#[cfg(feature = "faults")]
#[derive(Debug, Default)]
struct Shared {
    /// There may be something in the plan: a build with fault points costs nothing while there is none.
    armed: std::sync::atomic::AtomicBool,
    holds: hold::Holds,
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
    /// An error each time `count` calls have passed.
    Every {
        count: u32,
        passed: u32,
    },
}

#[cfg(not(feature = "faults"))]
impl Faults {
    /// Nothing fails in this build; a plan that was given all the same is warned of.
    pub fn from_environment() -> Result<Self, BadPlan> {
        if crate::config::variable("PAROM_FAULTS").is_some() {
            tracing::warn!("PAROM_FAULTS is set, but this build has no fault points (cargo feature `faults`)");
        }
        Ok(Self::default())
    }

    /// Nothing happens in this build.
    #[inline(always)]
    pub fn hit(&self, _name: &'static str) -> Result<(), Injected> {
        Ok(())
    }

    /// Nothing is ever held in this build.
    #[inline(always)]
    pub async fn pass(&self, _name: &'static str) {}

    /// No mistakes are made on purpose in this build.
    #[inline(always)]
    pub fn errs(&self, _name: &'static str) -> bool {
        false
    }
}

#[cfg(feature = "faults")]
impl Faults {
    /// The plan of `PAROM_FAULTS`, empty when unset.
    pub fn from_environment() -> Result<Self, BadPlan> {
        crate::config::variable("PAROM_FAULTS").map_or_else(|| Ok(Self::default()), |plan| Self::planned(&plan))
    }

    /// The plan of a text: `NAME=abort|panic[:TIMES]|error[:TIMES]|every:COUNT`, separated by commas.
    pub fn planned(text: &str) -> Result<Self, BadPlan> {
        let faults = Self::default();
        faults.add(text)?;
        Ok(faults)
    }

    /// Adds to the plan while the program runs; the same text as [`Faults::planned`].
    pub fn add(&self, text: &str) -> Result<(), BadPlan> {
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (name, effect) = read(part).ok_or_else(|| BadPlan { part: part.to_owned() })?;
            self.lock().insert(name.to_owned(), effect);
            self.shared.armed.store(true, std::sync::atomic::Ordering::SeqCst);
        }
        Ok(())
    }

    /// Takes everything out of the plan but the defects: from here on nothing fails.
    pub fn clear(&self) {
        self.lock().retain(|name, _| DEFECTS.contains(&name.as_str()));
    }

    /// Whether something is still to fail there.
    pub fn is_planned(&self, name: &str) -> bool {
        let over = |effect: &Effect| matches!(effect, Effect::Panic { times: 0 } | Effect::Error { times: 0 });
        self.lock().get(name).is_some_and(|effect| !over(effect))
    }

    /// Fails here if the plan says so. `error:N` and `panic:N` fail the first N times, without N every time.
    pub fn hit(&self, name: &'static str) -> Result<(), Injected> {
        debug_assert!(known(name), "{name} is not in fault::POINTS or fault::DEFECTS");
        if !self.shared.armed.load(std::sync::atomic::Ordering::Relaxed) {
            return Ok(());
        }
        let Some(effect) = self.lock().get_mut(name).and_then(Effect::take) else { return Ok(()) };
        match effect {
            Effect::Abort => std::process::abort(),
            // Unwound without the panic hook: its trace of what was planned hides what was found.
            Effect::Panic { .. } => std::panic::resume_unwind(Box::new(format!("injected fault at {name}"))),
            Effect::Error { .. } | Effect::Every { .. } => Err(Injected(name)),
        }
    }

    /// Holds every caller that [passes](Faults::pass) this point until the answer is released or dropped.
    pub fn hold(&self, name: &'static str) -> Held {
        debug_assert!(known(name), "{name} is not in fault::POINTS");
        self.shared.holds.hold(name)
    }

    /// Waits here while a test holds this point.
    pub async fn pass(&self, name: &'static str) {
        debug_assert!(known(name), "{name} is not in fault::POINTS");
        self.shared.holds.pass(name).await;
    }

    /// Whether the mistake of this name is to be made here and now.
    pub fn errs(&self, name: &'static str) -> bool {
        self.hit(name).is_err()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, std::collections::BTreeMap<String, Effect>> {
        self.shared.plan.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(feature = "faults")]
impl Effect {
    /// What happens this time, if anything; counts it.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_plan_lets_everything_pass() {
        let faults = Faults::default();
        assert!(POINTS.iter().all(|name| faults.hit(name).is_ok()));
    }

    #[cfg(feature = "faults")]
    #[test]
    fn errors_are_counted_over_clones_and_end() {
        let faults = Faults::planned("carry.after_call=error:2, settle.before_commit=error").unwrap();
        let clone = faults.clone();
        assert_eq!(faults.hit("carry.after_call"), Err(Injected("carry.after_call")));
        assert!(clone.hit("carry.after_call").is_err());
        assert!(faults.hit("carry.after_call").is_ok());
        assert!(faults.hit("carry.before_call").is_ok());
        assert!((0..10).all(|_| faults.hit("settle.before_commit").is_err()));
        clone.clear();
        assert!(faults.hit("settle.before_commit").is_ok());
        clone.add("claim.after_commit=error:1").unwrap();
        assert!(faults.hit("claim.after_commit").is_err());
    }

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
    #[should_panic(expected = "injected fault at accept.before_commit")]
    fn a_planned_panic_panics() {
        let _ = Faults::planned("accept.before_commit=panic").unwrap().hit("accept.before_commit");
    }

    #[cfg(feature = "faults")]
    #[test]
    fn a_plan_that_cannot_be_read_is_refused() {
        for plan in
            ["accept", "nowhere=abort", "carry.after_call=stop", "carry.after_call=error:x", "carry.after_call=abort:2"]
        {
            assert!(Faults::planned(plan).unwrap_err().to_string().contains(plan), "{plan}");
        }
    }
}
