//! Replaces the master key while processes serve: `parom secrets rotate`.
//!
//! ```text
//! key file   old ──▶ old new ─────▶ new old ─────────────────────────▶ new
//!                 │           │              │                    │      └─ late writes are re-sealed
//!                 │           │              └─ re-seal ─ wait ─ re-seal ─ keep the old key, sealed by the new one
//!                 │           └─ wait until every serving process knows the new key
//!                 └─ the new key's id is recorded
//! ```
//!
//! Each arrow is one atomic step, and the key file and the record show how far it is, so an interrupted rotation is
//! continued. No value is ever sealed with a key that a serving process does not know, and no key leaves the file while
//! a serving process seals with it. A value that escapes this – written by a process that was frozen in between – is
//! decrypted with the kept key.
//!
//! *Derived* values need no step: new links and session tokens are made with the first key, earlier ones are recognised
//! under every known key, including kept ones ([`base::vault::Vault::derived`]).

mod records;
mod reseal;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use base::config::Config;
use base::store::{Store, VENDOR};
use base::vault::{KeyId, MasterKey, Place, Vault, VaultError};
use chrono::TimeDelta;
use entity::heartbeat;
use fs4::fs_std::FileExt;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Func, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter};
use tokio_util::sync::CancellationToken;

use crate::platform::PlatformContext;

pub use records::load;
pub use reseal::{OutdatedCount, look};

/// Progress of a rotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RotationStep {
    /// This key becomes the first; false: an earlier rotation is continued.
    Turning { key: KeyId, new: bool },
    /// The number of serving processes that have not picked up the key file yet.
    Waiting { processes: usize },
    /// The number of values to re-encrypt.
    Counted { values: u64 },
    /// The number of values re-encrypted since the last report.
    Resealed { values: u64 },
    /// The number of values of a table that no known key decrypts; they stay as they are.
    Shut { table: &'static str, values: u64 },
}

/// The result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turned {
    /// The key file holds only the new key.
    Done { key: KeyId },
    /// The keys are in the configuration: everything is encrypted with the first, the others can be removed there.
    DropOthers { key: KeyId },
}

/// Puts a new key first in the key file, re-encrypts everything and removes the old key; or continues an earlier
/// rotation. May be killed at any moment.
pub async fn turn(app: &PlatformContext, tell: &mut (dyn FnMut(RotationStep) + Send)) -> anyhow::Result<Turned> {
    load(app).await.context("the keys that were replaced cannot be read")?;
    let Some(folder) = app.vault.key_folder() else { return in_configuration(app, tell).await };
    let folder = folder.context("the folder of the key file cannot be opened")?;
    let free = folder.try_lock_exclusive().context("the folder of the key file cannot be locked")?;
    anyhow::ensure!(free, "another `parom secrets rotate` is at work on this key file");

    let (coming, new) = coming(app).await?;
    tell(RotationStep::Turning { key: coming.id(), new });
    let keys = app.vault.keys();
    let others: Vec<Arc<MasterKey>> = keys.iter().filter(|key| key.id() != coming.id()).cloned().collect();
    if keys.first().is_none_or(|first| first.id() != coming.id()) {
        all_know(app, coming.id(), tell).await?;
        let order: Vec<&MasterKey> = std::iter::once(&coming).chain(&others).map(AsRef::as_ref).collect();
        app.vault.replace_keys(&order)?;
        app.faults.hit("rotate.on_top")?;
    }
    reseal_all(app, coming.id(), tell).await?;
    if !others.is_empty() {
        records::keep(app, &others).await.context("the replaced key cannot be kept")?;
        app.faults.hit("rotate.kept")?;
        app.vault.replace_keys(&[&coming])?;
        app.faults.hit("rotate.dropped")?;
    }
    // Values that were sealed with the old key and written while the file changed.
    reseal::until_nothing_is_left(app, tell).await?;
    records::unmark(app).await?;
    Ok(Turned::Done { key: coming.id() })
}

/// The key that is to remain, already in the file; and whether it was made now.
async fn coming(app: &PlatformContext) -> anyhow::Result<(Arc<MasterKey>, bool)> {
    let marked = records::marked(app).await?;
    let keys = app.vault.keys();
    let known = keys.iter().find(|key| marked.contains(&key.id().to_string()));
    if let Some(key) = known {
        return Ok((key.clone(), false));
    }
    if let [first, _, ..] = keys.as_slice() {
        // It was put first by hand, or the record was lost.
        return Ok((first.clone(), false));
    }
    let key = Arc::new(made(&keys));
    // The record first: without it it would be unknown later which of two keys is the new one.
    records::mark(app, key.id()).await?;
    app.faults.hit("rotate.marked")?;
    let order: Vec<&MasterKey> = keys.iter().chain([&key]).map(AsRef::as_ref).collect();
    app.vault.replace_keys(&order)?;
    app.faults.hit("rotate.offered")?;
    Ok((key, true))
}

/// A new key whose sealed values are distinguishable from those of the others in base64 too, where six characters
/// contain 36 of the 40 bits.
fn made(others: &[Arc<MasterKey>]) -> MasterKey {
    loop {
        let key = MasterKey::generate();
        if others.iter().all(|other| reseal::base64_head(other.id()) != reseal::base64_head(key.id())) {
            return key;
        }
    }
}

