//! Named places at which a test makes the program fail: kill -9 drills (`abort`), refused steps (`error`), panics.
//!
//! Without the cargo feature `faults` a [`Faults`] is empty and [`Faults::hit`] compiles to nothing. With it the plan
//! comes from `PAROM_FAULTS="accept.before_commit=abort,carry.after_call=error:3"` or, in process, from
//! [`Faults::planned`]; there is no global state, `App` carries the plan.

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
];

/// The error that a planned `error` gives: treat it as what fails at that place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("injected fault at {0}")]
pub struct Injected(pub &'static str);

/// A plan that cannot be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "PAROM_FAULTS: {part:?} is not NAME=abort, NAME=panic, NAME=error or NAME=error:TIMES with a name of fault::POINTS"
)]
pub struct BadPlan {
    part: String,
}

/// What shall fail, carried by `App`; clones count down together.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    #[cfg(feature = "faults")]
    plan: std::sync::Arc<std::sync::Mutex<std::collections::BTreeMap<String, Effect>>>,
}

#[cfg(feature = "faults")]
#[derive(Clone, Copy, Debug)]
enum Effect {
    Abort,
    Panic,
    Error { times: u32 },
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
}

#[cfg(feature = "faults")]
impl Faults {
    /// The plan of `PAROM_FAULTS`, empty when unset.
    pub fn from_environment() -> Result<Self, BadPlan> {
        crate::config::variable("PAROM_FAULTS").map_or_else(|| Ok(Self::default()), |plan| Self::planned(&plan))
    }

    /// The plan of a text: `NAME=abort|panic|error[:TIMES]`, separated by commas.
    pub fn planned(text: &str) -> Result<Self, BadPlan> {
        let faults = Self::default();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (name, effect) = read(part).ok_or_else(|| BadPlan { part: part.to_owned() })?;
            faults.lock().insert(name.to_owned(), effect);
        }
        Ok(faults)
    }

    /// Adds to the plan while the program runs; the same text as [`Faults::planned`].
    pub fn add(&self, text: &str) -> Result<(), BadPlan> {
        let more = std::mem::take(&mut *Self::planned(text)?.lock());
        self.lock().extend(more);
        Ok(())
    }

    /// Takes everything out of the plan: from here on nothing fails.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// Fails here if the plan says so. `error:N` fails the first N times, `error` every time.
    #[expect(clippy::panic, reason = "panicking here is what the plan asked for")]
    pub fn hit(&self, name: &'static str) -> Result<(), Injected> {
        debug_assert!(POINTS.contains(&name), "{name} is not in fault::POINTS");
        let effect = match self.lock().get_mut(name) {
            None | Some(Effect::Error { times: 0 }) => return Ok(()),
            Some(effect) => {
                let now = *effect;
                if let Effect::Error { times } = effect
                    && *times != u32::MAX
                {
                    *times -= 1;
                }
                now
            }
        };
        match effect {
            Effect::Abort => std::process::abort(),
            Effect::Panic => panic!("injected fault at {name}"),
            Effect::Error { .. } => Err(Injected(name)),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, std::collections::BTreeMap<String, Effect>> {
        self.plan.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(feature = "faults")]
fn read(part: &str) -> Option<(&str, Effect)> {
    let (name, effect) = part.split_once('=')?;
    if !POINTS.contains(&name) {
        return None;
    }
    let effect = match effect.split_once(':') {
        None if effect == "abort" => Effect::Abort,
        None if effect == "panic" => Effect::Panic,
        None if effect == "error" => Effect::Error { times: u32::MAX },
        Some(("error", times)) => Effect::Error { times: times.parse().ok()? },
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
