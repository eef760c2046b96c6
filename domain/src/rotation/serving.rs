//! The keys that serving processes know, by their heartbeats.

use std::time::{Duration, Instant};

use base::store::VENDOR;
use base::vault::{KeyId, Vault};
use chrono::TimeDelta;
use entity::heartbeat;
use sea_orm::DbErr;

use super::RotationStep;
use crate::platform::PlatformContext;

/// A process without a heartbeat for this long is no longer serving (`missed_hooks::beat` has the same rule for hooks).
const SILENCE: TimeDelta = TimeDelta::seconds(30);
/// Longer than a killed process counts as live.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// The keys a process reports: their ids, the one that seals first.
pub fn reported_ids(vault: &Vault) -> String {
    vault.key_ids().iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// Waits until every serving process can decrypt with a key.
pub(super) async fn all_know(
    app: &PlatformContext,
    key: KeyId,
    tell: &mut (dyn FnMut(RotationStep) + Send),
) -> anyhow::Result<()> {
    let key = key.to_string();
    wait(app, |keys| keys.split(' ').any(|known| known == key), tell).await
}

/// Waits until every serving process encrypts with a key and no other.
pub(super) async fn all_seal_by(
    app: &PlatformContext,
    key: KeyId,
    tell: &mut (dyn FnMut(RotationStep) + Send),
) -> anyhow::Result<()> {
    let key = key.to_string();
    wait(app, |keys| keys.split(' ').next() == Some(key.as_str()), tell).await
}

async fn wait(
    app: &PlatformContext,
    is_up_to_date: impl Fn(&str) -> bool,
    tell: &mut (dyn FnMut(RotationStep) + Send),
) -> anyhow::Result<()> {
    let begun = Instant::now();
    let mut reported = 0;
    loop {
        let behind = behind(app, &is_up_to_date).await?;
        if behind.is_empty() {
            return Ok(());
        }
        if reported != behind.len() {
            reported = behind.len();
            tell(RotationStep::Waiting { processes: reported });
        }
        anyhow::ensure!(
            begun.elapsed() < PATIENCE,
            "{reported} serving {processes} not taken the keys up ({names}): copy the key file to every machine that has one \
             of its own, or restart a process of an earlier version or with `secrets.key`; then run this command again, \
             it goes on from here",
            processes = if reported == 1 { "process has" } else { "processes have" },
            names = behind.join(", "),
        );
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Serving processes that have not reached this state.
async fn behind(app: &PlatformContext, is_up_to_date: impl Fn(&str) -> bool) -> Result<Vec<String>, DbErr> {
    let now = app.store.now().await?;
    let rows = heartbeat::Entity::of_tenant(VENDOR).all(app.store.write()).await?;
    let living = rows.into_iter().filter(|row| !row.ended && now - row.beat_at <= SILENCE.num_milliseconds());
    // A process of an earlier version reports no keys.
    let behind = living.filter(|row| !row.keys.as_deref().is_some_and(&is_up_to_date));
    Ok(behind.map(|row| row.instance.to_string()).collect())
}
