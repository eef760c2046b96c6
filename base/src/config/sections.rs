//! The sections about messengers, files, retention and telemetry.

use std::path::{Path, PathBuf};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use super::rule::{anonymous, at_least, rule, secret, web};
use super::{ConfigError, parse};
use crate::i18n::LocalizedText;

/// `[amocrm]`.
#[derive(Clone, Debug, Deserialize)]
pub struct Amocrm {
    /// The proxy to amoCRM's and Kommo's servers, as of [`MessengerApi::proxy`].
    pub proxy: Option<SecretString>,
}

/// `[telegram]`.
#[derive(Clone, Debug, Deserialize)]
pub struct MessengerApi {
    /// Base address; print it by [`super::base`].
    #[serde(deserialize_with = "parse::address")]
    pub api_url: Url,
    /// The proxy to this messenger's servers, by `socks5://` or `http://`; it may contain a password.
    pub proxy: Option<SecretString>,
}

/// `[vk]`.
#[derive(Clone, Debug, Deserialize)]
pub struct Vk {
    #[serde(deserialize_with = "parse::address")]
    pub api_url: Url,
    pub proxy: Option<SecretString>,
    /// The vendor's application: administrators of communities connect on VK's page.
    pub app_id: Option<String>,
    pub app_secret: Option<SecretString>,
}

/// `[metrica]`: Yandex Metrica, to which accounts may send their sales.
#[derive(Clone, Debug, Deserialize)]
pub struct Metrica {
    #[serde(deserialize_with = "parse::address")]
    pub api_url: Url,
}

/// `[max]`.
#[derive(Clone, Debug, Deserialize)]
pub struct Max {
    #[serde(deserialize_with = "parse::address")]
    pub api_url: Url,
    pub proxy: Option<SecretString>,
    /// The root certificate (PEM) of this host's certificate, trusted for this host only.
    pub ca_file: Option<PathBuf>,
}

impl Max {
    /// The file of the root certificate, if one is named.
    pub fn root(&self) -> Option<&Path> {
        self.ca_file.as_deref().filter(|file| !file.as_os_str().is_empty())
    }
}

/// `[avito]`.
#[derive(Clone, Debug, Deserialize)]
pub struct Avito {
    #[serde(deserialize_with = "parse::address")]
    pub api_url: Url,
    pub proxy: Option<SecretString>,
    /// The vendor's application; sellers connect by authorization code.
    pub client_id: Option<String>,
    pub client_secret: Option<SecretString>,
}

/// `[whatsapp]`.
#[derive(Clone, Debug, Deserialize)]
pub struct WhatsApp {
    #[serde(deserialize_with = "parse::address")]
    pub api_url: Url,
    pub proxy: Option<SecretString>,
    /// The vendor's app at Meta.
    pub app_id: Option<String>,
    pub app_secret: Option<SecretString>,
    /// Id of the configuration of Meta's Embedded Signup.
    pub config_id: Option<String>,
    /// The token that Meta sends when it verifies the address of the app's webhook.
    pub verify_token: Option<SecretString>,
}

/// `[instagram]`, `[facebook]`: as [`WhatsApp`]; with the app's id and secret, owners of accounts and pages connect on
/// Meta's page.
#[derive(Clone, Debug, Deserialize)]
pub struct Meta {
    #[serde(deserialize_with = "parse::address")]
    pub api_url: Url,
    pub proxy: Option<SecretString>,
    /// For a server in Meta's place that cannot say whose a token is, nor subscribe: the settings are believed. Refused
    /// for Meta's own servers.
    #[serde(default)]
    pub trust_settings: bool,
    pub app_id: Option<String>,
    pub app_secret: Option<SecretString>,
    /// Id of the configuration of Facebook Login for Business, for apps that have that product; unused by Instagram.
    pub config_id: Option<String>,
    pub verify_token: Option<SecretString>,
}

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

