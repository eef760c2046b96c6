//! People, group chats, and dialogues with their messages.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

/// Peer ids of group chats start here.
pub(crate) const CHATS: i64 = 2_000_000_000;

/// A person.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) id: i64,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) screen_name: Option<String>,
    /// Key of the stored picture.
    pub(crate) photo: Option<String>,
    pub(crate) is_deleted: bool,
}

impl Person {
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name).trim().to_owned()
    }
}

/// A group chat that includes a community.
#[derive(Clone, Debug)]
pub(crate) struct Chat {
    pub(crate) title: String,
    pub(crate) members: BTreeSet<i64>,
}

/// A community's dialogue with a person or in a chat.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dialogue {
    pub(crate) messages: Vec<Message>,
    last_cmid: i64,
    /// The `cmid` up to which the other side has read.
    pub(crate) read_by_peer: i64,
    /// The `cmid` up to which the community has read.
    pub(crate) read_by_community: i64,
}

/// A message.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    /// The community's id of the message; 0 in group chats.
    pub(crate) id: i64,
    /// `conversation_message_id`, counted in the dialogue.
    pub(crate) cmid: i64,
    pub(crate) from_id: i64,
    pub(crate) date: i64,
    pub(crate) text: String,
    pub(crate) random_id: i64,
    /// An admin wrote it in VK's own interface.
    pub(crate) admin: Option<i64>,
    /// `attachments`.
    pub(crate) attachments: Vec<Value>,
    /// Further fields: `geo`, `payload`, `ref`, `ref_source`, `keyboard`.
    pub(crate) fields: Map<String, Value>,
    /// `cmid` of the message it answers.
    pub(crate) reply_to: Option<i64>,
    pub(crate) forwarded: Vec<Value>,
    pub(crate) update_time: Option<i64>,
    /// Reactions by author.
    pub(crate) reactions: BTreeMap<i64, i64>,
    pub(crate) is_deleted: bool,
}

impl Dialogue {
    pub(crate) fn next_cmid(&mut self) -> i64 {
        self.last_cmid += 1;
        self.last_cmid
    }

    pub(crate) fn by_cmid(&self, cmid: i64) -> Option<&Message> {
        self.messages.iter().find(|one| one.cmid == cmid && !one.is_deleted)
    }

    pub(crate) fn by_cmid_mut(&mut self, cmid: i64) -> Option<&mut Message> {
        self.messages.iter_mut().find(|one| one.cmid == cmid && !one.is_deleted)
    }

    pub(crate) fn by_id(&self, id: i64) -> Option<&Message> {
        self.messages.iter().find(|one| id != 0 && one.id == id && !one.is_deleted)
    }
}
