//! Addresses of the messengers' APIs, and the vendor's applications there.

use std::path::{Path, PathBuf};

use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use super::parse;

/// `[telegram]`, `[vk]`.
#[derive(Clone, Debug, Deserialize)]
pub struct MessengerApi {
    /// Base address; print it by [`super::base`].
    #[serde(deserialize_with = "parse::address")]
    pub api_url: Url,
}

/// `[max]`.
#[derive(Clone, Debug, Deserialize)]
pub struct Max {
    #[serde(deserialize_with = "parse::address")]
    pub api_url: Url,
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
    /// The vendor's application; sellers connect by authorization code.
    pub client_id: Option<String>,
    pub client_secret: Option<SecretString>,
}

/// `[whatsapp]`.
#[derive(Clone, Debug, Deserialize)]
pub struct WhatsApp {
    #[serde(deserialize_with = "parse::address")]
    pub api_url: Url,
    /// The vendor's app at Meta.
    pub app_id: Option<String>,
    pub app_secret: Option<SecretString>,
    /// Id of the configuration of Meta's Embedded Signup.
    pub config_id: Option<String>,
    /// The token that Meta sends when it verifies the address of the app's webhook.
    pub verify_token: Option<SecretString>,
}

/// `[instagram]`, `[facebook]`: as [`WhatsApp`], without Embedded Signup.
#[derive(Clone, Debug, Deserialize)]
pub struct Meta {
    #[serde(deserialize_with = "parse::address")]
    pub api_url: Url,
    /// For a server in Meta's place that cannot say whose a token is, nor subscribe: the settings are believed. Refused
    /// for Meta's own servers.
    #[serde(default)]
    pub trust_settings: bool,
    pub app_id: Option<String>,
    pub app_secret: Option<SecretString>,
    pub verify_token: Option<SecretString>,
}
