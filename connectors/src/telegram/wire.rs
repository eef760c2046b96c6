//! Telegram's updates (https://core.telegram.org/bots/api#update), parsed leniently: a field of an unexpected type
//! counts as absent, so that one changed field never loses a message. Absent fields have their empty value.

use std::fmt;

use base::message::is_visible;
use serde_json::Value;

use crate::receiving::wire;

wire! {
    /// One update. At most one of its fields is set.
    Update {
        message: Option<Box<Message>>,
        edited_message: Option<Box<Message>>,
        callback_query: Option<CallbackQuery>,
        message_reaction: Option<MessageReaction>,
        my_chat_member: Option<ChatMemberUpdated>,
        business_connection: Option<BusinessConnection>,
        business_message: Option<Box<Message>>,
        edited_business_message: Option<Box<Message>>,
        deleted_business_messages: Option<DeletedBusinessMessages>,
    }
}

// Messages, their authors and chats (https://core.telegram.org/bots/api#message).

wire! {
    Message {
        /// Unique in its chat; 0 means not sent yet.
        message_id: i64,
        /// Seconds since 1970.
        date: i64,
        edit_date: i64,
        chat: Chat,
        from: Option<User>,
        /// The chat in whose name it was sent; `from` is then a placeholder.
        sender_chat: Option<Chat>,
        author_signature: Option<String>,
        message_thread_id: Option<i64>,
        is_topic_message: bool,
        business_connection_id: Option<String>,
        /// Set for messages that the bot itself wrote in the name of a person.
        sender_business_bot: Option<User>,
        media_group_id: Option<String>,
        reply_to_message: Option<Box<Message>>,
        external_reply: Option<ExternalReply>,
        quote: Option<TextQuote>,
        forward_origin: Option<Origin>,
        reply_markup: Option<InlineKeyboard>,

        text: Option<String>,
        entities: Vec<Entity>,
        caption: Option<String>,
        caption_entities: Vec<Entity>,

        animation: Option<FileRef>,
        photo: Vec<PhotoSize>,
        video: Option<FileRef>,
        video_note: Option<FileRef>,
        voice: Option<FileRef>,
        audio: Option<FileRef>,
        document: Option<FileRef>,
        sticker: Option<Sticker>,
        venue: Option<Venue>,
        location: Option<Location>,
        contact: Option<Contact>,
        poll: Option<Poll>,
        dice: Option<Dice>,
        story: Option<Story>,
        paid_media: Option<PaidMedia>,
        checklist: Option<Checklist>,
        rich_message: Option<Value>,
        game: Option<Value>,
        invoice: Option<Value>,
        giveaway: Option<Value>,
        gift: Option<Value>,
        unique_gift: Option<Value>,

        migrate_to_chat_id: Option<i64>,
        migrate_from_chat_id: Option<i64>,
        new_chat_members: Vec<User>,
        new_chat_title: Option<String>,
        forum_topic_created: Option<Value>,
        web_app_data: Option<WebAppData>,
    }

    WebAppData {
        data: String,
    }

    Chat {
        id: i64,
        /// `private`, `group`, `supergroup` or `channel`.
        r#type: String,
        title: Option<String>,
        first_name: Option<String>,
        last_name: Option<String>,
        username: Option<String>,
    }

    User {
        id: i64,
        is_bot: bool,
        /// May be empty.
        first_name: String,
        last_name: Option<String>,
        username: Option<String>,
        language_code: Option<String>,
    }

    /// Formatting of a part of a text. Offsets count UTF-16 units.
    Entity {
        r#type: String,
        offset: usize,
        length: usize,
        url: Option<String>,
    }

    /// The fragment that a reply quotes.
    TextQuote {
        text: String,
    }

    /// The message of another chat that a reply answers.
    ExternalReply {
        origin: Option<Origin>,
    }

    /// The origin of a forwarded message.
    Origin {
        /// `user`, `hidden_user`, `chat` or `channel`.
        r#type: String,
        date: i64,
        sender_user: Option<User>,
        sender_user_name: Option<String>,
        sender_chat: Option<Chat>,
        chat: Option<Chat>,
        message_id: i64,
        author_signature: Option<String>,
    }

    InlineKeyboard {
        inline_keyboard: Vec<Vec<InlineButton>>,
    }

    InlineButton {
        text: String,
        callback_data: Option<String>,
    }
}

impl Chat {
    /// A chat of one customer and the bot.
    pub fn is_private(&self) -> bool {
        self.r#type == "private"
    }

