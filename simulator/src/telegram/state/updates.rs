//! The updates of a bot; waiting ones are kept in lanes.

use std::collections::{BTreeMap, VecDeque};

use serde_json::Value;

/// The state of an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UpdateState {
    /// Waiting or being sent.
    Waiting,
    /// Accepted.
    Delivered,
    /// Waited too long.
    Expired,
    /// Dropped by the bot's request, or by a fault.
    Dropped,
}

/// One update.
#[derive(Clone, Debug)]
pub(crate) struct Update {
    pub(crate) id: i64,
    pub(crate) kind: &'static str,
    pub(crate) body: Value,
    /// Updates of one lane are sent strictly in order.
    lane: String,
    pub(crate) chat: i64,
    pub(crate) expires_at: i64,
    pub(crate) due_at: i64,
    pub(crate) attempts: u32,
    pub(crate) state: UpdateState,
    pub(crate) last_status: Option<u16>,
    pub(crate) is_on_its_way: bool,
    /// Sent only after an update of another chat.
    pub(crate) is_late: bool,
    /// Whether faults of updates were already considered for it.
    pub(crate) is_looked_at: bool,
}

impl Update {
    /// An update that is due at once.
    pub(crate) fn new(id: i64, kind: &'static str, body: Value, (lane, chat): (&str, i64), times: (i64, i64)) -> Self {
        let (due_at, expires_at) = times;
        Self {
            id,
            kind,
            body,
            lane: format!("{lane}:{chat}"),
            chat,
            expires_at,
            due_at,
            attempts: 0,
            state: UpdateState::Waiting,
            last_status: None,
            is_on_its_way: false,
            is_late: false,
            is_looked_at: false,
        }
    }
}

/// All updates of a bot in order of creation. Indices never change.
#[derive(Clone, Debug, Default)]
pub(crate) struct Updates {
    all: Vec<Update>,
    /// Indices of waiting updates.
    lanes: BTreeMap<String, VecDeque<usize>>,
}

impl Updates {
    pub(crate) fn push(&mut self, update: Update) {
        self.lanes.entry(update.lane.clone()).or_default().push_back(self.all.len());
        self.all.push(update);
    }

    pub(crate) fn all(&self) -> &[Update] {
        &self.all
    }

    pub(crate) fn at_mut(&mut self, at: usize) -> Option<&mut Update> {
        self.all.get_mut(at)
    }

    /// The first of each lane: only these may be sent.
    pub(crate) fn heads(&self) -> impl Iterator<Item = (usize, &Update)> {
        self.lanes.values().filter_map(|lane| lane.front()).filter_map(|at| Some((*at, self.all.get(*at)?)))
    }

    /// The number of waiting updates.
    pub(crate) fn waiting_count(&self) -> usize {
        self.lanes.values().map(VecDeque::len).sum()
    }

    /// Waiting updates, oldest first.
    pub(crate) fn waiting(&self) -> Vec<&Update> {
        let mut places: Vec<usize> = self.lanes.values().flatten().copied().collect();
        places.sort_unstable();
        places.into_iter().filter_map(|at| self.all.get(at)).collect()
    }

    /// Removes one update from the waiting ones.
    pub(crate) fn finish(&mut self, at: usize, state: UpdateState) {
        let Some(update) = self.all.get_mut(at).filter(|update| update.state == UpdateState::Waiting) else {
            return;
        };
        update.state = state;
        if let Some(lane) = self.lanes.get_mut(&update.lane) {
            lane.retain(|one| *one != at);
            if lane.is_empty() {
                self.lanes.remove(&update.lane);
            }
        }
    }

    /// Removes all updates selected by `which` from the waiting ones.
    pub(crate) fn finish_all(&mut self, state: UpdateState, which: impl Fn(&Update) -> bool) {
        let all = &mut self.all;
        self.lanes.retain(|_, lane| {
            lane.retain(|at| match all.get_mut(*at).filter(|update| which(update)) {
                Some(update) => {
                    update.state = state;
                    false
                }
                None => true,
            });
            !lane.is_empty()
        });
    }

    /// Whether an update has waited too long.
    pub(crate) fn is_expired(&self, now: i64) -> bool {
        self.heads().any(|(_, update)| !update.is_on_its_way && update.expires_at <= now)
    }

    /// Expires updates that have waited too long.
    pub(crate) fn expire(&mut self, now: i64) {
        if self.is_expired(now) {
            self.finish_all(UpdateState::Expired, |update| !update.is_on_its_way && update.expires_at <= now);
        }
    }

    /// Makes waiting updates due at once, after the address changed.
    pub(crate) fn hurry(&mut self, now: i64) {
        for at in self.lanes.values().flatten() {
            if let Some(update) = self.all.get_mut(*at) {
                update.due_at = update.due_at.min(now);
            }
        }
    }
}
