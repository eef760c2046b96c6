//! Converts Telegram's updates to events (telegram §3, §4.1).

use base::i18n::{LocalizedText, Words};
use base::message::{Body, Content, Person, Role};
use base::phone::with_plus;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::api::BotApi;
use super::setup::{self, BotOptions, SourceBot};
use super::wire::{
    BusinessConnection, CallbackQuery, ChatMemberUpdated, ChatThread, DeletedBusinessMessages, Message,
    MessageReaction, Update, Within,
};
use crate::call::{ApiError, Refusal};
use crate::incoming::{Began, ButtonPress, EditedMessage, InboundEvent, IncomingMessage, NotReceived, Reacted};
use crate::receiving::above;
use crate::{PressedButton, Settings};
use content::ReceivedContent;

mod content;

/// The receiving bot and its settings, which affect how updates are read.
struct Listener<'a> {
    bot_id: i64,
    username: Option<&'a str>,
    options: BotOptions,
    /// What is known about the bot.
    facts: Option<&'a Value>,
    /// Whether the public server's limits apply.
    is_telegrams_own: bool,
    words: Words,
    /// The update's content as received.
    raw: &'a Value,
}

/// Converts one update.
pub(super) async fn receive(
    api: &BotApi,
    settings: &Settings,
    body: &[u8],
    words: Words,
) -> Result<Vec<InboundEvent>, NotReceived> {
    let raw: Value = serde_json::from_slice(body).map_err(|_| NotReceived::Unreadable)?;
    let update = Update::deserialize(&raw).map_err(|_| NotReceived::Unreadable)?;
    let bot = SourceBot::of(settings).ok_or(NotReceived::Unreadable)?;
    let facts = settings.public.get("facts");
    let listener = Listener {
        bot_id: bot.id,
        username: facts.and_then(|facts| facts.pointer("/bot/username")).and_then(Value::as_str),
        options: bot.options.clone(),
        facts,
        is_telegrams_own: api.is_telegrams_own(),
        words,
        raw: held(&raw),
    };
    let Some(connection_id) = in_whose_name(&update) else { return Ok(listener.read(&update)) };
    match listener.owner_of(connection_id) {
        Some(owner) => Ok(listener.read_in_business(&update, owner)),
        None => {
            // The update that announced the connection was lost or has not arrived yet.
            let connection = asked(api, &bot, connection_id).await?;
            let mut events = listener.connection(&connection);
            events.extend(listener.read_in_business(&update, connection.user.id));
            Ok(events)
        }
    }
}

/// The update's content without its number.
fn held(raw: &Value) -> &Value {
    let fields = raw.as_object().into_iter().flatten();
    fields.filter(|(name, _)| *name != "update_id").map(|(_, value)| value).next().unwrap_or(&Value::Null)
}

/// The business connection of an update.
fn in_whose_name(update: &Update) -> Option<&str> {
    let messages = [&update.business_message, &update.edited_business_message];
    let message = messages.into_iter().flatten().find_map(|message| message.business_connection_id.as_deref());
    let deleted = update.deleted_business_messages.as_ref().map(|deleted| deleted.business_connection_id.as_str());
    message.or(deleted)
}

async fn asked(api: &BotApi, bot: &SourceBot<'_>, connection_id: &str) -> Result<BusinessConnection, NotReceived> {
    let parameters = json!({ "business_connection_id": connection_id });
    let given: Result<BusinessConnection, _> = api.call(bot.token, "getBusinessConnection", &parameters).await;
    match given {
        Ok(connection) if connection.user.id != 0 => Ok(connection),
        Ok(_) => Err(NotReceived::Unreadable),
        // The connection does not exist, so the owner of the chat can never be determined.
        Err(ApiError::Refused(Refusal { code: 400..=499, is_gateways: false, .. })) => Err(NotReceived::Unreadable),
        Err(failed) => Err(NotReceived::Later(setup::explain(&failed))),
    }
}