pub(super) fn check_media(media: &MediaConfig) -> Result<(), ConfigError> {
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

/// Retention periods in days.
#[derive(Clone, Debug, Deserialize)]
pub struct Retention {
    /// Raw bodies of hooks.
    pub hooks_days: u32,
    pub attempts_days: u32,
    /// Undelivered letters.
    pub undelivered_days: u32,
    /// Texts of messages in a final state.
    pub texts_days: u32,
    /// Ids by which repeats are recognised; at least 45.
    pub ids_days: u32,
    /// Messages without their texts; at least as long as all of the above.
    pub messages_days: u32,
    pub audit_days: u32,
}

/// The days of one account as they are stored; `None`: as configured. Ids and messages without their texts have none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OwnDays {
    pub hooks: Option<i32>,
    pub attempts: Option<i32>,
    pub undelivered: Option<i32>,
    pub audit: Option<i32>,
    pub texts: Option<i32>,
}

impl Retention {
    /// What counts for an account: its own days where it has them, never more than configured. Only texts may have more, because
    /// the account chooses those itself.
    #[must_use]
    pub fn of_account(&self, own: OwnDays) -> Self {
        let days = |days: Option<i32>| days.and_then(|days| u32::try_from(days).ok());
        let fewer = |own: Option<i32>, configured: u32| days(own).map_or(configured, |own| own.min(configured));
        Self {
            hooks_days: fewer(own.hooks, self.hooks_days),
            attempts_days: fewer(own.attempts, self.attempts_days),
            undelivered_days: fewer(own.undelivered, self.undelivered_days),
            audit_days: fewer(own.audit, self.audit_days),
            texts_days: days(own.texts).unwrap_or(self.texts_days),
            ..self.clone()
        }
    }
}

/// The brand that an integration is registered with.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Platform {
    Amocrm,
    Kommo,
}

impl Platform {
    /// The brand's name.
    pub const fn brand(self) -> &'static str {
        match self {
            Self::Amocrm => "amoCRM",
            Self::Kommo => "Kommo",
        }
    }

    /// Host suffixes of the brand's accounts.
    pub fn account_hosts(self) -> &'static [&'static str] {
        match self {
            Self::Amocrm => &["amocrm.ru"],
            Self::Kommo => &["kommo.com", "amocrm.com"],
        }
    }

    pub(super) fn consent_url(self) -> &'static str {
        match self {
            Self::Amocrm => "https://www.amocrm.ru/oauth",
            Self::Kommo => "https://www.kommo.com/oauth",
        }
    }

    pub(super) fn amojo_url(self) -> &'static str {
        match self {
            Self::Amocrm => "https://amojo.amocrm.ru",
            Self::Kommo => "https://amojo.kommo.com",
        }
    }
}

/// The log's filter, and the export of traces.
#[derive(Clone, Debug, Deserialize)]
pub struct Telemetry {
    /// An OTLP collector's HTTP address, without `/v1/traces`; unset: `OTEL_EXPORTER_OTLP_ENDPOINT`, else no traces.
    #[serde(default, deserialize_with = "parse::optional_address")]
    pub otlp_url: Option<Url>,
    /// The log filter unless `RUST_LOG` is set.
    pub log: Option<String>,
    /// Share of messages that are traced: 1 is all. Unset: by `OTEL_TRACES_SAMPLER`, else all.
    pub trace_share: Option<f64>,
}

/// The certificates of a PEM file; the error says why there is none.
pub fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, LocalizedText> {
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match read {
        Ok(found) if found.is_empty() => Err(LocalizedText::new("config-certificate")),
        Ok(found) => Ok(found),
        Err(error) => Err(LocalizedText::new("config-unreadable").with("reason", error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_keeps_less_than_configured_and_only_texts_for_longer() {
        let configured = Retention {
            hooks_days: 7,
            attempts_days: 30,
            undelivered_days: 90,
            texts_days: 365,
            ids_days: 90,
            messages_days: 730,
            audit_days: 730,
        };
        let days = |kept: &Retention| {
            [kept.hooks_days, kept.attempts_days, kept.undelivered_days, kept.audit_days, kept.texts_days]
        };
        assert_eq!(days(&configured.of_account(OwnDays::default())), [7, 30, 90, 730, 365]);
        let own =
            OwnDays { hooks: Some(3), attempts: Some(31), undelivered: Some(-1), audit: Some(730), texts: Some(400) };
        let kept = configured.of_account(own);
        assert_eq!(days(&kept), [3, 30, 90, 730, 400]);
        assert_eq!((kept.ids_days, kept.messages_days), (90, 730));
        assert_eq!(configured.of_account(OwnDays { texts: Some(0), ..own }).texts_days, 0);
    }
}
