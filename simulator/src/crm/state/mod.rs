//! The whole state of the sandbox. Nothing here uses the network.

mod account;
mod chat;
pub(crate) mod crm;
mod drive;
mod files;
mod grants;
mod switches;

use std::{
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    sync::Arc,
};

pub use account::UserRights;
pub(crate) use account::{Account, Pipeline, Source, User};
pub(crate) use chat::{Chat, Lead, Message, Mood, Person, Typing};
pub use chat::{Direction, Status};
pub(crate) use drive::{Drive, DriveFile, Session};
pub(crate) use files::{Files, StoredFile};
pub(crate) use grants::{ACCESS_SECONDS, Access, Grants, Pair};
pub(crate) use switches::Switches;

use crate::crm::abilities::{Abilities, Lengths};
use crate::crm::log::{RepeatView, RequestView, TokenCall};
use crate::crm::rates::Rates;
use crate::crm::widget::Widget;

use crm::CrmHooks;

/// Lines kept in the request log.
const LOG_LIMIT: usize = 2000;

/// Default limit of active sources of an integration in an account (the other reading is 50).
const SOURCE_LIMIT: usize = 100;

/// Limit of templates of an integration in an account; the documents define an error for it but no number.
const TEMPLATE_LIMIT: usize = 250;

/// One connected channel of one account.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    pub(crate) channel_id: String,
    pub(crate) amojo_id: String,
    pub(crate) title: String,
    pub(crate) hook_version: String,
    pub(crate) window_disabled: bool,
}

/// The whole state.
pub(crate) struct State {
    pub(crate) accounts: BTreeMap<String, Account>,
    pub(crate) connections: HashMap<String, Connection>,
    pub(crate) grants: Grants,
    pub(crate) requests: VecDeque<RequestView>,
    pub(crate) problems: Vec<String>,
    pub(crate) repeats: Vec<RepeatView>,
    pub(crate) token_calls: Vec<TokenCall>,
    pub(crate) requests_seen: u64,
    /// Uploaded widgets by the `client_id` of their integration.
    pub(crate) widgets: HashMap<String, Arc<Widget>>,
    /// Accounts that may connect a private channel, by its id; other channels are public.
    pub(crate) private_channels: HashMap<String, Vec<i64>>,
    pub(crate) source_limit: usize,
    /// Integrations (`client_id`) with "multiple sources" switched off: amoCRM creates one source itself.
    pub(crate) single_source: HashSet<String>,
    /// Calls about installations get lost.
    pub(crate) lose_install_calls: bool,
    /// CRM hooks in transit.
    pub(crate) crm_hooks: CrmHooks,
    /// Files of the files API.
    pub(crate) drive: Drive,
    /// Rate limits.
    pub(crate) rates: Rates,
    /// Limit of templates of an integration in an account.
    pub(crate) template_limit: usize,
    /// Registered abilities of channels, by id; others have the default.
    pub(crate) abilities: HashMap<String, Abilities>,
    pub(crate) lengths: Lengths,
    pub(crate) files: Files,
}

impl Default for State {
    fn default() -> Self {
        Self {
            accounts: BTreeMap::new(),
            connections: HashMap::new(),
            grants: Grants::default(),
            requests: VecDeque::new(),
            problems: Vec::new(),
            repeats: Vec::new(),
            token_calls: Vec::new(),
            requests_seen: 0,
            widgets: HashMap::new(),
            private_channels: HashMap::new(),
            source_limit: SOURCE_LIMIT,
            single_source: HashSet::new(),
            lose_install_calls: false,
            crm_hooks: CrmHooks::default(),
            drive: Drive::default(),
            rates: Rates::default(),
            template_limit: TEMPLATE_LIMIT,
            abilities: HashMap::new(),
            lengths: Lengths::default(),
            files: Files::default(),
        }
    }
}

impl State {
    /// The account with this amojo id and its host.
    pub(crate) fn account_by_amojo(&self, amojo_id: &str) -> Option<&Account> {
        self.accounts.values().find(|account| account.amojo_id == amojo_id)
    }

    /// The account with this amojo id, mutable.
    pub(crate) fn account_by_amojo_mut(&mut self, amojo_id: &str) -> Option<&mut Account> {
        self.accounts.values_mut().find(|account| account.amojo_id == amojo_id)
    }

    /// The account with this numeric id.
    pub(crate) fn account_by_id(&self, id: i64) -> Option<&Account> {
        self.accounts.values().find(|account| account.id == id)
    }

    /// Creates the account of this host, or returns the existing one.
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

    /// Changes an account's host; ids and tokens stay.
    pub(crate) fn rename(&mut self, host: &str, new_host: &str) {
        if let Some(mut account) = self.accounts.remove(host) {
            new_host.clone_into(&mut account.host);
            self.accounts.insert(new_host.to_owned(), account);
        }
    }

    /// The abilities of the channel with this id or scope.
    pub(crate) fn abilities(&self, scope_id: &str) -> Abilities {
        self.abilities.get(scope_id.get(..36).unwrap_or(scope_id)).cloned().unwrap_or_default()
    }

    /// Adds a line to the request log and drops the oldest beyond the limit.
    pub(crate) fn log(&mut self, line: RequestView) {
        self.requests_seen = self.requests_seen.wrapping_add(1);
        self.requests.push_back(RequestView { number: self.requests_seen, ..line });
        while self.requests.len() > LOG_LIMIT {
            self.requests.pop_front();
        }
    }
}
