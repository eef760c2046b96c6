//! Fault injection: rules for calls, gates that hold them, and rules for deliveries.

use std::{
    fmt::Debug,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;

/// A fault of a call.
pub trait CallFault: Clone + Debug {
    /// Whether it only delays, so that the call gets the next fault as well.
    fn only_delays(&self) -> bool;
}

/// A fault of a delivery to a webhook.
pub trait DeliveryFault: Copy + Debug {
    /// The name of a delivery in descriptions: `webhook`.
    const WHAT: &'static str;
}

/// The server's side of a [`Gate`].
#[derive(Clone, Debug)]
struct GateSide {
    open: watch::Receiver<bool>,
    waiting: watch::Sender<usize>,
}

impl GateSide {
    async fn pass(&self) {
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

/// The effect of a rule on a call.
#[derive(Clone, Debug)]
enum Effect<C> {
    Hold(GateSide),
    Fault(C),
}

#[derive(Debug)]
struct Rule<C> {
    /// `*` matches any; case-insensitive.
    call: String,
    /// The recipient; none matches any.
    to: Option<String>,
    left: Option<usize>,
    effect: Effect<C>,
}

/// A thread-safe set of faults, applied in the order in which they were added. `C` are the faults of calls, `D` those
/// of deliveries.
#[derive(Debug)]
pub struct Faults<C, D> {
    rules: Mutex<Vec<Rule<C>>>,
    deliveries: Mutex<Vec<(Option<usize>, D)>>,
}

impl<C, D> Default for Faults<C, D> {
    fn default() -> Self {
        Self { rules: Mutex::default(), deliveries: Mutex::default() }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<C: CallFault, D: DeliveryFault> Faults<C, D> {
    pub(crate) fn add(&self, call: &str, to: Option<String>, left: Option<usize>, fault: C) {
        locked(&self.rules).push(Rule { call: call.to_owned(), to, left, effect: Effect::Fault(fault) });
    }

    /// Applies the fault to the next `count` calls of this name (`*` is any).
    pub fn next(&self, call: &str, count: usize, fault: C) {
        self.add(call, None, Some(count), fault);
    }

    /// Applies the fault to every call of this name until [`Faults::clear`].
    pub fn until_cleared(&self, call: &str, fault: C) {
        self.add(call, None, None, fault);
    }

    /// Blocks every call of this name until the returned gate is opened or dropped.
    pub fn hold(&self, call: &str) -> Gate {
        let open = watch::Sender::new(false);
        let waiting = watch::Sender::new(0);
        let gate = Gate { open: open.clone(), waiting: waiting.subscribe() };
        let effect = Effect::Hold(GateSide { open: open.subscribe(), waiting });
        locked(&self.rules).push(Rule { call: call.to_owned(), to: None, left: None, effect });
        gate
    }

    /// Applies the fault to the next `count` deliveries, or to all until [`Faults::clear`].
    pub(crate) fn add_delivery(&self, count: Option<usize>, fault: D) {
        locked(&self.deliveries).push((count, fault));
    }

    /// Removes all faults.
    pub fn clear(&self) {
        locked(&self.rules).clear();
        locked(&self.deliveries).clear();
    }

    /// The number of active faults; 0 once all counted ones are used up.
    pub fn left(&self) -> usize {
        locked(&self.rules).len() + locked(&self.deliveries).len()
    }

    /// Describes the active faults, one per line.
    pub fn describe(&self) -> Vec<String> {
        let times = |left: Option<usize>| left.map_or_else(String::new, |left| format!(" × {left}"));
        let to = |to: &Option<String>| to.as_ref().map_or_else(String::new, |to| format!(" ({to})"));
        let name = |effect: &Effect<C>| match effect {
            Effect::Hold(_) => "Hold".to_owned(),
            Effect::Fault(fault) => format!("{fault:?}"),
        };
        let rules = locked(&self.rules);
        let calls = rules.iter().map(|one| {
            let Rule { call, effect, left, .. } = one;
            format!("{call}{}: {}{}", to(&one.to), name(effect), times(*left))
        });
        let deliveries = locked(&self.deliveries);
        let deliveries = deliveries.iter().map(|(left, fault)| format!("{}: {fault:?}{}", D::WHAT, times(*left)));
        calls.chain(deliveries).collect()
    }

    /// Removes and returns the faults for this call: all delays and gates, and the first other fault.
    fn met(&self, call: &str, to: Option<&str>) -> Vec<Effect<C>> {
        let mut rules = locked(&self.rules);
        let (mut met, mut is_broken) = (Vec::new(), false);
        for rule in rules.iter_mut() {
            let delays = matches!(&rule.effect, Effect::Fault(fault) if fault.only_delays());
            let waits = delays || matches!(rule.effect, Effect::Hold(_));
            let is_named = rule.call == "*" || rule.call.eq_ignore_ascii_case(call);
            if !is_named || (rule.to.is_some() && rule.to.as_deref() != to) || (!waits && is_broken) {
                continue;
            }
            is_broken |= !waits;
            met.push(rule.effect.clone());
            rule.left = rule.left.map(|left| left.saturating_sub(1));
        }
        rules.retain(|rule| rule.left != Some(0));
        met
    }

    /// Takes the faults for this call – all delays, and the first other fault – and waits at its gates.
    pub(crate) async fn take(&self, call: &str, to: Option<&str>) -> Vec<C> {
        let mut faults = Vec::new();
        for effect in self.met(call, to) {
            match effect {
                Effect::Hold(gate) => gate.pass().await,
                Effect::Fault(fault) => faults.push(fault),
            }
        }
        faults
    }

    /// Takes the fault for the next delivery.
    pub(crate) fn take_delivery(&self) -> Option<D> {
        let mut rules = locked(&self.deliveries);
        let (left, fault) = rules.first_mut()?;
        let fault = *fault;
        *left = left.map(|left| left.saturating_sub(1));
        rules.retain(|(left, _)| *left != Some(0));
        Some(fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Fault {
        Slow,
        Broken,
        Refused,
    }

    impl CallFault for Fault {
        fn only_delays(&self) -> bool {
            *self == Self::Slow
        }
    }

    impl DeliveryFault for Fault {
        const WHAT: &'static str = "update";
    }

    #[tokio::test]
    async fn a_call_meets_every_delay_and_the_first_other_fault() {
        let faults = Faults::<Fault, Fault>::default();
        faults.next("send", 1, Fault::Broken);
        faults.next("*", 2, Fault::Slow);
        faults.add("send", Some("7".to_owned()), Some(1), Fault::Refused);
        assert_eq!(faults.take("Send", Some("7")).await, [Fault::Broken, Fault::Slow]);
        assert_eq!(faults.take("send", Some("8")).await, [Fault::Slow], "the rest is for another recipient");
        assert_eq!(faults.describe(), ["send (7): Refused × 1"]);
        assert_eq!(faults.take("send", Some("7")).await, [Fault::Refused]);
        assert_eq!(faults.left(), 0);
    }

    #[tokio::test]
    async fn deliveries_have_faults_of_their_own() {
        let faults = Faults::<Fault, Fault>::default();
        faults.add_delivery(Some(1), Fault::Broken);
        faults.add_delivery(None, Fault::Refused);
        assert_eq!(faults.describe(), ["update: Broken × 1", "update: Refused"]);
        let taken = [faults.take_delivery(), faults.take_delivery(), faults.take_delivery()];
        assert_eq!(taken, [Some(Fault::Broken), Some(Fault::Refused), Some(Fault::Refused)]);
        faults.clear();
        assert_eq!(faults.take_delivery(), None);
    }

    #[tokio::test]
    async fn a_gate_holds_calls_until_it_opens() {
        let faults = Faults::<Fault, Fault>::default();
        let gate = faults.hold("send");
        assert_eq!(faults.describe(), ["send: Hold"]);
        let open = async {
            gate.until_waiting(1).await;
            gate.open();
        };
        let (met, ()) = tokio::join!(faults.take("send", None), open);
        assert_eq!(met, []);
    }
}
