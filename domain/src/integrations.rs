//! Integrations that are made, changed and paused while the server runs. Those of the configuration file come first and
//! are changed only there.
//!
//! ```text
//! parom integration set ─▶ change ─▶ table `integration` (sealed) ─▶ run, in every process ─▶ PlatformContext::integrations
//! [[integration]] of the file ─────────────────────────────────────────────────────────────▶
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use base::config::{Config, ConfigError, Integration, Integrations, collision};
use base::store::{Store, VENDOR, in_transaction};
use base::telemetry;
use base::vault::{Place, Vault};
use entity::integration::{self, Column};
use entity::tenant;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect,
};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::audit::By;
use crate::platform::PlatformContext;
use crate::tenant::{channels, pool_of};

// Makes, changes, pauses and removes stored integrations.

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
    // Pictures are stored with it: other machines do not have their files.
    let whole = one.to_toml();
    let text = if one.brand.is_some() { whole.expose_secret() } else { text };
    let done = in_transaction(&app.store, async |tx| stored(app, tx, text, &one, by).await).await?;
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
    let changed = in_transaction(&app.store, async |tx| {
        let changed = integration::Entity::update_of(VENDOR)
            .col_expr(Column::Paused, Expr::value(paused))
            .col_expr(Column::UpdatedAt, Expr::value(app.clock.millis()))
            .col_expr(Column::UpdatedBy, Expr::value(changed_by(by)))
            .filter(Column::Name.eq(name))
            .filter(Column::Paused.eq(!paused))
            .exec(tx)
            .await?;
        if changed.rows_affected > 0 {
            let action = if paused { "integration.paused" } else { "integration.resumed" };
            by.did(app, tx, action, (VENDOR, name), Value::Object(Default::default())).await?;
        }
        Ok::<_, DbErr>(changed.rows_affected > 0)
    })
    .await?;
    load(app).await?;
    Ok(changed)
}

/// Removes a stored integration that no account has. Of one that the file has too, only the stored copy goes.
pub async fn remove(app: &PlatformContext, name: &str, by: &By) -> Result<(), IntegrationRefused> {
    there(app, name).await?;
    in_transaction(&app.store, async |tx| {
        let accounts = accounts(tx, name).await?;
        if accounts > 0 && !app.integrations.is_in_file(name) {
            return Err(IntegrationRefused::InUse { name: name.to_owned(), accounts });
        }
        integration::Entity::delete_of(VENDOR).filter(Column::Name.eq(name)).exec(tx).await?;
        by.did(app, tx, "integration.removed", (VENDOR, name), Value::Object(Default::default())).await?;
        Ok(())
    })
    .await?;
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

// In every process: the table is read every second, and its integrations replace those in use.

const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Follows the table until the server stops.
pub async fn follow(app: Arc<PlatformContext>, stop: CancellationToken) {
    let mut seen = None;
    let mut fails = false;
    loop {
        let turn = app.integrations_in_turn.lock().await;
        match rows(app.store.read()).await {
            Ok(rows) => {
                fails = false;
                if seen.as_ref() != Some(&rows) {
                    use_them(&app, &rows);
                    seen = Some(rows);
                }
            }
            Err(error) if !fails => {
                fails = true;
                tracing::warn!(%error, "the stored integrations cannot be read; those read before stay in use");
            }
            Err(_) => {}
        }
        drop(turn);
        if stop.run_until_cancelled(tokio::time::sleep(LOOK_EVERY)).await.is_none() {
            return;
        }
    }
}

/// Uses what is stored now.
pub async fn load(app: &PlatformContext) -> Result<(), DbErr> {
    let _turn = app.integrations_in_turn.lock().await;
    use_them(app, &rows(app.store.read()).await?);
    Ok(())
}

async fn rows(db: &impl ConnectionTrait) -> Result<Vec<integration::Model>, DbErr> {
    integration::Entity::of_tenant(VENDOR).order_by_asc(Column::Name).all(db).await
}

/// The integrations of the file and those stored ones that can be opened and used, without a running server.
pub async fn in_use(config: &Config, store: &Store, vault: &Vault) -> Result<Vec<Integration>, DbErr> {
    let all = Integrations::new(config);
    let rows = rows(store.read()).await?;
    all.replace(rows.iter().filter_map(|row| opened(vault, row).ok()).map(Arc::new));
    Ok(all.all().iter().map(|one| one.as_ref().clone()).collect())
}

/// The integration of a row.
fn opened(vault: &Vault, row: &integration::Model) -> anyhow::Result<Integration> {
    let text = vault.open_text(VENDOR, Place::Integration, &row.name, &row.body)?;
    // A plan that was removed since then must not stop the accounts that are connected.
    let mut one = Integration::from_toml(text.expose_secret(), None)?;
    one.paused = row.paused;
    Ok(one)
}

/// A row that cannot be used leaves what was in use under its name.
fn use_them(app: &PlatformContext, rows: &[integration::Model]) {
    let usable = rows.iter().filter_map(|row| match opened(&app.vault, row) {
        Ok(one) => Some(Arc::new(one)),
        Err(error) => {
            tracing::error!(
                integration = row.name,
                error = format!("{error:#}"),
                "a stored integration cannot be used"
            );
            app.integrations.named(&row.name)
        }
    });
    let usable: Vec<_> = usable.collect();
    in_use_now(app, app.integrations.replace(usable));
}

/// Uses the file's integrations of a configuration that was read again, and the stored ones beside them.
pub async fn use_file(app: &PlatformContext, config: &Config) {
    let _turn = app.integrations_in_turn.lock().await;
    in_use_now(app, app.integrations.follow(config));
}

fn in_use_now(app: &PlatformContext, left_out: Vec<String>) {
    for name in left_out {
        tracing::error!(
            integration = name,
            "a stored integration is not used: another one, of the file or stored, has its name, client_id or a channel of it"
        );
    }
    telemetry::start_counters_of("remote", app.integrations.all().iter().map(|one| pool_of(&one.name)));
}

// All integrations, for people.

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
    let accounts = accounts_by_integration(app.store.read()).await?;
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
async fn accounts_by_integration(db: &impl ConnectionTrait) -> Result<BTreeMap<String, i64>, DbErr> {
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