    /// A chat of several people.
    pub fn is_group(&self) -> bool {
        matches!(self.r#type.as_str(), "group" | "supergroup")
    }

    /// Display name.
    pub fn called(&self) -> Option<String> {
        let name = [self.first_name.as_deref(), self.last_name.as_deref()].into_iter().flatten();
        let name = name.map(str::trim).filter(|part| is_visible(part)).collect::<Vec<_>>().join(" ");
        let title = self.title.clone().unwrap_or(name);
        Some(title).filter(|title| is_visible(title))
    }

    /// The address of a message in a public chat.
    pub fn link(&self, path: &str) -> Option<String> {
        let username = self.username.as_deref().filter(|name| !name.is_empty())?;
        Some(format!("https://t.me/{username}{path}"))
    }
}

impl User {
    /// Display name; none if the account was deleted.
    pub fn called(&self) -> Option<String> {
        let parts = [Some(self.first_name.as_str()), self.last_name.as_deref()].into_iter().flatten();
        let name = parts.map(str::trim).filter(|part| is_visible(part)).collect::<Vec<_>>().join(" ");
        Some(name).filter(|name| !name.is_empty())
    }
}

impl InlineKeyboard {
    /// The label of the button with this data.
    pub fn label(&self, data: &str) -> Option<&str> {
        let mut buttons = self.inline_keyboard.iter().flatten();
        buttons.find(|button| button.callback_data.as_deref() == Some(data)).map(|button| button.text.as_str())
    }
}

wire! {
    /// A file of any kind.
    FileRef {
        /// Valid for this bot only; used to download the file.
        file_id: String,
        /// The same for all bots, and for identical bytes.
        file_unique_id: String,
        file_name: Option<String>,
        mime_type: Option<String>,
        file_size: u64,
        /// Seconds.
        duration: Option<u32>,
        performer: Option<String>,
        title: Option<String>,
    }

    PhotoSize {
        file_id: String,
        file_unique_id: String,
        file_size: u64,
    }

    Sticker {
        file_id: String,
        file_unique_id: String,
        file_size: u64,
        /// A `.tgs`, which only Telegram can show.
        is_animated: bool,
        /// A `.webm`.
        is_video: bool,
        emoji: Option<String>,
        thumbnail: Option<PhotoSize>,
    }

    Location {
        latitude: Option<f64>,
        longitude: Option<f64>,
    }

    Venue {
        location: Location,
        title: String,
        address: String,
    }

    Contact {
        phone_number: String,
        first_name: String,
        last_name: Option<String>,
        user_id: Option<i64>,
    }

    Poll {
        question: String,
        options: Vec<Line>,
    }

    Checklist {
        title: String,
        tasks: Vec<Line>,
    }

    /// An option of a poll, or a task of a checklist.
    Line {
        text: String,
    }

    Dice {
        emoji: String,
        value: i64,
    }

    Story {
        chat: Chat,
        id: i64,
    }

    PaidMedia {
        star_count: i64,
    }
}

/// All texts of a rich message, one block per line. The JSON parser limits the nesting.
pub fn line_of(rich: &Value) -> String {
    let mut lines = Vec::new();
    blocks(rich, &mut lines);
    lines.retain(|line| !line.trim().is_empty());
    lines.join("\n")
}

/// Each block becomes a line of its own; text nested in a text belongs to the same line.
fn blocks(value: &Value, lines: &mut Vec<String>) {
    match value {
        Value::Array(all) => all.iter().for_each(|one| blocks(one, lines)),
        Value::Object(block) => {
            if let Some(text) = block.get("text") {
                let mut line = String::new();
                leaves(text, &mut line);
                lines.push(line);
            }
            for inner in ["blocks", "items", "caption", "rows", "cells"] {
                match block.get(inner) {
                    Some(Value::String(text)) => lines.push(text.clone()),
                    Some(value) => blocks(value, lines),
                    None => {}
                }
            }
        }
        Value::String(text) => lines.push(text.clone()),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn leaves(value: &Value, line: &mut String) {
    match value {
        Value::String(text) => line.push_str(text),
        Value::Array(all) => all.iter().for_each(|one| leaves(one, line)),
        Value::Object(text) => {
            if let Some(text) = text.get("text") {
                leaves(text, line);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

wire! {
    MessageReaction {
        chat: Chat,
        message_id: i64,
        user: Option<User>,
        actor_chat: Option<Chat>,
        date: i64,
        /// All reactions of the person after the change.
        new_reaction: Vec<Reaction>,
    }

    Reaction {
        /// `emoji`, `custom_emoji` or `paid`.
        r#type: String,
        emoji: Option<String>,
    }

    CallbackQuery {
        id: String,
        from: User,
        /// With `date` 0 it is too old for the bot to access.
        message: Option<Box<Message>>,
        data: Option<String>,
    }

    ChatMemberUpdated {
        chat: Chat,
        date: i64,
        new_chat_member: ChatMember,
    }

    ChatMember {
        /// `creator`, `administrator`, `member`, `restricted`, `left` or `kicked`.
        status: String,
    }

    BusinessConnection {
        id: String,
        user: User,
        date: i64,
        /// The same field before Bot API 9.0.
        can_reply: bool,
        rights: BusinessRights,
        is_enabled: bool,
    }

    BusinessRights {
        can_reply: bool,
        can_read_messages: bool,
    }

    DeletedBusinessMessages {
        business_connection_id: String,
        chat: Chat,
        message_ids: Vec<i64>,
    }
}

// External ids for Telegram's conversations and messages (telegram §16).
//
// ```text
// conversation   <chat>            a private chat, or a group as a whole
//                <chat>/<topic>    a topic of a group or of a private chat
//                b<owner>/<chat>   a chat of a person who lends the bot their account (Telegram Business)
// message        the conversation without its topic, `:`, <message id>
// ```

/// A chat, and optionally a part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ChatThread {
    pub chat: i64,
    pub within: Within,
}

/// The part or side of a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Within {
    Whole,
    /// `message_thread_id`.
    Topic(i64),
    /// This person's own chat with the customer, not the bot's.
    Business {
        owner: i64,
    },
}

impl ChatThread {
    /// A chat as a whole.
    pub const fn chat(chat: i64) -> Self {
        Self { chat, within: Within::Whole }
    }

    /// Parses a conversation id.
    pub fn parse(id: &str) -> Option<Self> {
        let number = |text: &str| text.parse::<i64>().ok();
        match id.split_once('/') {
            None => Some(Self::chat(number(id)?)),
            Some((before, after)) => match before.strip_prefix('b') {
                Some(owner) => Some(Self { chat: number(after)?, within: Within::Business { owner: number(owner)? } }),
                None => Some(Self { chat: number(before)?, within: Within::Topic(number(after)?) }),
            },
        }
    }

    /// The external id of a message here. Message ids are unique in a chat, across its topics.
    pub fn message(self, message_id: i64) -> String {
        let within = match self.within {
            Within::Topic(_) => Within::Whole,
            within => within,
        };
        format!("{}:{message_id}", Self { within, ..self })
    }

    /// Groups have negative ids, people positive ones.
    pub const fn is_group(self) -> bool {
        self.chat < 0
    }

    /// The same place in another chat, for a group that was upgraded.
    #[must_use]
    pub const fn moved(self, chat: i64) -> Self {
        Self { chat, ..self }
    }
}

/// The conversation id.
impl fmt::Display for ChatThread {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.within {
            Within::Whole => write!(formatter, "{}", self.chat),
            Within::Topic(topic) => write!(formatter, "{}/{topic}", self.chat),
            Within::Business { owner } => write!(formatter, "b{owner}/{}", self.chat),
        }
    }
}

/// The place and Telegram's message id for an external id.
pub fn message_of(external_id: &str) -> Option<(ChatThread, i64)> {
    let (place, id) = external_id.rsplit_once(':')?;
    Some((ChatThread::parse(place)?, id.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_messages_are_read_as_they_are_written() {
        for (text, within) in [
            ("5512345678", Within::Whole),
            ("-1001234567890", Within::Whole),
            ("-1001234567890/17", Within::Topic(17)),
            ("b42/5512345678", Within::Business { owner: 42 }),
        ] {
            let place = ChatThread::parse(text).unwrap();
            assert_eq!((place.within, place.to_string()), (within, text.to_owned()));
        }
        for wrong in ["", "x", "b1", "1/2/3", "b/5", "/5", "5/"] {
            assert_eq!(ChatThread::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_message_is_counted_in_its_chat() {
        let topic = ChatThread::parse("-100/17").unwrap();
        assert_eq!(topic.message(4), "-100:4");
        assert_eq!(message_of("-100:4"), Some((ChatThread::chat(-100), 4)));
        let business = ChatThread::parse("b42/7").unwrap();
        assert_eq!(message_of(&business.message(4)), Some((business, 4)));
        assert_eq!(message_of("0190aaaa-bbbb-7ccc-8ddd-eeeeffff0001"), None);
        assert_eq!(topic.moved(-200).to_string(), "-200/17");
    }
}
