//! Options, which are VK's wire, and its state.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::kit::{self, Code, Dialog, DialogKind, Id, Message, Upload};

/// Peer ids of group chats start here.
pub(super) const CHATS: i64 = 2_000_000_000;
/// Ids of messages start here.
const MESSAGES: i64 = 9_000;

crate::kit::options!();

/// The vendor's app.
#[derive(Clone, Debug)]
pub struct NewApp {
    pub id: String,
    pub secret: String,
    pub name: String,
    /// Its trusted redirect URLs.
    pub redirect_uris: Vec<String>,
}

/// What a person allowed.
#[derive(Clone, Debug)]
pub(super) enum Gift {
    /// VK ID: who the person is, and these rights. `challenge`: of PKCE.
    Person { scopes: Vec<String>, challenge: String },
    /// VK's OAuth: these communities.
    Communities { ids: Vec<i64>, rights: Vec<String> },
}

#[derive(Default)]
pub struct Own {
    pub(super) communities: BTreeMap<i64, Community>,
    /// Addresses for uploads, and uploads that were not saved yet, by the text that names them.
    pub(super) uploads: BTreeMap<String, Uploading>,
    /// Apps by id, codes for them, and tokens of people with their rights.
    pub(super) apps: BTreeMap<String, NewApp>,
    pub(super) codes: BTreeMap<String, Code<Gift>>,
    pub(super) people_tokens: BTreeMap<String, Vec<String>>,
}

pub(super) type State = kit::State<Own>;

/// What a community has beside its name.
#[derive(Default)]
pub(super) struct Community {
    /// Valid tokens with their rights, the newest last.
    pub(super) tokens: Vec<(String, Vec<String>)>,
    pub(super) has_messages: bool,
    /// "Bot capabilities" are turned on: keyboards are allowed.
    pub(super) has_bot: bool,
    pub(super) confirmation_code: String,
    pub(super) servers: BTreeMap<i64, Server>,
    pub(super) last_server: i64,
    pub(super) blacklist: BTreeSet<i64>,
    pub(super) polling: Polling,
}

/// A community's long poll (<https://dev.vk.com/api/bots-long-poll/getting-started>).
#[derive(Default)]
pub(super) struct Polling {
    pub(super) is_on: bool,
    pub(super) key: String,
    pub(super) wants: Wants,
    /// The number of events that were forgotten, and those that are kept.
    pub(super) forgotten: usize,
    pub(super) events: Vec<Value>,
}

/// What a callback server or a long poll is subscribed to, and the version of its events.
#[derive(Clone, Debug, Default)]
pub struct Wants {
    pub api_version: String,
    pub kinds: BTreeSet<String>,
}

#[derive(Clone)]
pub(super) struct Uploading {
    pub(super) community: i64,
    pub(super) kind: String,
    /// `None`: this is the address for it.
    pub(super) file: Option<Upload>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ServerStatus {
    /// It did not return the confirmation string, or failed too often.
    Failed,
    /// Its confirmation is under way.
    Wait,
    Ok,
}

#[derive(Clone, Debug)]
pub struct Server {
    pub id: i64,
    pub title: String,
    pub url: String,
    pub secret: String,
    pub status: ServerStatus,
    pub wants: Wants,
}

impl State {
    /// The dialogue of a community with a person; created on first use.
    pub(super) fn dialogue(&mut self, community: i64, person: i64) -> Id {
        self.open(dialogue(community, person), &community.into(), person)
    }
}

/// The id of a community's dialogue with a person or in a chat.
pub(super) fn dialogue(community: i64, peer: i64) -> Id {
    Id::from(format!("{community}_{peer}"))
}

/// The id of what a community published, with its comments.
pub(super) fn wall(community: i64) -> Id {
    Id::from(format!("{community}_wall"))
}

/// The person or the chat of a dialogue; 0 for the wall.
pub(super) fn peer(dialog: &Dialog) -> i64 {
    dialog.id.as_str().rsplit('_').next().and_then(|peer| peer.parse().ok()).unwrap_or_default()
}

/// The community's id of a message; 0 in group chats.
pub(super) fn number(dialog: &Dialog, message: &Message) -> i64 {
    if dialog.kind == DialogKind::Private { MESSAGES + message.serial } else { 0 }
}

pub(super) fn numbered(dialog: &Dialog, id: i64) -> Option<&Message> {
    dialog.messages.iter().find(|one| id != 0 && number(dialog, one) == id && !one.is_removed)
}
