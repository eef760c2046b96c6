//! The state of a simulated Avito.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use serde_json::Value;

use super::show::CallView;

/// A seller: the owner of the API's credentials.
#[derive(Clone, Debug)]
pub(crate) struct Seller {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    /// Whether the seller's subscription level includes the messenger's API.
    pub(crate) has_level: bool,
    pub(crate) hooks: Vec<String>,
    /// Blocked buyers.
    pub(crate) blacklist: BTreeSet<i64>,
    /// The minute of the last call, and the number of calls in it.
    pub(crate) minute: (i64, u32),
}

/// A person who looks at adverts.
#[derive(Clone, Debug)]
pub(crate) struct Buyer {
    pub(crate) id: i64,
    pub(crate) name: String,
}

/// An advert.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) id: i64,
    pub(crate) seller: i64,
    pub(crate) title: String,
    pub(crate) price: String,
    pub(crate) url: String,
}

/// A vendor's application, which sellers authorize.
#[derive(Clone, Debug)]
pub(crate) struct App {
    pub(crate) name: String,
    pub(crate) client_secret: String,
    pub(crate) redirect_uri: String,
}

/// The rights granted by a code, a refresh token or an access token.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    pub(crate) seller: i64,
    /// The application; none for the seller's own credentials.
    pub(crate) app: Option<String>,
    /// Empty for the seller's own credentials, which may do everything.
    pub(crate) scope: Vec<String>,
    /// In milliseconds.
    pub(crate) expires_at: i64,
}

/// The kind of a chat, by its participants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChatKind {
    /// About an advert.
    U2i,
    /// About a seller's profile.
    U2u,
}

impl ChatKind {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::U2i => "u2i",
            Self::U2u => "u2u",
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Chat {
    pub(crate) id: String,
    pub(crate) kind: ChatKind,
    pub(crate) seller: i64,
    pub(crate) buyer: i64,
    pub(crate) item: Option<i64>,
    /// In seconds.
    pub(crate) created: i64,
    pub(crate) updated: i64,
    pub(crate) messages: Vec<Message>,
}

#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) author: i64,
    /// In seconds.
    pub(crate) created: i64,
    pub(crate) kind: String,
    pub(crate) content: Value,
    /// The quoted message of the same chat.
    pub(crate) quote: Option<String>,
    /// When the other side read it, in seconds.
    pub(crate) read: Option<i64>,
    /// Whether it was sent by the API.
    pub(crate) by_api: bool,
}

/// A picture, by its id.
#[derive(Clone, Debug)]
pub(crate) struct Picture {
    pub(crate) bytes: Bytes,
    pub(crate) mime: &'static str,
    pub(crate) owner: i64,
}

/// The state of a webhook's post.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PostState {
    /// Waiting or being sent.
    Waiting,
    /// Answered with 200 in time.
    Delivered,
    /// Retries failed too often.
    GivenUp,
    /// Dropped by a fault.
    Dropped,
}

/// One call to one webhook.
#[derive(Clone, Debug)]
pub(crate) struct Post {
    pub(crate) chat: String,
    pub(crate) url: String,
    pub(crate) body: Value,
    pub(crate) due_at: i64,
    pub(crate) attempts: u32,
    pub(crate) state: PostState,
    pub(crate) last_status: Option<u16>,
    pub(crate) is_on_its_way: bool,
    /// Whether webhook faults were already considered for it.
    pub(crate) is_looked_at: bool,
    /// Sent only after a later call to the same webhook.
    pub(crate) is_late: bool,
}

/// The whole state.
#[derive(Default)]
pub(crate) struct State {
    /// Milliseconds, as of the last change.
    pub(crate) now: i64,
    pub(crate) base_url: String,
    pub(crate) sellers: BTreeMap<i64, Seller>,
    pub(crate) buyers: BTreeMap<i64, Buyer>,
    pub(crate) items: BTreeMap<i64, Item>,
    pub(crate) apps: BTreeMap<String, App>,
    pub(crate) chats: BTreeMap<String, Chat>,
    pub(crate) codes: BTreeMap<String, Grant>,
    pub(crate) tokens: BTreeMap<String, Grant>,
    /// Each can be used once.
    pub(crate) refresh_tokens: BTreeMap<String, Grant>,
    pub(crate) pictures: BTreeMap<String, Picture>,
    /// The chat of each voice message.
    pub(crate) voices: BTreeMap<String, String>,
    pub(crate) posts: Vec<Post>,
    pub(crate) calls: Vec<CallView>,
    serial: u64,
}

impl State {
    /// The date in seconds.
    pub(crate) fn date(&self) -> i64 {
        self.now.div_euclid(1000)
    }

    fn next_serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    /// A new id of 32 hexadecimal digits, like those of messages. Deterministic within a run.
    pub(crate) fn next_id(&mut self) -> String {
        let serial = self.next_serial();
        format!("{:016x}{:016x}", mixed(serial), mixed(serial ^ u64::MAX))
    }

    /// The first unused number from this one on.
    pub(crate) fn free_number(&self, from: i64) -> i64 {
        let is_taken =
            |id: &i64| self.sellers.contains_key(id) || self.buyers.contains_key(id) || self.items.contains_key(id);
        (from..).find(|id| !is_taken(id)).unwrap_or(from)
    }

    pub(crate) fn message(&self, chat: &str, id: &str) -> Option<&Message> {
        self.chats.get(chat)?.messages.iter().find(|message| message.id == id)
    }
}

/// Splitmix64, so that consecutive numbers give dissimilar ids.
fn mixed(serial: u64) -> u64 {
    let one = serial.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let two = (one ^ (one >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let three = (two ^ (two >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    three ^ (three >> 31)
}
