//! Rights from amoCRM end with it: the origin of a member's role, and when amoCRM last confirmed it.

use sea_orm_migration::prelude::*;

use crate::table::run;

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in STATEMENTS {
            run(manager, statement).await?;
        }
        Ok(())
    }
}

const STATEMENTS: &[&str] = &[
    "ALTER TABLE member ADD COLUMN role_from TEXT NOT NULL DEFAULT 'panel'",
    "ALTER TABLE member ADD COLUMN crm_asked_at BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE member ADD COLUMN crm_gone_at BIGINT",
    "UPDATE member SET role_from = 'amocrm' WHERE crm_user_id IS NOT NULL",
];
