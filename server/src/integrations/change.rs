//! Makes, changes, pauses and removes stored integrations.

use base::config::{ConfigError, Integration, collision};
use base::store::{VENDOR, finish_tx};
use base::vault::Place;
use entity::integration::{self, Column};
use entity::tenant;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::follow::{load, opened, rows};
use crate::audit::By;
use crate::platform::PlatformContext;
use crate::tenant::channels;

/// What became of an integration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MadeOrChanged {
    Made,
    Changed,
}

/// Why an integration was not changed. No secret is in it.
#[derive(Debug, thiserror::Error)]
pub enum IntegrationRefused {
    #[error(transparent)]
    Invalid(#[from] ConfigError),
    #[error("{0:?} is in the configuration file, which takes precedence; change it there")]
    InFile(String),
    #[error("{key} is taken by integration {other:?}")]
    Taken { key: &'static str, other: String },
    #[error("there is no stored integration {0:?}; parom integration list shows all")]
    NotThere(String),
    #[error("integration {name:?} is in use (accounts: {accounts}); pause it, or delete them first")]
    InUse { name: String, accounts: u64 },
    #[error("the database did not do it")]
    Database(#[from] DbErr),
}

/// Makes the integration of a text with one `[[integration]]`, or replaces the stored one of its name as a whole. A
/// paused one stays paused. This process uses it when this returns, the others within two seconds; accounts get channels
/// that they may have now at their next visit, which is due at once.
pub async fn set(app: &PlatformContext, text: &str, by: &By) -> Result<(String, MadeOrChanged), IntegrationRefused> {
    let one = Integration::from_toml(text, Some(&app.config.plan_list.get()))?;
    not_in_file(app, &one.name)?;
    let tx = app.store.write_tx().await?;
    // Pictures are stored with it: other machines do not have their files.
    let whole = one.to_toml();
    let text = if one.brand.is_some() { whole.expose_secret() } else { text };
    let done = stored(app, &tx, text, &one, by).await;
    let done = finish_tx(tx, done).await?;
    load(app).await?;
    channels::offer_all(app, &one.name).await?;
    Ok((one.name, done))
}

async fn stored(
    app: &PlatformContext,
    tx: &DatabaseTransaction,
    text: &str,
    one: &Integration,
    by: &By,
) -> Result<MadeOrChanged, IntegrationRefused> {
    if !app.store.is_sqlite() {
        // Nothing else stores one between the check of others and the commit. On SQLite this transaction is the only
        // one that writes.
        tx.execute_unprepared("LOCK TABLE integration IN SHARE ROW EXCLUSIVE MODE").await?;
    }
    let all = rows(tx).await?;
    let known = all.iter().find(|row| row.name == one.name);
    // One that cannot be opened is not in use and takes nothing away.
    let others: Vec<Integration> =
        all.iter().filter(|row| row.name != one.name).filter_map(|row| opened(&app.vault, row).ok()).collect();
    if let Some((key, other)) = collision(app.integrations.of_file().iter().map(|one| &**one).chain(&others), one) {
        return Err(IntegrationRefused::Taken { key, other: other.to_owned() });
    }
    let row = integration::Model {
        tenant_id: VENDOR,
        name: one.name.clone(),
        body: app.vault.seal(VENDOR, Place::Integration, &one.name, text.as_bytes()),
        paused: one.paused || known.is_some_and(|row| row.paused),
        updated_at: app.clock.millis(),
        updated_by: changed_by(by),
    };
    let done = if known.is_some() { MadeOrChanged::Changed } else { MadeOrChanged::Made };
    store(app, tx, row, one, by, done).await?;
    Ok(done)
}

async fn store(
    app: &PlatformContext,
    tx: &DatabaseTransaction,
    row: integration::Model,
    one: &Integration,
    by: &By,
    done: MadeOrChanged,
) -> Result<(), DbErr> {
    let known = OnConflict::columns([Column::TenantId, Column::Name])
        .update_columns([Column::Body, Column::Paused, Column::UpdatedAt, Column::UpdatedBy])
        .to_owned();
    let detail = json!({
        "client_id": one.client_id,
        "channels": one.channels.iter().map(|channel| channel.id.as_str()).collect::<Vec<_>>(),
    });
    integration::Entity::insert(row.into_active_model()).on_conflict(known).exec_without_returning(tx).await?;
    let action = match done {
        MadeOrChanged::Made => "integration.made",
        MadeOrChanged::Changed => "integration.changed",
    };
    by.did(app, tx, action, (VENDOR, &one.name), detail).await
}

/// Pauses an integration or resumes it: while it is paused, accounts that Parom does not know cannot install it. False
/// if it was so already.
pub async fn pause(app: &PlatformContext, name: &str, paused: bool, by: &By) -> Result<bool, IntegrationRefused> {
    not_in_file(app, name)?;
    there(app, name).await?;
    let tx = app.store.write_tx().await?;
    let done = async {
        let changed = integration::Entity::update_many()
            .col_expr(Column::Paused, Expr::value(paused))
            .col_expr(Column::UpdatedAt, Expr::value(app.clock.millis()))
            .col_expr(Column::UpdatedBy, Expr::value(changed_by(by)))
            .filter(Column::TenantId.eq(VENDOR))
            .filter(Column::Name.eq(name))
            .filter(Column::Paused.eq(!paused))
            .exec(&tx)
            .await?;
        if changed.rows_affected > 0 {
            let action = if paused { "integration.paused" } else { "integration.resumed" };
            by.did(app, &tx, action, (VENDOR, name), Value::Object(Default::default())).await?;
        }
        Ok::<_, DbErr>(changed.rows_affected > 0)
    };
    let done = done.await;
    let changed = finish_tx(tx, done).await?;
    load(app).await?;
    Ok(changed)
}

/// Removes a stored integration that no account has. Of one that the file has too, only the stored copy goes.
pub async fn remove(app: &PlatformContext, name: &str, by: &By) -> Result<(), IntegrationRefused> {
    there(app, name).await?;
    let tx = app.store.write_tx().await?;
    let done = async {
        let accounts = accounts(&tx, name).await?;
        if accounts > 0 && !app.integrations.is_in_file(name) {
            return Err(IntegrationRefused::InUse { name: name.to_owned(), accounts });
        }
        integration::Entity::delete_many()
            .filter(Column::TenantId.eq(VENDOR))
            .filter(Column::Name.eq(name))
            .exec(&tx)
            .await?;
        by.did(app, &tx, "integration.removed", (VENDOR, name), Value::Object(Default::default())).await?;
        Ok(())
    };
    let done = done.await;
    finish_tx(tx, done).await?;
    load(app).await?;
    Ok(())
}

/// Accounts of an integration, in any state, until they are deleted.
async fn accounts(db: &impl ConnectionTrait, name: &str) -> Result<u64, DbErr> {
    tenant::Entity::find().filter(tenant::Column::Integration.eq(name)).count(db).await
}

fn not_in_file(app: &PlatformContext, name: &str) -> Result<(), IntegrationRefused> {
    if app.integrations.is_in_file(name) { Err(IntegrationRefused::InFile(name.to_owned())) } else { Ok(()) }
}

async fn there(app: &PlatformContext, name: &str) -> Result<(), IntegrationRefused> {
    let stored = rows(app.store.read()).await?;
    let found = stored.iter().any(|row| row.name == name);
    if found { Ok(()) } else { Err(IntegrationRefused::NotThere(name.to_owned())) }
}

fn changed_by(by: &By) -> String {
    match by.actor.name() {
        "" => by.actor.kind().to_owned(),
        name => format!("{} {name}", by.actor.kind()),
    }
}
