//! One account: its people, pipelines, sources, chats and messages.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::Crm;
use super::chat::{Chat, Message, Person};
use crate::crm::config::IntegrationConfig;
use crate::crm::ids;

/// The rights of a user who is not an administrator: `A` everything, `G` what their group is responsible for, `M` what
/// they are responsible for themselves, `D` nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserRights {
    /// `rights.leads.view`.
    pub leads: char,
    /// `rights.contacts.view`.
    pub contacts: char,
    pub group_id: Option<i64>,
    /// `rights.status_rights`: pipeline, stage and the view of leads there, `A` or `D`.
    pub stages: Vec<(i64, i64, char)>,
}

impl Default for UserRights {
    fn default() -> Self {
        Self { leads: 'A', contacts: 'A', group_id: None, stages: Vec::new() }
    }
}

#[derive(Clone, Debug)]
pub struct User {
    pub id: i64,
    pub name: String,
    pub email: String,
    pub is_admin: bool,
    /// Id in the Chats API, which some users don't have.
    pub amojo_id: Option<String>,
    pub rights: UserRights,
}

#[derive(Clone, Debug)]
pub struct Pipeline {
    pub id: i64,
    pub name: String,
    /// Leads without a source go here.
    pub is_main: bool,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Source {
    pub(crate) id: i64,
    pub(crate) client_id: String,
    pub(crate) name: String,
    pub(crate) external_id: String,
    pub(crate) pipeline_id: i64,
    pub(crate) default: bool,
    pub(crate) origin_code: Option<String>,
    pub(crate) services: Value,
}

/// Responses of the account's host in place of the requested action, and choices between readings of the documents.
#[derive(Clone, Debug, Default)]
pub struct Switches {
    /// An account whose paid time has ended: 402 with amoCRM's problem body from REST and the token endpoint.
    pub unpaid: bool,
    /// 403 from REST and the token endpoint.
    pub blocked: bool,
    /// A gateway's HTML page with this status (403, 502) from REST and the token endpoint.
    pub page: Option<u16>,
    /// 429 with `retry_after` and `Retry-After` of this many seconds from REST and the token endpoint.
    pub too_many: Option<u64>,
    /// Chats create leads at once instead of incoming leads.
    pub no_unsorted: bool,
    /// `add_chat_template_review` without the template's file and external id, which the Russian sample does not have.
    pub bare_reviews: bool,
    /// A plan without CRM hooks: subscribing is refused with 403.
    pub no_webhooks: bool,
    /// Pipelines that a user has archived, by id. Their sources are unchanged.
    pub archived: Vec<i64>,
    /// Codes of the custom fields of leads that a user has removed. New accounts have all.
    pub removed_fields: Vec<String>,
}

/// The state of an integration in an account that has installed it at least once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Installed {
    pub(crate) active: bool,
    /// The widget's settings as saved by its form.
    pub(crate) settings: Map<String, Value>,
}

#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) host: String,
    pub(crate) id: i64,
    pub(crate) amojo_id: String,
    pub(crate) name: String,
    pub(crate) language: String,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) users: Vec<User>,
    pub(crate) pipelines: Vec<Pipeline>,
    /// The stages of each pipeline: incoming, first, won, lost.
    pub(crate) stages: [&'static str; 4],
    pub(crate) sources: Vec<Source>,
    pub(crate) people: Vec<Person>,
    pub(crate) chats: Vec<Chat>,
    pub(crate) messages: Vec<Message>,
    pub(crate) crm: Crm,
    pub(crate) customer_page: Option<String>,
    pub(crate) switches: Switches,
    /// Id of the user signed in to the account's pages.
    pub(crate) signed_in: i64,
    /// Integrations that were ever installed, by their `client_id`.
    pub(crate) installed: BTreeMap<String, Installed>,
    by_id: HashMap<String, usize>,
    by_msgid: HashMap<(String, String), usize>,
    last_number: i64,
}

impl Account {
    /// The numeric id of a host: deterministic, so that a restarted amoCRM has the same accounts.
    pub(crate) fn number_for(host: &str) -> i64 {
        let digest = Sha256::digest(host.as_bytes());
        let number = digest.iter().take(4).fold(0_i64, |number, byte| number * 256 + i64::from(*byte));
        10_000_000 + number % 89_000_000
    }

