//! Events about a dialog or a group: started, stopped, renamed.

use super::Listener;
use super::scene::learned;
use crate::incoming::{Began, InboundEvent};
use crate::max::ids::Place;
use crate::max::wire::Update;

impl Listener<'_> {
    /// `bot_started`: the dialog begins, or the customer lets the bot write again.
    pub(super) fn started(&self, update: &Update) -> Vec<InboundEvent> {
        let user = update.user.as_ref().filter(|user| user.user_id.0 != 0);
        let (Some(user), chat @ 1..) = (user, update.chat_id.0) else {
            return vec![InboundEvent::Unknown("bot_started")];
        };
        let mark = update.payload.clone().filter(|payload| !payload.is_empty());
        let began =
            Began { conversation_id: Place::Chat(chat).to_string(), customer: self.person(user), mark, greets: true };
        vec![InboundEvent::Began(Box::new(began)), self.reach(update, true)]
    }

    /// `bot_stopped`, `dialog_removed`.
    pub(super) fn stopped(&self, update: &Update) -> InboundEvent {
        if update.chat_id.0 == 0 { InboundEvent::Unknown("bot_stopped") } else { self.reach(update, false) }
    }

    /// `bot_added`: the group's conversation begins before its first message.
    pub(super) async fn added(&self, update: &Update) -> Vec<InboundEvent> {
        if let Some(nothing) = self.not_listened_to(update) {
            return vec![nothing];
        }
        let chat = update.chat_id.0;
        let (customer, mut events) = self.known_room(chat).await;
        let began = Began { conversation_id: Place::Chat(chat).to_string(), customer, mark: None, greets: false };
        events.extend([InboundEvent::Began(Box::new(began)), self.reach(update, true)]);
        events
    }

    /// `bot_removed`.
    pub(super) fn taken_out(&self, update: &Update) -> InboundEvent {
        self.not_listened_to(update).unwrap_or_else(|| self.reach(update, false))
    }

    /// `chat_title_changed`.
    pub(super) fn renamed(&self, update: &Update) -> InboundEvent {
        match (&update.title, self.not_listened_to(update)) {
            (_, Some(nothing)) => nothing,
            (Some(title), None) => learned(update.chat_id.0, title),
            (None, None) => InboundEvent::Unknown("chat_title_changed"),
        }
    }

    fn not_listened_to(&self, update: &Update) -> Option<InboundEvent> {
        match update.chat_id.0 {
            0 => Some(InboundEvent::Unknown("chat")),
            _ if update.is_channel => Some(InboundEvent::Nothing("channel")),
            _ if !self.options.groups => Some(InboundEvent::Nothing("group")),
            _ => None,
        }
    }

    fn reach(&self, update: &Update, reachable: bool) -> InboundEvent {
        let conversation_id = Place::Chat(update.chat_id.0).to_string();
        InboundEvent::Reach { conversation_id, reachable, at: update.timestamp.0 }
    }
}