impl Listener<'_> {
    /// Converts an update outside Telegram Business.
    fn read(&self, update: &Update) -> Vec<InboundEvent> {
        if let Some(message) = &update.message {
            self.wrote(message)
        } else if let Some(message) = &update.edited_message {
            self.says_now(message, self.scene(message))
        } else if let Some(query) = &update.callback_query {
            vec![self.pressed(query)]
        } else if let Some(reaction) = &update.message_reaction {
            vec![self.reacted(reaction)]
        } else if let Some(change) = &update.my_chat_member {
            vec![self.member(change)]
        } else if let Some(connection) = &update.business_connection {
            self.connection(connection)
        } else {
            vec![InboundEvent::Unknown("update")]
        }
    }

    fn read_in_business(&self, update: &Update, owner: i64) -> Vec<InboundEvent> {
        if let Some(message) = &update.business_message {
            self.events_of(message, self.business_scene(owner, message))
        } else if let Some(message) = &update.edited_business_message {
            self.says_now(message, self.business_scene(owner, message))
        } else if let Some(deleted) = &update.deleted_business_messages {
            self.deleted_in_business(owner, deleted)
        } else {
            vec![InboundEvent::Unknown("update")]
        }
    }

    /// A text that Parom adds to a customer's message, with plain spaces instead of no-break ones.
    fn text(&self, key: &'static str, with: &[(&'static str, &str)]) -> String {
        let said = with.iter().fold(LocalizedText::new(key), |said, (name, text)| said.with(name, *text));
        said.plain(self.words, "")
    }
}

/// The conversation of a message, and its participants.
pub(super) struct MessageScene {
    pub at: ChatThread,
    /// The other person, for messages written by a person for whom the bot acts.
    pub receiver: Option<Person>,
    /// Set for a group.
    pub room: Option<Person>,
}

impl Listener<'_> {
    /// `message`.
    pub(super) fn wrote(&self, message: &Message) -> Vec<InboundEvent> {
        if let Some(moved) = self.moved(message) {
            return vec![moved];
        }
        match self.scene(message) {
            Ok(scene) if self.is_added(message) => vec![self.added(message, &scene)],
            Ok(scene) if message.new_chat_title.is_some() && scene.room.is_some() => vec![titled(scene)],
            scene => self.events_of(message, scene),
        }
    }

    /// An edit in any kind of chat.
    fn says_now(&self, message: &Message, scene: Result<MessageScene, InboundEvent>) -> Vec<InboundEvent> {
        let scene = match scene {
            Ok(scene) => scene,
            Err(nothing) => return vec![nothing],
        };
        // A live location is updated every few seconds; the chat keeps the first position.
        if message.location.is_some() {
            return vec![InboundEvent::Nothing("live_location")];
        }
        match self.written(message, scene) {
            Some(written) => {
                let key = key_of(&written, message.edit_date);
                let at = Some(message.edit_date.saturating_mul(1000)).filter(|at| *at > 0);
                vec![InboundEvent::Changed(Box::new(EditedMessage { written, key, at }))]
            }
            None => vec![InboundEvent::Nothing("service")],
        }
    }

    /// A new message in any kind of chat.
    fn events_of(&self, message: &Message, scene: Result<MessageScene, InboundEvent>) -> Vec<InboundEvent> {
        let scene = match scene {
            Ok(scene) => scene,
            Err(nothing) => return vec![nothing],
        };
        let start = message.text.as_deref().and_then(|text| Start::of(text, self.username));
        let Some(start) = start.filter(|_| scene.receiver.is_none()) else {
            return match self.written(message, scene) {
                Some(written) => vec![InboundEvent::Wrote(Box::new(written))],
                None if self.is_service() => vec![InboundEvent::Nothing("service")],
                None => vec![self.unreadable(message)],
            };
        };
        let customer = match &scene.room {
            Some(room) => room.clone(),
            None => self.author(message),
        };
        let mark = start.payload.map(str::to_owned);
        let greets = scene.room.is_none();
        let began = Began { conversation_id: scene.at.to_string(), customer, mark, greets };
        vec![InboundEvent::Began(Box::new(began))]
    }

    /// None if it has no content.
    fn written(&self, message: &Message, scene: MessageScene) -> Option<IncomingMessage> {
        let ReceivedContent { mut content, mut caption } = self.held(message)?;
        let lines = self.lines_above(message);
        if !lines.is_empty() {
            above(&lines.join("\n"), "\n", &mut content, &mut caption);
        }
        let mut sender = self.author(message);
        if scene.receiver.is_some() {
            sender.role = Role::Manager;
            sender.avatar_reference = None;
        }
        // Only a person's own phone number identifies them.
        let own =
            message.contact.as_ref().filter(|contact| contact.user_id.is_some_and(|id| self.is_from(message, id)));
        if let Some(contact) = own.filter(|_| sender.role == Role::Client) {
            sender.phone = Some(with_plus(&contact.phone_number)).filter(|phone| !phone.is_empty());
        }
        Some(IncomingMessage {
            external_id: scene.at.message(message.message_id),
            conversation_id: scene.at.to_string(),
            sent_at: message.date.checked_mul(1000),
            body: Body {
                receiver: scene.receiver,
                caption,
                reply_to: self.reply_to(scene.at, message),
                ..Body::new(sender, content)
            },
            room: scene.room,
        })
    }

    fn is_from(&self, message: &Message, user_id: i64) -> bool {
        message.from.as_ref().is_some_and(|user| user.id == user_id) && message.sender_chat.is_none()
    }

    /// A kind unknown to this code is replaced by a text that explains it, so that the message keeps its place in the
    /// chat.
    fn unreadable(&self, message: &Message) -> InboundEvent {
        let Ok(scene) = self.scene(message) else { return InboundEvent::Unknown("message") };
        let content = base::message::Content::Text { text: self.text("tg-in-unknown", &[]) };
        let written = IncomingMessage {
            external_id: scene.at.message(message.message_id),
            conversation_id: scene.at.to_string(),
            sent_at: message.date.checked_mul(1000),
            body: Body::new(self.author(message), content),
            room: scene.room,
        };
        InboundEvent::Wrote(Box::new(written))
    }
}

