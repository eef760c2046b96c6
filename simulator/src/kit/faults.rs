//! What is broken: rules for calls and for webhooks, and gates that hold calls.

use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::sync::watch;

/// A fault of a call. The names in JSON are those of `POST /faults`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum Fault {
    /// Too many calls; the call is not executed.
    TooMany {
        /// Seconds; without it the header is omitted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<i64>,
    },
    /// The messenger's own error page; the call is not executed.
    ServerError {
        #[serde(alias = "code")]
        status: u16,
    },
    /// A gateway's HTML page; the call is not executed.
    HtmlPage {
        #[serde(alias = "code")]
        status: u16,
    },
    /// The call is executed after milliseconds of the machine's clock.
    Slow { millis: u64 },
    /// The connection is dropped without an answer; the call is not executed.
    ResetBefore,
    /// The call is executed, then the connection is dropped without an answer.
    ResetAfter,
    /// The call is executed, but the answer comes after every due webhook was delivered.
    AnswerLast,
    /// Any refusal of the messenger; the call is not executed.
    Refuse {
        #[serde(default)]
        status: u16,
        #[serde(default)]
        code: Value,
        #[serde(default, alias = "text", alias = "description")]
        message: String,
        #[serde(flatten)]
        more: Map<String, Value>,
    },
    #[serde(skip)]
    Own { name: String, more: Map<String, Value> },
}

impl Fault {
    /// Any refusal of the messenger.
    pub fn refuse(status: u16, code: impl Into<Value>, message: &str) -> Self {
        Self::Refuse { status, code: code.into(), message: message.to_owned(), more: Map::new() }
    }

    /// A fault that only this messenger has: its name in JSON, and its fields.
    pub fn own(name: &str, more: &Value) -> Self {
        Self::Own { name: name.to_owned(), more: more.as_object().cloned().unwrap_or_default() }
    }

    /// Reads a fault of `POST /faults`; `own` are the names that only this messenger has.
    pub(crate) fn read(mut given: Map<String, Value>, own: &[&str]) -> Result<Self> {
        let name = given.get("fault").and_then(Value::as_str).context("the fault has no name")?.to_owned();
        if own.contains(&name.as_str()) {
            given.remove("fault");
            return Ok(Self::Own { name, more: given });
        }
        serde_json::from_value(Value::Object(given)).with_context(|| format!("the fault {name}"))
    }
}

/// What rules can do to a call: the kit's [`Fault`], or what a simulator beside the messengers has instead.
pub trait Breaks: Clone {
    /// It only delays, so that the call gets the next fault as well.
    fn only_delays(&self) -> bool;

    /// The fault as the one who set it named it.
    fn describe(&self) -> String;
}

impl Breaks for Fault {
    fn only_delays(&self) -> bool {
        matches!(self, Self::Slow { .. } | Self::AnswerLast)
    }

    fn describe(&self) -> String {
        let (name, more) = match self {
            Self::Own { name, more } => (name.clone(), more.clone()),
            fault => named(fault),
        };
        if more.is_empty() { name } else { format!("{name} {}", Value::Object(more)) }
    }
}

