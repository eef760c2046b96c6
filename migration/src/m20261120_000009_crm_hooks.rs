//! Subscriptions to the CRM's hooks, what a developer's messenger has to be told of its source, and the wish of an import
//! for contacts.

use sea_orm_migration::prelude::*;

use crate::table::{column, create, run};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(
            manager,
            "crm_subscription",
            &["tenant_id"],
            vec![
                column("tenant_id").uuid().not_null().to_owned(),
                column("destination").blob().null().to_owned(),
                column("state").text().not_null().to_owned(),
                column("detail").text().not_null().to_owned(),
                column("checked_at").big_integer().not_null().to_owned(),
                column("next_try_at").big_integer().null().to_owned(),
                column("tries").integer().not_null().to_owned(),
            ],
        )
        .await?;
        create(
            manager,
            "source_notice",
            &["tenant_id", "source_id"],
            vec![
                column("tenant_id").uuid().not_null().to_owned(),
                column("source_id").uuid().not_null().to_owned(),
                column("id").uuid().not_null().to_owned(),
                column("deleted").boolean().not_null().to_owned(),
                column("access").blob().not_null().to_owned(),
                column("created_at").big_integer().not_null().to_owned(),
                column("next_try_at").big_integer().not_null().to_owned(),
                column("tries").integer().not_null().to_owned(),
                column("unknown").boolean().not_null().to_owned(),
            ],
        )
        .await?;
        for statement in STATEMENTS {
            run(manager, statement).await?;
        }
        Ok(())
    }
}

const STATEMENTS: &[&str] = &[
    "ALTER TABLE import ADD COLUMN link_contacts boolean NOT NULL DEFAULT false",
    "ALTER TABLE contact_task ADD COLUMN linking boolean NOT NULL DEFAULT false",
    // By what a hook of the CRM names.
    "CREATE INDEX conversation_contact ON conversation (tenant_id, contact_id) WHERE contact_id <> 0",
    "CREATE INDEX conversation_crm_chat ON conversation (tenant_id, amocrm_chat_id) WHERE contact_id <> 0",
    // These two serve background work over all tenants.
    "CREATE INDEX crm_subscription_due ON crm_subscription (next_try_at) WHERE next_try_at IS NOT NULL",
    "CREATE INDEX source_notice_due ON source_notice (next_try_at)",
    // Accounts that were connected before there were subscriptions.
    "INSERT INTO crm_subscription (tenant_id, destination, state, detail, checked_at, next_try_at, tries) \
     SELECT tenant_id, NULL, 'off', '', 0, 0, 0 FROM tenant WHERE status = 'active'",
];
