//! Updates other than messages: reactions, pressed buttons, and whether the bot may write.

use base::message::{Body, Content};

use super::Listener;
use crate::PressedButton;
use crate::incoming::{ButtonPress, InboundEvent, IncomingMessage, Reacted};
use crate::telegram::ids::{ChatThread, Within};
use crate::telegram::wire::{CallbackQuery, ChatMemberUpdated, MessageReaction};

impl Listener<'_> {
    /// `message_reaction`: contains all reactions of the person; amoCRM supports one, so the first emoji is used
    /// (telegram §10).
    pub(super) fn reacted(&self, reaction: &MessageReaction) -> InboundEvent {
        let chat = &reaction.chat;
        if chat.id == 0 || reaction.message_id == 0 {
            return InboundEvent::Unknown("message_reaction");
        }
        let listened_to = chat.is_private() || (chat.is_group() && self.options.groups);
        if !listened_to {
            return InboundEvent::Nothing("group");
        }
        let sender = match (&reaction.user, &reaction.actor_chat) {
            (Some(user), _) => self.person(user, reaction.date),
            (None, Some(chat)) => self.room(chat),
            (None, None) => self.customer(chat, reaction.date),
        };
        let standard = reaction.new_reaction.iter().filter(|one| one.r#type == "emoji");
        let emoji = standard.filter_map(|one| one.emoji.clone()).find(|emoji| !emoji.is_empty());
        let message = ChatThread::chat(chat.id).message(reaction.message_id);
        let set: Vec<_> = reaction.new_reaction.iter().map(|one| one.emoji.as_deref().unwrap_or("?")).collect();
        let key = format!("{message}:{}:{}:{}", sender.id, reaction.date, set.concat());
        let at = Some(reaction.date.saturating_mul(1000)).filter(|at| *at > 0);
        InboundEvent::Reacted(Box::new(Reacted { message, sender, emoji, key, at }))
    }

    /// `callback_query`.
    pub(super) fn pressed(&self, query: &CallbackQuery) -> InboundEvent {
        let (Some(message), Some(data)) = (&query.message, &query.data) else {
            return InboundEvent::Nothing("callback_query");
        };
        if query.id.is_empty() || message.chat.id == 0 || !message.chat.is_private() && !self.options.groups {
            return InboundEvent::Nothing("callback_query");
        }
        let topic = message.message_thread_id.filter(|_| message.is_topic_message && message.chat.is_group());
        let within = topic.map_or(Within::Whole, Within::Topic);
        let chat = self.business_of(message).unwrap_or(ChatThread { chat: message.chat.id, within });
        let label = message.reply_markup.as_ref().and_then(|keyboard| keyboard.label(data)).unwrap_or_default();
        let content = Content::Text { text: label.to_owned() };
        // A press has no time of its own, so the time of arrival is used.
        let sender = self.person(&query.from, message.date);
        InboundEvent::Pressed(Box::new(ButtonPress {
            written: IncomingMessage {
                external_id: format!("callback:{}", query.id),
                conversation_id: chat.to_string(),
                sent_at: None,
                body: Body::new(sender, content),
                room: message.chat.is_group().then(|| self.room(&message.chat)),
            },
            message_id: PressedButton::read(data).map(|pressed| pressed.message_id),
            data: data.clone(),
            acknowledge: query.id.clone(),
        }))
    }

    /// `my_chat_member`: in a private chat, whether the customer lets the bot write.
    pub(super) fn member(&self, change: &ChatMemberUpdated) -> InboundEvent {
        let chat = &change.chat;
        let wanted = chat.is_private() || (chat.is_group() && self.options.groups);
        if chat.id == 0 || !wanted {
            return InboundEvent::Nothing("my_chat_member");
        }
        let reachable = match change.new_chat_member.status.as_str() {
            "kicked" | "left" => false,
            "member" | "administrator" | "creator" | "restricted" => true,
            _ => return InboundEvent::Unknown("my_chat_member"),
        };
        let at = change.date.saturating_mul(1000);
        InboundEvent::Reach { conversation_id: ChatThread::chat(chat.id).to_string(), reachable, at }
    }
}