async fn reseal_all(
    app: &PlatformContext,
    key: KeyId,
    tell: &mut (dyn FnMut(RotationStep) + Send),
) -> anyhow::Result<()> {
    let under = look(&app.store, key).await.context("the values to re-encrypt cannot be counted")?;
    tell(RotationStep::Counted { values: under.iter().map(|under| under.values).sum() });
    reseal::until_nothing_is_left(app, tell).await?;
    app.faults.hit("rotate.resealed")?;
    // From here on no process seals with another key; values sealed before are found by the next pass.
    all_seal_by(app, key, tell).await?;
    reseal::until_nothing_is_left(app, tell).await
}

/// With `secrets.key` only the operator can change the keys: all that is left to do here is to re-encrypt.
async fn in_configuration(
    app: &PlatformContext,
    tell: &mut (dyn FnMut(RotationStep) + Send),
) -> anyhow::Result<Turned> {
    let keys = app.vault.keys();
    let [first, others @ ..] = keys.as_slice() else { anyhow::bail!("there is no key") };
    anyhow::ensure!(
        !others.is_empty(),
        "the key stands in the configuration (secrets.key, or PAROM__SECRETS__KEY), which this command cannot change: \
         put a new key behind the present one, separated by a space, and restart every process; put it in front and \
         restart again; then follow this command once more (docs/operations.md, \"The vault's key\")"
    );
    tell(RotationStep::Turning { key: first.id(), new: false });
    reseal_all(app, first.id(), tell).await?;
    records::keep(app, others).await.context("the replaced key cannot be kept")?;
    Ok(Turned::DropOthers { key: first.id() })
}

// The key at a start: a server that cannot open what its database holds is not started, and a new key is made only for
// a database that holds nothing sealed.

/// Values that delivery and sign-in depend on. They have few rows, so a start can check their keys; the others have millions.
const ESSENTIAL: [Place; 7] = [
    Place::OauthRefresh,
    Place::SourceSecrets,
    Place::Integration,
    Place::CrmSubscription,
    Place::AlertWebhook,
    Place::Totp,
    Place::VaultKey,
];

/// Opens the vault for this database, or says which key is missing.
pub async fn open(config: &Config, store: &Store) -> anyhow::Result<Vault> {
    let sealed = sealed_by(store).await.context("it cannot be read which key sealed the data")?;
    if sealed.is_empty() {
        return Ok(Vault::open(&config.secrets, config.database.is_sqlite())?);
    }
    let vault = match Vault::open(&config.secrets, false) {
        Err(VaultError::KeyFileMissing { path }) => anyhow::bail!(
            "the data in this database were sealed by key {}, and the key file {} (secrets.key_file) does not exist: put \
             the file with that key there; it is not part of backups. Nothing was changed",
            list(&sealed),
            path.display()
        ),
        opened => opened?,
    };
    let known: BTreeSet<KeyId> = vault.key_ids().into_iter().collect();
    anyhow::ensure!(
        !known.is_disjoint(&sealed),
        "the data in this database were sealed by key {}, which is not there: the configured key is {}. Put the earlier \
         key back, as a further line of secrets.key_file or behind a space in secrets.key. Nothing was changed",
        list(&sealed),
        list(&known)
    );
    Ok(vault)
}

/// The keys that sealed the essential values of a database.
pub async fn sealed_by(store: &Store) -> Result<BTreeSet<KeyId>, DbErr> {
    let mut keys = BTreeSet::new();
    for place in ESSENTIAL {
        let table = place.table();
        for column in table.columns {
            let call = |name: &str| Func::cust(Alias::new(name));
            let column = || Expr::col(Alias::new(*column));
            let head = call("substr").args([column(), Expr::value(1_i32), Expr::value(KeyId::PREFIX)]);
            let mut query = Query::select();
            query.distinct().expr_as(Expr::expr(head), Alias::new("head")).from(Alias::new(table.name));
            query.and_where(Expr::expr(call("length").arg(column())).gt(0_i32));
            for row in store.write().query_all_raw(store.backend().build(&query)).await? {
                keys.extend(KeyId::of_prefix(&row.try_get::<Vec<u8>>("", "head")?));
            }
        }
    }
    Ok(keys)
}

/// Ids of keys as a text.
pub fn list(keys: &BTreeSet<KeyId>) -> String {
    keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

// The keys that serving processes know, by their heartbeats.

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
async fn all_know(
    app: &PlatformContext,
    key: KeyId,
    tell: &mut (dyn FnMut(RotationStep) + Send),
) -> anyhow::Result<()> {
    let key = key.to_string();
    wait(app, |keys| keys.split(' ').any(|known| known == key), tell).await
}

/// Waits until every serving process encrypts with a key and no other.
async fn all_seal_by(
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

// In a serving process: the key file is checked every second, and the known keys are published for the rotation.

const FOLLOW_EVERY: Duration = Duration::from_secs(1);

/// Follows the key file until the server stops. Each heartbeat publishes the keys as well.
pub async fn follow(app: Arc<PlatformContext>, stop: CancellationToken) {
    // The first heartbeat publishes the keys known at the start.
    let mut reported = reported_ids(&app.vault);
    while stop.run_until_cancelled(tokio::time::sleep(FOLLOW_EVERY)).await.is_some() {
        let now = reported_ids(&app.vault);
        if now == reported {
            continue;
        }
        match store_key_ids(&app, &now).await {
            Ok(()) => reported = now,
            Err(error) => {
                tracing::warn!(%error, "this process's key ids could not be stored; it will be retried")
            }
        }
    }
}

async fn store_key_ids(app: &PlatformContext, keys: &str) -> Result<(), DbErr> {
    heartbeat::Entity::update_of(VENDOR)
        .col_expr(heartbeat::Column::Keys, Expr::value(keys))
        .filter(heartbeat::Column::Instance.eq(app.queue.instance()))
        .exec(app.store.write())
        .await?;
    Ok(())
}
