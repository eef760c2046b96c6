//! Faults of outgoing hooks: lost, repeated, reordered or late.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::{
    core::Core,
    log::{LogDirection, RequestView},
    outgoing::{self, Call, HookAnswer},
};

/// The hooks that a fault affects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookKind {
    /// Hooks of the Chats API: signed JSON.
    Chats,
    /// CRM hooks: forms.
    Crm,
}

/// Kinds of hook faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookFault {
    /// It is never sent.
    Lost,
    /// It is sent twice, one after the other.
    Doubled,
    /// It is held back and sent right after the next hook of its kind.
    Reordered,
    /// It is sent after this time.
    Late(Duration),
}

/// The result of a hook's delivery.
pub(crate) struct Delivered {
    pub(crate) answer: HookAnswer,
    /// Nothing was sent (yet) because of a fault; there is no answer to judge.
    pub(crate) on_purpose: bool,
}

#[derive(Debug)]
struct Rule {
    kind: HookKind,
    left: Option<usize>,
    fault: HookFault,
}

/// The faults, and the hooks held back by them.
#[derive(Default)]
pub(crate) struct HookFaults {
    rules: Mutex<Vec<Rule>>,
    held: Mutex<Vec<(HookKind, Call)>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl HookFaults {
    pub(crate) fn add(&self, kind: HookKind, left: Option<usize>, fault: HookFault) {
        locked(&self.rules).push(Rule { kind, left, fault });
    }

    /// Removes all faults; a held-back hook is still sent after the next one.
    pub(crate) fn clear(&self) {
        locked(&self.rules).clear();
    }

    pub(crate) fn left(&self) -> usize {
        locked(&self.rules).len()
    }

    /// One line for each active fault.
    pub(crate) fn describe(&self) -> Vec<String> {
        let line = |rule: &Rule| match rule.left {
            Some(left) => format!("{:?} hooks: {:?} × {left}", rule.kind, rule.fault),
            None => format!("{:?} hooks: {:?}", rule.kind, rule.fault),
        };
        locked(&self.rules).iter().map(line).collect()
    }

    fn take(&self, kind: HookKind) -> Option<HookFault> {
        let mut rules = locked(&self.rules);
        let rule = rules.iter_mut().find(|rule| rule.kind == kind)?;
        rule.left = rule.left.map(|left| left.saturating_sub(1));
        let fault = rule.fault;
        rules.retain(|rule| rule.left != Some(0));
        Some(fault)
    }

    /// Holds a call back; returns it if one is held already, which this one then overtakes.
    fn hold(&self, kind: HookKind, call: Call) -> Option<Call> {
        let mut held = locked(&self.held);
        if held.iter().any(|(known, _)| *known == kind) {
            return Some(call);
        }
        held.push((kind, call));
        None
    }

    fn release(&self, kind: HookKind) -> Vec<Call> {
        let mut held = locked(&self.held);
        held.extract_if(.., |(known, _)| *known == kind).map(|(_, call)| call).collect()
    }
}

/// Sends a hook, subject to faults. `client_id` is the integration whose priority depends on the answer, empty for
/// hooks without one.
pub(crate) async fn deliver(core: &Core, kind: HookKind, client_id: &str, call: Call) -> Delivered {
    let mut wait = core.demotion.delay(client_id);
    let mut twin = None;
    let mut call = call;
    match core.faults.hooks.take(kind) {
        Some(HookFault::Lost) => return unsent(core, &call, "lost on purpose"),
        Some(HookFault::Doubled) => twin = copy(&call),
        Some(HookFault::Late(time)) => wait += time,
        Some(HookFault::Reordered) => {
            let shown = copy_of_log(&call);
            match core.faults.hooks.hold(kind, call) {
                Some(back) => call = back,
                None => return unsent_as(core, shown, "held back until the next hook has left"),
            }
        }
        None => {}
    }
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
    let answer = outgoing::call(core, call).await;
    core.demotion.answered(client_id, &answer);
    for late in twin.into_iter().chain(core.faults.hooks.release(kind)) {
        outgoing::call(core, late).await;
    }
    Delivered { answer, on_purpose: false }
}

fn copy(call: &Call) -> Option<Call> {
    Some(Call {
        request: call.request.try_clone()?,
        method: call.method,
        shown: call.shown.clone(),
        host: call.host.clone(),
        limit: call.limit,
    })
}

/// What the log shows of a call: method, path and host.
type Shown = (&'static str, String, Option<String>);

fn copy_of_log(call: &Call) -> Shown {
    (call.method, call.shown.clone(), call.host.clone())
}

fn unsent(core: &Core, call: &Call, reason: &str) -> Delivered {
    unsent_as(core, copy_of_log(call), reason)
}

/// Logged, so that people see why nothing arrives.
fn unsent_as(core: &Core, (method, path, host): Shown, reason: &str) -> Delivered {
    core.change(|state| {
        state.log(RequestView {
            number: 0,
            at: core.now(),
            direction: LogDirection::Out,
            method: method.to_owned(),
            path,
            status: None,
            millis: 0,
            note: Some(reason.to_owned()),
            host,
        });
    });
    Delivered { answer: HookAnswer { status: None, millis: 0, error: Some(reason.to_owned()) }, on_purpose: true }
}
