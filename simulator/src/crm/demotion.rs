//! The slow queue: integrations that answer hooks slowly or not at all get them late, until their answers are quick
//! again.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::log::HookAnswer;

/// Answers that take this long are slow; the documents give no number, amoCRM waits for 5 seconds.
const SLOW_MILLIS: u64 = 2000;
/// A surplus of this many slow answers over quick ones demotes an integration.
const PATIENCE: u32 = 3;

/// Priorities of integrations. Off by default: hooks are then sent at once.
#[derive(Default)]
pub(crate) struct Demotion {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    delay: Option<Duration>,
    slowness: HashMap<String, u32>,
}

impl Demotion {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets the delay of hooks of demoted integrations; `None` switches the slow queue off and resets it.
    pub(crate) fn set(&self, delay: Option<Duration>) {
        *self.inner() = Inner { delay, slowness: HashMap::new() };
    }

    pub(crate) fn is_on(&self) -> bool {
        self.inner().delay.is_some()
    }

    pub(crate) fn is_demoted(&self, client_id: &str) -> bool {
        self.inner().slowness.get(client_id).is_some_and(|slowness| *slowness >= PATIENCE)
    }

    /// The delay of this integration's next hook.
    pub(crate) fn delay(&self, client_id: &str) -> Duration {
        match self.is_demoted(client_id) {
            true => self.inner().delay.unwrap_or_default(),
            false => Duration::ZERO,
        }
    }

    /// Recalculates the priority after an answer; it can rise again.
    pub(crate) fn answered(&self, client_id: &str, answer: &HookAnswer) {
        let mut inner = self.inner();
        if inner.delay.is_none() || client_id.is_empty() {
            return;
        }
        let slow = answer.status.is_none() || answer.millis >= SLOW_MILLIS;
        let slowness = inner.slowness.entry(client_id.to_owned()).or_default();
        *slowness = if slow { (*slowness + 1).min(PATIENCE * 2) } else { slowness.saturating_sub(1) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: Option<u16>, millis: u64) -> HookAnswer {
        HookAnswer { status, millis, error: None }
    }

    #[test]
    fn slow_answers_move_down_and_quick_ones_up_again() {
        let demotion = Demotion::default();
        demotion.answered("one", &answer(None, 5000));
        assert_eq!(demotion.delay("one"), Duration::ZERO, "it is off");
        let late = Duration::from_secs(9);
        demotion.set(Some(late));
        for _ in 0..2 {
            demotion.answered("one", &answer(None, 5000));
        }
        assert!(!demotion.is_demoted("one"));
        demotion.answered("one", &answer(Some(200), 2500));
        assert_eq!((demotion.delay("one"), demotion.delay("two")), (late, Duration::ZERO));
        demotion.answered("one", &answer(Some(200), 20));
        assert_eq!(demotion.delay("one"), Duration::ZERO);
    }
}
