//! Sources: one messenger line of a tenant, mirrored as an amoCRM source.
//!
//! ```text
//! create ─▶ reserve (limit, external_id) ─▶ mirror at amoCRM ─▶ working      nothing half-finished stays
//! change, delete, restore ─▶ mirror ─▶ row and audit ─▶ turn (pause, resume, bury)
//! reconcile (daily, after an install, after an unknown id) ─▶ what a user changed in amoCRM wins
//! ```
//!
//! Every change names its author ([`By`]), who is recorded in the same commit.

mod by;
pub mod change;
pub mod check;
pub mod create;
pub mod crm_copy;
pub mod delete;
mod embed;
pub mod handover;
pub mod line;
pub mod live_test;
mod mirror;
pub mod observations;
pub mod outbox;
pub mod reconcile;
pub mod restore;
pub mod rotate;
pub mod state;
pub mod takeover;
#[cfg(test)]
mod tests;
pub mod window;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use amocrm::rest::ChatEvent;
use base::cache::Cache;
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::rate_limit::RateLimiter;
use base::store::Store;
use base::worded::worded;
use connectors::poll::Renewed;
use connectors::template::ListedTemplate;
use entity::source::{self, Column};
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::media::MediaContext;
use crate::platform::{PlatformContext, stands_on};
use crate::tenant::TenantContext;

pub use crate::settings::masked;
pub use by::{By, ChangeLocks, version};
pub use change::{SourceChange, change};
pub use check::{SourceKind, Usage, count, kinds, limit_of, offered, setup_of, usage};
pub use create::{Created, NewSource, create, new_external_id, served};
pub use delete::{Deleted, delete};
pub use embed::{
    ChatSite, EmbedCode, LOGO_BYTES, LOGO_PIXELS, embed, photos, preview_texts, preview_texts_in, remove_logo,
    set_logo, set_photo, sites,
};
pub use live_test::{TestStep, test};
pub use mirror::{KnownPipeline, KnownStage, KnownUser, KnownUsers, as_error as call_error, pipelines, refresh_users};
pub use observations::{Observations, failing, note_unknown, prove, stopped};
pub use reconcile::{Reconciled, reconcile};
pub use restore::{
    Migration, MigrationAction, MigrationStep, adopt, migration, remove_stray, restore, restore_all, strays,
};
pub use rotate::{rotate_secret, rotate_site_secret};
pub use state::{NOT_ANSWERING, SourceState, StateAction, StateReason, state, states, states_of};

worded! {
    /// How a source is doing, with the word of the public API (docs/api-design.md#quirks-on-purpose).
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum SourceStatus, as_str {
        Working = "working",
        Checking = "checking",
        NeedsAttention = "needs_attention",
        Stopped = "stopped",
        Paused = "paused",
        Unpaid = "unpaid",
        Blocked = "blocked",
        CrmUnreachable = "crm_unreachable",
    }
}

worded! {
    /// How a new conversation gets its contact in amoCRM.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
    #[serde(rename_all = "lowercase")]
    pub enum ContactRule, as_str {
        /// amoCRM's own way.
        #[default]
        Leave = "leave",
        /// An existing contact with the same phone or e-mail is linked.
        Link = "link",
        /// A contact is made first.
        Create = "create",
    }
}

/// A tenant's sources, without deleted ones and without those still being created.
pub fn live(tenant_id: Uuid) -> Select<source::Entity> {
    not_deleted(tenant_id).filter(is_made())
}

/// As [`source::Model::is_made`].
pub fn is_made() -> Condition {
    Condition::any().add(Column::AmocrmSourceId.ne(0)).add(Column::ShadowSince.is_not_null())
}

/// Fails with 409 for a shadow, through which nothing is sent.
pub fn sends(source: &source::Model) -> Result<()> {
    if !source.is_shadow() {
        return Ok(());
    }
    let detail = LocalizedText::new("said-shadow").with("source", source.name.as_str());
    Err(Error::Conflict { problem: "source_is_shadow", detail })
}

