//! Faults of outgoing hooks: lost, repeated, reordered or late.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::crm::exchange::Outgoing;

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
    held: Mutex<Vec<(HookKind, Outgoing)>>,
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

    /// Takes the fault of the next hook of this kind.
    pub(crate) fn take(&self, kind: HookKind) -> Option<HookFault> {
        let mut rules = locked(&self.rules);
        let rule = rules.iter_mut().find(|rule| rule.kind == kind)?;
        rule.left = rule.left.map(|left| left.saturating_sub(1));
        let fault = rule.fault;
        rules.retain(|rule| rule.left != Some(0));
        Some(fault)
    }

    /// Holds a call back; returns it if one is held already, which this one then overtakes.
    pub(crate) fn hold(&self, kind: HookKind, call: Outgoing) -> Option<Outgoing> {
        let mut held = locked(&self.held);
        if held.iter().any(|(known, _)| *known == kind) {
            return Some(call);
        }
        held.push((kind, call));
        None
    }

    /// Hands out the calls held back.
    pub(crate) fn release(&self, kind: HookKind) -> Vec<Outgoing> {
        let mut held = locked(&self.held);
        held.extract_if(.., |(known, _)| *known == kind).map(|(_, call)| call).collect()
    }
}
