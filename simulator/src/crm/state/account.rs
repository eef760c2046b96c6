//! One account: its people, pipelines, sources, chats and messages.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::Crm;
use super::bot::BotRun;
use super::card::{Card, FIRST_STEP, LOST, UNSORTED_STEP, WON};
use super::chat::{Chat, Message, Person};
use super::entity::{CATALOGS, CUSTOM_FIELDS, Entity, LEADS, PIPELINES, STATUSES};
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
    /// What a user that a program added was given, as it was written.
    pub given: Map<String, Value>,
}

impl Default for UserRights {
    fn default() -> Self {
        Self { leads: 'A', contacts: 'A', group_id: None, stages: Vec::new(), given: Map::new() }
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
    pub role_id: Option<i64>,
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
    /// A plan without the API's filters: the account says so, and lists of cards ignore them.
    pub no_filters: bool,
    /// Kommo's Chats API add-on with its scope "External chat history".
    pub external_history: bool,
    /// Events name talks that are no longer there.
    pub no_talks: bool,
    /// Requests of the Chats API may be signed as before autumn 2019, as old channels do.
    pub old_signatures: bool,
    /// Hooks of the Chats API as the documents' samples have them, where recordings of production differ.
    pub samples: HookSamples,
}

/// Where a hook of the Chats API has the form of a sample instead of the recorded one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HookSamples {
    /// Users and customers have no `name`.
    pub no_names: bool,
    /// `receiver` always has `phone` and `email`, empty if unknown.
    pub empty_profile: bool,
    /// No `markup` and no `media_group_id` where there is none.
    pub no_empty_fields: bool,
    /// No line feed after the signed body, which Kommo sends.
    pub no_line_feed: bool,
}

impl HookSamples {
    /// The form of the documents' samples in everything.
    pub const ALL: Self = Self { no_names: true, empty_profile: true, no_empty_fields: true, no_line_feed: true };
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
    pub(crate) sources: Vec<Source>,
    pub(crate) people: Vec<Person>,
    pub(crate) chats: Vec<Chat>,
    pub(crate) messages: Vec<Message>,
    pub(crate) crm: Crm,
    /// `disabled`, `segments` or `periodicity`.
    pub(crate) customers_mode: String,
    pub(crate) customer_page: Option<String>,
    pub(crate) switches: Switches,
    /// Id of the user signed in to the account's pages.
    pub(crate) signed_in: i64,
    /// Integrations that were ever installed, by their `client_id`.
    pub(crate) installed: BTreeMap<String, Installed>,
    /// Bots that run, and that ran.
    pub(crate) bots: Vec<BotRun>,
    by_id: HashMap<String, usize>,
    by_msgid: HashMap<(String, String), usize>,
    last_number: i64,
}

/// Fields that new accounts have: what they are of (a catalog by its type), type, the number of the first one (further ones, and
/// values, have the following), the name on the card (empty: the code in small letters), codes, and codes of the values.
const PREDEFINED: &str = include_str!("predefined.tsv");

