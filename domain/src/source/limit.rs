//! How many sources an account may have: the vendor's own number for this account, else its plan's, else the configured one.

use base::error::{Error, Result};
use entity::tenant;
use sea_orm::{DbErr, PaginatorTrait};
use uuid::Uuid;

use super::not_deleted;
use crate::source::SourceContext;
use crate::tenant::plan;

/// For example "27 of 50".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    pub used: u64,
    pub limit: u32,
}

impl Usage {
    /// True if no further source may be created.
    pub fn is_full(&self) -> bool {
        self.used >= u64::from(self.limit)
    }
}

/// How many sources an account has and may have.
pub async fn usage(app: &SourceContext, tenant_id: Uuid) -> Result<Usage> {
    let db = app.store.read();
    let tenant = tenant::Entity::of_tenant(tenant_id);
    let tenant = sea_orm::Select::one(tenant, db).await?.ok_or(Error::NotFound)?;
    Ok(Usage { used: not_deleted(tenant_id).count(db).await?, limit: limit_of(app, &tenant) })
}

/// How many sources an account has.
pub async fn count(app: &SourceContext, tenant_id: Uuid) -> Result<u64, DbErr> {
    not_deleted(tenant_id).count(app.store.read()).await
}

/// How many sources an account may have.
pub fn limit_of(app: &SourceContext, tenant: &tenant::Model) -> u32 {
    let own = tenant.sources_limit.map(|limit| u32::try_from(limit).unwrap_or(0));
    own.unwrap_or_else(|| plan::sources_limit(&app.config, tenant))
}