/// `/start`, sent by the Start button or by a link with a payload (telegram §11).
#[derive(Debug, PartialEq)]
struct Start<'a> {
    payload: Option<&'a str>,
}

impl<'a> Start<'a> {
    /// None for any other text, which a person wrote.
    fn of(text: &'a str, username: Option<&str>) -> Option<Self> {
        let rest = text.strip_prefix("/start")?;
        let rest = match rest.strip_prefix('@') {
            Some(named) => {
                let name = username?;
                let same = named.get(..name.len())?.eq_ignore_ascii_case(name);
                named.get(name.len()..).filter(|_| same)?
            }
            None => rest,
        };
        let payload = rest.trim();
        let fits =
            payload.len() <= 64 && payload.bytes().all(|sign| sign.is_ascii_alphanumeric() || b"_-".contains(&sign));
        let apart = rest.is_empty() || rest.starts_with(char::is_whitespace);
        (fits && apart).then_some(Self { payload: Some(payload).filter(|payload| !payload.is_empty()) })
    }
}

/// Equal if the same change is reported again, different for another: the time of the change and the new content.
fn key_of(written: &IncomingMessage, edit_date: i64) -> String {
    let file = written.body.content.media().and_then(|file| file.known_as.as_deref()).unwrap_or_default();
    let says = serde_json::to_value(&written.body.content).unwrap_or(Value::Null);
    let digest = Sha256::digest(format!("{says}\0{file}\0{:?}", written.body.caption));
    format!("{}:{edit_date}:{}", written.external_id, hex::encode(&digest[..12]))
}

// Telegram Business: the bot acts for a person (telegram §13). Chat ids are unique only per person, so a chat is
// identified by its owner as well.

