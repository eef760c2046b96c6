//! The views of the state that the library returns.

use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;

use super::state::{Bot, Message, Place, State, Update, UpdateState};

/// A bot.
#[derive(Clone, Debug, Serialize)]
pub struct BotView {
    /// Its id.
    pub id: i64,
    /// Its current token.
    pub token: String,
    /// Its name.
    pub name: String,
    /// Without `@`.
    pub username: String,
}

/// A message as a bot knows it.
#[derive(Clone, Debug, Serialize)]
pub struct MessageView {
    /// The bot whose view this is.
    pub bot: i64,
    /// The chat's id.
    pub chat: i64,
    /// Its id in that chat.
    pub id: i64,
    /// The author: a person, a bot, or a group for its anonymous administrators.
    pub from: i64,
    /// The bot wrote it, also if on behalf of a person.
    pub is_bots: bool,
    /// `text`, `photo`, … `service`.
    pub kind: String,
    /// Text or caption.
    pub text: String,
    /// `Message` of the Bot API.
    pub json: Value,
    /// Rows of inline buttons.
    pub buttons: Vec<Vec<ButtonView>>,
    /// Emoji by author.
    pub reactions: Vec<(i64, Vec<String>)>,
    /// It was edited.
    pub is_edited: bool,
    /// It was deleted.
    pub is_deleted: bool,
    /// The quoted message.
    pub reply_to: Option<i64>,
    /// Its file; the largest size of a picture.
    #[serde(skip)]
    pub file: Option<FileView>,
}

/// An inline button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ButtonView {
    /// Its label.
    pub text: String,
    /// `callback_data`.
    pub data: Option<String>,
    /// The address it opens.
    pub url: Option<String>,
}

/// A file.
#[derive(Clone, Debug)]
pub struct FileView {
    /// Its id for this bot.
    pub file_id: String,
    /// Its name, where it has one.
    pub name: Option<String>,
    /// Its media type.
    pub mime: String,
    /// The content.
    pub bytes: Bytes,
}

/// An answered callback query.
#[derive(Clone, Debug, Serialize)]
pub struct AnswerView {
    /// The query.
    pub id: String,
    /// The text shown to the person.
    pub text: String,
    /// Shown as an alert.
    pub show_alert: bool,
}

/// The webhook of a bot.
#[derive(Clone, Debug, Serialize)]
pub struct WebhookView {
    /// The address for updates.
    pub url: String,
    /// `secret_token`.
    pub secret: Option<String>,
    /// Concurrent connections.
    pub max_connections: i64,
    /// `None`: Telegram's default.
    pub allowed_updates: Option<Vec<String>>,
    /// Waiting updates.
    pub pending: usize,
    /// `last_error_message`.
    pub last_error: Option<String>,
}

/// An update in any state.
#[derive(Clone, Debug, Serialize)]
pub struct UpdateView {
    /// `update_id`.
    pub id: i64,
    /// The field of `Update`; `raw` for injected ones.
    pub kind: &'static str,
    /// The complete update.
    pub body: Value,
    /// Number of attempts.
    pub attempts: u32,
    /// Its state.
    pub state: UpdateState,
    /// The webhook's last status.
    pub last_status: Option<u16>,
}

impl BotView {
    pub(crate) fn of(bot: &Bot) -> Self {
        Self { id: bot.id, token: bot.token.clone(), name: bot.name.clone(), username: bot.username.clone() }
    }
}

impl UpdateView {
    pub(crate) fn of(update: &Update) -> Self {
        Self {
            id: update.id,
            kind: update.kind,
            body: update.body.clone(),
            attempts: update.attempts,
            state: update.state,
            last_status: update.last_status,
        }
    }
}

impl MessageView {
    pub(crate) fn of(state: &State, bot: i64, place: &Place, message: &Message) -> Self {
        let json = state.message_json(bot, place, message);
        let from = if json.get("sender_chat").is_some() { &json["sender_chat"]["id"] } else { &json["from"]["id"] };
        let file = State::file_of(message).and_then(|unique| state.files.get(unique));
        let emoji = |value: &Value| value["emoji"].as_str().or(value["custom_emoji_id"].as_str()).map(str::to_owned);
        Self {
            bot,
            chat: state.chat_id(bot, place),
            id: message.id,
            from: from.as_i64().unwrap_or_default(),
            is_bots: message.is_by_bot(bot),
            kind: message.kind.clone(),
            text: message.text().to_owned(),
            buttons: buttons(&json["reply_markup"]["inline_keyboard"]),
            json,
            reactions: message
                .reactions
                .iter()
                .map(|(who, set)| (*who, set.iter().filter_map(emoji).collect()))
                .collect(),
            is_edited: message.edit_date.is_some(),
            is_deleted: message.is_deleted,
            reply_to: message.reply_to,
            file: file.map(|file| FileView {
                file_id: file.file_id(bot),
                name: file.name.clone(),
                mime: file.mime.clone(),
                bytes: file.bytes.clone(),
            }),
        }
    }
}

fn buttons(rows: &Value) -> Vec<Vec<ButtonView>> {
    let text = |button: &Value, key: &str| button.get(key).and_then(Value::as_str).map(str::to_owned);
    let button = |one: &Value| ButtonView {
        text: text(one, "text").unwrap_or_default(),
        data: text(one, "callback_data"),
        url: text(one, "url"),
    };
    let row = |row: &Value| row.as_array().map_or_else(Vec::new, |row| row.iter().map(button).collect());
    rows.as_array().map_or_else(Vec::new, |rows| rows.iter().map(row).collect())
}
