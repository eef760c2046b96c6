//! Everything a request or a worker needs, made once and passed along. There are no statics.

use std::sync::Arc;

use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::chat::Guests;
use crate::clock::Clock;
use crate::config::Config;
use crate::connector::Connectors;
use crate::delivery::queue::Queue;
use crate::delivery::queue::writer::Writer;
use crate::delivery::slots::Slots;
use crate::fault::Faults;
use crate::http_client::HttpClients;
use crate::lookup::Lookup;
use crate::media::Media;
use crate::pace::Paces;
use crate::shed::Load;
use crate::spool::Spool;
use crate::store::Store;
use crate::telemetry::Metrics;
use crate::telemetry::traces::Traces;
use crate::tenant::users::KnownUsers;
use crate::vault::Vault;
use crate::widget_api;

/// A manager types to the customer of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typed {
    pub conversation_id: Uuid,
    pub name: Option<String>,
    /// Milliseconds since 1970.
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
    /// How much is on its way in.
    pub load: Load,
    /// What is on its way from here.
    pub slots: Slots,
    pub lookup: Lookup,
    pub media: Media,
    /// Where hooks go that the database does not take; claimed by serving processes alone.
    pub spool: Spool,
    pub faults: Faults,
    pub metrics: Metrics,
    pub traces: Traces,
    /// Conversations in which something was carried or told, for whoever watches live.
    pub happened: broadcast::Sender<Uuid>,
    /// Who types to whom, while it is true.
    pub typed: broadcast::Sender<Typed>,
    /// Who is in a web chat right now.
    pub guests: Guests,
    /// How far this machine's clock is from amojo's.
    pub crm_skew: crate::tenant::CrmSkew,
    /// How fast each account's REST API is called from here.
    pub rest_paces: Paces<Uuid>,
    /// Who is who in each account's chats.
    pub users: KnownUsers,
    /// Passwords are hashed one a core: each takes 19 MiB.
    pub hashing: tokio::sync::Semaphore,
    /// What the road of messages notices of sources.
    pub source_notes: crate::source::Notes,
    /// Hooks of the CRM that are acted upon.
    pub crm_acts: crate::intake::crm::Acts,
    /// What is remembered of hooks that never came.
    pub holes: crate::holes::Memory,
    /// What is remembered of the widget's callers.
    pub widget: widget_api::Memory,
    /// Cancelled when the server is about to stop: long answers end, nothing new is begun.
    pub stop: CancellationToken,
}

impl App {
    /// Puts the parts together and starts the writer tasks. The database is open and migrated.
    pub fn new(config: Config, store: Store, vault: Vault, faults: Faults) -> anyhow::Result<Arc<Self>> {
        let clock = store.clock().clone();
        let http = HttpClients::new(&config.network)?;
        let traces = Traces::open(&config.telemetry, http.trusted())?;
        let queue = Queue::new(store.clone(), clock.uuid_v7(), faults.clone());
        Ok(Arc::new(Self {
            connectors: Connectors::new(&http, &config),
            writer: Writer::start(queue.clone(), traces.clone()),
            load: Load::default(),
            slots: Slots::default(),
            lookup: Lookup::new(&store, faults.clone()),
            media: Media::open(&config.media, &http)?,
            spool: Spool::default(),
            metrics: Metrics::install()?,
            traces,
            happened: broadcast::channel(1024).0,
            typed: broadcast::channel(256).0,
            guests: Guests::default(),
            crm_skew: crate::tenant::CrmSkew::default(),
            rest_paces: Paces::new(20_000),
            users: KnownUsers::default(),
            hashing: tokio::sync::Semaphore::new(
                std::thread::available_parallelism().map_or(2, std::num::NonZero::get),
            ),
            source_notes: crate::source::Notes::default(),
            crm_acts: crate::intake::crm::Acts::default(),
            holes: crate::holes::Memory::default(),
            widget: widget_api::Memory::default(),
            stop: CancellationToken::new(),
            config,
            clock,
            store,
            vault,
            http,
            queue,
            faults,
        }))
    }

    /// The public address without a slash at its end.
    pub fn public_url(&self) -> &str {
        crate::config::base(&self.config.server.public_url)
    }
}
