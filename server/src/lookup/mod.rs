//! Facts that every message needs and that seldom change, kept in memory for a few seconds: which tenant a scope
//! belongs to, what a source is, which conversation an id names.

use std::sync::Arc;
use std::time::Duration;

use entity::{conversation, conversation_alias, source, tenant, tenant_channel};
use moka::future::Cache;
use sea_orm::{ColumnTrait, DbErr, QueryFilter};
use uuid::Uuid;

use crate::delivery::queue::parcel::{Alias, Side};
use crate::fault::Faults;
use crate::store::{Store, directory};

mod about;

pub use about::{About, as_ours, known_message};

/// How long another instance's change may stay unseen.
const FRESH: Duration = Duration::from_secs(5);

/// The same of a conversation: which one a shared dialogue goes on in (docs/decisions/0011-write-first.md).
const NAMED: Duration = Duration::from_secs(60);

/// A channel connected for a tenant.
#[derive(Clone, Debug)]
pub struct Scope {
    pub tenant: Arc<tenant::Model>,
    pub channel: tenant_channel::Model,
}

/// A conversation as routing needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub conversation_id: Uuid,
    pub source_id: Uuid,
    /// The messenger's id; empty while there is no dialogue in the messenger.
    pub external_id: String,
    /// amojo's id of the chat; empty until a hook or an answer told it.
    pub amocrm_chat_id: String,
}

/// The kept facts. Cheap to clone.
#[derive(Clone)]
pub struct Lookup {
    store: Store,
    faults: Faults,
    tenants: Cache<Uuid, Option<Arc<tenant::Model>>>,
    scopes: Cache<String, Option<Arc<Scope>>>,
    sources: Cache<Uuid, Option<Arc<source::Model>>>,
    conversations: Cache<(Uuid, Alias), Arc<Known>>,
}

impl Lookup {
    pub fn new(store: Store, faults: Faults) -> Self {
        Self {
            store,
            faults,
            tenants: Cache::builder().max_capacity(20_000).time_to_live(FRESH).build(),
            scopes: Cache::builder().max_capacity(20_000).time_to_live(FRESH).build(),
            sources: Cache::builder().max_capacity(50_000).time_to_live(FRESH).build(),
            conversations: Cache::builder().max_capacity(100_000).time_to_live(NAMED).build(),
        }
    }

    /// A tenant by id.
    pub async fn tenant(&self, tenant_id: Uuid) -> Result<Option<Arc<tenant::Model>>, Arc<DbErr>> {
        self.tenants
            .try_get_with(tenant_id, async {
                let found = tenant::Entity::of_tenant(tenant_id).one(self.store.read()).await?;
                Ok::<_, DbErr>(found.map(Arc::new))
            })
            .await
    }

    /// The tenant and channel of a scope id.
    pub async fn scope(&self, scope_id: &str) -> Result<Option<Arc<Scope>>, Arc<DbErr>> {
        self.scopes.try_get_with_by_ref(scope_id, self.read_scope(scope_id)).await
    }

    async fn read_scope(&self, scope_id: &str) -> Result<Option<Arc<Scope>>, DbErr> {
        let db = self.store.read();
        let now = self.store.clock().millis();
        let Some(entry) = directory::find(db, directory::Kind::Scope, scope_id, now).await? else { return Ok(None) };
        let tenant = tenant::Entity::of_tenant(entry.tenant_id).one(db).await?;
        let channel = tenant_channel::Entity::of_tenant(entry.tenant_id)
            .filter(tenant_channel::Column::ChannelId.eq(entry.id))
            .one(db)
            .await?;
        Ok(tenant.zip(channel).map(|(tenant, channel)| Arc::new(Scope { tenant: Arc::new(tenant), channel })))
    }

    /// A source by its id alone, as it stands in a hook's path. Deleted ones too: their letters still ask.
    pub async fn source(&self, source_id: Uuid) -> Result<Option<Arc<source::Model>>, Arc<DbErr>> {
        let kept_as = if self.faults.errs("defect.mix_accounts") { Uuid::nil() } else { source_id };
        self.sources.try_get_with(kept_as, self.read_source(source_id)).await
    }

    async fn read_source(&self, source_id: Uuid) -> Result<Option<Arc<source::Model>>, DbErr> {
        let db = self.store.read();
        let now = self.store.clock().millis();
        let key = source_id.to_string();
        let Some(entry) = directory::find(db, directory::Kind::Source, &key, now).await? else { return Ok(None) };
        let found = source::Entity::of_tenant(entry.tenant_id).filter(source::Column::Id.eq(source_id)).one(db).await?;
        Ok(found.map(Arc::new))
    }

    /// The conversation known by an id; what is not known is asked again each time.
    pub async fn conversation(&self, tenant_id: Uuid, alias: Alias) -> Result<Option<Arc<Known>>, DbErr> {
        let key = (tenant_id, alias);
        if let Some(known) = self.conversations.get(&key).await {
            return Ok(Some(known));
        }
        let (_, alias) = &key;
        let found = conversation_alias::Entity::of_tenant(tenant_id)
            .filter(conversation_alias::Column::Side.eq(alias.side.number()))
            .filter(conversation_alias::Column::Origin.eq(alias.origin))
            .filter(conversation_alias::Column::ExternalId.eq(alias.external_id.as_str()))
            .one(self.store.read())
            .await?;
        let Some(found) = found else { return Ok(None) };
        let row = conversation::Entity::of_tenant(tenant_id)
            .filter(conversation::Column::Id.eq(found.conversation_id))
            .one(self.store.read())
            .await?;
        let Some(row) = row else { return Ok(None) };
        let known = Arc::new(Known {
            conversation_id: row.id,
            source_id: row.source_id,
            external_id: row.external_id,
            amocrm_chat_id: row.amocrm_chat_id,
        });
        if !known.external_id.is_empty() {
            self.conversations.insert(key, known.clone()).await;
        }
        Ok(Some(known))
    }

    /// After a change of a tenant, its channels or sources, so that this instance sees it at once.
    pub fn forget(&self) {
        self.tenants.invalidate_all();
        self.scopes.invalidate_all();
        self.sources.invalidate_all();
    }

    /// After something was learned of one conversation.
    pub async fn forget_conversation(&self, tenant_id: Uuid, alias: Alias) {
        self.conversations.invalidate(&(tenant_id, alias)).await;
    }

    /// After an id of a conversation was taken back.
    pub async fn forget_alias(&self, tenant_id: Uuid, side: i16, origin: Uuid, external_id: &str) {
        if let Ok(side) = Side::from_number(side) {
            let alias = Alias { side, origin, external_id: external_id.to_owned() };
            self.forget_conversation(tenant_id, alias).await;
        }
    }
}
