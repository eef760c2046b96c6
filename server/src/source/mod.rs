//! Sources: one messenger line of a tenant, mirrored as an amoCRM source.
//!
//! ```text
//! create ─▶ reserve (limit, external_id) ─▶ mirror at amoCRM ─▶ working      nothing half-made stays
//! change, delete ─▶ mirror ─▶ row ─▶ turn (pause, resume, bury)
//! ```

pub mod change;
mod check;
pub mod create;
pub mod delete;
mod leftover;
mod mirror;
pub mod settings;

use entity::source::{self, Column};
use sea_orm::{ColumnTrait, QueryFilter, Select};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use change::{SourceChange, change};
pub use create::{Created, NewSource, create};
pub use delete::delete;
pub use mirror::pipelines;

/// How a source is doing (product.md §6.1).
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

/// What becomes of the contact of a new conversation in amoCRM.
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

/// The sources a tenant has: without deleted ones and without one whose creation is not finished.
pub fn live(tenant_id: Uuid) -> Select<source::Entity> {
    not_deleted(tenant_id).filter(Column::AmocrmSourceId.ne(0))
}

/// The sources that count for limits and names: also one that is being created.
fn not_deleted(tenant_id: Uuid) -> Select<source::Entity> {
    source::Entity::of_tenant(tenant_id).filter(Column::DeletedAt.is_null())
}