/// A fault's name in JSON, and its fields.
fn named(fault: &impl Serialize) -> (String, Map<String, Value>) {
    match json!(fault) {
        Value::String(name) => (name, Map::new()),
        Value::Object(mut more) => {
            let name = more.remove("fault");
            (name.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned(), more)
        }
        _ => Default::default(),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HookFault {
    Doubled,
    /// It is accepted but its answer is lost, so it is sent again.
    LostAnswer,
    /// It is sent only after a later one.
    Late,
    Lost,
    /// Its signature is made with another secret.
    Forged,
    Unsigned,
}

/// Names of `POST /faults` that differ between messengers.
#[derive(Clone, Copy, Debug)]
pub struct FaultWords {
    /// The field with the name of a call: `method`.
    pub call: &'static str,
    /// The field with the fault of a webhook: `update`.
    pub hook: &'static str,
    /// The field that names the recipient of a call, if faults may be limited to one.
    pub to: &'static str,
    /// Faults of calls that only this messenger has.
    pub own: &'static [&'static str],
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
enum Effect<F> {
    Hold(GateSide),
    Fault(F),
}

#[derive(Debug)]
struct Rule<F> {
    /// `*` matches any; case-insensitive.
    call: String,
    /// The recipient; none matches any.
    to: Option<String>,
    left: Option<usize>,
    effect: Effect<F>,
}

impl<F: Breaks> Rule<F> {
    fn line(&self) -> String {
        let to = self.to.as_ref().map_or_else(String::new, |to| format!(" ({to})"));
        let what = match &self.effect {
            Effect::Hold(_) => "held".to_owned(),
            Effect::Fault(fault) => fault.describe(),
        };
        format!("{}{to}: {what}", self.call)
    }
}

fn hook_line(fault: HookFault) -> String {
    format!("webhook: {}", named(&fault).0)
}

/// All faults, applied in the order in which they were added.
#[derive(Debug)]
pub struct Faults<F = Fault> {
    rules: Mutex<Vec<Rule<F>>>,
    hooks: Mutex<Vec<(Option<usize>, HookFault)>>,
}

impl<F> Default for Faults<F> {
    fn default() -> Self {
        Self { rules: Mutex::default(), hooks: Mutex::default() }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<F: Breaks> Faults<F> {
    pub(crate) fn add(&self, call: &str, to: Option<String>, left: Option<usize>, fault: F) {
        locked(&self.rules).push(Rule { call: call.to_owned(), to, left, effect: Effect::Fault(fault) });
    }

    /// Applies the fault to the next `count` calls of this name (`*` is any).
    pub fn next(&self, call: impl AsRef<str>, count: usize, fault: F) {
        self.add(call.as_ref(), None, Some(count), fault);
    }

    /// The same for calls with this recipient.
    pub fn next_to(&self, to: &str, call: impl AsRef<str>, count: usize, fault: F) {
        self.add(call.as_ref(), Some(to.to_owned()), Some(count), fault);
    }

    /// Applies the fault to every call of this name until [`Faults::clear`].
    pub fn until_cleared(&self, call: impl AsRef<str>, fault: F) {
        self.add(call.as_ref(), None, None, fault);
    }

    /// Blocks every call of this name until the returned gate is opened or dropped.
    pub fn hold(&self, call: impl AsRef<str>) -> Gate {
        self.hold_to(call, None)
    }

    pub(crate) fn hold_to(&self, call: impl AsRef<str>, to: Option<String>) -> Gate {
        let open = watch::Sender::new(false);
        let waiting = watch::Sender::new(0);
        let gate = Gate { open: open.clone(), waiting: waiting.subscribe() };
        let effect = Effect::Hold(GateSide { open: open.subscribe(), waiting });
        locked(&self.rules).push(Rule { call: call.as_ref().to_owned(), to, left: None, effect });
        gate
    }

    pub fn clear(&self) {
        locked(&self.rules).clear();
        locked(&self.hooks).clear();
    }

    /// Removes the faults of calls of this name.
    pub fn clear_part(&self, call: impl AsRef<str>) {
        locked(&self.rules).retain(|rule| rule.call != call.as_ref());
    }

    /// The number of active faults; 0 once all counted ones are used up.
    pub fn left(&self) -> usize {
        locked(&self.rules).len() + locked(&self.hooks).len()
    }

    /// The active faults: what they concern, a colon, and what those who set them called them.
    pub(crate) fn named(&self) -> Vec<String> {
        self.lines().into_iter().map(|(line, _)| line).collect()
    }

    /// Removes the faults whose line of [`Faults::named`] fits.
    pub(crate) fn mend(&self, fits: impl Fn(&str) -> bool) {
        locked(&self.rules).retain(|rule| !fits(&rule.line()));
        locked(&self.hooks).retain(|(_, fault)| !fits(&hook_line(*fault)));
    }

    /// Describes the active faults, one per line.
    pub fn describe(&self) -> Vec<String> {
        let times = |left: Option<usize>| left.map_or_else(String::new, |left| format!(" × {left}"));
        self.lines().into_iter().map(|(line, left)| format!("{line}{}", times(left))).collect()
    }

    fn lines(&self) -> Vec<(String, Option<usize>)> {
        let (rules, hooks) = (locked(&self.rules), locked(&self.hooks));
        let calls = rules.iter().map(|rule| (rule.line(), rule.left));
        calls.chain(hooks.iter().map(|(left, fault)| (hook_line(*fault), *left))).collect()
    }

    /// Removes and returns the faults of a call whose rules fit, by their call, their recipient and their fault (none:
    /// a gate): all delays and gates, and the first other fault.
    fn met(&self, fits: impl Fn(&str, Option<&str>, Option<&F>) -> bool) -> Vec<Effect<F>> {
        let mut rules = locked(&self.rules);
        let (mut met, mut is_broken) = (Vec::new(), false);
        for rule in rules.iter_mut() {
            let (waits, fault) = match &rule.effect {
                Effect::Hold(_) => (true, None),
                Effect::Fault(fault) => (fault.only_delays(), Some(fault)),
            };
            if !fits(&rule.call, rule.to.as_deref(), fault) || (!waits && is_broken) {
                continue;
            }
            is_broken |= !waits;
            met.push(rule.effect.clone());
            rule.left = rule.left.map(|left| left.saturating_sub(1));
        }
        rules.retain(|rule| rule.left != Some(0));
        met
    }

    /// Takes the faults whose rules fit – all delays, and the first other fault – and waits at their gates.
    pub(crate) async fn take_where(&self, fits: impl Fn(&str, Option<&str>, Option<&F>) -> bool) -> Vec<F> {
        let mut faults = Vec::new();
        for effect in self.met(fits) {
            match effect {
                Effect::Hold(gate) => gate.pass().await,
                Effect::Fault(fault) => faults.push(fault),
            }
        }
        faults
    }
}

impl Faults {
    /// Applies the fault to the next `count` webhooks.
    pub fn next_hooks(&self, count: usize, fault: HookFault) {
        self.add_hook(Some(count), fault);
    }

    /// Applies the fault to every webhook until [`Faults::clear`].
    pub fn hooks_until_cleared(&self, fault: HookFault) {
        self.add_hook(None, fault);
    }

    pub(crate) fn add_hook(&self, count: Option<usize>, fault: HookFault) {
        locked(&self.hooks).push((count, fault));
    }

    /// Takes the faults for this call, and waits at its gates.
    pub(crate) async fn take(&self, call: &str, to: Option<&str>) -> Vec<Fault> {
        let fits = |known: &str, wanted: Option<&str>, _: Option<&Fault>| {
            (known == "*" || known.eq_ignore_ascii_case(call)) && (wanted.is_none() || wanted == to)
        };
        self.take_where(fits).await
    }

    /// Takes the fault for the next webhook.
    pub(crate) fn take_hook(&self) -> Option<HookFault> {
        let mut rules = locked(&self.hooks);
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

    #[tokio::test]
    async fn a_call_meets_every_delay_and_the_first_other_fault() {
        let (faults, slow) = (Faults::default(), Fault::Slow { millis: 1 });
        faults.next("send", 1, Fault::ResetAfter);
        faults.next("*", 2, slow.clone());
        faults.next_to("7", "send", 1, Fault::ResetBefore);
        assert_eq!(faults.take("Send", Some("7")).await, [Fault::ResetAfter, slow.clone()]);
        assert_eq!(faults.take("send", Some("8")).await, [slow], "the rest is for another recipient");
        assert_eq!(faults.describe(), ["send (7): reset_before × 1"]);
        assert_eq!(faults.take("send", Some("7")).await, [Fault::ResetBefore]);
        assert_eq!(faults.left(), 0);
    }
}
