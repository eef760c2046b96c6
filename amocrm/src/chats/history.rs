//! Reading back what a chat holds (chats-api §3.6).

use reqwest::Method;
use secrecy::SecretString;
use serde_json::Value;

use super::{ChatPerson, Chats, Request};
use crate::error::Error;
use crate::lenient;

/// The longest page of history amoCRM gives.
pub const HISTORY_PAGE: u32 = 50;

/// A sender or receiver in the history; the same fields as in a created chat.
pub type HistoryPerson = ChatPerson;

/// One message of the history.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryMessage {
    /// When it was written, Unix seconds.
    pub timestamp: Option<i64>,
    /// When it was written, Unix milliseconds; older answers lack it.
    pub msec_timestamp: Option<i64>,
    /// Who wrote it.
    pub sender: Option<HistoryPerson>,
    /// Who it was for; absent in incoming messages.
    pub receiver: Option<HistoryPerson>,
    /// What it says.
    pub message: HistoryContent,
}

/// The inner part of a history message. Empty texts and sizes of zero read as `None`.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryContent {
    /// amojo's id of the message. Never empty.
    pub id: String,
    /// Our id of the message: by it an unknown outcome is found out.
    pub client_id: Option<String>,
    /// `text`, `picture`, `location`, … ; empty if the answer had none.
    pub kind: String,
    /// The text, possibly empty.
    pub text: String,
    /// Address of the file.
    pub media: Option<String>,
    /// Address of a small picture of the file.
    pub thumbnail: Option<String>,
    /// File name.
    pub file_name: Option<String>,
    /// Size in bytes.
    pub file_size: Option<u64>,
    /// Common to attachments that were sent at once.
    pub media_group_id: Option<String>,
    /// A place as it came.
    pub location: Option<Value>,
    /// A person's card as it came.
    pub contact: Option<Value>,
}

impl HistoryMessage {
    fn read(row: &Value) -> Option<Self> {
        let message = row.get("message")?;
        let person = |key| lenient::present(row, key).map(ChatPerson::read);
        Some(Self {
            timestamp: lenient::number(row, "timestamp"),
            msec_timestamp: lenient::number(row, "msec_timestamp"),
            sender: person("sender"),
            receiver: person("receiver"),
            message: HistoryContent {
                id: lenient::text(message, "id")?,
                client_id: lenient::text(message, "client_id"),
                kind: lenient::text(message, "type").unwrap_or_default(),
                text: lenient::text(message, "text").unwrap_or_default(),
                media: lenient::text(message, "media"),
                thumbnail: lenient::text(message, "thumbnail"),
                file_name: lenient::text(message, "file_name"),
                file_size: lenient::size(message, "file_size"),
                media_group_id: lenient::text(message, "media_group_id"),
                location: lenient::present(message, "location").cloned(),
                contact: lenient::present(message, "contact").cloned(),
            },
        })
    }
}

impl Chats {
    /// One page of a chat's messages, by **amojo's** id of the chat. Empty when there is no such chat, or nothing in it
    /// (204).
    ///
    /// `limit` is 1 to [`HISTORY_PAGE`]; page on until fewer rows come. The order is not promised, and new messages
    /// shift the offsets: sort and de-duplicate by `message.id`. A row without an id makes the page unreadable.
    pub async fn history(
        &self,
        secret: &SecretString,
        scope_id: &str,
        chat_id: &str,
        offset: u32,
        limit: u32,
    ) -> Result<Vec<HistoryMessage>, Error> {
        const CALL: &str = "history";
        if !(1..=HISTORY_PAGE).contains(&limit) {
            return Err(Error::invalid(CALL, format!("limit must be 1 to {HISTORY_PAGE}")));
        }
        let request = Request {
            call: CALL,
            secret,
            method: Method::GET,
            segments: vec![scope_id, "chats", chat_id, CALL],
            query: vec![("offset", offset.to_string()), ("limit", limit.to_string())],
            body: Vec::new(),
        };
        let answer = self.call(request).await?;
        if answer.status == 204 {
            return Ok(Vec::new());
        }
        let object = answer.object()?;
        if object.get("messages").is_none() {
            return Err(answer.unreadable("messages is missing"));
        }
        let rows = lenient::list(&object, "messages").into_iter().map(HistoryMessage::read);
        rows.collect::<Option<_>>().ok_or_else(|| answer.unreadable("a message without id"))
    }
}
