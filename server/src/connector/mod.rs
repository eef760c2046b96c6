//! Messengers behind one trait. A connector knows its messenger's protocol and nothing of tenants, tables or the
//! queue: it is given what to send and says what came of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use uuid::Uuid;

use crate::http_client::HttpClients;
use crate::verdict::Report;
use crate::words::Said;

mod abilities;
pub mod custom;
mod field;
pub mod file;
pub mod fit;
mod outgoing;
pub mod webchat;

pub use abilities::{Abilities, AfterUnknown, ContentAbilities, FeatureAbilities, Length, Stand, Support, Unit};
pub use field::{Field, Input};
use file::{NotOpened, Opened};
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

    /// Opens a file by the reference under which the messenger keeps it. The default is for kinds whose files have public
    /// addresses.
    async fn open_media(&self, _settings: &Settings, _reference: &str) -> Result<Opened, NotOpened> {
        Err(NotOpened::Never("unsupported"))
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
    pub fn new(http: &HttpClients) -> Self {
        let all: Vec<Arc<dyn Connector>> =
            vec![Arc::new(custom::Custom::new(http.guarded().clone())), Arc::new(webchat::WebChat)];
        Self(Arc::new(all.into_iter().map(|connector| (connector.kind(), connector)).collect()))
    }

    /// The connector of a kind; none: this kind is not built in.
    pub fn get(&self, kind: &str) -> Option<&Arc<dyn Connector>> {
        self.0.get(kind)
    }

    /// All kinds by name.
    pub fn kinds(&self) -> impl Iterator<Item = &'static str> {
        self.0.keys().copied()
    }
}
