//! Secrets at rest: tokens, passwords and keys are stored sealed, and a sealed value opens only in the place it was
//! sealed for.
//!
//! ```text
//! blob = version (1) ‖ key id (4) ‖ nonce (24) ‖ XChaCha20-Poly1305(plain)
//! bound to: version ‖ key id ‖ tenant (16) ‖ length (8) ‖ kind ‖ length (8) ‖ row
//! ```
//!
//! There may be several keys: the first encrypts, all decrypt. The key id (the first bytes of the key's SHA-256) says
//! with which key a value was sealed. A changed key file is picked up by itself: it is checked before each value is
//! sealed or derived, and read again when a value was sealed with an unknown key, so processes that share the file can
//! always decrypt each other's values ([`crate::rotation`]).

mod key;

#[cfg(test)]
mod tests;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chacha20poly1305::XNonce;
use chacha20poly1305::aead::{Aead, Payload};
use hmac::{Hmac, KeyInit, Mac};
use key::Ring;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::config::Secrets;
pub use key::MasterKey;

const VERSION: u8 = 1;
const KEY_ID_LENGTH: usize = 4;
const NONCE_LENGTH: usize = 24;
const HEAD_LENGTH: usize = 1 + KEY_ID_LENGTH + NONCE_LENGTH;

/// The id of a key; reveals nothing of the key. Shown as hex.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId([u8; KEY_ID_LENGTH]);

impl KeyId {
    /// The first bytes of everything that this key seals.
    pub fn prefix(self) -> Vec<u8> {
        let mut prefix = vec![VERSION];
        prefix.extend(self.0);
        prefix
    }

    /// Bytes of a sealed value that contain it.
    pub const PREFIX: i32 = 5;

    /// The key of a prefix; `None` if it is none.
    pub fn of_prefix(prefix: &[u8]) -> Option<Self> {
        let (version, id) = prefix.split_first()?;
        Some(Self(id.try_into().ok().filter(|_| *version == VERSION)?))
    }

    /// The key that sealed a value; `None` if it is not a sealed value.
    pub fn of(sealed: &[u8]) -> Option<Self> {
        let (version, rest) = sealed.split_first()?;
        let (id, _) = rest.split_first_chunk::<KEY_ID_LENGTH>()?;
        (*version == VERSION && sealed.len() > HEAD_LENGTH).then_some(Self(*id))
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hex::encode(self.0))
    }
}

/// Holds the master keys. Its `Debug` shows only their ids. Cheap to clone; clones share the keys.
#[derive(Clone)]
pub struct Vault {
    ring: Arc<Ring>,
}

/// Why there is no usable key, or why a sealed value cannot be opened. Contains neither keys nor values.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// PostgreSQL is shared by instances, so no instance may generate its own key.
    #[error(
        "the key file {path} (secrets.key_file) does not exist. Make it once and give every instance the same one: \
         head -c 32 /dev/urandom | base64 > {path}; chmod 600 {path}",
        path = path.display()
    )]
    KeyFileMissing { path: PathBuf },
    /// The system refuses to read or create the key file.
    #[error("cannot {action} the key file {} (secrets.key_file): {source}", path.display())]
    KeyFile { action: &'static str, path: PathBuf, source: std::io::Error },
    /// The content is not a key.
    #[error(
        "{origin} holds no key: expected 32 random bytes as base64 (44 characters), found {found}. If values were \
         sealed before, restore the right key from your backup: they cannot be opened by another one"
    )]
    NotAKey { origin: String, found: InsteadOfKey },
    /// Sealed by a key that is not known: restore that key.
    #[error(
        "the value was sealed by key {sealed_by}, known is {ours}: put the earlier key back as a further line of the key \
         file"
    )]
    OtherKey { sealed_by: String, ours: String },
    /// Damaged, from a later version, or copied here from another tenant, kind or row.
    #[error("the sealed value is damaged or belongs elsewhere")]
    Refused,
    /// The opened value is not valid UTF-8.
    #[error("the sealed value is not text")]
    NotText,
}

/// What is where a key should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InsteadOfKey {
    #[error("nothing")]
    Nothing,
    #[error("something that is not base64")]
    NotBase64,
    #[error("{0} bytes")]
    Bytes(usize),
}

