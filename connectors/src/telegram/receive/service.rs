//! Service messages: events about a chat (telegram §4.3, §12).

use super::Listener;
use super::message::MessageScene;
use crate::incoming::{Began, InboundEvent};
use crate::telegram::ids::{ChatThread, Within};
use crate::telegram::wire::Message;

/// Fields of service messages, which have no common marker. A message with one of these fields creates no message; one
/// with an unknown field becomes a text that explains it.
const SERVICE: &[&str] = &[
    "boost_added",
    "channel_chat_created",
    "chat_background_set",
    "chat_owner_changed",
    "chat_owner_left",
    "chat_shared",
    "checklist_tasks_added",
    "checklist_tasks_done",
    "connected_website",
    "delete_chat_photo",
    "direct_message_price_changed",
    "forum_topic_closed",
    "forum_topic_created",
    "forum_topic_edited",
    "forum_topic_reopened",
    "general_forum_topic_hidden",
    "general_forum_topic_unhidden",
    "giveaway_completed",
    "giveaway_created",
    "group_chat_created",
    "left_chat_member",
    "message_auto_delete_timer_changed",
    "migrate_from_chat_id",
    "migrate_to_chat_id",
    "new_chat_members",
    "new_chat_photo",
    "new_chat_title",
    "paid_message_price_changed",
    "passport_data",
    "pinned_message",
    "proximity_alert_triggered",
    "refunded_payment",
    "successful_payment",
    "suggested_post_approval_failed",
    "suggested_post_approved",
    "suggested_post_declined",
    "suggested_post_paid",
    "suggested_post_refunded",
    "supergroup_chat_created",
    "user_shared",
    "users_shared",
    "video_chat_ended",
    "video_chat_participants_invited",
    "video_chat_scheduled",
    "video_chat_started",
    "write_access_allowed",
];

impl Listener<'_> {
    /// The conversation of a message in the bot's own chats; the error is the reason why it is irrelevant.
    pub(super) fn scene(&self, message: &Message) -> Result<MessageScene, InboundEvent> {
        let chat = &message.chat;
        // 0 means scheduled and not sent yet.
        if message.message_id == 0 || chat.id == 0 {
            return Err(InboundEvent::Unknown("message"));
        }
        if chat.is_private() {
            return Ok(MessageScene { at: ChatThread::chat(chat.id), receiver: None, room: None });
        }
        match (chat.is_group(), self.options.groups) {
            (true, true) => {
                let topic = message.message_thread_id.filter(|_| message.is_topic_message);
                let within = topic.map_or(Within::Whole, Within::Topic);
                Ok(MessageScene {
                    at: ChatThread { chat: chat.id, within },
                    receiver: None,
                    room: Some(self.room(chat)),
                })
            }
            (true, false) => Err(InboundEvent::Nothing("group")),
            (false, _) => Err(InboundEvent::Nothing("channel")),
        }
    }

    /// A group that became a supergroup, reported in either of the two chats.
    pub(super) fn moved(&self, message: &Message) -> Option<InboundEvent> {
        let here = message.chat.id;
        let (from, to) = match (message.migrate_to_chat_id, message.migrate_from_chat_id) {
            (Some(to), _) => (here, to),
            (None, Some(from)) => (from, here),
            (None, None) => return None,
        };
        if !self.options.groups {
            return Some(InboundEvent::Nothing("group"));
        }
        if from == to {
            return Some(InboundEvent::Unknown("migration"));
        }
        Some(InboundEvent::Moved { from: ChatThread::chat(from).to_string(), to: ChatThread::chat(to).to_string() })
    }

    /// Whether this message says that the bot was added to a group.
    pub(super) fn is_added(&self, message: &Message) -> bool {
        message.new_chat_members.iter().any(|user| user.id == self.bot_id)
    }

    /// Starts the group's conversation before its first message.
    pub(super) fn added(&self, message: &Message, scene: &MessageScene) -> InboundEvent {
        let customer = self.room(&message.chat);
        let conversation_id = scene.at.to_string();
        InboundEvent::Began(Box::new(Began { conversation_id, customer, mark: None, greets: false }))
    }

    /// A group that was renamed; none if this message says something else.
    pub(super) fn titled(&self, message: &Message, scene: &MessageScene) -> Option<InboundEvent> {
        let group = scene.room.clone().filter(|_| message.new_chat_title.is_some())?;
        Some(InboundEvent::Titled { conversation_id: scene.at.to_string(), group: Box::new(group) })
    }

    /// Whether the current message is a service message that can be ignored.
    pub(super) fn is_service(&self) -> bool {
        SERVICE.iter().any(|field| self.raw.get(field).is_some_and(|value| !value.is_null()))
    }
}
