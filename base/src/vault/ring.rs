//! The keys in memory, kept in sync with the key file.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use super::KeyId;
use super::key::{self, FileStamp, MasterKey};

/// The keys of one process.
pub(super) struct Ring {
    file: Option<PathBuf>,
    keys: RwLock<KeySet>,
}

struct KeySet {
    /// The keys in file or configuration: the first encrypts. Never empty.
    given: Vec<Arc<MasterKey>>,
    /// Earlier keys of this process, and those stored in the database. They decrypt values that this or another process
    /// sealed just before a key was removed.
    earlier: Vec<Arc<MasterKey>>,
    /// The file's metadata when it was last read.
    seen: Option<FileStamp>,
}

impl Ring {
    pub fn new(keys: Vec<MasterKey>, file: Option<PathBuf>) -> Self {
        let seen = file.as_deref().and_then(key::seen);
        let given = keys.into_iter().map(Arc::new).collect();
        Self { file, keys: RwLock::new(KeySet { given, earlier: Vec::new(), seen }) }
    }

    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    pub fn given(&self) -> Vec<Arc<MasterKey>> {
        self.read(|keys| keys.given.clone())
    }

    /// Current and earlier keys.
    pub fn all(&self) -> Vec<Arc<MasterKey>> {
        self.read(|keys| keys.given.iter().chain(&keys.earlier).cloned().collect())
    }

    /// The encrypting key.
    #[expect(clippy::expect_used, reason = "a ring without keys is refused where it is read")]
    pub fn first(&self) -> Arc<MasterKey> {
        self.read(|keys| keys.given.first().cloned()).expect("a ring has a key")
    }

    pub fn find(&self, id: KeyId) -> Option<Arc<MasterKey>> {
        self.read(|keys| keys.given.iter().chain(&keys.earlier).find(|key| key.id == id).cloned())
    }

    pub fn remember(&self, key: MasterKey) {
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        if keys.given.iter().chain(&keys.earlier).all(|known| known.id != key.id) {
            keys.earlier.push(Arc::new(key));
        }
    }

    /// Reads the file if it has changed, or in any case. A file that cannot be read or holds no key changes nothing:
    /// the known keys stay, and the error is logged once.
    pub fn refresh(&self, in_any_case: bool) {
        let Some(file) = &self.file else { return };
        if !in_any_case && self.is_up_to_date(file) {
            return;
        }
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        // Metadata is taken before reading: a change in between is found by the next check.
        let seen = key::seen(file);
        if !in_any_case && (seen.is_none() || keys.seen == seen) {
            return;
        }
        match key::in_file(file) {
            Ok(fresh) => keys.take_up(fresh),
            Err(error) if keys.seen != seen => {
                tracing::error!(%error, "the key file was changed and cannot be used; the earlier keys stay in use");
            }
            Err(_) => {}
        }
        keys.seen = seen;
    }

    fn is_up_to_date(&self, file: &Path) -> bool {
        let seen = key::seen(file);
        seen.is_none() || self.read(|keys| keys.seen == seen)
    }

    fn read<T>(&self, of: impl FnOnce(&KeySet) -> T) -> T {
        of(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl KeySet {
    fn take_up(&mut self, fresh: Vec<MasterKey>) {
        let fresh: Vec<Arc<MasterKey>> = fresh.into_iter().map(Arc::new).collect();
        if !fresh.iter().map(|key| key.id).eq(self.given.iter().map(|key| key.id)) {
            let ids = fresh.iter().map(|key| key.id.to_string()).collect::<Vec<_>>().join(" ");
            tracing::info!(keys = ids, "the key file was changed and is in use");
        }
        let mut earlier: Vec<Arc<MasterKey>> = self.given.drain(..).collect();
        earlier.append(&mut self.earlier);
        earlier.retain(|known| fresh.iter().all(|key| key.id != known.id));
        (self.given, self.earlier) = (fresh, earlier);
    }
}
