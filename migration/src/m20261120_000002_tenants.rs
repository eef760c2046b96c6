//! People who sign in, what they did, and what an account's life needs: probes, alerts, erasures.

use sea_orm_migration::prelude::*;

use crate::table::{column, create, run};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        people(manager).await?;
        records(manager).await?;
        for statement in COLUMNS.iter().chain(INDEXES) {
            run(manager, statement).await?;
        }
        Ok(())
    }
}

/// Whoever signs in, and what is needed to let them in.
async fn people(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create(
        manager,
        "person",
        &["tenant_id", "id"],
        vec![
            column("tenant_id").uuid().not_null().to_owned(),
            column("id").uuid().not_null().to_owned(),
            column("email").text().not_null().to_owned(),
            column("name").text().not_null().to_owned(),
            column("password_hash").text().null().to_owned(),
            column("totp_secret").blob().null().to_owned(),
            column("totp_step").big_integer().null().to_owned(),
            column("is_operator").boolean().not_null().to_owned(),
            column("language").text().not_null().to_owned(),
            column("created_at").big_integer().not_null().to_owned(),
            column("disabled_at").big_integer().null().to_owned(),
        ],
    )
    .await?;
    create(
        manager,
        "member",
        &["tenant_id", "person_id"],
        vec![
            column("tenant_id").uuid().not_null().to_owned(),
            column("person_id").uuid().not_null().to_owned(),
            column("role").text().not_null().to_owned(),
            column("crm_user_id").big_integer().null().to_owned(),
            column("invited_at").big_integer().not_null().to_owned(),
            column("last_seen_at").big_integer().null().to_owned(),
            column("disabled_at").big_integer().null().to_owned(),
        ],
    )
    .await?;
    create(
        manager,
        "session",
        &["tenant_id", "id"],
        vec![
            column("tenant_id").uuid().not_null().to_owned(),
            column("id").uuid().not_null().to_owned(),
            column("kind").text().not_null().to_owned(),
            column("person_id").uuid().null().to_owned(),
            column("crm_user_id").big_integer().null().to_owned(),
            column("is_admin").boolean().not_null().to_owned(),
            column("via").text().not_null().to_owned(),
            column("csrf").text().not_null().to_owned(),
            column("language").text().not_null().to_owned(),
            column("notice").text().not_null().to_owned(),
            column("data").blob().null().to_owned(),
            column("reason").text().not_null().to_owned(),
            column("created_at").big_integer().not_null().to_owned(),
            column("seen_at").big_integer().not_null().to_owned(),
            column("expires_at").big_integer().not_null().to_owned(),
        ],
    )
    .await?;
    create(
        manager,
        "throttle",
        &["tenant_id", "key"],
        vec![
            column("tenant_id").uuid().not_null().to_owned(),
            column("key").text().not_null().to_owned(),
            column("window_from").big_integer().not_null().to_owned(),
            column("count").integer().not_null().to_owned(),
        ],
    )
    .await?;
    create(
        manager,
        "customer",
        &["tenant_id", "id"],
        vec![
            column("tenant_id").uuid().not_null().to_owned(),
            column("id").uuid().not_null().to_owned(),
            column("login").text().not_null().to_owned(),
            column("password_hash").text().not_null().to_owned(),
            column("created_at").big_integer().not_null().to_owned(),
            column("disabled_at").big_integer().null().to_owned(),
        ],
    )
    .await
}

/// What is kept because somebody will ask.
async fn records(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create(
        manager,
        "audit",
        &["tenant_id", "id"],
        vec![
            column("tenant_id").uuid().not_null().to_owned(),
            column("id").uuid().not_null().to_owned(),
            column("at").big_integer().not_null().to_owned(),
            column("actor_kind").text().not_null().to_owned(),
            column("actor_id").text().not_null().to_owned(),
            column("actor_name").text().not_null().to_owned(),
            column("action").text().not_null().to_owned(),
            column("object").text().not_null().to_owned(),
            column("detail").text().not_null().to_owned(),
            column("address").text().not_null().to_owned(),
            column("outcome").text().not_null().to_owned(),
        ],
    )
    .await?;
    create(
        manager,
        "alert",
        &["tenant_id", "key"],
        vec![
            column("tenant_id").uuid().not_null().to_owned(),
            column("key").text().not_null().to_owned(),
            column("kind").text().not_null().to_owned(),
            column("source_id").uuid().null().to_owned(),
            column("detail").text().not_null().to_owned(),
            column("opened_at").big_integer().not_null().to_owned(),
            column("last_at").big_integer().not_null().to_owned(),
            column("count").big_integer().not_null().to_owned(),
            column("resolved_at").big_integer().null().to_owned(),
            column("muted_until").big_integer().null().to_owned(),
        ],
    )
    .await?;
    create(
        manager,
        "stray_source",
        &["tenant_id", "amocrm_source_id"],
        vec![
            column("tenant_id").uuid().not_null().to_owned(),
            column("amocrm_source_id").big_integer().not_null().to_owned(),
            column("external_id").text().not_null().to_owned(),
            column("name").text().not_null().to_owned(),
            column("pipeline_id").big_integer().null().to_owned(),
            column("is_default").boolean().not_null().to_owned(),
            column("reason").text().not_null().to_owned(),
            column("seen_at").big_integer().not_null().to_owned(),
        ],
    )
    .await?;
    create(
        manager,
        "erasure",
        &["tenant_id", "id"],
        vec![
            column("tenant_id").uuid().not_null().to_owned(),
            column("id").uuid().not_null().to_owned(),
            column("what").text().not_null().to_owned(),
            column("counts").text().not_null().to_owned(),
            column("by").text().not_null().to_owned(),
            column("created_at").big_integer().not_null().to_owned(),
        ],
    )
    .await
}

const COLUMNS: &[&str] = &[
    "ALTER TABLE tenant ADD COLUMN customer_id UUID",
    "ALTER TABLE tenant ADD COLUMN language TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE tenant ADD COLUMN time_zone TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE tenant ADD COLUMN probe_at BIGINT",
    "ALTER TABLE tenant ADD COLUMN probes INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE tenant ADD COLUMN reconciled_at BIGINT",
    "ALTER TABLE tenant ADD COLUMN uninstalled_at BIGINT",
    "ALTER TABLE tenant ADD COLUMN erased_at BIGINT",
    "ALTER TABLE tenant_channel ADD COLUMN next_try_at BIGINT",
    "ALTER TABLE tenant_channel ADD COLUMN tries INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE oauth_grant ADD COLUMN user_name TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE source ADD COLUMN status_since BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE source ADD COLUMN paused_by TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE source ADD COLUMN proved_at BIGINT",
    "ALTER TABLE source ADD COLUMN services_sent TEXT NOT NULL DEFAULT ''",
];

/// Keys of a tenant's table begin with its id; the other two serve background work over all tenants.
const INDEXES: &[&str] = &[
    "CREATE INDEX member_crm_user ON member (tenant_id, crm_user_id)",
    "CREATE INDEX session_expires ON session (tenant_id, expires_at)",
    "CREATE INDEX tenant_probe ON tenant (probe_at) WHERE probe_at IS NOT NULL",
    "CREATE INDEX tenant_reconciled ON tenant (reconciled_at)",
    "CREATE INDEX tenant_customer ON tenant (customer_id) WHERE customer_id IS NOT NULL",
];
