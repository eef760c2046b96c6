//! The account at a messenger behind a source: its identity, and where the messenger delivers customers' messages.

use std::fmt;

use base::i18n::LocalizedText;
use secrecy::SecretString;
use serde_json::Value;

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

impl WebhookToEnter {
    /// An address, and the secret with which it is validated.
    pub fn new(
        (title, hint): (&'static str, &'static str),
        (address_label, address): (&'static str, String),
        (secret_label, secret): (&'static str, String),
    ) -> Self {
        let values = vec![
            ValueToEnter { label: address_label, value: address, is_secret: false },
            ValueToEnter { label: secret_label, value: secret, is_secret: true },
        ];
        Self { title, hint, values }
    }

    /// The address alone, which is no secret.
    pub fn address(&self) -> Option<&str> {
        self.values.iter().find(|one| !one.is_secret).map(|one| one.value.as_str())
    }
}