/// All live sources of a tenant, newest first.
pub async fn all(app: &SourceContext, tenant_id: Uuid) -> Result<Vec<source::Model>> {
    Ok(live(tenant_id).order_by_desc(Column::Id).all(app.store.read()).await?)
}

/// One live source of a tenant, in its current stored form.
pub async fn find(app: &SourceContext, tenant_id: Uuid, source_id: Uuid) -> Result<source::Model> {
    let found = live(tenant_id).filter(Column::Id.eq(source_id)).one(app.store.read()).await?;
    found.ok_or(Error::NotFound)
}

/// Kinds with a source that a message or a test has proved, among all accounts.
pub async fn kinds_in_use(store: &Store) -> Result<Vec<String>, DbErr> {
    let proved = source::Entity::find().filter(Column::ProvedAt.is_not_null());
    proved.select_only().column(Column::Kind).distinct().into_tuple().all(store.read()).await
}

/// The sources that count for limits and names, including those being created.
fn not_deleted(tenant_id: Uuid) -> Select<source::Entity> {
    source::Entity::of_tenant(tenant_id).filter(Column::DeletedAt.is_null())
}

// The state that this module and those above it share.

/// The context of sources.
pub struct SourceContext {
    pub platform: Arc<PlatformContext>,
    pub files: Arc<MediaContext>,
    pub tenants: Arc<TenantContext>,
    /// Observations about sources from message traffic.
    pub source_observations: Observations,
    /// Changes of one source wait for each other.
    pub source_changes: ChangeLocks,
    pub listed_templates: ListedTemplates,
    pub compared: ComparedWith,
    pub unsaved: UnsavedCredentials,
    /// Live tests by account.
    pub source_tests: RateLimiter<Uuid>,
}

/// Sealed credentials, and those that replace them, by source.
type Unsaved = BTreeMap<Uuid, (Option<Vec<u8>>, Renewed)>;

/// Credentials that a messenger issued and that could not be stored yet, by source, with the sealed ones that they replace. The
/// messenger accepts the former ones no more, so these are kept until they are stored.
#[derive(Default)]
pub struct UnsavedCredentials(Mutex<Unsaved>);

impl UnsavedCredentials {
    fn put(&self, source: &source::Model, new: Renewed) {
        self.lock().insert(source.id, (source.secrets.clone(), new));
    }

    /// None if there are none, or if a person entered others meanwhile.
    fn take(&self, source: &source::Model) -> Option<Renewed> {
        self.lock().remove(&source.id).and_then(|(former, new)| (former == source.secrets).then_some(new))
    }

    fn lock(&self) -> MutexGuard<'_, Unsaved> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What messengers listed as their templates within the last minute, by source.
pub struct ListedTemplates(pub Cache<Uuid, Arc<Vec<ListedTemplate>>>);

impl Default for ListedTemplates {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(1_000).time_to_live(Duration::from_secs(60)).build())
    }
}

/// A message of another integration's chat, as far as amoCRM shows it.
#[derive(Clone, Debug)]
pub struct TheirMessage {
    pub event: ChatEvent,
    /// None of a file, and where amoCRM shows no texts.
    pub text: Option<String>,
}

/// Several, and whether there are more.
pub type TheirMessages = (Arc<Vec<TheirMessage>>, bool);

/// What amoCRM answered to comparisons of shadows within the last five minutes: a page that is loaded again asks nothing.
pub struct ComparedWith {
    /// By account and the first millisecond of a day that has ended.
    pub events: Cache<(Uuid, i64), TheirMessages>,
    /// The contact that a chat would get, by conversation: CRM id and name.
    pub contacts: Cache<Uuid, Option<(i64, String)>>,
}

impl Default for ComparedWith {
    fn default() -> Self {
        let kept = Duration::from_secs(300);
        Self {
            events: Cache::builder().max_capacity(100).time_to_live(kept).build(),
            contacts: Cache::builder().max_capacity(10_000).time_to_live(kept).build(),
        }
    }
}

stands_on!(SourceContext);