impl Vault {
    /// Reads the keys from `secrets.key`, else from `secrets.key_file`. A missing file is created with SQLite and is an
    /// error with PostgreSQL; an existing file is never written here.
    pub fn open(secrets: &Secrets, database_is_sqlite: bool) -> Result<Self, VaultError> {
        let (keys, file) = key::find(secrets, database_is_sqlite)?;
        let vault = Self { ring: Arc::new(Ring::new(keys, file)) };
        if vault.key_file_mode_is_open() {
            let file = vault.key_file();
            tracing::warn!(?file, "other users of this machine can read the key file: chmod 600 it");
        }
        Ok(vault)
    }

    /// Whether group or others can read the key file now; false if the key is not in a file.
    pub fn key_file_mode_is_open(&self) -> bool {
        self.key_file().is_some_and(key::mode_is_open)
    }

    /// The key file; `None` if the key is in the configuration.
    pub fn key_file(&self) -> Option<&Path> {
        self.ring.file()
    }

    /// Ids of the keys now in the file or the configuration, the encrypting one first. Replaced keys are not included.
    pub fn key_ids(&self) -> Vec<KeyId> {
        self.ring.refresh(false);
        self.ring.given().iter().map(|key| key.id).collect()
    }

    /// The keys of [`Vault::key_ids`].
    pub fn keys(&self) -> Vec<Arc<MasterKey>> {
        self.ring.refresh(true);
        self.ring.given()
    }

    /// Replaces the keys of the key file atomically and uses them from now on.
    pub fn replace_keys(&self, keys: &[&MasterKey]) -> Result<(), VaultError> {
        let Some(file) = self.key_file() else { return Ok(()) };
        key::replace(file, keys)?;
        self.ring.refresh(true);
        Ok(())
    }

    /// The folder of the key file, opened: lock it before changing the file.
    pub fn key_folder(&self) -> Option<std::io::Result<std::fs::File>> {
        self.key_file().map(key::folder)
    }

    /// Seals a key for [`Place::VaultKey`].
    pub fn seal_key(&self, key: &MasterKey) -> Vec<u8> {
        self.seal(Uuid::nil(), Place::VaultKey, &key.id.to_string(), key.bytes.as_slice())
    }

    /// Adds a replaced key, which decrypts and verifies but never encrypts.
    pub fn remember_key(&self, id: &str, sealed: &[u8]) -> Result<(), VaultError> {
        let plain = self.open_sealed(Uuid::nil(), Place::VaultKey, id, sealed)?;
        let bytes = <[u8; 32]>::try_from(plain.as_slice()).map_err(|_| VaultError::Refused)?;
        self.ring.remember(MasterKey::of(Zeroizing::new(bytes)));
        Ok(())
    }

    /// Seals a value for one row of one place of one tenant; [`Uuid::nil`] means the vendor.
    #[expect(clippy::expect_used, reason = "the cipher refuses only values above 256 GiB")]
    pub fn seal(&self, tenant: Uuid, place: Place, row: &str, plain: &[u8]) -> Vec<u8> {
        self.ring.refresh(false);
        let key = self.ring.first();
        let nonce: [u8; NONCE_LENGTH] = rand::random();
        let bound = bound(key.id, tenant, place, row);
        let payload = Payload { msg: plain, aad: &bound };
        let sealed = key.cipher.encrypt(&XNonce::from(nonce), payload).expect("a value below 256 GiB");
        let mut blob = key.id.prefix();
        blob.reserve(NONCE_LENGTH + sealed.len());
        blob.extend(nonce);
        blob.extend(sealed);
        blob
    }

