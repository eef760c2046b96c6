//! All integrations, for people.

use std::collections::BTreeMap;

use base::config::Integration;
use entity::tenant;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QuerySelect};

use super::follow::{opened, rows};
use crate::platform::PlatformContext;

/// An integration of the file or a stored one.
#[derive(Clone, Debug)]
pub struct ListedIntegration {
    pub name: String,
    /// None: it cannot be opened or read; the log of the server says why.
    pub integration: Option<Integration>,
    pub in_file: bool,
    pub paused: bool,
    /// False: another one has its name, its `client_id` or a channel of it.
    pub in_use: bool,
    /// Accounts in any state.
    pub accounts: i64,
    /// When and by whom a stored one was changed last; milliseconds since 1970.
    pub changed: Option<(i64, String)>,
}

/// Those of the file, then the stored ones.
pub async fn list(app: &PlatformContext) -> Result<Vec<ListedIntegration>, DbErr> {
    let accounts = accounts(app.store.read()).await?;
    let accounts = |name: &str| accounts.get(name).copied().unwrap_or(0);
    let mut all = Vec::new();
    for one in app.integrations.of_file() {
        all.push(ListedIntegration {
            name: one.name.clone(),
            integration: Some(one.as_ref().clone()),
            in_file: true,
            paused: one.paused,
            in_use: true,
            accounts: accounts(&one.name),
            changed: None,
        });
    }
    for row in rows(app.store.read()).await? {
        let integration = opened(&app.vault, &row).ok();
        let used = app.integrations.named(&row.name).filter(|_| !app.integrations.is_in_file(&row.name));
        all.push(ListedIntegration {
            in_use: used.is_some(),
            accounts: accounts(&row.name),
            name: row.name,
            integration,
            in_file: false,
            paused: row.paused,
            changed: Some((row.updated_at, row.updated_by)),
        });
    }
    Ok(all)
}

/// Accounts by integration, in any state, until they are deleted.
async fn accounts(db: &impl ConnectionTrait) -> Result<BTreeMap<String, i64>, DbErr> {
    let rows: Vec<(String, i64)> = tenant::Entity::find()
        .select_only()
        .column(tenant::Column::Integration)
        .column_as(tenant::Column::TenantId.count(), "accounts")
        .group_by(tenant::Column::Integration)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}
