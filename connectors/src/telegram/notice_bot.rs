//! The vendor's own bot, which sends alerts to people: no source, no customers. It is polled (telegram §2), so it needs
//! no address of ours.

use std::sync::OnceLock;

use base::http_client::HttpClients;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use url::Url;

use super::api::BotApi;
use super::setup;
use super::wire::{Chat, Update, User};
use crate::call::{ApiError, Refusal};

/// Updates of one call.
const AT_ONCE: u32 = 100;

/// The bot.
pub struct NoticeBot {
    api: BotApi,
    token: SecretString,
    name: OnceLock<String>,
}

/// What people do in a chat with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChatEvent {
    /// `/start CODE`; the code may be empty.
    Start { chat: NoticeChat, code: String },
    /// `/stop`
    Stop(NoticeChat),
    /// The bot was blocked or removed.
    Left(NoticeChat),
    /// Any other message to the bot alone.
    Other(NoticeChat),
}

impl ChatEvent {
    /// Where it happened.
    pub const fn chat(&self) -> &NoticeChat {
        match self {
            Self::Start { chat, .. } | Self::Stop(chat) | Self::Left(chat) | Self::Other(chat) => chat,
        }
    }
}

/// A chat of the bot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeChat {
    pub id: i64,
    /// A group's title or a person's name.
    pub title: String,
    /// The language of the one who wrote, as Telegram reports it; empty if it does not.
    pub language: String,
}

/// Why a message was not sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotSent {
    /// The chat takes none: the bot is blocked or removed, or the chat is gone.
    Gone,
    /// The group has this id now.
    Moved(i64),
    Later(String),
}

impl NoticeBot {
    /// `api_url`: as for sources, from the configuration.
    pub fn new(http: &HttpClients, api_url: &Url, token: SecretString) -> Self {
        Self { api: BotApi::new(&http.to(super::KIND.name), api_url), token, name: OnceLock::new() }
    }

    /// Its name without the @. The error says why it is not known.
    pub async fn name(&self) -> Result<&str, String> {
        if let Some(name) = self.name.get() {
            return Ok(name);
        }
        let me = setup::me(&self.api, &self.token).await.map_err(|failed| words(&failed))?;
        Ok(self.name.get_or_init(|| me.username))
    }

    /// Sends a message, with a button that opens a page. Telegram takes no button to an address that is not public, so
    /// it may be left out.
    pub async fn tell(&self, chat_id: i64, text: &str, button: Option<(&str, &str)>) -> Result<(), NotSent> {
        let button = button.filter(|(_, url)| url.starts_with("https://"));
        let markup = button.map(|(words, url)| json!({ "inline_keyboard": [[{ "text": words, "url": url }]] }));
        let mut message = json!({
            "chat_id": chat_id,
            "text": text,
            "link_preview_options": { "is_disabled": true },
        });
        if let (Some(markup), Some(fields)) = (markup, message.as_object_mut()) {
            fields.insert("reply_markup".to_owned(), markup);
        }
        let sent: Result<Value, ApiError> = self.api.call(&self.token, "sendMessage", &message).await;
        match sent {
            Ok(_) => Ok(()),
            Err(ApiError::Refused(Refusal { migrate_to: Some(chat_id), .. })) => Err(NotSent::Moved(chat_id)),
            Err(ApiError::Refused(Refusal { code: 403, is_gateways: false, .. })) => Err(NotSent::Gone),
            Err(ApiError::Refused(Refusal { code: 400, text, .. })) if is_gone(&text) => Err(NotSent::Gone),
            // Sent, and only the answer was not understood.
            Err(ApiError::Unreadable { .. }) => Ok(()),
            Err(failed) => Err(NotSent::Later(words(&failed))),
        }
    }

    /// What happened from the update `offset` on, and the offset that confirms it: unconfirmed updates come again. None
    /// if nothing happened.
    pub async fn updates(&self, offset: i64) -> Result<Option<(Vec<ChatEvent>, i64)>, String> {
        let wanted = json!({
            "offset": offset,
            "limit": AT_ONCE,
            "timeout": 0,
            "allowed_updates": ["message", "my_chat_member"],
        });
        let got: Result<Vec<Value>, ApiError> = self.api.call(&self.token, "getUpdates", &wanted).await;
        let updates = match got {
            Ok(updates) => updates,
            Err(ApiError::Refused(Refusal { code: 409, text, .. })) if text.contains("webhook") => {
                // The bot had another use before; the next call is answered.
                let gone: Result<Value, ApiError> = self.api.call(&self.token, "deleteWebhook", &json!({})).await;
                return gone.map(|_| None).map_err(|failed| words(&failed));
            }
            Err(failed) => return Err(words(&failed)),
        };
        let id = |update: &Value| update.get("update_id").and_then(Value::as_i64);
        let Some(last) = updates.iter().filter_map(id).max() else { return Ok(None) };
        let events =
            updates.into_iter().filter_map(|update| serde_json::from_value::<Update>(update).ok().and_then(read));
        Ok(Some((events.collect(), last.saturating_add(1))))
    }
}

