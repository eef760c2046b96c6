//! Apps, business accounts, people, and tokens.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// The platform of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Platform {
    /// An Instagram professional account.
    #[default]
    Instagram,
    /// A Facebook page.
    Facebook,
}

impl Platform {
    /// The `object` in its webhooks.
    pub(crate) const fn object(self) -> &'static str {
        match self {
            Self::Instagram => "instagram",
            Self::Facebook => "page",
        }
    }
}

/// A developer's app.
#[derive(Clone, Debug)]
pub(crate) struct App {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) name: String,
    /// It may use the tag `HUMAN_AGENT`.
    pub(crate) has_human_agent: bool,
    /// It has the feature "Page Public Metadata Access".
    pub(crate) reads_public_pages: bool,
    /// By object; each has one callback.
    pub(crate) subscriptions: BTreeMap<String, Subscription>,
}

/// Where an app receives the events of an object.
#[derive(Clone, Debug)]
pub(crate) struct Subscription {
    pub(crate) callback_url: String,
    pub(crate) fields: BTreeSet<String>,
}

/// A business account.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    /// A small number, part of ids.
    pub(crate) number: i64,
    /// The id used in webhooks: the professional account or the page.
    pub(crate) id: String,
    /// The other id by which an Instagram account's token sees it; for a page the same id.
    pub(crate) app_scoped: String,
    pub(crate) platform: Platform,
    pub(crate) name: String,
    pub(crate) username: String,
    /// Apps subscribed to it, and their fields.
    pub(crate) subscribed: BTreeMap<String, BTreeSet<String>>,
}

/// A person with a phone.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) username: String,
    pub(crate) is_deleted: bool,
}

/// An access token of an account for an app.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) app: String,
    pub(crate) account: String,
    pub(crate) issued_at: i64,
    /// None means never, as for page tokens.
    pub(crate) expires_at: Option<i64>,
    pub(crate) is_revoked: bool,
    /// Permissions that the owner revoked.
    pub(crate) without: BTreeSet<String>,
}
