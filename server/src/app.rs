//! Everything a request or a worker needs, built once and passed along instead of statics.

use std::sync::Arc;

use base::clock::Clock;
use base::config::Config;
use base::fault::Faults;
use base::http_client::HttpClients;
use base::spool::Spool;
use base::store::Store;
use base::supervisor::Supervisor;
use base::telemetry::traces::Traces;
use base::telemetry::{self, Metrics};
use base::vault::Vault;
use connectors::Connectors;
use queue::Queue;
use queue::writer::Writer;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::chat::Guests;
use crate::delivery::slots::Slots;
use crate::lookup::Lookup;
use crate::media::Media;
use crate::shed::Load;
use crate::tenant::users::KnownUsers;
use crate::widget_api;

/// A manager is typing to the customer of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typed {
    pub conversation_id: Uuid,
    pub name: Option<String>,
    /// When the indication expires, milliseconds since 1970.
    pub until: i64,
}

/// The running application. Shared as `Arc<App>`.
pub struct App {
    pub config: Config,
    pub clock: Clock,
    pub store: Store,
    pub vault: Vault,
    pub http: HttpClients,
    pub connectors: Connectors,
    pub queue: Queue,
    pub writer: Writer,
    /// Memory and slots in use by requests.
    pub load: Load,
    /// Deliveries in progress.
    pub slots: Slots,
    pub lookup: Lookup,
    pub media: Media,
    /// The disk spool for hooks while the database is unavailable; claimed only by serving processes.
    pub spool: Spool,
    pub faults: Faults,
    /// Restarts failed background tasks.
    pub supervisor: Supervisor,
    pub metrics: Metrics,
    pub traces: Traces,
    /// Conversations in which something was delivered or received, for live pages.
    pub happened: broadcast::Sender<Uuid>,
    /// Typing indications of managers.
    pub typed: broadcast::Sender<Typed>,
    /// Rate limits of unknown callers.
    pub strangers: crate::strangers::Strangers,
    /// Rate limits of API keys.
    pub keys: crate::usage::Keys,
    /// Bytes stored per account, as last read.
    pub stored: crate::usage::Stored,
    /// Install calls that wait in memory.
    pub installs: crate::tenant::install::Overflow,
    /// Visitors connected to a web chat.
    pub guests: Guests,
    /// Difference between this machine's clock and amojo's.
    pub crm_skew: crate::tenant::CrmSkew,
    /// Rate limiter of each account's REST API.
    pub rest_pace: crate::tenant::RestPace,
    /// Users of each account's chats.
    pub users: KnownUsers,
    /// Users as amoCRM described them, cached briefly.
    pub crm_users: crate::tenant::rights::KnownUsers,
    /// Limits password hashing to one a core: each hash takes 19 MiB.
    pub hashing: tokio::sync::Semaphore,
    /// What message traffic reveals about sources.
    pub source_notes: crate::source::Notes,
    /// Pending actions for amoCRM hooks.
    pub crm_acts: crate::intake::crm::Acts,
    /// In-memory state of the search for missed hooks.
    pub holes: crate::holes::Memory,
    /// Sign-in attempt counters that have reached their limit.
    pub tries: crate::people::throttle::Memory,
    /// Refused sign-ins and keys not yet written to the audit log.
    pub refusals: crate::audit::Refusals,
    /// In-memory state about the widget's callers.
    pub widget: widget_api::Memory,
    /// Cancelled when the server is about to stop: long responses end and no new work starts.
    pub stop: CancellationToken,
}

impl App {
    /// Builds the application and starts the writer tasks. The database must be open and migrated.
    pub fn new(config: Config, store: Store, vault: Vault, faults: Faults) -> anyhow::Result<Arc<Self>> {
        let clock = store.clock().clone();
        // First, so that tasks started below are counted from the beginning.
        let (metrics, supervisor) = (Metrics::install()?, Supervisor::default());
        let http = HttpClients::new(&config.network)?;
        let connectors = Connectors::new(&http, &config);
        let messengers = connectors.kinds().filter_map(|kind| connectors.get(kind));
        let integrations = config.integrations.iter().map(|integration| crate::tenant::pool_of(&integration.name));
        telemetry::start_remotes(integrations.chain(messengers.map(|one| one.pool().to_owned())));
        let traces = Traces::open(&config.telemetry, http.trusted())?;
        let queue = Queue::new(store.clone(), clock.uuid_v7(), faults.clone());
        Ok(Arc::new(Self {
            connectors,
            writer: Writer::start(queue.clone(), traces.clone(), &supervisor),
            load: Load::new(&config.limits),
            slots: Slots::default(),
            lookup: Lookup::new(&store, faults.clone(), &supervisor),
            media: Media::open(&config.media, &http)?,
            spool: Spool::new(supervisor.clone()),
            metrics,
            traces,
            happened: broadcast::channel(1024).0,
            typed: broadcast::channel(256).0,
            strangers: crate::strangers::Strangers::default(),
            keys: crate::usage::Keys::default(),
            stored: crate::usage::Stored::default(),
            installs: crate::tenant::install::Overflow::default(),
            guests: Guests::new(&config.limits),
            crm_skew: crate::tenant::CrmSkew::default(),
            rest_pace: crate::tenant::RestPace::new(store.clone(), config.rates.rest_per_account),
            users: KnownUsers::default(),
            crm_users: crate::tenant::rights::KnownUsers::default(),
            hashing: tokio::sync::Semaphore::new(
                std::thread::available_parallelism().map_or(2, std::num::NonZero::get),
            ),
            source_notes: crate::source::Notes::default(),
            crm_acts: crate::intake::crm::Acts::default(),
            holes: crate::holes::Memory::default(),
            tries: crate::people::throttle::Memory::default(),
            refusals: crate::audit::Refusals::default(),
            widget: widget_api::Memory::default(),
            stop: CancellationToken::new(),
            config,
            clock,
            store,
            vault,
            http,
            queue,
            faults,
            supervisor,
        }))
    }

    /// The public address without a trailing slash.
    pub fn public_url(&self) -> &str {
        base::config::base(&self.config.server.public_url)
    }
}
