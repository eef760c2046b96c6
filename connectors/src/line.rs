//! The account at a messenger behind a source: its identity, and where the messenger delivers customers' messages.

use std::fmt;

use base::i18n::LocalizedText;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use url::Url;

/// The name, among a source's credentials, of the secret by which calls from the messenger are authenticated. Parom
/// generates it.
pub const HOOK_SECRET: &str = "hook_secret";

/// Identity at the messenger.
#[derive(Clone, Debug, PartialEq)]
pub struct Identity {
    /// Does not change with new credentials. Unique among sources.
    pub key: String,
    /// Its public name: `@acme_support_bot`.
    pub name: String,
    /// What the messenger reported; stored in the public settings as `facts.bot`.
    pub facts: Value,
}

/// An account at the messenger that has several lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineAccount {
    /// The same for all its lines.
    pub key: String,
    /// The messenger listed the line in it to the source's own token. Otherwise the settings alone say so.
    pub is_proved: bool,
}

/// What amoCRM offers for a source besides chats (crm-api §4.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineService {
    /// amoCRM's name for it.
    pub kind: &'static str,
    /// The messenger reviews templates.
    pub reviews_templates: bool,
    /// Salesbot may send lists.
    pub lists: bool,
    /// What a button on the customer's site opens, if known.
    pub page: Option<LinePage>,
}

/// A number that a button on a site may open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinePage {
    pub id: String,
    pub name: String,
    /// The phone, which becomes a link.
    pub link: String,
}

/// Where the messenger should deliver customers' messages.
#[derive(Clone, Debug)]
pub struct HookTarget {
    /// Our URL.
    pub url: String,
    pub secret: SecretString,
}

impl HookTarget {
    /// Whether this is the same source under a former address of the server, so that no other service took over.
    pub(crate) fn was_once(&self, url: &str) -> bool {
        let path = |url: &str| Url::parse(url).map(|url| url.path().to_owned()).ok();
        url != self.url && path(url).is_some() && path(url) == path(&self.url)
    }
}

/// The host of an address, for people; empty if there is none.
pub(crate) fn host(url: &str) -> String {
    Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

/// Why the messenger refused an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denied {
    /// It no longer accepts the credentials.
    Access(LocalizedText),
    /// It says that the credentials are not those of the line in the settings.
    Foreign(LocalizedText),
    /// It refuses the request regardless of the credentials.
    Refused(LocalizedText),
    /// It does not answer, or asks to try later.
    Away(LocalizedText),
}

impl fmt::Display for Denied {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.text(), out)
    }
}

/// As most checks refuse: something is set up wrongly, whatever the credentials.
impl From<LocalizedText> for Denied {
    fn from(said: LocalizedText) -> Self {
        Self::Refused(said)
    }
}

impl Denied {
    /// The explanation.
    pub fn text(&self) -> &LocalizedText {
        match self {
            Self::Access(said) | Self::Foreign(said) | Self::Refused(said) | Self::Away(said) => said,
        }
    }

    /// The explanation, owned.
    #[must_use]
    pub fn into_text(self) -> LocalizedText {
        match self {
            Self::Access(said) | Self::Foreign(said) | Self::Refused(said) | Self::Away(said) => said,
        }
    }

    /// The same with another explanation.
    #[must_use]
    pub fn saying(self, said: LocalizedText) -> Self {
        match self {
            Self::Access(_) => Self::Access(said),
            Self::Foreign(_) => Self::Foreign(said),
            Self::Refused(_) => Self::Refused(said),
            Self::Away(_) => Self::Away(said),
        }
    }
}

/// Where the messenger delivers customers' messages, as it reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Watched {
    /// To us.
    Fine,
    /// To us, with errors: their text, and the number of waiting updates.
    Failing { words: String, waiting: u64 },
    /// To another service, on this host.
    Elsewhere { host: String },
    /// Nowhere, or not for all kinds of updates: the webhook must be registered again.
    Unset,
}

/// What an administrator enters at the messenger by hand, in order.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookToEnter {
    /// Text keys of what this is, and of where it is entered.
    pub title: &'static str,
    pub hint: &'static str,
    pub values: Vec<ValueToEnter>,
}

/// One of the values that an administrator enters at the messenger.
#[derive(Clone, PartialEq, Eq)]
pub struct ValueToEnter {
    /// The text key of its label.
    pub label: &'static str,
    pub value: String,
    /// Shown in full only while the source is being connected, later only its last characters.
    pub is_secret: bool,
}

impl ValueToEnter {
    /// An address, which is no secret.
    pub fn address(label: &'static str, value: &str) -> Self {
        Self { label, value: value.to_owned(), is_secret: false }
    }

    pub fn secret(label: &'static str, value: &str) -> Self {
        Self { label, value: value.to_owned(), is_secret: true }
    }
}

impl WebhookToEnter {
    /// The address alone, which is no secret.
    pub fn address(&self) -> Option<&str> {
        self.values.iter().find(|one| !one.is_secret).map(|one| one.value.as_str())
    }
}

/// Another service that receives a line's messages beside Parom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receiver {
    /// Distinguishes it from the line's others; no secret.
    pub id: String,
    /// For people: its host, or the name of its app.
    pub name: String,
    pub off: SwitchOff,
    /// The messenger does not show the secret that it puts into this receiver's calls, so putting it back loses the secret.
    pub loses_secret: bool,
    /// What is needed to put it back. May be a secret.
    pub was: Value,
}

/// How another receiver is switched off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SwitchOff {
    /// By a call of its own.
    ByCall,
    /// By registering our address, which takes its place.
    ByRegistering,
    /// By a person, at the messenger: no call can do it.
    ByHand,
}

impl Receiver {
    /// One that is known by an address, which may contain a secret and so does not identify it.
    pub(crate) fn at(url: &str, off: SwitchOff, loses_secret: bool, was: Value) -> Self {
        let id = hex::encode(&Sha256::digest(url)[..8]);
        Self { id, name: host(url), off, loses_secret, was }
    }

    /// The remembered address.
    pub(crate) fn url(&self) -> Option<&str> {
        self.was.get("url").and_then(Value::as_str)
    }
}
