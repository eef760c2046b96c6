//! Changing the content of a message (chats-api §3.4.6).

use secrecy::SecretString;
use serde_json::Value;

use super::{Chats, Content, DeliveryStatus, MediaKind, Request, Taken, required};
use crate::error::Error;

/// A change of a message. Its JSON form is the whole body of the request, `event_type` included.
///
/// A change creates no lead and no notification. Sender, source and quotes cannot be changed. amoCRM has no deletion;
/// replace the text instead.
///
/// ```
/// use amocrm::chats::{Content, EditContent, EditMessage, EditTarget};
///
/// let edit = EditMessage {
///     target: EditTarget::Ours("acme-msg-0001".into()),
///     conversation_id: "acme-conv-77".into(),
///     at_milliseconds: 1_788_254_200_500,
///     content: EditContent::Whole(Content::Text { text: "Is the red one in stock?".into() }),
///     delivery_status: None,
/// };
/// let json = serde_json::to_value(&edit).unwrap();
/// assert_eq!(json["event_type"], "edit_message");
/// assert_eq!(json["payload"]["msgid"], "acme-msg-0001");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct EditMessage {
    /// Which message.
    pub target: EditTarget,
    /// Our id of the chat.
    pub conversation_id: String,
    /// When it was changed, Unix milliseconds.
    pub at_milliseconds: i64,
    /// The new content.
    pub content: EditContent,
    /// A delivery status reported with the change (chats-api §7 row 5: inside `message`, newest names).
    pub delivery_status: Option<DeliveryStatus>,
}

/// The message that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EditTarget {
    /// By our id.
    Ours(String),
    /// By amojo's id.
    Amojo(String),
    /// By amojo's id; from now on the message also has an id of ours. For messages created in amoCRM.
    Bind {
        /// amojo's id of the message.
        amojo_message_id: String,
        /// Our new id of the message.
        message_id: String,
    },
}

/// The new content of a message.
#[derive(Clone, Debug, PartialEq)]
pub enum EditContent {
    /// Everything again.
    Whole(Content),
    /// The file stays, only the caption changes.
    Caption {
        /// The kind of the message.
        kind: MediaKind,
        /// The new caption, possibly empty.
        caption: String,
    },
}

impl EditMessage {
    fn check(&self, call: &'static str) -> Result<(), Error> {
        required(call, "conversation_id", &self.conversation_id)?;
        let (amojo, ours) = self.target.ids();
        amojo.map_or(Ok(()), |id| required(call, "id", id))?;
        ours.map_or(Ok(()), |id| required(call, "msgid", id))?;
        match &self.content {
            EditContent::Whole(content) if content.is_empty_text() => {
                Err(Error::invalid(call, "message.text is empty"))
            }
            EditContent::Whole(content) => content.check(call),
            EditContent::Caption { .. } => Ok(()),
        }
    }
}

impl EditTarget {
    /// amojo's id and ours.
    pub(super) fn ids(&self) -> (Option<&str>, Option<&str>) {
        match self {
            EditTarget::Ours(id) => (None, Some(id)),
            EditTarget::Amojo(id) => (Some(id), None),
            EditTarget::Bind { amojo_message_id, message_id } => (Some(amojo_message_id), Some(message_id)),
        }
    }
}

impl Chats {
    /// Changes a message that amoCRM has. Safe to repeat.
    ///
    /// amoCRM documents no specific answer: the returned message data is whatever the answer contains, and any 2xx with
    /// JSON or an empty body is success.
    pub async fn edit_message(
        &self,
        secret: &SecretString,
        scope_id: &str,
        edit: &EditMessage,
    ) -> Result<Option<Taken>, Error> {
        const CALL: &str = "edit_message";
        edit.check(CALL)?;
        let answer = self.call(Request::post(CALL, secret, vec![scope_id], edit)?).await?;
        answer.nothing_expected()?;
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        Ok([CALL, "new_message"]
            .into_iter()
            .find_map(|key| body.get(key).and_then(|taken| Taken::read(&answer, taken))))
    }
}
