//! Where files are stored, and how much.

use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use super::check::{anonymous, secret, web};
use super::rule::{at_least, rule};
use super::{ConfigError, parse};

/// A message may wait 7 days, and the link to its file is valid for 8 more.
const KEEP_DAYS: u32 = 16;

/// Where files are stored; `url` (an `s3://` address) takes precedence over `dir`. Sizes are megabytes of 1024 × 1024
/// bytes.
#[derive(Clone, Debug, Deserialize)]
pub struct MediaConfig {
    pub mode: MediaMode,
    pub dir: PathBuf,
    #[serde(default, deserialize_with = "parse::optional_address")]
    pub url: Option<Url>,
    #[serde(default)]
    pub s3: S3,
    /// Pictures and stickers.
    pub picture_mb: u32,
    pub video_mb: u32,
    /// Also for voice messages.
    pub audio_mb: u32,
    pub file_mb: u32,
    pub avatar_mb: u32,
    /// All files of one account together.
    pub tenant_mb: u32,
    pub keep_days: u32,
    /// Free megabytes of the disk of `dir` below which the vendor is alerted; 0: never.
    pub disk_free_mb: u32,
}

/// Access to the bucket of `media.url`. Without `access_key_id` the machine's own role is used.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct S3 {
    pub region: Option<String>,
    #[serde(default, deserialize_with = "parse::optional_address")]
    pub endpoint: Option<Url>,
    pub access_key_id: Option<String>,
    pub secret_access_key: Option<SecretString>,
}

/// Whether we store files or pass on public links.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum MediaMode {
    Store,
    Pass,
}

pub(super) fn check(media: &MediaConfig) -> Result<(), ConfigError> {
    if let Some(url) = &media.url {
        let bucket = url.scheme() == "s3" && url.host_str().is_some_and(|host| !host.is_empty());
        rule("media.url", bucket && anonymous(url), "config-bucket")?;
    }
    if let Some(endpoint) = &media.s3.endpoint {
        web("media.s3.endpoint", endpoint)?;
    }
    secret("media.s3.secret_access_key", media.s3.secret_access_key.as_ref())?;
    let both = media.s3.access_key_id.is_some() == media.s3.secret_access_key.is_some();
    rule("media.s3.secret_access_key", both, "config-s3-keys")?;
    for (key, size) in [
        ("media.picture_mb", media.picture_mb),
        ("media.video_mb", media.video_mb),
        ("media.audio_mb", media.audio_mb),
        ("media.file_mb", media.file_mb),
        ("media.avatar_mb", media.avatar_mb),
        ("media.tenant_mb", media.tenant_mb),
    ] {
        at_least(key, size, 1)?;
    }
    at_least("media.keep_days", media.keep_days, KEEP_DAYS)
}