    pub(crate) fn new(host: &str, id: i64, now: DateTime<Utc>) -> Self {
        let named = |what: &str| ids::amojo(&format!("{what}.{host}")).to_string();
        let label = host.split('.').next().unwrap_or(host);
        let mut letters = label.chars();
        let name = letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect());
        let user = |step: i64, name: &str, short: &str, in_chats: bool| User {
            id: ids::number(id, step),
            name: name.to_owned(),
            email: format!("{short}@{label}.example"),
            is_admin: step == 1,
            amojo_id: in_chats.then(|| named(short)),
            rights: UserRights::default(),
        };
        // Its stages have the following numbers.
        let pipeline = |step: i64, name: &str| Pipeline {
            id: ids::number(id, 100 + step * 10),
            name: name.to_owned(),
            is_main: step == 1,
        };
        Self {
            host: host.to_owned(),
            id,
            amojo_id: named("account"),
            name,
            language: "ru".to_owned(),
            created_at: now,
            users: vec![
                user(1, "Olga", "olga", true),
                user(2, "Maria", "maria", true),
                user(3, "Pavel", "pavel", false),
            ],
            pipelines: vec![pipeline(1, "Sales"), pipeline(2, "Support")],
            stages: ["Incoming leads", "First contact", "Won", "Lost"],
            sources: Vec::new(),
            people: Vec::new(),
            chats: Vec::new(),
            messages: Vec::new(),
            crm: Crm::default(),
            customer_page: None,
            switches: Switches::default(),
            signed_in: ids::number(id, 1),
            installed: BTreeMap::new(),
            by_id: HashMap::new(),
            by_msgid: HashMap::new(),
            last_number: 3_100_000,
        }
    }

    /// Sets the language of the users. An account whose users read Russian has Russian names: people, pipelines, stages.
    pub(crate) fn speak(&mut self, language: &str) {
        language.clone_into(&mut self.language);
        if language != "ru" {
            return;
        }
        for (user, name) in self.users.iter_mut().zip(["Ольга", "Мария", "Павел"]) {
            name.clone_into(&mut user.name);
        }
        for (pipeline, name) in self.pipelines.iter_mut().zip(["Продажи", "Поддержка"]) {
            name.clone_into(&mut pipeline.name);
        }
        self.stages = ["Неразобранное", "Первичный контакт", "Успешно реализовано", "Закрыто и не реализовано"];
    }

    /// A number unique within this account.
    pub(crate) fn next_number(&mut self) -> i64 {
        self.last_number += 1;
        self.last_number
    }

    /// The first label of its host.
    pub(crate) fn subdomain(&self) -> &str {
        self.host.split('.').next().unwrap_or_default()
    }

    pub(crate) fn user(&self, id: i64) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    /// The user whose id in the Chats API this is.
    pub(crate) fn user_by_amojo(&self, amojo_id: &str) -> Option<&User> {
        self.users.iter().find(|user| user.amojo_id.as_deref() == Some(amojo_id))
    }

    /// The group of a user, as in `group_id` of what they are responsible for: 0 is the default group.
    pub(crate) fn group_of(&self, user_id: i64) -> i64 {
        self.user(user_id).and_then(|user| user.rights.group_id).unwrap_or(0)
    }

    pub(crate) fn main_pipeline(&self) -> i64 {
        self.pipelines.iter().find(|pipeline| pipeline.is_main).map_or(0, |pipeline| pipeline.id)
    }

    /// The user who writes in the manager's window.
    pub(crate) fn manager(&self) -> Option<&User> {
        let in_chats = |user: &&User| user.amojo_id.is_some();
        self.users.iter().filter(in_chats).find(|user| !user.is_admin).or_else(|| self.users.iter().find(in_chats))
    }

    /// The author in the account's pages: the signed-in user, if they have an id in the Chats API.
    pub(crate) fn writer(&self) -> Option<&User> {
        self.user(self.signed_in).filter(|user| user.amojo_id.is_some()).or_else(|| self.manager())
    }

    /// The administrator whose grant an installation gives.
    pub(crate) fn administrator(&self) -> Option<&User> {
        self.users.iter().find(|user| user.is_admin)
    }

    /// Sets the user of the account's pages. An unknown id changes nothing.
    pub(crate) fn sign_in(&mut self, user_id: i64) {
        if self.user(user_id).is_some() {
            self.signed_in = user_id;
        }
    }

    /// Whether the integration is enabled here.
    pub(crate) fn has_active(&self, client_id: &str) -> bool {
        self.installed.get(client_id).is_some_and(|one| one.active)
    }

    pub(crate) fn chat(&self, id: &str) -> Option<&Chat> {
        self.chats.iter().find(|chat| chat.id == id)
    }

    pub(crate) fn chat_mut(&mut self, id: &str) -> Option<&mut Chat> {
        self.chats.iter_mut().find(|chat| chat.id == id)
    }

    pub(crate) fn person(&self, id: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.id == id)
    }

    /// The person on the other side of a chat.
    pub(crate) fn person_in(&self, chat_id: &str) -> Option<&Person> {
        self.person(&self.chat(chat_id)?.person_id)
    }

    /// The message with this amojo id.
    pub(crate) fn message(&self, id: &str) -> Option<&Message> {
        self.by_id.get(id).and_then(|at| self.messages.get(*at))
    }

    pub(crate) fn message_mut(&mut self, id: &str) -> Option<&mut Message> {
        self.by_id.get(id).and_then(|at| self.messages.get_mut(*at))
    }

    /// Amojo id of the message with this client id in this scope.
    pub(crate) fn message_id_for(&self, scope_id: &str, msgid: &str) -> Option<String> {
        let at = self.by_msgid.get(&(scope_id.to_owned(), msgid.to_owned()))?;
        self.messages.get(*at).map(|message| message.id.clone())
    }

    /// The messages of a chat in order of acceptance.
    pub(crate) fn messages_of(&self, chat_id: &str) -> impl DoubleEndedIterator<Item = &Message> {
        self.messages.iter().filter(move |message| message.chat_id == chat_id)
    }

    /// The text of the latest message of a chat.
    pub(crate) fn last_text(&self, chat_id: &str) -> &str {
        self.messages_of(chat_id).next_back().map_or("", |message| &message.text)
    }

    /// Stores a message, to be found by both of its ids.
    pub(crate) fn keep(&mut self, message: Message) {
        let at = self.messages.len();
        self.by_id.insert(message.id.clone(), at);
        if let Some(msgid) = &message.msgid {
            self.by_msgid.insert((message.scope_id.clone(), msgid.clone()), at);
        }
        if let Some(chat) = self.chat_mut(&message.chat_id) {
            chat.messages += 1;
        }
        self.messages.push(message);
    }

    /// Adds the other side's client id to a message created in the account.
    pub(crate) fn attach_msgid(&mut self, id: &str, msgid: &str) {
        let Some(at) = self.by_id.get(id).copied() else { return };
        if let Some(message) = self.messages.get_mut(at) {
            message.msgid = Some(msgid.to_owned());
            self.by_msgid.insert((message.scope_id.clone(), msgid.to_owned()), at);
        }
    }

    /// The source that amoCRM makes by itself, unless it is there.
    pub(crate) fn add_own_source(&mut self, integration: &IntegrationConfig, code: String) {
        let is_it = |source: &Source| source.client_id == integration.client_id && source.external_id == code;
        if self.sources.iter().any(is_it) {
            return;
        }
        let source = Source {
            id: self.next_number(),
            client_id: integration.client_id.clone(),
            name: integration.name.clone(),
            external_id: code,
            pipeline_id: self.main_pipeline(),
            default: true,
            origin_code: None,
            services: Value::Array(Vec::new()),
        };
        self.sources.push(source);
    }

    /// The source in a chat's hooks: its own while that exists, else the integration's default one.
    pub(crate) fn source_of(&self, chat: &Chat) -> Option<&Source> {
        let own = || self.sources.iter().filter(|source| source.client_id == chat.client_id);
        let named = chat.source.as_ref().and_then(|external| own().find(|source| &source.external_id == external));
        named.or_else(|| own().find(|source| source.default))
    }

    /// Its name; without one the external id by which the chat is bound.
    pub(crate) fn source_name(&self, chat: &Chat) -> String {
        self.source_of(chat).map(|source| source.name.clone()).or_else(|| chat.source.clone()).unwrap_or_default()
    }

    pub(crate) fn pipeline_name(&self, id: i64) -> &str {
        self.pipelines.iter().find(|one| one.id == id).map_or("", |one| &one.name)
    }
}
