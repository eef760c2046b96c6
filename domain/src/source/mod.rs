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
pub mod line;
mod mirror;
pub mod observations;
pub mod outbox;
pub mod probe;
pub mod reconcile;
pub mod restore;
pub mod rotate;
pub mod state;
#[cfg(test)]
mod tests;
pub mod window;

use std::sync::Arc;

use base::error::{Error, Result};
use entity::source::{self, Column};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, Select};
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
    ChatSite, EmbedCode, LOGO_BYTES, LOGO_PIXELS, embed, preview_texts, preview_texts_in, remove_logo, set_logo, sites,
};
pub use mirror::{KnownPipeline, KnownUsers, as_error as call_error, known_pipelines, pipelines, refresh_users};
pub use observations::{Observations, failing, note_unknown, prove, stopped};
pub use probe::{ProbeStep, test};
pub use reconcile::{Reconciled, reconcile};
pub use restore::{
    Migration, MigrationAction, MigrationStep, adopt, migration, remove_stray, restore, restore_all, strays,
};
pub use rotate::{rotate_secret, rotate_site_secret};
pub use state::{SourceState, StateAction, StateReason, state, states};

/// How a source is doing (docs/api-design.md#quirks-on-purpose).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SourceStatus {
    Working,
    Checking,
    NeedsAttention,
    Stopped,
    Paused,
    Unpaid,
    Blocked,
    CrmUnreachable,
}

impl SourceStatus {
    /// All states.
    pub const ALL: [Self; 8] = [
        Self::Working,
        Self::Checking,
        Self::NeedsAttention,
        Self::Stopped,
        Self::Paused,
        Self::Unpaid,
        Self::Blocked,
        Self::CrmUnreachable,
    ];

    /// Parses a word; none if it is not a state.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }

    /// The word of the public API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Working => "working",
            Self::Checking => "checking",
            Self::NeedsAttention => "needs_attention",
            Self::Stopped => "stopped",
            Self::Paused => "paused",
            Self::Unpaid => "unpaid",
            Self::Blocked => "blocked",
            Self::CrmUnreachable => "crm_unreachable",
        }
    }
}

/// How a new conversation gets its contact in amoCRM.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ContactRule {
    /// amoCRM's own way.
    #[default]
    Leave,
    /// An existing contact with the same phone or e-mail is linked.
    Link,
    /// A contact is made first.
    Create,
}

impl ContactRule {
    /// The word of the public API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Leave => "leave",
            Self::Link => "link",
            Self::Create => "create",
        }
    }
}

/// A tenant's sources, without deleted ones and without those still being created.
pub fn live(tenant_id: Uuid) -> Select<source::Entity> {
    not_deleted(tenant_id).filter(Column::AmocrmSourceId.ne(0))
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
}

stands_on!(SourceContext);
