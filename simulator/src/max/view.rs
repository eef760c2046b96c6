//! The views of the state that the library returns.

use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;

use super::state::{Bot, Message, State, Subscription, Update};

/// A bot.
#[derive(Clone, Debug, Serialize)]
pub struct BotView {
    pub id: i64,
    pub token: String,
    pub name: String,
    /// Without `@`.
    pub username: String,
}

/// A message or a comment.
#[derive(Clone, Debug, Serialize)]
pub struct MessageView {
    pub mid: String,
    pub chat: i64,
    /// A person or a bot; none for the channel itself.
    pub sender: Option<i64>,
    pub text: String,
    /// `Message` of the API.
    pub json: Value,
    /// Rows of inline buttons.
    pub buttons: Vec<Vec<ButtonView>>,
    /// The post of a comment.
    pub post: Option<String>,
    /// `reply` or `forward`, and the other message's `mid`.
    pub link: Option<(String, String)>,
    pub is_edited: bool,
    pub is_removed: bool,
    #[serde(skip)]
    pub files: Vec<FileView>,
}

/// An inline button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ButtonView {
    /// `callback`, `link`, …
    pub kind: String,
    pub text: String,
    /// `payload` of a callback.
    pub payload: Option<String>,
    pub url: Option<String>,
}

/// A file.
#[derive(Clone, Debug)]
pub struct FileView {
    /// `image`, `video`, `audio` or `file`.
    pub kind: &'static str,
    pub token: String,
    pub name: String,
    pub mime: String,
    pub bytes: Bytes,
}

/// An answered press.
#[derive(Clone, Debug, Serialize)]
pub struct AnswerView {
    pub callback_id: String,
    pub notification: String,
}

/// A webhook.
#[derive(Clone, Debug, Serialize)]
pub struct SubscriptionView {
    pub url: String,
    pub secret: Option<String>,
    /// `None`: all.
    pub update_types: Option<Vec<String>>,
}

/// An update for one webhook.
#[derive(Clone, Debug, Serialize)]
pub struct UpdateView {
    pub url: String,
    pub body: Value,
    pub attempts: u32,
    /// It was accepted or given up.
    pub is_done: bool,
    /// The webhook's last status.
    pub last_status: Option<u16>,
}

impl BotView {
    pub(crate) fn of(bot: &Bot) -> Self {
        Self { id: bot.id, token: bot.token.clone(), name: bot.name.clone(), username: bot.username.clone() }
    }
}

impl SubscriptionView {
    pub(crate) fn of(webhook: &Subscription) -> Self {
        let Subscription { url, secret, update_types, .. } = webhook.clone();
        Self { url, secret, update_types }
    }
}

impl UpdateView {
    pub(crate) fn of(update: &Update) -> Self {
        let Update { url, body, attempts, is_done, last_status, .. } = update.clone();
        Self { url, body, attempts, is_done, last_status }
    }
}

impl MessageView {
    pub(crate) fn of(state: &State, message: &Message) -> Self {
        let files = message.files.iter().filter_map(|id| state.files.get(id)).map(|file| FileView {
            kind: file.kind.word(),
            token: file.token.clone(),
            name: file.name.clone(),
            mime: file.mime.clone(),
            bytes: file.bytes.clone().unwrap_or_default(),
        });
        Self {
            mid: message.mid.clone(),
            chat: message.chat,
            sender: message.sender,
            text: message.text.clone().unwrap_or_default(),
            json: state.json(message),
            buttons: buttons(&message.others),
            post: message.post.clone(),
            link: message.link.clone(),
            is_edited: message.is_edited,
            is_removed: message.is_removed,
            files: files.collect(),
        }
    }
}

fn buttons(attachments: &[Value]) -> Vec<Vec<ButtonView>> {
    let text = |button: &Value, key: &str| button.get(key).and_then(Value::as_str).map(str::to_owned);
    let button = |one: &Value| ButtonView {
        kind: text(one, "type").unwrap_or_default(),
        text: text(one, "text").unwrap_or_default(),
        payload: text(one, "payload"),
        url: text(one, "url"),
    };
    let keyboards = attachments.iter().filter(|one| one["type"] == "inline_keyboard");
    let rows = keyboards.filter_map(|one| one["payload"]["buttons"].as_array()).flatten();
    rows.filter_map(Value::as_array).map(|row| row.iter().map(button).collect()).collect()
}
