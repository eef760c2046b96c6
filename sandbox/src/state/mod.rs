//! Everything the sandbox remembers. Nothing here talks to the network.

mod account;
mod chat;
mod grants;

use std::collections::{BTreeMap, HashMap, VecDeque};

pub(crate) use account::{Account, Source, User};
pub(crate) use chat::{Chat, Lead, Message, Mood, Person};
pub use chat::{Direction, Status};
pub(crate) use grants::{ACCESS_SECONDS, Access, Grants, Pair};

use crate::log::{RequestView, TokenCall};
use crate::view::RepeatView;

/// The request log keeps the latest this many lines.
const LOG_LIMIT: usize = 2000;

/// One connected channel of one account.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    pub(crate) channel_id: String,
    pub(crate) amojo_id: String,
    pub(crate) title: String,
    pub(crate) hook_version: String,
    pub(crate) window_disabled: bool,
}

/// The whole memory.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) accounts: BTreeMap<String, Account>,
    pub(crate) connections: HashMap<String, Connection>,
    pub(crate) grants: Grants,
    pub(crate) requests: VecDeque<RequestView>,
    pub(crate) problems: Vec<String>,
    pub(crate) repeats: Vec<RepeatView>,
    pub(crate) token_calls: Vec<TokenCall>,
    pub(crate) requests_seen: u64,
}

impl State {
    /// The account with this amojo id and its host.
    pub(crate) fn account_by_amojo(&self, amojo_id: &str) -> Option<&Account> {
        self.accounts.values().find(|account| account.amojo_id == amojo_id)
    }

    /// The account with this amojo id, to be changed.
    pub(crate) fn account_by_amojo_mut(&mut self, amojo_id: &str) -> Option<&mut Account> {
        self.accounts.values_mut().find(|account| account.amojo_id == amojo_id)
    }

    /// The account with this numeric id.
    pub(crate) fn account_by_id(&self, id: i64) -> Option<&Account> {
        self.accounts.values().find(|account| account.id == id)
    }

    /// Makes the account of this host, or returns the one that is there.
    pub(crate) fn ensure_account(&mut self, host: &str, now: chrono::DateTime<chrono::Utc>) -> &Account {
        if !self.accounts.contains_key(host) {
            let mut id = Account::number_for(host);
            while self.account_by_id(id).is_some() {
                id += 1;
            }
            let account = Account::new(host, id, now);
            self.accounts.insert(host.to_owned(), account);
        }
        self.accounts.entry(host.to_owned()).or_insert_with(|| Account::new(host, Account::number_for(host), now))
    }

    /// Adds a line to the request log and forgets the oldest beyond the limit.
    pub(crate) fn log(&mut self, line: RequestView) {
        self.requests_seen = self.requests_seen.wrapping_add(1);
        self.requests.push_back(RequestView { number: self.requests_seen, ..line });
        while self.requests.len() > LOG_LIMIT {
            self.requests.pop_front();
        }
    }
}