/// The first names of the stages that every pipeline has: of incoming leads, of accepted, won and lost ones.
const STEPS: [&str; 4] = ["Incoming leads", "First contact", "Won", "Lost"];

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
            role_id: None,
            rights: UserRights::default(),
        };
        let mut account = Self {
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
            sources: Vec::new(),
            people: Vec::new(),
            chats: Vec::new(),
            messages: Vec::new(),
            crm: Crm::default(),
            customers_mode: "disabled".to_owned(),
            customer_page: None,
            switches: Switches::default(),
            signed_in: ids::number(id, 1),
            installed: BTreeMap::new(),
            bots: Vec::new(),
            by_id: HashMap::new(),
            by_msgid: HashMap::new(),
            last_number: 3_100_000,
        };
        account.seed();
        account
    }

    /// Two pipelines, two catalogs, and the fields that every new account has.
    fn seed(&mut self) {
        for (step, name) in [(1, "Sales"), (2, "Support")] {
            // Its own stages have the following numbers.
            let id = ids::number(self.id, 100 + step * 10);
            self.add_pipeline(id, name, step, step == 1);
        }
        for (step, name, kind) in [(1, "Products", "products"), (2, "Invoices", "invoices")] {
            let mut catalog = Card { id: ids::number(self.id, 600 + step), ..Card::default() };
            for (key, value) in [("name", json!(name)), ("type", json!(kind)), ("can_be_deleted", json!(false))] {
                catalog.set(key, value);
            }
            self.crm.all_mut(&CATALOGS).push(catalog);
        }
        for line in PREDEFINED.lines().skip(1) {
            let mut cells = line.split('\t');
            let [of, kind, first, name, codes, values] = std::array::from_fn(|_| cells.next().unwrap_or_default());
            let catalog = self.crm.all(&CATALOGS).iter().find(|one| one.text("type") == of);
            let parent = catalog.map_or_else(|| of.to_owned(), |one| format!("catalogs/{}", one.id));
            let is_tracking = kind == "tracking_data";
            for (code, at) in codes.split(' ').zip(0_i64..) {
                let id = ids::number(self.id, first.parse().unwrap_or(0) + at);
                let choices = values.split(' ').filter(|one| !one.is_empty()).zip(1_i64..);
                let choice = |(value, place): (&str, i64)| match kind {
                    "multitext" => json!({"id": id + place, "value": value, "sort": (place - 1) * 10}),
                    _ => json!({"id": id + place, "value": value, "code": value, "sort": (place - 1) * 10}),
                };
                let enums: Vec<Value> = choices.map(choice).collect();
                let name = if name.is_empty() { code.to_lowercase() } else { name.to_owned() };
                let mut field = Card { id, parent: parent.clone(), ..Card::default() };
                for (key, value) in [
                    ("name", json!(name)),
                    ("type", json!(kind)),
                    ("code", json!(code)),
                    ("sort", json!(500 + at)),
                    ("is_api_only", json!(is_tracking)),
                    ("is_deletable", json!(is_tracking)),
                    ("is_predefined", json!(!is_tracking)),
                    ("group_id", json!(is_tracking.then_some("statistic"))),
                    ("enums", if enums.is_empty() { Value::Null } else { json!(enums) }),
                    ("entity_type", json!(parent.split('/').next())),
                ] {
                    field.set(key, value);
                }
                self.crm.all_mut(&CUSTOM_FIELDS).push(field);
            }
        }
    }

    /// A pipeline with the stages that each has.
    pub(crate) fn add_pipeline(&mut self, id: i64, name: &str, sort: i64, is_main: bool) {
        let mut pipeline = Card { id, parent: "leads".to_owned(), ..Card::default() };
        for (key, value) in [("name", json!(name)), ("sort", json!(sort)), ("is_main", json!(is_main))] {
            pipeline.set(key, value);
        }
        if is_main {
            self.crm.all_mut(&PIPELINES).iter_mut().for_each(|other| other.set("is_main", false));
        }
        self.crm.all_mut(&PIPELINES).push(pipeline);
        let steps =
            [(id + UNSORTED_STEP, 0, 10, 1), (id + FIRST_STEP, 1, 20, 0), (WON, 2, 10_000, 0), (LOST, 3, 11_000, 0)];
        for (step, name, sort, kind) in steps {
            let name = STEPS.get(name).copied().unwrap_or_default();
            self.add_step(id, step, &[("name", json!(name)), ("sort", json!(sort)), ("type", json!(kind))]);
        }
    }

    /// A stage of a pipeline, in the place that its `sort` gives it.
    pub(crate) fn add_step(&mut self, pipeline_id: i64, id: i64, fields: &[(&str, Value)]) {
        let mut step = Card { id, parent: format!("leads/pipelines/{pipeline_id}"), ..Card::default() };
        fields.iter().for_each(|(key, value)| step.set(key, value.clone()));
        step.set("is_editable", step.number("type") == 0 && !matches!(id, WON | LOST));
        self.crm.all_mut(&STATUSES).push(step);
        self.crm.all_mut(&STATUSES).sort_by_key(|one| (one.parent.clone(), one.number("sort")));
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
        for (pipeline, name) in self.crm.all_mut(&PIPELINES).iter_mut().zip(["Продажи", "Поддержка"]) {
            pipeline.set("name", name);
        }
        let russian = ["Неразобранное", "Первичный контакт", "Успешно реализовано", "Закрыто и не реализовано"];
        for step in self.crm.all_mut(&STATUSES) {
            let at = STEPS.iter().position(|name| *name == step.name());
            if let Some(name) = at.and_then(|at| russian.get(at)) {
                step.set("name", *name);
            }
        }
        for (catalog, name) in self.crm.all_mut(&CATALOGS).iter_mut().zip(["Товары", "Счета"]) {
            catalog.set("name", name);
        }
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

    /// Tags of a kind of cards, with their ids and colours. The id is always the same for the same name.
    pub(crate) fn tags_of(&self, entity: &Entity) -> impl Iterator<Item = (i64, String, Value)> {
        let known = self.crm.tags.iter().filter(|((kind, _), _)| *kind == entity.name);
        let mut all: BTreeMap<String, Value> =
            self.crm.all(entity).iter().flat_map(|card| &card.tags).map(|name| (name.clone(), Value::Null)).collect();
        all.extend(known.map(|((_, name), color)| (name.clone(), color.clone())));
        let id = |name: &str| ids::number(self.id, 1_000 + ids::fold(name, ids::SLOTS - 1_000));
        all.into_iter().map(move |(name, color)| (id(&name), name, color))
    }

    /// Pipelines in their order.
    pub(crate) fn pipelines(&self) -> Vec<Pipeline> {
        let shown = |card: &Card| Pipeline { id: card.id, name: card.name().to_owned(), is_main: card.flag("is_main") };
        self.crm.all(&PIPELINES).iter().map(shown).collect()
    }

    pub(crate) fn main_pipeline(&self) -> i64 {
        let all = self.crm.all(&PIPELINES);
        all.iter().find(|one| one.flag("is_main")).or(all.first()).map_or(0, |pipeline| pipeline.id)
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

    /// The id in the Chats API that a user gets.
    pub(crate) fn amojo_id_of(&self, user_id: i64) -> String {
        ids::amojo(&format!("user.{user_id}.{}", self.host)).to_string()
    }

    /// A new user who is no administrator; returns the id.
    pub(crate) fn add_manager(&mut self, name: &str) -> i64 {
        let id = self.next_number();
        self.users.push(User {
            id,
            name: name.to_owned(),
            email: format!("user{id}@example.com"),
            is_admin: false,
            amojo_id: Some(self.amojo_id_of(id)),
            role_id: None,
            rights: UserRights::default(),
        });
        id
    }

    pub(crate) fn remove_user(&mut self, user_id: i64) {
        self.users.retain(|user| user.id != user_id);
    }

    /// Removes a pipeline with its stages, after its leads were moved to the main one, as amoCRM asks for.
    pub(crate) fn delete_pipeline(&mut self, pipeline_id: i64) {
        let main = self.main_pipeline();
        let first = self.steps(main).find(|step| step.number("type") != 1).map(|step| step.id);
        let there = self.crm.all_mut(&LEADS).iter_mut().filter(|lead| lead.number("pipeline_id") == pipeline_id);
        for lead in there {
            lead.set("pipeline_id", main);
            lead.set("status_id", first);
        }
        let below = format!("leads/pipelines/{pipeline_id}");
        self.crm.all_mut(&PIPELINES).retain(|pipeline| pipeline.id != pipeline_id);
        self.crm.all_mut(&STATUSES).retain(|stage| stage.parent != below);
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
        self.crm.card(&PIPELINES, id).map_or("", Card::name)
    }
}