/// Why a call failed, without the token.
fn words(failed: &ApiError) -> String {
    setup::explain(failed).to_string()
}

fn is_gone(description: &str) -> bool {
    ["chat not found", "user is deactivated", "group chat was deactivated", "PEER_ID_INVALID", "not enough rights"]
        .iter()
        .any(|sign| description.contains(sign))
}

fn read(update: Update) -> Option<ChatEvent> {
    if let Some(change) = update.my_chat_member {
        let left = ["kicked", "left"].contains(&change.new_chat_member.status.as_str());
        return left.then(|| ChatEvent::Left(chat(&change.chat, None)));
    }
    let message = update.message.filter(|message| message.chat.id != 0)?;
    let text = message.text.unwrap_or_default();
    let chat = chat(&message.chat, message.from);
    let (command, rest) = text.trim().split_once(char::is_whitespace).unwrap_or((text.trim(), ""));
    // In groups a command names its bot: /start@parom_bot.
    match command.split('@').next().unwrap_or_default() {
        "/start" => Some(ChatEvent::Start { chat, code: rest.trim().to_owned() }),
        "/stop" => Some(ChatEvent::Stop(chat)),
        _ => message.chat.is_private().then_some(ChatEvent::Other(chat)),
    }
}

fn chat(chat: &Chat, from: Option<User>) -> NoticeChat {
    let title = chat.called().or_else(|| chat.username.clone()).unwrap_or_default();
    let language = from.and_then(|from| from.language_code).unwrap_or_default();
    NoticeChat { id: chat.id, title, language }
}

impl std::fmt::Debug for NoticeBot {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let id = super::api::bot_id(self.token.expose_secret());
        out.debug_struct("NoticeBot").field("id", &id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(update: Value) -> Option<ChatEvent> {
        read(serde_json::from_value(update).unwrap())
    }

    fn message(kind: &str, text: &str) -> Value {
        json!({ "update_id": 1, "message": {
            "message_id": 2, "date": 3, "text": text,
            "chat": { "id": 7, "type": kind, "first_name": "Anna", "last_name": "Petrova" },
            "from": { "id": 7, "is_bot": false, "first_name": "Anna", "language_code": "ru" },
        } })
    }

    #[test]
    fn commands_are_read_with_and_without_the_bots_name() {
        let anna = NoticeChat { id: 7, title: "Anna Petrova".to_owned(), language: "ru".to_owned() };
        for text in ["/start ab12", " /start   ab12 ", "/start@parom_bot ab12"] {
            let wanted = ChatEvent::Start { chat: anna.clone(), code: "ab12".to_owned() };
            assert_eq!(event(message("private", text)), Some(wanted), "{text}");
        }
        assert_eq!(event(message("group", "/stop@parom_bot")), Some(ChatEvent::Stop(anna.clone())));
        assert_eq!(event(message("private", "Hello")), Some(ChatEvent::Other(anna)));
        assert_eq!(event(message("group", "Hello")), None, "people talk in groups");
    }

    #[test]
    fn a_blocked_bot_has_left_its_chat() {
        let change = |status: &str| {
            json!({ "update_id": 1, "my_chat_member": { "date": 3, "chat": { "id": 7, "type": "private", "first_name": "Anna" },
            "from": { "id": 7 }, "old_chat_member": { "status": "member" }, "new_chat_member": { "status": status } } })
        };
        assert!(matches!(event(change("kicked")), Some(ChatEvent::Left(chat)) if chat.id == 7));
        assert_eq!(event(change("member")), None);
    }

    #[test]
    fn updates_of_other_kinds_are_passed_over() {
        for other in [json!({ "poll": {} }), json!({ "message": { "chat": { "id": 1 } } }), json!({ "message": {} })] {
            assert_eq!(event(other), None);
        }
    }
}
