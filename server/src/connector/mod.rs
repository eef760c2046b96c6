//! Messengers behind one trait. A connector knows its messenger's protocol and nothing of tenants, tables or the
//! queue: it is given what to send and says what came of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use uuid::Uuid;

use crate::config::Config;
use crate::http_client::HttpClients;
use crate::message::{Failure, FailureCode, Markup};
use crate::verdict::Report;
use crate::words::{Said, Words};

mod abilities;
pub mod custom;
mod field;
pub mod file;
pub mod fit;
pub mod incoming;
mod line;
mod outgoing;
pub mod passport;
pub mod telegram;
pub mod webchat;

pub use abilities::{Abilities, AfterUnknown, ContentAbilities, FeatureAbilities, Length, Stand, Support, Unit};
pub use field::{Field, Input};
use file::{NotOpened, Opened};
use incoming::{Call, Chosen, Happened, NotReceived};
pub use line::{Denied, HOOK_SECRET, Hook, Identity, Watched};
pub use outgoing::{Event, Message, Named, Outgoing, Part};

/// What a source is configured with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The kind's settings without credentials.
    pub public: serde_json::Value,
    /// Credentials by name.
    pub secrets: BTreeMap<String, SecretString>,
}

/// A live test of a source.
#[derive(Clone, Debug)]
pub struct Probe {
    /// New in each test.
    pub id: Uuid,
    pub source_id: Uuid,
    pub now: DateTime<Utc>,
    /// Where the messenger is to bring customers' messages.
    pub hook_url: String,
    /// There is no source yet: the messenger was told of no address.
    pub is_new: bool,
}

/// Something that happened to a source itself.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Stays the same in every try.
    pub id: Uuid,
    /// The webhook's type, e.g. `source.updated`.
    pub kind: &'static str,
    /// The webhook's `data`.
    pub data: serde_json::Value,
    /// An earlier try may have arrived.
    pub repeat: bool,
    pub now: DateTime<Utc>,
}

/// What a live check saw, or what is wrong, without secrets.
pub type Check = Result<Option<Said>, Said>;

/// One kind of messenger.
#[async_trait]
pub trait Connector: Send + Sync {
    /// The name of the kind, as in the API and the configuration.
    fn kind(&self) -> &'static str;

    fn abilities(&self) -> &'static Abilities;

