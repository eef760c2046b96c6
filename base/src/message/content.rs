//! Content of messages and their participants.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// The sender of a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    #[default]
    Client,
    Manager,
    Bot,
}

/// A participant as the messenger or the API describes them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The messenger's id; for managers amojo's.
    pub id: String,
    #[serde(default)]
    pub role: Role,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
    /// The stored picture; `avatar_url` is then its origin and is not passed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar_media_id: Option<Uuid>,
    /// The messenger's reference to the picture, for its connector to open; removed from the body at intake.
    #[serde(skip)]
    pub avatar_reference: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile_url: Option<String>,
    /// For a manager who wrote outside amoCRM: the CRM's id of the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// For a customer of a site: the site's signature vouches for the number and the address.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_signed: bool,
    /// For a customer: the CRM's id of the contact to which a developer wants the chat linked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crm_contact_id: Option<i64>,
    /// For a group: its members, as far as its messenger named them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<Member>,
}

/// A member of a group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Member {
    /// The messenger's id.
    #[schema(example = "user-7")]
    pub id: String,
    #[schema(required, example = "Anna")]
    pub name: Option<String>,
}

/// Content of a message. A closed set: an unknown kind becomes a readable placeholder at intake, never nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Content {
    Text { text: String },
    Picture(Media),
    Video(Media),
    File(Media),
    Voice(Media),
    Audio(Media),
    Sticker(Media),
    Location { latitude: f64, longitude: f64 },
    Contact { name: String, phone: String },
}

impl Content {
    /// The kind's name on the wire.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Text { .. } => "text",
            Self::Picture(_) => "picture",
            Self::Video(_) => "video",
            Self::File(_) => "file",
            Self::Voice(_) => "voice",
            Self::Audio(_) => "audio",
            Self::Sticker(_) => "sticker",
            Self::Location { .. } => "location",
            Self::Contact { .. } => "contact",
        }
    }

    /// The file of the kinds that have one.
    pub fn media(&self) -> Option<&Media> {
        match self {
            Self::Picture(media)
            | Self::Video(media)
            | Self::File(media)
            | Self::Voice(media)
            | Self::Audio(media)
            | Self::Sticker(media) => Some(media),
            Self::Text { .. } | Self::Location { .. } | Self::Contact { .. } => None,
        }
    }

    /// As [`media`](Self::media), mutable.
    pub fn media_mut(&mut self) -> Option<&mut Media> {
        match self {
            Self::Picture(media)
            | Self::Video(media)
            | Self::File(media)
            | Self::Voice(media)
            | Self::Audio(media)
            | Self::Sticker(media) => Some(media),
            Self::Text { .. } | Self::Location { .. } | Self::Contact { .. } => None,
        }
    }
}

/// A file with an optional caption.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Media {
    #[serde(default)]
    pub media_url: String,
    #[serde(default)]
    pub file_name: String,
    /// Bytes; 0 if unknown.
    #[serde(default)]
    pub file_size: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Shared by attachments that were sent together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_id: Option<String>,
    /// By the file's first bytes if it was fetched, else as the sender reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
    /// Seconds: video, audio, voice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<u32>,
    /// The same for all accounts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sticker_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbnail_url: Option<String>,
    /// The stored preview; `thumbnail_url` is then its origin and is not passed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbnail_id: Option<Uuid>,
    /// The stored file; `media_url` is then its origin and is not passed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_id: Option<Uuid>,
    /// The messenger's reference to the file, for its connector to open; removed from the body at intake.
    #[serde(skip)]
    pub reference: Option<String>,
    /// The messenger's identifier of these exact bytes: equal in an edit that keeps the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_as: Option<String>,
}

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
    /// Its customer was blocked when it came: it was stored and not passed on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub blocked: bool,
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
    /// From when on it is no longer true and is not sent any more, in milliseconds since 1970: an automatic answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub true_until: Option<i64>,
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
            blocked: false,
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
            true_until: None,
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
