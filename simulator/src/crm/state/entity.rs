//! What the CRM stores, kind by kind. A kind is an [`Entity`], an entry of `entities.json` with its fields, links and hooks; REST,
//! hooks and pages read it, so another kind is another entry.
//!
//! Fields are those of the pages below www.amocrm.ru/developers/content/crm_platform/: leads-api, contacts-api, companies-api,
//! customers-api, tasks-api, catalogs-api, events-and-notes, custom-fields, leads_pipelines, users-api, loss_reasons.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

/// A kind of cards. What its entry leaves out is as in the [`Default`].
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Entity {
    /// Its collections' addresses: `{}` is a number, `{cards}` one of [`CARDS`]. What precedes the last word is the card's
    /// parent.
    #[serde(borrow)]
    pub(crate) paths: Vec<&'static str>,
    /// In `_embedded` and in hooks.
    pub(crate) name: &'static str,
    /// In codes of subscriptions and in types of events; empty: nobody is told.
    pub(crate) one: &'static str,
    /// Verbs of the collection, and of one card.
    #[serde(borrow)]
    pub(crate) verbs: [&'static str; 2],
    /// What requests may set.
    #[serde(borrow)]
    pub(crate) fields: Vec<(&'static str, Kind)>,
    /// What a new card must have.
    #[serde(borrow)]
    pub(crate) required: Vec<&'static str>,
    /// What answers show, as a new card has it.
    pub(crate) blank: Value,
    /// The field that shows the number of the parent.
    pub(crate) parent: &'static str,
    /// Words of `with`, and what they embed.
    #[serde(borrow)]
    pub(crate) with: Vec<(&'static str, With)>,
    /// Kinds that it can be linked to.
    #[serde(borrow)]
    pub(crate) links: Vec<&'static str>,
    pub(crate) has: Vec<Has>,
    /// Fields of hooks beside [`HOOK_NAMES`].
    #[serde(borrow)]
    pub(crate) hook: Vec<&'static str>,
}

impl Default for Entity {
    fn default() -> Self {
        Self {
            paths: Vec::new(),
            name: "",
            one: "",
            verbs: ["GET POST PATCH", "GET PATCH DELETE"],
            fields: Vec::new(),
            required: Vec::new(),
            blank: Value::Null,
            parent: "",
            with: Vec::new(),
            links: Vec::new(),
            has: vec![Has::WholeAnswers, Has::NotFound],
            hook: Vec::new(),
        }
    }
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Text,
    Number,
    Flag,
    /// Any JSON.
    Any,
    /// An existing user.
    User,
    /// An existing pipeline.
    Pipeline,
    /// A stage of the card's pipeline.
    Step,
}

/// What a word of `with` adds to an answer.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum With {
    /// A field that is shown only then.
    Field,
    /// Linked cards.
    Linked,
    Source,
    LossReason,
    /// Users with this role.
    Users,
    /// Not only then: the stages of a pipeline.
    Statuses,
}

/// What not every kind has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Has {
    CustomFields,
    Tags,
    /// Changes are answered with the whole card instead of its id.
    WholeAnswers,
    /// One that is not there is 404 instead of 204.
    NotFound,
    /// A collection shows the cards of all parents below its address.
    EveryParent,
    /// The id is a text, `{parent}_{number}`.
    TextId,
    /// A list shows all, and is never empty.
    NoPages,
    /// New ones come one by one, without a list around them.
    Alone,
}

impl Entity {
    pub(crate) fn has(&self, what: Has) -> bool {
        self.has.contains(&what)
    }
}

/// Kinds of cards with fields of their own, notes and files.
pub(crate) const CARDS: [&str; 4] = ["leads", "contacts", "companies", "customers"];

#[expect(clippy::expect_used, reason = "a part of the program, which every test reads")]
pub(crate) static ENTITIES: LazyLock<Vec<Entity>> =
    LazyLock::new(|| serde_json::from_str(include_str!("entities.json")).expect("entities.json is a list of kinds"));

/// Kinds that the code names, by their addresses.
macro_rules! kinds {
    ($($name:ident: $path:literal;)*) => {$(
        pub(crate) static $name: LazyLock<&'static Entity> = LazyLock::new(|| entity($path).expect($path));
    )*};
}

kinds! {
    CONTACTS: "contacts";
    COMPANIES: "companies";
    LEADS: "leads";
    CUSTOMERS: "customers";
    TASKS: "tasks";
    NOTES: "notes";
    CUSTOM_FIELDS: "custom_fields";
    PIPELINES: "pipelines";
    STATUSES: "statuses";
    LOSS_REASONS: "loss_reasons";
    CATALOGS: "catalogs";
}

/// Of files that are attached to cards.
pub(crate) static CARD_FILES: LazyLock<Entity> = LazyLock::new(|| Entity { name: "files", ..Entity::default() });

/// Fields that hooks have under other names as well.
pub(crate) const HOOK_NAMES: [(&str, &str); 4] = [
    ("date_create", "created_at"),
    ("last_modified", "updated_at"),
    ("created_user_id", "created_by"),
    ("modified_user_id", "updated_by"),
];

/// The kind of this name, as links and paths name it.
pub(crate) fn entity(name: &str) -> Option<&'static Entity> {
    let name = if name == "catalog_elements" { "elements" } else { name };
    ENTITIES.iter().find(|entity| entity.paths.contains(&name) || entity.name == name)
}
