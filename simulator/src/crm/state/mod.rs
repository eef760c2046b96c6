//! The whole state of the local amoCRM. Nothing here uses the network.

mod account;
mod bot;
mod card;
mod chat;
mod crm;
mod entity;
mod event;
mod files;
mod grants;
mod template;
mod ties;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

pub(crate) use account::{Account, Source};
pub use account::{HookSamples, Pipeline, Switches, User, UserRights};
pub use bot::BotRun;
pub(crate) use bot::{go_on, questions};
pub(crate) use card::{Card, Custom, WON};
pub(crate) use chat::{Chat, Person, Typing};
pub use chat::{Direction, Message, Status};
pub use crm::Talk;
pub(crate) use crm::{Sorted, Unsorted};
pub(crate) use entity::{
    CARD_FILES, CARDS, CATALOGS, COMPANIES, CONTACTS, CUSTOM_FIELDS, CUSTOMERS, ENTITIES, Entity, Has, Kind, LEADS,
    LOSS_REASONS, NOTES, PIPELINES, STATUSES, TASKS, With, entity,
};
pub(crate) use event::{CrmHooks, Event, flatten, is_known_event};
pub use event::{Delivery, Webhook};
pub(crate) use files::{Drive, DriveFile, Files, Session, StoredFile};
pub(crate) use grants::{ACCESS, Grant, Grants, Pair};
pub(crate) use template::Template;
pub(crate) use ties::{Of, Tie};

use crate::crm::config::IntegrationConfig;
use crate::crm::log::{RepeatView, RequestView, TokenCall};
use crate::crm::rates::Rates;
use crate::crm::widget::Widget;

/// Lines kept in the request log.
const LOG_LIMIT: usize = 2000;

/// The link of a chat to a contact. A chat has at most one, a contact may have many.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Link {
    /// Changes when the link does.
    pub id: i64,
    pub chat_id: String,
    pub contact_id: i64,
}

/// The state of an account besides its chats.
#[derive(Clone, Debug, Default)]
pub(crate) struct Crm {
    /// By the name of their entity.
    pub(crate) cards: BTreeMap<&'static str, Vec<Card>>,
    /// Of chats to contacts.
    pub(crate) links: Vec<Link>,
    /// Of cards to each other, beside a lead's main contact.
    pub(crate) ties: Vec<Tie>,
    /// Tags by the kind of their cards, with their colours, whether a card has them or not.
    pub(crate) tags: BTreeMap<(&'static str, String), Value>,
    pub(crate) unsorted: Vec<Unsorted>,
    pub(crate) talks: Vec<Talk>,
    pub(crate) templates: Vec<Template>,
    pub(crate) webhooks: Vec<Webhook>,
    /// Buttons for sites, by their fields.
    pub(crate) buttons: Vec<Value>,
    /// Events that were not sent yet.
    pub(crate) events: Vec<Event>,
    /// Messages of chats of other integrations.
    pub(crate) of_others: Vec<OtherMessage>,
}

/// A message in another integration's chat. This integration sees it only as an event.
#[derive(Clone, Debug)]
pub struct OtherMessage {
    pub contact_id: i64,
    /// The account wrote it, not the customer.
    pub is_outgoing: bool,
    /// Kind of the other integration's channel.
    pub origin: String,
    /// Unix seconds.
    pub at: i64,
}

impl Crm {
    /// Incoming leads not sorted yet.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = &Unsorted> {
        self.unsorted.iter().filter(|one| one.sorted.is_none())
    }

    /// The incoming lead with this uid, if not sorted yet.
    pub(crate) fn waiting_with(&self, uid: &str) -> Option<&Unsorted> {
        self.waiting().find(|one| one.uid == uid)
    }

    /// Cards in order of creation.
    pub(crate) fn all(&self, entity: &Entity) -> &[Card] {
        self.cards.get(entity.name).map(Vec::as_slice).unwrap_or_default()
    }

    pub(crate) fn all_mut(&mut self, entity: &Entity) -> &mut Vec<Card> {
        self.cards.entry(entity.name).or_default()
    }

    pub(crate) fn card(&self, entity: &Entity, id: i64) -> Option<&Card> {
        self.all(entity).iter().find(|card| card.id == id)
    }

    pub(crate) fn card_mut(&mut self, entity: &Entity, id: i64) -> Option<&mut Card> {
        self.all_mut(entity).iter_mut().find(|card| card.id == id)
    }

    pub(crate) fn contact(&self, id: i64) -> Option<&Card> {
        self.card(&CONTACTS, id)
    }

    pub(crate) fn lead(&self, id: i64) -> Option<&Card> {
        self.card(&LEADS, id)
    }

    pub(crate) fn leads_of(&self, contact_id: i64) -> impl DoubleEndedIterator<Item = &Card> {
        self.all(&LEADS).iter().filter(move |lead| lead.number("contact_id") == contact_id)
    }

    /// The contact that a chat is linked to.
    pub(crate) fn contact_of_chat(&self, chat_id: &str) -> Option<i64> {
        self.links.iter().find(|link| link.chat_id == chat_id).map(|link| link.contact_id)
    }
}

/// One connected channel of one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Connection {
    /// `{channel_id}_{account's amojo id}`.
    pub scope_id: String,
    /// Title shown in the account.
    pub title: String,
    /// `v2`, or the obsolete `v1`.
    pub hook_api_version: String,
    /// The channel's time window is switched off for the account.
    pub is_time_window_disabled: bool,
}

