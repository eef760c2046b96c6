//! In every process: the table is read every second, and its integrations replace those in use.

use std::sync::Arc;
use std::time::Duration;

use base::config::{Config, Integration, Integrations};
use base::store::{Store, VENDOR};
use base::telemetry;
use base::vault::{Place, Vault};
use entity::integration::{self, Column};
use sea_orm::{ConnectionTrait, DbErr, QueryOrder};
use secrecy::ExposeSecret;
use tokio_util::sync::CancellationToken;

use crate::platform::PlatformContext;
use crate::tenant::pool_of;

const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Follows the table until the server stops.
pub async fn run(app: Arc<PlatformContext>, stop: CancellationToken) {
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

pub(super) async fn rows(db: &impl ConnectionTrait) -> Result<Vec<integration::Model>, DbErr> {
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
pub(super) fn opened(vault: &Vault, row: &integration::Model) -> anyhow::Result<Integration> {
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
    telemetry::start_remotes(app.integrations.all().iter().map(|one| pool_of(&one.name)));
}
