//! A cache of facts that every message needs and that seldom change, kept for a few seconds: the tenant of a scope, a
//! source, the conversation of an id.

use std::sync::Arc;
use std::time::Duration;

use base::cache::Cache;
use base::fault::Faults;
use base::store::Store;
use base::supervisor::Supervisor;
use entity::{source, tenant, tenant_channel};
use queue::accept_batch::{Alias, Side};
use sea_orm::DbErr;
use uuid::Uuid;

use self::batch::BatchLoader;

mod about;
mod batch;
mod read;

pub use about::{MessageKey, as_ours, known_message};

/// How long another instance's change may stay unseen.
const FRESH: Duration = Duration::from_secs(5);

/// The same for the source that a caller names: a deleted one is refused within a second, and so is a replaced secret.
const NAMED_BY_CALLER: Duration = Duration::from_millis(750);

/// The same for a conversation's id, which may move to another conversation (docs/decisions/0011-write-first.md).
const NAMED: Duration = Duration::from_secs(60);

/// A channel connected for a tenant.
#[derive(Clone, Debug)]
pub struct ConnectedScope {
    pub tenant: Arc<tenant::Model>,
    pub channel: tenant_channel::Model,
}

/// A conversation as routing needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownConversation {
    pub conversation_id: Uuid,
    pub source_id: Uuid,
    /// The messenger's id; empty while there is no dialogue in the messenger.
    pub external_id: String,
    /// The id to which messages go instead; empty unless it moved.
    pub moved_to: String,
    /// amojo's id of the chat; empty until a hook or an answer contained it.
    pub amocrm_chat_id: String,
}

/// The cache. Cheap to clone.
#[derive(Clone)]
pub struct Lookup {
    faults: Faults,
    read: Readers,
    tenants: Cache<Uuid, Option<Arc<tenant::Model>>>,
    scopes: Cache<String, Option<Arc<ConnectedScope>>>,
    sources: Cache<Uuid, Option<Arc<source::Model>>>,
    sources_of_callers: Cache<Uuid, Option<Arc<source::Model>>>,
    conversations: Cache<(Uuid, Alias), Arc<KnownConversation>>,
}

/// Readers of what is not cached.
#[derive(Clone)]
struct Readers {
    tenants: BatchLoader<Uuid, Arc<tenant::Model>>,
    scopes: BatchLoader<String, Arc<ConnectedScope>>,
    sources: BatchLoader<Uuid, Arc<source::Model>>,
    conversations: BatchLoader<(Uuid, Alias), Arc<KnownConversation>>,
}

impl Readers {
    fn new(store: &Store, supervisor: &Supervisor) -> Self {
        let with = || store.clone();
        let (tenants, scopes, sources, conversations) = (with(), with(), with(), with());
        Self {
            tenants: BatchLoader::new(supervisor, move |keys| read::tenants(tenants.clone(), keys)),
            scopes: BatchLoader::new(supervisor, move |keys| read::scopes(scopes.clone(), keys)),
            sources: BatchLoader::new(supervisor, move |keys| read::sources(sources.clone(), keys)),
            conversations: BatchLoader::new(supervisor, move |keys| read::conversations(conversations.clone(), keys)),
        }
    }
}

impl Lookup {
    /// Reads run in background tasks; must be called within a tokio runtime.
    pub fn new(store: &Store, faults: Faults, supervisor: &Supervisor) -> Self {
        Self {
            faults,
            read: Readers::new(store, supervisor),
            tenants: Cache::builder().max_capacity(20_000).time_to_live(FRESH).build(),
            scopes: Cache::builder().max_capacity(20_000).time_to_live(FRESH).build(),
            sources: Cache::builder().max_capacity(50_000).time_to_live(FRESH).build(),
            sources_of_callers: Cache::builder().max_capacity(50_000).time_to_live(NAMED_BY_CALLER).build(),
            conversations: Cache::builder().max_capacity(100_000).time_to_live(NAMED).build(),
        }
    }

    /// A tenant by id.
    pub async fn tenant(&self, tenant_id: Uuid) -> Result<Option<Arc<tenant::Model>>, DbErr> {
        own(self.tenants.try_get_with(tenant_id, self.read.tenants.ask(tenant_id)).await)
    }

    /// The tenant and channel of a scope id.
    pub async fn scope(&self, scope_id: &str) -> Result<Option<Arc<ConnectedScope>>, DbErr> {
        own(self.scopes.try_get_with(scope_id.to_owned(), self.read.scopes.ask(scope_id.to_owned())).await)
    }

    /// A source by its id alone, as in a hook's path. Includes deleted ones, because their letters still need them.
    pub async fn source(&self, source_id: Uuid) -> Result<Option<Arc<source::Model>>, DbErr> {
        let kept_as = if self.faults.errs("defect.mix_accounts") { Uuid::nil() } else { source_id };
        own(self.sources.try_get_with(kept_as, self.read.sources.ask(source_id)).await)
    }

    /// The source that a caller names: of the API, of a messenger's webhook, of a web chat. What is read for it is kept for
    /// [`Lookup::source`] too.
    pub async fn source_of_caller(&self, source_id: Uuid) -> Result<Option<Arc<source::Model>>, DbErr> {
        let kept_as = if self.faults.errs("defect.mix_accounts") { Uuid::nil() } else { source_id };
        let read = async {
            let found = self.read.sources.ask(source_id).await?;
            self.sources.insert(kept_as, found.clone()).await;
            Ok::<_, DbErr>(found)
        };
        own(self.sources_of_callers.try_get_with(kept_as, read).await)
    }

    /// [`Lookup::source`] from memory alone; none if it was not needed lately.
    pub async fn known_source(&self, source_id: Uuid) -> Option<Arc<source::Model>> {
        self.sources.get(&source_id).await.flatten()
    }

    /// The conversation known by an id; unknown ids are not cached.
    pub async fn conversation(&self, tenant_id: Uuid, alias: Alias) -> Result<Option<Arc<KnownConversation>>, DbErr> {
        let key = (tenant_id, alias);
        if let Some(known) = self.conversations.get(&key).await {
            return Ok(Some(known));
        }
        let Some(known) = self.read.conversations.ask(key.clone()).await? else { return Ok(None) };
        if !known.external_id.is_empty() {
            self.conversations.insert(key, known.clone()).await;
        }
        Ok(Some(known))
    }

    /// Call after a change of a tenant, its channels or sources, so that this instance sees it at once.
    pub fn forget(&self) {
        self.tenants.invalidate_all();
        self.scopes.invalidate_all();
        self.sources.invalidate_all();
        self.sources_of_callers.invalidate_all();
    }

    /// Call after something was learned about one conversation.
    pub async fn forget_conversation(&self, tenant_id: Uuid, alias: Alias) {
        self.conversations.invalidate(&(tenant_id, alias)).await;
    }

    /// Call after an id of a conversation was removed.
    pub async fn forget_alias(&self, tenant_id: Uuid, side: i16, origin: Uuid, external_id: &str) {
        if let Ok(side) = Side::from_number(side) {
            let alias = Alias { side, origin, external_id: external_id.to_owned() };
            self.forget_conversation(tenant_id, alias).await;
        }
    }
}

/// Concurrent callers for the same key share its error.
fn own<T>(found: Result<T, Arc<DbErr>>) -> Result<T, DbErr> {
    found.map_err(|error| DbErr::clone(&error))
}
