//! `parom backup restore`: into an empty database only.

use std::path::Path;

use base::clock::Clock;
use base::config::Config;
use base::store::migrate::{check, run_to};
use base::store::{Store, migrate};
use base::vault::{Vault, VaultError};

use super::manifest::Manifest;
use super::{Progress, postgres, sqlite, verify};

/// A summary of a restore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    pub manifest: Manifest,
    /// Milliseconds since the backup was made.
    pub age: i64,
}

impl Restored {
    /// Estimated number of messages accepted since the backup, which it does not contain. Assumes that the days since
    /// were as busy as the busier of the two before it.
    pub fn gap(&self) -> u64 {
        let millis = u128::try_from(self.age).unwrap_or_default();
        let messages = millis * u128::from(self.manifest.accepted_a_day) / 86_400_000;
        u64::try_from(messages).unwrap_or(u64::MAX)
    }
}

/// Checks the backup, then loads it into the configured database and migrates that to this version.
///
/// # Errors
/// If the backup is damaged, of the other engine or of a later version, if the configured keys cannot decrypt it, or if
/// the database is not empty. In all these cases the database is unchanged.
pub async fn restore(
    config: &Config,
    backup: &Path,
    clock: &Clock,
    progress: &mut Progress<'_>,
) -> anyhow::Result<Restored> {
    let manifest = verify(backup, &mut |_| {}).await?;
    fits(config, &manifest)?;
    let store = Store::open(&config.database, clock.clone()).await?;
    let lock = store.lock_for_serving()?;
    let file = store.file().map(Path::to_owned);
    let filled = match &file {
        Some(file) => sqlite::first_filled(file).await?,
        None => postgres::first_filled(&config.database).await?,
    };
    if let Some(table) = filled {
        anyhow::bail!(
            "the database of database.url is not empty (its table {table} has rows): a backup is restored into an \
             empty one only"
        );
    }
    match file {
        Some(file) => {
            store.close().await;
            sqlite::put(backup, &file).await?;
            progress(super::BackupStep { name: super::DATABASE.to_owned(), rows: 0, done: 1, of: 1 });
        }
        None => {
            run_to(&store, &manifest.migrations).await?;
            postgres::load(&config.database, backup, &manifest, progress).await?;
            store.close().await;
        }
    }
    let store = Store::open(&config.database, clock.clone()).await?;
    migrate(&store).await?;
    store.close().await;
    drop(lock);
    let age = clock.millis().saturating_sub(manifest.created_at);
    Ok(Restored { manifest, age })
}

/// Refuses a backup that the configuration cannot use.
fn fits(config: &Config, manifest: &Manifest) -> anyhow::Result<()> {
    let sqlite = config.database.is_sqlite();
    anyhow::ensure!(
        sqlite == (manifest.engine == "sqlite"),
        "the backup is of a {} database, database.url is not: set database.url to an empty {0} database",
        manifest.engine_name()
    );
    check(&manifest.migrations)?;
    // Never creates a key: the backup needs the one it was made with.
    let vault = match Vault::open(&config.secrets, false) {
        Err(VaultError::KeyFileMissing { path }) => anyhow::bail!(
            "the key file {} (secrets.key_file) does not exist: put the one there that was in use when the backup was \
             made (key {})",
            path.display(),
            manifest.keys.join(", ")
        ),
        opened => opened?,
    };
    let known: Vec<String> = vault.key_ids().iter().map(ToString::to_string).collect();
    let missing = manifest.keys.iter().find(|id| !known.contains(id));
    anyhow::ensure!(
        missing.is_none(),
        "the backup needs the key {}, and the configured keys are {}: add the key of that day as a further line of \
         secrets.key_file",
        missing.map_or("", String::as_str),
        known.join(", ")
    );
    Ok(())
}
