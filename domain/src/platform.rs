//! The foundation of every module of the server: the parts from the crates below it, built once and passed along
//! instead of statics.

use std::sync::Arc;

use base::clock::Clock;
use base::config::{Config, Integrations, base};
use base::fault::Faults;
use base::http_client::HttpClients;
use base::spool::Spool;
use base::store::Store;
use base::supervisor::Supervisor;
use base::telemetry::Metrics;
use base::telemetry::traces::Traces;
use base::vault::Vault;
use connectors::{Connector, Connectors};
use queue::Queue;
use queue::writer::Writer;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::lookup::Lookup;
use crate::unknown_callers::UnknownCallers;

/// A commit that takes this long: pages become read-only.
const STILL: std::time::Duration = std::time::Duration::from_millis(2_500);

/// A manager is typing to the customer of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypingSignal {
    pub conversation_id: Uuid,
    pub name: Option<String>,
    /// When the indication expires, milliseconds since 1970.
    pub until: i64,
}

/// The context that every module may use. Modules with state of their own have a context with this one and those
/// below it as fields (docs/decisions/0024-crates-and-contexts.md).
pub struct PlatformContext {
    /// [`PlatformContext::integrations`] are those in use.
    pub config: Config,
    /// The vendor's integrations, which change while the server runs.
    pub integrations: Integrations,
    /// Held from reading the stored ones until they are used, so that what was read earlier replaces nothing newer.
    pub integrations_in_turn: tokio::sync::Mutex<()>,
    pub clock: Clock,
    pub store: Store,
    pub vault: Vault,
    pub http: HttpClients,
    pub connectors: Connectors,
    pub queue: Queue,
    pub writer: Writer,
    pub lookup: Lookup,
    /// The disk spool for hooks while the database is unavailable; claimed only by serving processes.
    pub spool: Spool,
    pub faults: Faults,
    /// Restarts failed background tasks.
    pub supervisor: Supervisor,
    pub metrics: Metrics,
    pub traces: Traces,
    /// Conversations in which something was delivered or received, for live pages.
    pub changes: broadcast::Sender<Uuid>,
    /// Typing indications of managers.
    pub typing: broadcast::Sender<TypingSignal>,
    /// Rate limits of unknown callers.
    pub unknown_callers: Arc<UnknownCallers>,
    /// Cancelled when the server is about to stop: long responses end and no new work starts.
    pub stop: CancellationToken,
}

impl PlatformContext {
    /// Starts the writer tasks. The database must be open and migrated.
    pub fn new(
        config: Config,
        store: Store,
        vault: Vault,
        faults: Faults,
        more_connectors: Vec<Arc<dyn Connector>>,
    ) -> anyhow::Result<Self> {
        let clock = store.clock().clone();
        // First, so that tasks started below are counted from the beginning.
        let (metrics, supervisor) = (Metrics::install()?, Supervisor::default());
        let http = HttpClients::of(&config)?;
        let traces = Traces::open(&config.telemetry, http.trusted())?;
        let queue = Queue::new(store.clone(), clock.uuid_v7(), faults.clone());
        Ok(Self {
            integrations: Integrations::new(&config),
            integrations_in_turn: tokio::sync::Mutex::default(),
            connectors: Connectors::new(&http, &config).with(more_connectors),
            writer: Writer::start(queue.clone(), traces.clone(), &supervisor),
            lookup: Lookup::new(&store, faults.clone(), &supervisor),
            spool: Spool::new(supervisor.clone()),
            metrics,
            traces,
            changes: broadcast::channel(1024).0,
            typing: broadcast::channel(256).0,
            unknown_callers: Arc::new(UnknownCallers::default()),
            stop: CancellationToken::new(),
            config,
            clock,
            store,
            vault,
            http,
            queue,
            faults,
            supervisor,
        })
    }

    /// The public address without a trailing slash.
    pub fn public_url(&self) -> &str {
        base(&self.config.server.public_url)
    }

    /// Whether the database accepts no writes now: pages can be read, changes wait.
    pub fn is_read_only(&self) -> bool {
        !self.store.is_open()
            || self.spool.moving() > 0
            || self.writer.running_for() >= STILL
            || self.writer.refused_lately()
    }
}

/// Implements `Deref` from a context to the platform, so that it can be passed in its place. Other contexts are fields.
#[macro_export]
macro_rules! stands_on {
    ($context:ty) => {
        impl std::ops::Deref for $context {
            type Target = $crate::platform::PlatformContext;

            fn deref(&self) -> &Self::Target {
                &self.platform
            }
        }
    };
}
pub use stands_on;
