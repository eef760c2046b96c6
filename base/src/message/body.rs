//! The stored body of a message: its content and everything around it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::content::{Content, Person};

/// The stored body of a message. Fields that are absent on the wire are absent here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Body {
    pub sender: Person,
    /// The other participant, if it is not the conversation's customer or has new data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receiver: Option<Person>,
    pub content: Content,
    /// Text in addition to a location or a contact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    /// What Parom put above the customer's own words, e.g. the advert that a chat is about. It is part of the content,
    /// but belongs to this message only, not to quotes and forwards of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<String>,
    /// Creates no lead and no notification.
    #[serde(default)]
    pub silent: bool,
    /// Whether a new chat is linked to an existing contact, whatever the source's rule.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub link_contact: bool,
    /// The row of a list message that the customer chose (chats-api §3.11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback_data: Option<String>,
    /// Buttons or a list under a manager's message (chats-api §4.4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub markup: Option<Markup>,
    /// The label of a button with which the customer shares their phone number, where the messenger has such buttons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ask_phone: Option<String>,
    /// The template it was made from (chats-api §4.5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<Template>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<Quote>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forward: Option<Quote>,
    /// Makes it a comment, or an answer to one (chats-api §3.4.8, §4.6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<Post>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared_post: Option<SharedPost>,
    /// Its earlier versions, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub past: Vec<Past>,
    /// When the version that is shown was made, in milliseconds since 1970 by the messenger's clock; none for the original,
    /// or if the messenger named no time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_at: Option<i64>,
    /// The sender deleted it; `content` keeps the last version.
    #[serde(default)]
    pub deleted: bool,
    /// Its content was deleted after the retention time; the rest shows that there was a message.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub expired: bool,
}

impl Body {
    /// A body of content alone.
    pub fn new(sender: Person, content: Content) -> Self {
        Self {
            sender,
            receiver: None,
            content,
            caption: None,
            above: None,
            silent: false,
            link_contact: false,
            callback_data: None,
            markup: None,
            ask_phone: None,
            template: None,
            reply_to: None,
            forward: None,
            post: None,
            shared_post: None,
            past: Vec::new(),
            changed_at: None,
            deleted: false,
            expired: false,
        }
    }
}

/// A content that was replaced.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Past {
    pub content: Content,
    /// When it was replaced, milliseconds since 1970.
    pub until: i64,
}

/// Choices offered with a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Markup {
    /// Rows of buttons.
    Buttons(Vec<Vec<Button>>),
    /// A list message.
    List(List),
}

/// A button; without `url`, pressing it sends its text as the customer's message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Button {
    pub text: String,
    #[serde(default)]
    #[schema(required)]
    pub url: Option<String>,
}

/// A list message; its texts may be empty.
// Its parts and lengths: chats-api §4.4.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct List {
    #[serde(default)]
    pub header: String,
    #[serde(default)]
    pub body: String,
    #[serde(default)]
    pub footer: String,
    /// The button that opens the list.
    #[serde(default)]
    pub button: String,
    #[serde(default)]
    pub sections: Vec<Section>,
}

/// A section of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Section {
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub rows: Vec<Row>,
}

/// A selectable row; its id is returned as `callback_data`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Row {
    pub id: String,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub description: String,
}

/// The template a message was created from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Template {
    pub id: String,
    #[serde(default)]
    #[schema(required)]
    pub external_id: Option<String>,
    /// The template's text with its placeholders unfilled.
    #[serde(default)]
    pub content: String,
    #[serde(default)]
    pub params: Vec<Marker>,
}

/// A placeholder of a template and its value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Marker {
    pub key: String,
    #[serde(default)]
    pub value: String,
}

/// Another message that is quoted or forwarded: by an id, or with its content.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Quote {
    /// The id at the sender's side: the messenger's, or ours as a UUID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Ours, if the message is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<Uuid>,
    /// amojo's, if reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amocrm_message_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Content>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender: Option<Person>,
    /// Milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<i64>,
}

/// The post that a comment belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Post {
    pub id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview_url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permalink: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
}

/// A post that the customer shared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SharedPost {
    pub url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview_url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permalink: Option<String>,
}
