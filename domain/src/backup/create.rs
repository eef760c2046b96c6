//! `parom backup create`: one snapshot, beside serving processes.

use std::path::{Path, PathBuf};

use anyhow::Context;
use base::clock::Clock;
use base::config::Config;
use base::json::Moment;
use base::store::Store;
use base::vault::Vault;

use super::file::Manifest;
use super::{Progress, TABLES, file, postgres, sqlite};

/// The file that marks a folder as a backup that is being made.
const UNFINISHED: &str = "unfinished";

/// Makes a backup of the configured database in the folder `path`, which must not exist or be empty. It appears there
/// when it is complete; an interrupted one leaves `path.partial`, which the next run removes.
///
/// # Errors
/// If the database is of a later version, the folder is in use, or anything cannot be read or written. A schema that is
/// not migrated yet is copied as it is.
pub async fn create(
    config: &Config,
    store: &Store,
    vault: &Vault,
    path: &Path,
    progress: &mut Progress<'_>,
) -> anyhow::Result<Manifest> {
    base::store::pending_migrations(store).await?;
    free(path)?;
    let partial = partial(path)?;
    clear(&partial)?;
    file::private_folder(&partial)?;
    file::write_whole(&partial.join(UNFINISHED), "parom backup create\n")?;
    let manifest = fill(config, store, vault, &partial, progress).await;
    let done = manifest.and_then(|manifest| {
        manifest.write(&partial)?;
        std::fs::remove_file(partial.join(UNFINISHED))?;
        file::sync_folder(&partial)?;
        std::fs::rename(&partial, path).with_context(|| format!("{} cannot be created", path.display()))?;
        file::sync_folder(&file::folder_of(path))?;
        Ok(manifest)
    });
    if done.is_err() {
        // The first error is the relevant one; leftovers are removed by the next run.
        let _ = std::fs::remove_dir_all(&partial);
    }
    done
}

async fn fill(
    config: &Config,
    store: &Store,
    vault: &Vault,
    partial: &Path,
    progress: &mut Progress<'_>,
) -> anyhow::Result<Manifest> {
    let clock = store.clock();
    let created_at = Moment(clock.millis());
    let copied = if store.is_sqlite() {
        let source = store.file().context("an SQLite database has a file")?;
        sqlite::copy(source, partial, today(clock), progress).await?
    } else {
        file::private_folder(&partial.join(TABLES))?;
        postgres::copy(&config.database, partial, today(clock), progress).await?
    };
    Ok(Manifest {
        format: Manifest::CURRENT,
        parom: env!("CARGO_PKG_VERSION").to_owned(),
        engine: if store.is_sqlite() { "sqlite" } else { "postgres" }.to_owned(),
        created_at,
        migrations: copied.migrations,
        keys: vault.key_ids().iter().map(ToString::to_string).collect(),
        tables: copied.tables,
        files: copied.files,
        waiting: copied.counts.waiting,
        accepted_a_day: copied.counts.accepted_a_day,
        media_files: copied.media_files,
        media_bytes: copied.media_bytes,
    })
}

/// Days since 1970.
fn today(clock: &Clock) -> i64 {
    clock.millis().div_euclid(86_400_000)
}

/// An error if the folder is not empty.
fn free(path: &Path) -> anyhow::Result<()> {
    match std::fs::read_dir(path) {
        Ok(mut entries) => {
            anyhow::ensure!(entries.next().is_none(), "{} is not empty: a backup needs a new folder", path.display());
            Ok(())
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let folder = file::folder_of(path);
            std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be created", folder.display()))
        }
        Err(error) => Err(error).with_context(|| format!("{} cannot hold a backup", path.display())),
    }
}

/// Removes the remains of an interrupted backup. Anything else of this name is kept.
fn clear(partial: &Path) -> anyhow::Result<()> {
    let is_there = std::fs::symlink_metadata(partial).is_ok();
    let is_empty = || std::fs::read_dir(partial).is_ok_and(|mut entries| entries.next().is_none());
    let is_ours = || partial.join(UNFINISHED).is_file() || Manifest::read(partial).is_ok() || is_empty();
    if !is_there {
        return Ok(());
    }
    anyhow::ensure!(
        !partial.is_symlink() && is_ours(),
        "{} is needed for the backup and is not the remains of an earlier one: rename it, or choose another folder",
        partial.display()
    );
    std::fs::remove_dir_all(partial)
        .with_context(|| format!("the remains of an earlier backup, {}, cannot be removed", partial.display()))
}

fn partial(path: &Path) -> anyhow::Result<PathBuf> {
    let name = path.file_name().with_context(|| format!("{} names no folder", path.display()))?;
    let mut name = name.to_owned();
    name.push(".partial");
    Ok(path.with_file_name(name))
}