impl Listener<'_> {
    /// `business_connection`: the connection's id changes each time, its owner does not.
    pub(super) fn connection(&self, connection: &BusinessConnection) -> Vec<InboundEvent> {
        if connection.id.is_empty() || connection.user.id == 0 {
            return vec![InboundEvent::Unknown("business_connection")];
        }
        let key = connection.user.id.to_string();
        let can_reply = connection.rights.can_reply || connection.can_reply;
        let owner = json!({
            "connection_id": connection.id,
            "name": connection.user.called().unwrap_or_default(),
            "is_enabled": connection.is_enabled,
            "can_reply": can_reply,
            "can_read_messages": connection.rights.can_read_messages,
            "at": connection.date.saturating_mul(1000),
        });
        let usable = connection.is_enabled && can_reply;
        let id = if usable { Value::String(connection.id.clone()) } else { Value::Null };
        vec![
            InboundEvent::Learned { part: "business", key: key.clone(), value: id },
            InboundEvent::Learned { part: "owners", key, value: owner },
        ]
    }

    /// `deleted_business_messages`.
    pub(super) fn deleted_in_business(&self, owner: i64, deleted: &DeletedBusinessMessages) -> Vec<InboundEvent> {
        let chat = ChatThread { chat: deleted.chat.id, within: Within::Business { owner } };
        let ids = deleted.message_ids.iter().filter(|id| **id != 0);
        ids.map(|id| InboundEvent::TookBack { pieces: vec![chat.message(*id)] }).collect()
    }

    fn business_scene(&self, owner: i64, message: &Message) -> Result<MessageScene, InboundEvent> {
        if message.message_id == 0 || message.chat.id == 0 {
            return Err(InboundEvent::Unknown("business_message"));
        }
        // Our own message, reported back to us.
        if message.sender_business_bot.is_some() {
            return Err(InboundEvent::Nothing("echo"));
        }
        let at = ChatThread { chat: message.chat.id, within: Within::Business { owner } };
        let by_owner = message.from.as_ref().is_some_and(|user| user.id == owner);
        // A person's notes to themselves are ignored.
        if by_owner && message.chat.id == owner {
            return Err(InboundEvent::Nothing("own_notes"));
        }
        let receiver = by_owner.then(|| self.customer(&message.chat, message.date));
        Ok(MessageScene { at, receiver, room: None })
    }

    /// The chat of a message in a person's name, if the owner is known.
    pub(super) fn business_of(&self, message: &Message) -> Option<ChatThread> {
        let connection = message.business_connection_id.as_deref()?;
        let owner = self.owner_of(connection)?;
        Some(ChatThread { chat: message.chat.id, within: Within::Business { owner } })
    }

    /// The owner of a connection.
    pub(super) fn owner_of(&self, connection_id: &str) -> Option<i64> {
        let owners = self.facts?.get("owners")?.as_object()?;
        let found = owners.iter().find(|(_, owner)| {
            owner.get("connection_id").and_then(Value::as_str).is_some_and(|id| id == connection_id)
        });
        found?.0.parse().ok()
    }
}

// Service messages: events about a chat (telegram §4.3, §12).

/// Fields of service messages, which have no common marker. A message with one of these fields creates no message; one
/// with an unknown field becomes a text that explains it.
const SERVICE: &str = "boost_added channel_chat_created chat_background_set chat_owner_changed chat_owner_left chat_shared \
                       checklist_tasks_added checklist_tasks_done connected_website delete_chat_photo \
                       direct_message_price_changed forum_topic_closed forum_topic_created forum_topic_edited \
                       forum_topic_reopened general_forum_topic_hidden general_forum_topic_unhidden giveaway_completed \
                       giveaway_created group_chat_created left_chat_member message_auto_delete_timer_changed \
                       migrate_from_chat_id migrate_to_chat_id new_chat_members new_chat_photo new_chat_title \
                       paid_message_price_changed passport_data pinned_message proximity_alert_triggered refunded_payment \
                       successful_payment suggested_post_approval_failed suggested_post_approved suggested_post_declined \
                       suggested_post_paid suggested_post_refunded supergroup_chat_created user_shared users_shared \
                       video_chat_ended video_chat_participants_invited video_chat_scheduled video_chat_started \
                       write_access_allowed";

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

    /// Whether the current message is a service message that can be ignored.
    pub(super) fn is_service(&self) -> bool {
        SERVICE.split(' ').any(|field| self.raw.get(field).is_some_and(|value| !value.is_null()))
    }
}

/// A group that was renamed.
fn titled(scene: MessageScene) -> InboundEvent {
    InboundEvent::Titled { conversation_id: scene.at.to_string(), group: Box::new(scene.room.unwrap_or_default()) }
}

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

#[cfg(test)]
mod tests;
