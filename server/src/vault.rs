//! Secrets at rest: tokens, passwords and keys are stored sealed, and a sealed value opens only in the place it was
//! sealed for.
//!
//! ```text
//! blob = version (1) ‖ key id (4) ‖ nonce (24) ‖ XChaCha20-Poly1305(plain)
//! bound to: version ‖ key id ‖ tenant (16) ‖ length (8) ‖ kind ‖ length (8) ‖ row
//! ```
//!
//! The key id (the first bytes of the key's SHA-256) tells blobs of an earlier key apart, so the key can be rotated.

mod key;

use std::fmt;
use std::path::PathBuf;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::config::Secrets;

const VERSION: u8 = 1;
const KEY_ID_LENGTH: usize = 4;
const NONCE_LENGTH: usize = 24;
const HEAD_LENGTH: usize = 1 + KEY_ID_LENGTH + NONCE_LENGTH;

/// Holder of the master key. Its `Debug` shows only the key's id.
#[derive(Clone)]
pub struct Vault {
    cipher: XChaCha20Poly1305,
    /// What derived values are made with; tells nothing of the master key.
    derives: Zeroizing<[u8; 32]>,
    key_id: [u8; KEY_ID_LENGTH],
    key_file: Option<PathBuf>,
}

/// Why there is no key, or why a sealed value stays closed. Shows neither keys nor values.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// PostgreSQL is shared by instances, so no instance invents a key of its own.
    #[error(
        "the key file {path} (secrets.key_file) does not exist. Make it once and give every instance the same one: \
         head -c 32 /dev/urandom | base64 > {path}; chmod 600 {path}",
        path = path.display()
    )]
    KeyFileMissing { path: PathBuf },
    /// The file is there or should be made, and the system refuses.
    #[error("cannot {action} the key file {} (secrets.key_file): {source}", path.display())]
    KeyFile { action: &'static str, path: PathBuf, source: std::io::Error },
    /// What was found is no key.
    #[error(
        "{origin} holds no key: expected 32 random bytes as base64 (44 characters), found {found}. If values were \
         sealed before, restore the right key from your backup: they cannot be opened by another one"
    )]
    NotAKey { origin: String, found: String },
    /// Sealed by another key: restore that one.
    #[error("the value was sealed by key {sealed_by}, this is key {ours}: restore the earlier key")]
    OtherKey { sealed_by: String, ours: String },
    /// Damaged, of a later version, or moved here from another tenant, kind or row.
    #[error("the sealed value is damaged or belongs elsewhere")]
    Refused,
    /// The value is not the text it should be.
    #[error("the sealed value is not text")]
    NotText,
}

impl Vault {
    /// Takes the key from `secrets.key`, else from `secrets.key_file`. A missing file is created with SQLite and an
    /// error with PostgreSQL; an existing file is never written.
    pub fn open(secrets: &Secrets, database_is_sqlite: bool) -> Result<Self, VaultError> {
        let (key, key_file) = key::find(secrets, database_is_sqlite)?;
        let digest = Sha256::digest(key.as_slice());
        let mut key_id = [0; KEY_ID_LENGTH];
        key_id.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        let derives = Zeroizing::new(keyed(key.as_slice(), &[b"parom derives 1"]));
        let vault = Self { cipher: XChaCha20Poly1305::new((&*key).into()), derives, key_id, key_file };
        if vault.key_file_mode_is_open() {
            tracing::warn!(file = ?vault.key_file, "other users of this machine can read the key file: chmod 600 it");
        }
        Ok(vault)
    }

    /// Whether group or others can read the key file now; false when the key did not come from a file.
    pub fn key_file_mode_is_open(&self) -> bool {
        self.key_file.as_deref().is_some_and(key::mode_is_open)
    }

    /// Seals a value for one row of one kind of one tenant; [`Uuid::nil`] stands for the vendor.
    #[expect(clippy::expect_used, reason = "the cipher refuses only values above 256 GiB")]
    pub fn seal(&self, tenant: Uuid, kind: &str, row: &str, plain: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE_LENGTH] = rand::random();
        let bound = self.bound(tenant, kind, row);
        let payload = Payload { msg: plain, aad: &bound };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload).expect("a value below 256 GiB");
        let mut blob = Vec::with_capacity(HEAD_LENGTH + sealed.len());
        blob.push(VERSION);
        blob.extend(self.key_id);
        blob.extend(nonce);
        blob.extend(sealed);
        blob
    }

    /// Opens what [`Vault::seal`] made for the same tenant, kind and row; wiped from memory when dropped.
    pub fn open_sealed(
        &self,
        tenant: Uuid,
        kind: &str,
        row: &str,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let (version, rest) = sealed.split_first().ok_or(VaultError::Refused)?;
        let (key_id, rest) = rest.split_first_chunk::<KEY_ID_LENGTH>().ok_or(VaultError::Refused)?;
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE_LENGTH>().ok_or(VaultError::Refused)?;
        if *version != VERSION {
            return Err(VaultError::Refused);
        }
        if *key_id != self.key_id {
            return Err(VaultError::OtherKey { sealed_by: hex::encode(key_id), ours: hex::encode(self.key_id) });
        }
        let bound = self.bound(tenant, kind, row);
        let payload = Payload { msg: ciphertext, aad: &bound };
        let plain = self.cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| VaultError::Refused)?;
        Ok(Zeroizing::new(plain))
    }

    /// [`Vault::seal`] for text.
    pub fn seal_text(&self, tenant: Uuid, kind: &str, row: &str, plain: &SecretString) -> Vec<u8> {
        self.seal(tenant, kind, row, plain.expose_secret().as_bytes())
    }

    /// [`Vault::open_sealed`] for text.
    pub fn open_text(&self, tenant: Uuid, kind: &str, row: &str, sealed: &[u8]) -> Result<SecretString, VaultError> {
        let plain = self.open_sealed(tenant, kind, row, sealed)?;
        let text = std::str::from_utf8(&plain).map_err(|_| VaultError::NotText)?;
        Ok(SecretString::from(text))
    }

    /// 32 bytes that nobody without the key can guess and that are the same on every instance: a token which the same
    /// request must be given again, with only its hash stored.
    pub fn derive(&self, kind: &str, parts: &[&str]) -> Zeroizing<[u8; 32]> {
        let all: Vec<&[u8]> = std::iter::once(kind).chain(parts.iter().copied()).map(str::as_bytes).collect();
        Zeroizing::new(keyed(self.derives.as_slice(), &all))
    }

    /// What a value is bound to; each part has a fixed length or its length before it, so no two places look alike.
    fn bound(&self, tenant: Uuid, kind: &str, row: &str) -> Vec<u8> {
        let mut bound = vec![VERSION];
        bound.extend(self.key_id);
        bound.extend(tenant.as_bytes());
        for part in [kind, row] {
            bound.extend(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            bound.extend(part.as_bytes());
        }
        bound
    }
}

/// HMAC-SHA256 over parts, each with its length before it, so no two lists of parts look alike.
#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
fn keyed(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length");
    for part in parts {
        mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// Hex SHA-256, under which keys, tokens and states are kept: they are random, so a plain hash is enough, look-ups are
/// by it alone, and whoever reads the database can use none. What people choose themselves is `people::password`'s.
pub fn hash(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

impl fmt::Debug for Vault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Vault").field("key_id", &hex::encode(self.key_id)).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
