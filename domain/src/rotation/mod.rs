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

mod follow;
mod outdated;
mod records;
mod reseal;
mod serving;
mod start;

use std::sync::Arc;

use anyhow::Context;
use base::vault::{KeyId, MasterKey};
use fs4::fs_std::FileExt;

pub use follow::run;
pub use outdated::{OutdatedCount, look};
pub use records::load;
pub use serving::reported_ids;
pub use start::{list, open, sealed_by};

use crate::platform::PlatformContext;

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
        serving::all_know(app, coming.id(), tell).await?;
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
    serving::all_seal_by(app, key, tell).await?;
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
         restart again; then run this command once more (docs/operations.md, \"The vault's key\")"
    );
    tell(RotationStep::Turning { key: first.id(), new: false });
    reseal_all(app, first.id(), tell).await?;
    records::keep(app, others).await.context("the replaced key cannot be kept")?;
    Ok(Turned::DropOthers { key: first.id() })
}