/// The parts of a scope's id: the channel, and the account's amojo id.
pub(crate) fn channel_of(scope_id: &str) -> &str {
    scope_id.get(..36).unwrap_or(scope_id)
}

/// What is chosen for all accounts where the documents leave a choice.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Accounts (by numeric id) that may connect a private channel, by its id; others get 403. Other channels are public.
    pub private_channels: HashMap<String, Vec<i64>>,
    /// Active sources of an integration in an account: versions of the documents say 100 or 50.
    pub source_limit: usize,
    /// Templates of an integration in an account; the documents define an error for more, but no number.
    pub template_limit: usize,
    /// Calls about installations get lost.
    pub lose_install_calls: bool,
    /// A used refresh token works until the new pair was used once, as some documents say; else it is refused.
    pub lenient_refresh: bool,
    /// "Multiple sources" is not ticked: an installation makes one source, whose external id is the widget's code.
    pub single_source: bool,
    /// The integrations are external: they have no archive, no sources and no access to users.
    pub external: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            private_channels: HashMap::new(),
            source_limit: 100,
            template_limit: 250,
            lose_install_calls: false,
            lenient_refresh: false,
            single_source: false,
            external: false,
        }
    }
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) accounts: BTreeMap<String, Account>,
    /// By scope.
    pub(crate) connections: BTreeMap<String, Connection>,
    pub(crate) grants: Grants,
    /// When an integration last exchanged a user's key of before OAuth.
    pub(crate) exchanged_keys: HashMap<(String, i64), Option<DateTime<Utc>>>,
    pub(crate) requests: VecDeque<RequestView>,
    pub(crate) requests_seen: u64,
    pub(crate) problems: Vec<String>,
    pub(crate) repeats: Vec<RepeatView>,
    pub(crate) token_calls: Vec<TokenCall>,
    /// Uploaded widgets by the `client_id` of their integration.
    pub(crate) widgets: HashMap<String, Arc<Widget>>,
    pub(crate) settings: Settings,
    pub(crate) crm_hooks: CrmHooks,
    pub(crate) drive: Drive,
    pub(crate) rates: Rates,
    pub(crate) files: Files,
}

impl State {
    /// The account with this amojo id.
    pub(crate) fn account_by_amojo(&self, amojo_id: &str) -> Option<&Account> {
        self.accounts.values().find(|account| account.amojo_id == amojo_id)
    }

    pub(crate) fn account_by_amojo_mut(&mut self, amojo_id: &str) -> Option<&mut Account> {
        self.accounts.values_mut().find(|account| account.amojo_id == amojo_id)
    }

    pub(crate) fn account_of_scope(&self, scope_id: &str) -> Option<&Account> {
        self.account_by_amojo(scope_id.get(37..)?)
    }

    /// Whether the account of a scope, or of a call that names its amojo id, signs as before autumn 2019.
    pub(crate) fn takes_old_signatures(&self, scope_id: &str, body: &Value) -> bool {
        let named = || self.account_by_amojo(body.get("account_id")?.as_str()?);
        self.account_of_scope(scope_id).or_else(named).is_some_and(|account| account.switches.old_signatures)
    }

    /// The account with this numeric id.
    pub(crate) fn account_by_id(&self, id: i64) -> Option<&Account> {
        self.accounts.values().find(|account| account.id == id)
    }

    /// Creates the account of this host, or returns the existing one.
    pub(crate) fn ensure_account(&mut self, host: &str, now: DateTime<Utc>) -> &Account {
        let mut id = Account::number_for(host);
        while self.accounts.values().any(|one| one.id == id && one.host != host) {
            id += 1;
        }
        self.accounts.entry(host.to_owned()).or_insert_with(|| Account::new(host, id, now))
    }

    /// Changes an account's host; ids and tokens stay.
    pub(crate) fn rename(&mut self, host: &str, new_host: &str) {
        if let Some(mut account) = self.accounts.remove(host) {
            new_host.clone_into(&mut account.host);
            self.accounts.insert(new_host.to_owned(), account);
        }
    }

    /// Adds a line to the request log and drops the oldest beyond the limit.
    pub(crate) fn log(&mut self, line: RequestView) {
        self.requests_seen = self.requests_seen.wrapping_add(1);
        self.requests.push_back(RequestView { number: self.requests_seen, ..line });
        if self.requests.len() > LOG_LIMIT {
            self.requests.pop_front();
        }
    }

    /// Code of an integration's widget; derived from its name if none was uploaded.
    pub(crate) fn widget_code(&self, integration: &IntegrationConfig) -> String {
        if let Some(widget) = self.widgets.get(&integration.client_id) {
            return widget.code.clone();
        }
        let letter = |one: char| if one.is_ascii_alphanumeric() { one.to_ascii_lowercase() } else { '_' };
        let code: String = integration.name.chars().map(letter).collect();
        if code.starts_with(|first: char| first.is_ascii_lowercase()) { code } else { format!("w{code}") }
    }

    /// Enables an integration in an account.
    pub(crate) fn activate(&mut self, host: &str, integration: &IntegrationConfig) {
        let own = self.settings.single_source.then(|| self.widget_code(integration));
        if let Some(account) = self.accounts.get_mut(host) {
            account.installed.entry(integration.client_id.clone()).or_default().active = true;
            if let Some(code) = own {
                account.add_own_source(integration, code);
            }
        }
    }
}
