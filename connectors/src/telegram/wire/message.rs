//! Messages, their authors and chats (https://core.telegram.org/bots/api#message).

use base::message::is_visible;
use serde_json::Value;

use super::content::{Checklist, Contact, Dice, FileRef, Location, PaidMedia, PhotoSize, Poll, Sticker, Story, Venue};
use super::wire;

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