    /// Decrypts a value that [`Vault::seal`] sealed for the same tenant, place and row, with any known key. The result
    /// is wiped from memory when dropped.
    pub fn open_sealed(
        &self,
        tenant: Uuid,
        place: Place,
        row: &str,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let id = KeyId::of(sealed).ok_or(VaultError::Refused)?;
        let key = match self.ring.find(id) {
            Some(key) => key,
            None => {
                // Another process may have sealed it with a newly added key.
                self.ring.refresh(true);
                let ours = || self.ring.given().iter().map(|key| key.id.to_string()).collect::<Vec<_>>().join(", ");
                let unknown = || VaultError::OtherKey { sealed_by: id.to_string(), ours: ours() };
                self.ring.find(id).ok_or_else(unknown)?
            }
        };
        let (nonce, ciphertext) = sealed
            .get(1 + KEY_ID_LENGTH..)
            .and_then(|rest| rest.split_first_chunk::<NONCE_LENGTH>())
            .ok_or(VaultError::Refused)?;
        let bound = bound(id, tenant, place, row);
        let payload = Payload { msg: ciphertext, aad: &bound };
        let plain = key.cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| VaultError::Refused)?;
        Ok(Zeroizing::new(plain))
    }

    /// [`Vault::seal`] for text.
    pub fn seal_text(&self, tenant: Uuid, place: Place, row: &str, plain: &SecretString) -> Vec<u8> {
        self.seal(tenant, place, row, plain.expose_secret().as_bytes())
    }

    /// [`Vault::open_sealed`] for text.
    pub fn open_text(&self, tenant: Uuid, place: Place, row: &str, sealed: &[u8]) -> Result<SecretString, VaultError> {
        let plain = self.open_sealed(tenant, place, row, sealed)?;
        let text = std::str::from_utf8(&plain).map_err(|_| VaultError::NotText)?;
        Ok(SecretString::from(text))
    }

    /// 32 bytes that cannot be guessed without the key and are equal on every instance: for tokens that must be the
    /// same for the same request while only their hash is stored. Another key gives other bytes: check earlier tokens
    /// with [`Vault::derived`].
    pub fn derive(&self, kind: &str, parts: &[&str]) -> Zeroizing<[u8; 32]> {
        self.ring.refresh(false);
        derive(&self.ring.first(), kind, parts)
    }

    /// The results of [`Vault::derive`] under each known key, including replaced ones, the encrypting key first.
    pub fn derived(&self, kind: &str, parts: &[&str]) -> Vec<Zeroizing<[u8; 32]>> {
        self.ring.refresh(false);
        self.ring.all().iter().map(|key| derive(key, kind, parts)).collect()
    }
}

fn derive(key: &MasterKey, kind: &str, parts: &[&str]) -> Zeroizing<[u8; 32]> {
    let all: Vec<&[u8]> = std::iter::once(kind).chain(parts.iter().copied()).map(str::as_bytes).collect();
    Zeroizing::new(keyed(key.derives.as_slice(), &all))
}

/// The associated data of a value. Each part has a fixed length or a length prefix, so different places never collide.
fn bound(key: KeyId, tenant: Uuid, place: Place, row: &str) -> Vec<u8> {
    let mut bound = key.prefix();
    bound.extend(tenant.as_bytes());
    for part in [place.kind(), row] {
        bound.extend(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        bound.extend(part.as_bytes());
    }
    bound
}

/// HMAC-SHA256 over length-prefixed parts, so different lists of parts never collide.
#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
fn keyed(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length");
    for part in parts {
        mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// Hex SHA-256, under which keys, tokens and states are stored and looked up. They are random, so a plain hash is
/// enough, and a reader of the database cannot use them. Passwords are hashed in `identity::password`.
pub fn hash(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

impl fmt::Debug for Vault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = self.ring.given().iter().map(|key| key.id.to_string()).collect::<Vec<_>>().join(" ");
        formatter.debug_struct("Vault").field("key_id", &ids).finish_non_exhaustive()
    }
}

// The places of sealed values. Sealing and decrypting require a place, and re-encryption goes through all places, so a
// new sealed column cannot be forgotten.

/// Type of a key column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyColumnType {
    Uuid,
    Number,
    Text,
}

/// Storage of a sealed value in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnStorage {
    /// Bytes; empty or NULL: no value.
    Bytes,
    /// Base64 text; empty: no value.
    Base64,
}

/// The table of a place. Its primary key is `tenant_id` followed by `keys`; a value is bound to the texts of these
/// keys, joined by line feeds.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    pub name: &'static str,
    /// The primary key after `tenant_id`.
    pub keys: &'static [(&'static str, KeyColumnType)],
    pub columns: &'static [&'static str],
    pub kept: ColumnStorage,
    /// Values are bound to the vendor, whatever account the row belongs to.
    pub of_vendor: bool,
}