    /// Whose slots its calls use: targets of one pool share connections and a breaker.
    fn pool(&self) -> &'static str {
        self.kind()
    }

    /// Checks the settings of a new or changed source and splits off what must be sealed. Errors name the field
    /// below `/settings`.
    fn setup(&self, settings: serde_json::Value) -> Result<Setup, Vec<crate::error::FieldError>>;

    /// What `setup` wants, for people, in the order in which it is asked.
    fn fields(&self) -> &'static [Field];

    /// Asks the messenger whether it accepts the credentials. Writes to nobody. The default is for kinds that have none.
    async fn check_access(&self, _settings: &Settings) -> Check {
        Ok(None)
    }

    /// Reads back where the messenger sends customers' messages, or sends a test event where ours go. Writes to nobody.
    /// The default is for kinds without such an address.
    async fn check_webhook(&self, _settings: &Settings, _probe: &Probe) -> Check {
        Ok(None)
    }

    /// Hands over what fits its abilities: of a message that [`fit`] cut, one part. Must end within 30 seconds; dropping
    /// the future must be harmless.
    async fn send(&self, settings: &Settings, outgoing: &Outgoing) -> Report;

    /// Whether it submits templates to the messenger's review (official WhatsApp) and reports the result. Without such a
    /// connector nobody would ever decide on a template, so none is offered.
    fn reviews_templates(&self) -> bool {
        false
    }

    /// Whether its messengers are told of their source itself. The default is for kinds that could do nothing with it.
    fn takes_notices(&self) -> bool {
        false
    }

    /// Tells a messenger of its source. None: this kind is not told.
    async fn notify(&self, _settings: &Settings, _notice: &Notice) -> Option<Report> {
        None
    }

    /// Whether the manager's name is to stand above each message of this source.
    fn signs(&self, _settings: &Settings) -> bool {
        false
    }

    /// Why the manager cannot write first: of kinds that refuse it, and of kinds that reach only whom they know.
    fn not_begun(&self, words: Words) -> Failure {
        let thing = fit::Thing::Feature("write_first").named(words).to_string();
        let text = words.say("reason-kind_not_supported").with("kind", thing).to_string();
        Failure { code: FailureCode::Unsupported, text }
    }

    /// Opens a file by the reference under which the messenger keeps it. The default is for kinds whose files have public
    /// addresses.
    async fn open_media(&self, _settings: &Settings, _reference: &str) -> Result<Opened, NotOpened> {
        Err(NotOpened::Never("unsupported"))
    }

    /// Whether customers' messages come by a webhook that the messenger is told of. What follows is for these kinds.
    fn has_webhook(&self) -> bool {
        false
    }

    /// Who the line is, asked live.
    async fn identity(&self, _settings: &Settings) -> Result<Option<Identity>, Denied> {
        Ok(None)
    }

    /// Whether [`Connector::authenticate`] needs headers only: then a call can be refused before its body is read.
    fn authenticates_by_header(&self) -> bool {
        false
    }

    /// Whether a call is the messenger's own. Compares secrets in constant time.
    fn authenticate(&self, _settings: &Settings, _call: &Call<'_>) -> bool {
        false
    }

    /// Reads a call: what happened, in order. `words`: the account's, for what has no words of its own.
    async fn receive(
        &self,
        _settings: &Settings,
        _call: &Call<'_>,
        _words: Words,
    ) -> Result<Vec<Happened>, NotReceived> {
        Err(NotReceived::Unreadable)
    }

    /// What a button of ours says, by the markup of its message; none: it has no such button.
    fn choice(&self, _data: &str, _markup: &Markup) -> Option<Chosen> {
        None
    }

    /// Tells the messenger that a press has come. Nobody has to know what came of it.
    async fn acknowledge(&self, _settings: &Settings, _press: &str) {}

    /// Tells the messenger where to bring customers' messages. What waits there is not lost.
    async fn connect_webhook(&self, _settings: &Settings, _hook: &Hook) -> Result<(), Denied> {
        Ok(())
    }

    /// Asks the messenger where it brings them.
    async fn watch(&self, _settings: &Settings, _hook: &Hook, _now: DateTime<Utc>) -> Result<Watched, Denied> {
        Ok(Watched::Fine)
    }

    /// Has the messenger bring nothing any more. One that another service has taken stays theirs.
    async fn remove_webhook(&self, _settings: &Settings, _hook: &Hook) -> Result<(), Denied> {
        Ok(())
    }
}

/// A source's settings, checked.
#[derive(Clone, Debug)]
pub struct Setup {
    /// What may be stored and shown as it is.
    pub public: serde_json::Value,
    /// What is sealed. A name that is absent keeps its old value.
    pub secrets: BTreeMap<String, SecretString>,
}

/// All connectors by kind.
#[derive(Clone)]
pub struct Connectors(Arc<BTreeMap<&'static str, Arc<dyn Connector>>>);

impl Connectors {
    pub fn new(http: &HttpClients, config: &Config) -> Self {
        let all: Vec<Arc<dyn Connector>> = vec![
            Arc::new(custom::Custom::new(http.guarded().clone())),
            Arc::new(telegram::Telegram::new(http, &config.telegram.api_url)),
            Arc::new(webchat::WebChat),
        ];
        Self(Arc::new(all.into_iter().map(|connector| (connector.kind(), connector)).collect()))
    }

    /// The connector of a kind; none: this kind is not built in.
    pub fn get(&self, kind: &str) -> Option<&Arc<dyn Connector>> {
        self.0.get(kind)
    }

    /// All kinds by name; the same as [`crate::config::BUILT_IN`].
    pub fn kinds(&self) -> impl Iterator<Item = &'static str> {
        self.0.keys().copied()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_configuration_knows_what_is_built_in() {
        crate::http_client::install_crypto_provider();
        let config = Config::from_toml("").unwrap();
        let connectors = Connectors::new(&HttpClients::new(&config.network).unwrap(), &config);
        let known: BTreeSet<&str> = crate::config::BUILT_IN.iter().copied().collect();
        assert_eq!(connectors.kinds().collect::<BTreeSet<_>>(), known);
        assert!(known.iter().all(|kind| crate::config::CONNECTORS.contains(kind)));
    }
}
