//! Options, which are MAX's wire, and its state.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::kit::{Id, State};

crate::kit::options!();

#[derive(Default)]
pub struct Own {
    /// Milliseconds for which an uploaded file is processed.
    pub(super) processing: i64,
    /// Updates of bots without a webhook, for `GET /updates`.
    pub(super) updates: Vec<(Id, Value)>,
    /// How many of them each bot has confirmed.
    pub(super) confirmed: BTreeMap<Id, usize>,
    /// Commands of bots, and pinned messages of chats.
    pub(super) commands: BTreeMap<Id, Value>,
    pub(super) pins: BTreeMap<Id, Id>,
}

pub(super) type Max = State<Own>;