/// Declares the places and the list of all of them.
macro_rules! places {
    ($($(#[$doc:meta])* $name:ident = $kind:literal,)*) => {
        /// One kind of sealed value.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Place {
            $($(#[$doc])* $name,)*
        }

        impl Place {
            /// All places.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The name that values of this place are bound to; never change one, or its values can no longer be
            /// decrypted.
            pub const fn kind(self) -> &'static str {
                match self {
                    $(Self::$name => $kind,)*
                }
            }
        }
    };
}

places! {
    OauthAccess = "oauth_access",
    /// The newest refresh token and the previous one.
    OauthRefresh = "oauth_refresh",
    InstallCall = "install_call",
    /// An integration of the vendor with all its secrets.
    Integration = "integration",
    CrmSubscription = "crm_subscription",
    /// The secret of an account's webhook for alerts.
    AlertWebhook = "alert_webhook",
    /// The access token for sending an account's sales to an advertising network.
    SaleTarget = "sale_target",
    /// A browser's subscription for alerts.
    AlertDevice = "alert_device",
    /// The key by which push services recognise this server.
    PushKey = "push_key",
    /// Addresses of visitors who get answers by e-mail.
    ChatEmail = "chat_email",
    SourceNotice = "source_notice",
    SourceSecrets = "source_secrets",
    /// What a job needs and no other row has.
    Job = "job",
    /// Answers to requests with an `Idempotency-Key`.
    Idempotency = "idempotency",
    MediaOrigin = "media_origin",
    Totp = "totp",
    Session = "session",
    /// A session's one-time notice: it may contain a link or a key.
    Notice = "notice",
    /// Replaced keys, for links that they signed.
    VaultKey = "vault_key",
}

const ID: &[(&str, KeyColumnType)] = &[("id", KeyColumnType::Uuid)];
const OF_GRANT: &[(&str, KeyColumnType)] = &[("crm_user_id", KeyColumnType::Number)];

impl Place {
    /// Where values of this place are stored.
    pub const fn table(self) -> Table {
        let plain = Table { name: "", keys: ID, columns: &[], kept: ColumnStorage::Bytes, of_vendor: false };
        match self {
            Self::OauthAccess => Table { name: "oauth_grant", keys: OF_GRANT, columns: &["access_token"], ..plain },
            Self::OauthRefresh => Table {
                name: "oauth_grant",
                keys: OF_GRANT,
                columns: &["refresh_token", "previous_refresh_token"],
                ..plain
            },
            Self::InstallCall => Table { name: "install_call", columns: &["code"], of_vendor: true, ..plain },
            Self::Integration => Table {
                name: "integration",
                keys: &[("name", KeyColumnType::Text)],
                columns: &["body"],
                of_vendor: true,
                ..plain
            },
            Self::CrmSubscription => Table { name: "crm_subscription", keys: &[], columns: &["destination"], ..plain },
            Self::AlertWebhook => Table { name: "alert_webhook", keys: &[], columns: &["secret"], ..plain },
            Self::SaleTarget => {
                Table { name: "sale_target", keys: &[("kind", KeyColumnType::Text)], columns: &["token"], ..plain }
            }
            Self::AlertDevice => Table { name: "alert_device", columns: &["subscription"], ..plain },
            Self::PushKey => Table { name: "push_key", keys: &[], columns: &["secret"], ..plain },
            Self::ChatEmail => Table {
                name: "chat_email",
                keys: &[("conversation_id", KeyColumnType::Uuid)],
                columns: &["address"],
                ..plain
            },
            Self::SourceNotice => Table {
                name: "source_notice",
                keys: &[("source_id", KeyColumnType::Uuid)],
                columns: &["access"],
                ..plain
            },
            Self::SourceSecrets => Table { name: "source", columns: &["secrets"], ..plain },
            Self::Job => Table {
                name: "job",
                keys: &[("kind", KeyColumnType::Text), ("key", KeyColumnType::Text)],
                columns: &["sealed"],
                ..plain
            },
            Self::Idempotency => Table {
                name: "idempotency",
                keys: &[("key_id", KeyColumnType::Uuid), ("route", KeyColumnType::Text), ("key", KeyColumnType::Text)],
                columns: &["answer"],
                kept: ColumnStorage::Base64,
                ..plain
            },
            Self::MediaOrigin => Table { name: "media", columns: &["origin"], ..plain },
            Self::Totp => Table { name: "person", columns: &["totp_secret"], of_vendor: true, ..plain },
            Self::Session => Table { name: "session", columns: &["data"], ..plain },
            Self::Notice => Table { name: "session", columns: &["notice"], kept: ColumnStorage::Base64, ..plain },
            Self::VaultKey => Table {
                name: "vault_key",
                keys: &[("id", KeyColumnType::Text)],
                columns: &["sealed"],
                of_vendor: true,
                ..plain
            },
        }
    }
}
