//! Events waiting for callback servers.

use serde_json::Value;

/// The state of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EventState {
    /// Waiting or being sent.
    Waiting,
    /// Answered with `ok`, or a confirmation with its string.
    Taken,
    /// Failed too often, or its server was removed.
    Dropped,
}

/// An event for one server.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) community: i64,
    pub(crate) server: i64,
    pub(crate) kind: String,
    pub(crate) body: Value,
    /// Events of one peer are sent in order.
    pub(crate) peer: i64,
    pub(crate) due_at: i64,
    pub(crate) attempts: u32,
    pub(crate) state: EventState,
    pub(crate) last_answer: Option<(u16, String)>,
    pub(crate) is_on_its_way: bool,
    /// Whether faults were already considered for it.
    pub(crate) is_looked_at: bool,
}

/// All events in order of creation. Indices never change.
#[derive(Debug, Default)]
pub(crate) struct Events(pub(crate) Vec<Event>);

impl Events {
    /// Indices of events that may be sent now: the first of each peer and server.
    pub(crate) fn due(&self, now: i64) -> Vec<usize> {
        let mut seen: Vec<(i64, i64)> = Vec::new();
        let mut due = Vec::new();
        for (at, event) in self.0.iter().enumerate().filter(|(_, event)| event.state == EventState::Waiting) {
            let lane = (event.server, event.peer);
            let is_first = !seen.contains(&lane);
            seen.push(lane);
            if is_first && !event.is_on_its_way && event.due_at <= now {
                due.push(at);
            }
        }
        due
    }

    pub(crate) fn waiting(&self) -> impl Iterator<Item = &Event> {
        self.0.iter().filter(|event| event.state == EventState::Waiting)
    }
}
