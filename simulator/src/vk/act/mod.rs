//! Actions of people: customers on their phones, admins in VK's own interface.

mod content;
mod perform;
mod thing;

pub use content::{Content, Given};
pub(crate) use perform::perform;
use serde::{Deserialize, Serialize};
use serde_json::Value;
pub use thing::Thing;

/// The target of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The dialogue with a community.
    Community(i64),
    /// A group chat that includes a community: community, `peer_id`.
    Chat(i64, i64),
}

/// Properties of a message besides its content.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Dressing {
    /// `cmid` of the message it answers.
    pub reply_to: Option<i64>,
    /// `cmid`s of messages of this dialogue that it forwards.
    pub forward: Vec<i64>,
    /// The `ref` of the link through which the person came.
    #[serde(rename = "ref")]
    pub referral: Option<String>,
    /// `ref_source` of that link.
    pub ref_source: Option<String>,
    /// `payload`, as JSON text: sent with a text button or Start.
    pub payload: Option<String>,
}

/// One action.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// Sends a message; the first one allows the community to answer.
    Send {
        who: i64,
        to: Place,
        content: Content,
        #[serde(default)]
        with: Box<Dressing>,
    },
    /// Edits the text of an own message.
    Edit { who: i64, to: Place, cmid: i64, text: String },
    /// Sets a reaction, or removes it.
    React { who: i64, to: Place, cmid: i64, reaction: Option<i64> },
    /// Presses a button of a message.
    Press { who: i64, to: Place, cmid: i64, row: usize, column: usize },
    /// Reads all messages, or all up to one of them.
    Read { who: i64, community: i64, cmid: Option<i64> },
    /// Is typing.
    Type { who: i64, community: i64 },
    /// Allows messages of the community.
    Allow { who: i64, community: i64, key: String },
    /// Forbids messages of the community.
    Deny { who: i64, community: i64 },
    /// Comments on an object of the community.
    Comment {
        who: i64,
        community: i64,
        on: Thing,
        text: String,
        #[serde(default)]
        reply_to: Option<i64>,
    },
    /// Edits an own comment.
    EditComment { who: i64, community: i64, on: Thing, id: i64, text: String },
    /// Deletes an own comment.
    DeleteComment { who: i64, community: i64, on: Thing, id: i64 },
    /// An admin writes in VK's own interface, in the community's name.
    AdminWrites { admin: i64, community: i64, peer: i64, text: String },
    /// An admin adds a person to the blacklist, or removes them.
    Ban { community: i64, who: i64, banned: bool },
    /// Any event.
    Raw { community: i64, kind: String, object: Value },
}

/// The result of an action.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Done {
    /// The `cmid` of the message, or the id of the comment.
    pub id: i64,
    /// The id of a press.
    pub event: String,
}
