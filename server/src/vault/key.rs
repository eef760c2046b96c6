//! Finding the master key, or making it at the first start on SQLite.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::VaultError;
use crate::config::Secrets;

/// The master key; wiped from memory when dropped.
pub(super) type Key = Zeroizing<[u8; 32]>;

/// The key and the file it came from.
pub(super) fn find(secrets: &Secrets, may_create: bool) -> Result<(Key, Option<PathBuf>), VaultError> {
    if let Some(key) = &secrets.key {
        return Ok((decode("secrets.key", key)?, None));
    }
    let path = &secrets.key_file;
    let text = match read(path)? {
        Some(text) => text,
        None if may_create => create(path)?,
        None => return Err(VaultError::KeyFileMissing { path: path.clone() }),
    };
    let key = decode(&format!("the key file {} (secrets.key_file)", path.display()), &text)?;
    Ok((key, Some(path.clone())))
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

/// Makes a key, durable before the first value is sealed by it. When two processes start at once, one makes it and the
/// other reads it.
fn create(path: &Path) -> Result<SecretString, VaultError> {
    let refused = |source| VaultError::KeyFile { action: "create", path: path.to_owned(), source };
    let key: Key = Zeroizing::new(rand::random());
    let text = SecretString::from(STANDARD.encode(*key));
    let mut file = match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            return read(path)?.ok_or_else(|| refused(error));
        }
        Err(error) => return Err(refused(error)),
    };
    writeln!(file, "{}", text.expose_secret()).and_then(|()| file.sync_all()).map_err(refused)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(refused)?;
    Ok(text)
}

fn decode(origin: &str, text: &SecretString) -> Result<Key, VaultError> {
    let not_a_key = |found: String| VaultError::NotAKey { origin: origin.to_owned(), found };
    let text = text.expose_secret().trim();
    if text.is_empty() {
        return Err(not_a_key("nothing".to_owned()));
    }
    let bytes = STANDARD.decode(text).or_else(|_| STANDARD_NO_PAD.decode(text)).map(Zeroizing::new);
    let bytes = bytes.map_err(|_| not_a_key("something that is not base64".to_owned()))?;
    match <[u8; 32]>::try_from(bytes.as_slice()) {
        Ok(key) => Ok(Zeroizing::new(key)),
        Err(_) => Err(not_a_key(format!("{} bytes", bytes.len()))),
    }
}
