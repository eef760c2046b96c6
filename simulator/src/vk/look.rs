//! Inspection of the state, and waiting for changes.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{
    callbacks,
    faults::Faults,
    state::CallView,
    view::{CommentView, CommunityView, EventView, MessageView, ServerView},
    vk::Vk,
};

impl Vk {
    /// Faults of calls and events.
    pub fn faults(&self) -> &Faults {
        &self.core.faults
    }

    /// Turns the limit of 20 calls a second on or off. Uses VK's clock, so a frozen clock never releases a limit.
    pub fn set_rates(&self, on: bool) {
        self.core.change(|state| state.rates.on = on);
    }

    /// The current state of a community.
    pub fn community(&self, community: i64) -> Option<CommunityView> {
        self.core.read(|state| state.communities.get(&community).map(CommunityView::of))
    }

    /// The messages of a dialogue, in order, including deleted ones.
    pub fn dialogue(&self, community: i64, peer: i64) -> Vec<MessageView> {
        self.core.read(|state| {
            let messages = state.dialogues.get(&(community, peer)).map(|one| one.messages.as_slice());
            let view = |one| MessageView::of(state, community, peer, one);
            messages.unwrap_or_default().iter().map(view).collect()
        })
    }

    /// Messages that the community's programs sent to a peer, in order.
    pub fn sent(&self, community: i64, peer: i64) -> Vec<MessageView> {
        let all = self.dialogue(community, peer);
        all.into_iter().filter(|one| one.from == -community && one.json.get("admin_author_id").is_none()).collect()
    }

    /// The `cmid` up to which the community has read a dialogue.
    pub fn read_by_community(&self, community: i64, peer: i64) -> i64 {
        self.core.read(|state| state.dialogues.get(&(community, peer)).map_or(0, |one| one.read_by_community))
    }

    /// All comments on objects that a community published.
    pub fn comments(&self, community: i64) -> Vec<CommentView> {
        self.core
            .read(|state| state.comments.iter().filter(|one| one.community == community).map(CommentView::of).collect())
    }

    /// All API calls, in order.
    pub fn calls(&self) -> Vec<CallView> {
        self.core.read(|state| state.calls.clone())
    }

    /// Typing shown by a community: peer and type.
    pub fn activities(&self, community: i64) -> Vec<(i64, String)> {
        self.core.read(|state| {
            let all = state.communities.get(&community).map(|one| one.activities.as_slice()).unwrap_or_default();
            all.iter().map(|(peer, kind, _)| (*peer, kind.clone())).collect()
        })
    }

    /// Answers to presses of callback buttons: event id and data.
    pub fn answers(&self, community: i64) -> Vec<(String, String)> {
        self.core.read(|state| state.communities.get(&community).map(|one| one.answers.clone()).unwrap_or_default())
    }

    /// The callback servers of a community.
    pub fn servers(&self, community: i64) -> Vec<ServerView> {
        self.core.read(|state| {
            let servers = state.communities.get(&community).map(|one| one.servers.values());
            servers.into_iter().flatten().map(ServerView::of).collect()
        })
    }

    /// All events ever created for a community's servers.
    pub fn events(&self, community: i64) -> Vec<EventView> {
        self.core
            .read(|state| state.events.0.iter().filter(|one| one.community == community).map(EventView::of).collect())
    }

    /// Returns when no event is due or in progress; returns the number of events sent meanwhile, including retries.
    pub async fn deliver_all(&self) -> usize {
        let attempts = || self.core.read(|state| state.events.0.iter().map(|one| one.attempts).sum::<u32>());
        let before = attempts();
        self.core.settle(|| !callbacks::is_busy(&self.core)).await;
        usize::try_from(attempts() - before).unwrap_or_default()
    }

    /// Evaluates `what` now and after every change until it returns a value or the time limit has passed. It never
    /// polls.
    pub async fn wait_for<T>(&self, what: impl Fn(&Vk) -> Option<T>, limit: Duration) -> Option<T> {
        self.core.wait_for(limit, || what(self)).await
    }

    /// Pauses the sender of events; false resumes it.
    pub fn hold_events(&self, hold: bool) {
        self.core.hold(hold);
    }

    /// Re-reads the clock after a test moved it.
    pub fn tick(&self) {
        self.core.touch();
    }

    /// When the next waiting event is sent.
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        let millis = self.core.read(|state| state.events.waiting().map(|one| one.due_at).min())?;
        DateTime::from_timestamp_millis(millis)
    }
}
