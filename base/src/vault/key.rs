//! Master keys: their storage, the creation of the first one, and replacement of the file.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::aead::KeyInit;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{InsteadOfKey, KeyId, VaultError, keyed};
use crate::config::Secrets;

/// The bytes of a master key; wiped from memory when dropped.
pub(super) type Bytes = Zeroizing<[u8; 32]>;

/// A master key, ready for use.
#[derive(Clone)]
pub struct MasterKey {
    pub(super) id: KeyId,
    pub(super) bytes: Bytes,
    pub(super) cipher: XChaCha20Poly1305,
    /// The key for derived values; reveals nothing of the master key.
    pub(super) derives: Zeroizing<[u8; 32]>,
}

impl MasterKey {
    /// A new random key.
    pub fn generate() -> Self {
        Self::of(Zeroizing::new(rand::random()))
    }

    pub(super) fn of(bytes: Bytes) -> Self {
        let digest = Sha256::digest(bytes.as_slice());
        let mut id = KeyId::default();
        id.0.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        let derives = Zeroizing::new(keyed(bytes.as_slice(), &[b"parom derives 1"]));
        Self { id, cipher: XChaCha20Poly1305::new((&*bytes).into()), derives, bytes }
    }

    /// Its id.
    pub fn id(&self) -> KeyId {
        self.id
    }
}

/// Metadata that reveals a change of the key file without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileStamp {
    device: u64,
    inode: u64,
    length: u64,
    modified: (i64, i64),
}

pub(super) fn seen(path: &Path) -> Option<FileStamp> {
    let file = std::fs::metadata(path).ok()?;
    let modified = (file.mtime(), file.mtime_nsec());
    Some(FileStamp { device: file.dev(), inode: file.ino(), length: file.len(), modified })
}

/// The keys, and the file they came from.
pub(super) fn find(secrets: &Secrets, may_create: bool) -> Result<(Vec<MasterKey>, Option<PathBuf>), VaultError> {
    if let Some(keys) = &secrets.key {
        return Ok((decode("secrets.key", keys)?, None));
    }
    let path = &secrets.key_file;
    let text = match read(path)? {
        Some(text) => text,
        None if may_create => create(path)?,
        None => return Err(VaultError::KeyFileMissing { path: path.clone() }),
    };
    Ok((decode(&described(path), &text)?, Some(path.clone())))
}

/// The keys in a file now.
pub(super) fn in_file(path: &Path) -> Result<Vec<MasterKey>, VaultError> {
    let text = read(path)?.ok_or_else(|| VaultError::KeyFileMissing { path: path.to_owned() })?;
    decode(&described(path), &text)
}

fn described(path: &Path) -> String {
    format!("the key file {} (secrets.key_file)", path.display())
}

/// Whether group or others can read the file.
pub(super) fn mode_is_open(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o077 != 0)
}

fn read(path: &Path) -> Result<Option<SecretString>, VaultError> {
    match std::fs::read(path).map(Zeroizing::new) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned().into())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(VaultError::KeyFile { action: "read", path: path.to_owned(), source }),
    }
}

/// Creates a key, durable before it seals its first value. If two processes start at once, one creates it and the other
/// reads it.
fn create(path: &Path) -> Result<SecretString, VaultError> {
    let refused = |source| VaultError::KeyFile { action: "create", path: path.to_owned(), source };
    let text = line(&MasterKey::generate());
    let mut file = match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            return read(path)?.ok_or_else(|| refused(error));
        }
        Err(error) => return Err(refused(error)),
    };
    writeln!(file, "{}", text.expose_secret()).and_then(|()| file.sync_all()).map_err(refused)?;
    folder(path).and_then(|folder| folder.sync_all()).map_err(refused)?;
    Ok(text)
}

/// The folder of a file, opened.
pub(super) fn folder(path: &Path) -> std::io::Result<File> {
    File::open(path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")))
}

/// Replaces the keys of a file atomically: a reader finds the old ones or the new ones, also after a power failure.
/// Owner and group are preserved; access is not widened.
pub(super) fn replace(path: &Path, keys: &[&MasterKey]) -> Result<(), VaultError> {
    let refused = |source| VaultError::KeyFile { action: "replace", path: path.to_owned(), source };
    // A symbolic link to the file is preserved.
    let path = path.canonicalize().map_err(refused)?;
    let was = std::fs::metadata(&path).map_err(refused)?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let fresh = path.with_file_name(name);
    match std::fs::remove_file(&fresh) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(refused(error)),
        _ => {}
    }
    let write = || {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh)?;
        let is = file.metadata()?;
        if (is.uid(), is.gid()) != (was.uid(), was.gid()) {
            fchown(&file, Some(was.uid()), Some(was.gid()))?;
        }
        for key in keys {
            writeln!(file, "{}", line(key).expose_secret())?;
        }
        file.set_permissions(std::fs::Permissions::from_mode(was.permissions().mode() & 0o770))?;
        file.sync_all()?;
        std::fs::rename(&fresh, &path)?;
        folder(&path)?.sync_all()
    };
    let done = write();
    if done.is_err() {
        let _ = std::fs::remove_file(&fresh);
    }
    done.map_err(refused)
}

fn line(key: &MasterKey) -> SecretString {
    SecretString::from(STANDARD.encode(*key.bytes))
}

/// One base64 text per key, separated by line feeds or spaces.
fn decode(origin: &str, text: &SecretString) -> Result<Vec<MasterKey>, VaultError> {
    let not_a_key = |found: InsteadOfKey| VaultError::NotAKey { origin: origin.to_owned(), found };
    let mut keys: Vec<MasterKey> = Vec::new();
    for text in text.expose_secret().split_whitespace() {
        let bytes = STANDARD.decode(text).or_else(|_| STANDARD_NO_PAD.decode(text)).map(Zeroizing::new);
        let bytes = bytes.map_err(|_| not_a_key(InsteadOfKey::NotBase64))?;
        let Ok(bytes) = <[u8; 32]>::try_from(bytes.as_slice()) else {
            return Err(not_a_key(InsteadOfKey::Bytes(bytes.len())));
        };
        let key = MasterKey::of(Zeroizing::new(bytes));
        if keys.iter().all(|known| known.id != key.id) {
            keys.push(key);
        }
    }
    if keys.is_empty() { Err(not_a_key(InsteadOfKey::Nothing)) } else { Ok(keys) }
}

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
        let seen = file.as_deref().and_then(seen);
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
        let seen = seen(file);
        if !in_any_case && (seen.is_none() || keys.seen == seen) {
            return;
        }
        match in_file(file) {
            Ok(fresh) => keys.take_up(fresh),
            Err(error) if keys.seen != seen => {
                tracing::error!(%error, "the key file was changed and cannot be used; the earlier keys stay in use");
            }
            Err(_) => {}
        }
        keys.seen = seen;
    }

    fn is_up_to_date(&self, file: &Path) -> bool {
        let seen = seen(file);
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
