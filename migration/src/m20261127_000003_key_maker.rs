//! Who made an API key: it may do at most what they may do now. The audit log says it of keys that exist already. The
//! version before leaves it out of its rows.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::table::text;

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        text("made_by").null().add_to("api_key", manager).await?;
        let id = match manager.get_database_backend() {
            DbBackend::Postgres => "CAST(api_key.id AS text) = audit.object",
            _ => "lower(hex(api_key.id)) = replace(audit.object, '-', '')",
        };
        let found = format!(
            "UPDATE api_key SET made_by = (SELECT min(CASE audit.actor_kind WHEN 'member' THEN 'member:' || \
             audit.actor_id WHEN 'cli' THEN 'cli' END) FROM audit WHERE audit.tenant_id = api_key.tenant_id AND \
             audit.action = 'key.created' AND {id})"
        );
        manager.get_connection().execute_unprepared(&found).await?;
        Ok(())
    }
}
