//! Talks (crm-api §5.5), and Kommo's Chats API add-on (crm-api §5.7): the messages of other integrations' channels.

use reqwest::Method;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::read::{Page, bare, numbered};
use super::{Request, Rest};
use crate::error::Error;
use crate::lenient;

/// Items per page; the greatest number that others ask for and get.
const PAGE: u32 = 250;

/// A talk, in the form of hooks: one conversation within a chat, from the first message until it is closed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Talk {
    /// CRM id.
    pub id: i64,
    /// Id of its chat in the Chats API.
    pub chat_id: Option<String>,
    /// CRM id of the contact.
    pub contact_id: Option<i64>,
    /// Kind of the channel that carries it, e.g. `waba`, `telegram`, or `amo.ext.` with a channel's number.
    pub origin: Option<String>,
    /// Whether it is open.
    pub is_in_work: Option<bool>,
}

impl Talk {
    pub(crate) fn read(talk: &Value) -> Option<Self> {
        Some(Self {
            id: lenient::number(talk, "talk_id").or_else(|| lenient::number(talk, "id"))?,
            chat_id: lenient::text(talk, "chat_id"),
            contact_id: lenient::number(talk, "contact_id"),
            origin: lenient::text(talk, "origin"),
            is_in_work: lenient::flag(talk, "is_in_work"),
        })
    }
}

/// A message of a talk, whoever's channel carried it: as the history has it, or a hook (crm-api §7.4).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TalkMessage {
    /// Its id in the Chats API.
    pub id: String,
    /// From the account to the customer, not the other way.
    pub is_outgoing: bool,
    /// `text`, `picture`, `voice`, …; none in hooks from before July 2026.
    pub kind: Option<String>,
    /// Its text; none if it has none.
    pub text: Option<String>,
    /// When it was written, in Unix seconds.
    pub created_at: Option<i64>,
    /// CRM id of the talk; none in the history of one.
    pub talk_id: Option<i64>,
    /// Id of the chat in the Chats API.
    pub chat_id: Option<String>,
    /// CRM id of the contact.
    pub contact_id: Option<i64>,
    /// Kind of the channel, as in [`Talk::origin`].
    pub origin: Option<String>,
    /// CRM id of the source.
    pub source_id: Option<i64>,
    /// Who wrote it.
    pub author: Option<TalkAuthor>,
    /// Address of its file.
    pub file_url: Option<String>,
    /// Name of its file.
    pub file_name: Option<String>,
}

/// Who wrote a [`TalkMessage`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TalkAuthor {
    /// Their id in the Chats API.
    pub id: Option<String>,
    /// `external` is the customer, `internal` a user of the account, `bot` what an integration or a bot sent.
    pub kind: Option<String>,
    /// CRM id of the user.
    pub user_id: Option<i64>,
    /// Their name.
    pub name: Option<String>,
}

impl TalkMessage {
    pub(crate) fn read(message: &Value) -> Option<Self> {
        let file = lenient::present(message, "attachment").unwrap_or(&Value::Null);
        Some(Self {
            id: lenient::text(message, "id")?,
            is_outgoing: lenient::text(message, "type").as_deref() == Some("outgoing"),
            kind: lenient::text(message, "message_type"),
            text: lenient::text(message, "text"),
            created_at: lenient::number(message, "created_at"),
            talk_id: lenient::number(message, "talk_id"),
            chat_id: lenient::text(message, "chat_id"),
            contact_id: lenient::number(message, "contact_id"),
            origin: lenient::text(message, "origin"),
            source_id: lenient::number(message, "source_id"),
            author: lenient::present(message, "author").map(|author| TalkAuthor {
                id: lenient::text(author, "id"),
                kind: lenient::text(author, "type"),
                user_id: lenient::number(author, "user_id"),
                name: lenient::text(author, "name"),
            }),
            file_url: lenient::text(file, "link"),
            file_name: lenient::text(file, "file_name"),
        })
    }
}

impl Rest {
    /// A page of the account's talks, of all channels; `page` counts from 1. Documented by Kommo alone.
    pub async fn talks(&self, token: &SecretString, page: u32) -> Result<Page<Talk>, Error> {
        const CALL: &str = "talks";
        let request = Request::get(CALL, vec![CALL], numbered(page, PAGE));
        Page::read(&self.call(token, request).await?, page, CALL, Talk::read)
    }

    /// A page of a talk's messages, of any integration's channel; `page` counts from 1. Kommo alone: the integration
    /// needs the scope "External chat history" (403 without it). It costs none of the account's messages.
    pub async fn talk_messages(
        &self,
        token: &SecretString,
        talk_id: i64,
        page: u32,
    ) -> Result<Page<TalkMessage>, Error> {
        let id = talk_id.to_string();
        let request = Request::get("talk_messages", vec!["talks", &id, "messages"], numbered(page, PAGE));
        Page::read(&self.call(token, request).await?, page, "messages", TalkMessage::read)
    }

    /// Sends a text into a talk through the channel that carries it, whosever that is, and returns the message's id.
    /// Kommo alone: the integration needs the scope "Sending to external chats" (403), the account a message left of
    /// its plan's (402), and the talk must be open (422). **Not** idempotent.
    pub async fn send_to_talk(&self, token: &SecretString, talk_id: i64, text: &str) -> Result<String, Error> {
        const CALL: &str = "send_to_talk";
        if text.trim().is_empty() {
            return Err(Error::invalid(CALL, "the text is empty"));
        }
        let id = talk_id.to_string();
        let path = vec!["talks", &id, "send_message"];
        let request = Request::with_body(CALL, Method::POST, path, &json!({ "text": text }))?;
        bare(&self.call(token, request).await?, |sent| lenient::text(sent, "id"))
    }
}
