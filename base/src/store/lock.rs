//! Allows one serving process per SQLite file.

use std::fs::{File, OpenOptions};

use anyhow::Context;
use fs4::fs_std::FileExt;

use super::Store;

/// Held while the process serves; the operating system releases it when the process dies.
pub struct ServeLock {
    _file: Option<File>,
}

impl Store {
    /// Claims the right to serve. On SQLite a second serving process is refused, because leases are voided at start; on
    /// PostgreSQL any number may serve.
    pub fn lock_for_serving(&self) -> anyhow::Result<ServeLock> {
        let Some(path) = self.file() else { return Ok(ServeLock { _file: None }) };
        let path = path.with_extension("serve-lock");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .with_context(|| format!("cannot open the lock file {}", path.display()))?;
        let free = file.try_lock_exclusive().with_context(|| format!("cannot lock {}", path.display()))?;
        anyhow::ensure!(
            free,
            "another parom serves this database already ({} is locked); SQLite takes one serving process, use PostgreSQL for several",
            path.display()
        );
        Ok(ServeLock { _file: Some(file) })
    }
}
