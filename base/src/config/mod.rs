//! The configuration, read once at start: compiled-in defaults < file < environment, and files with one secret each.
//!
//! ```text
//! config.default.toml ─┐
//! --config / PAROM_CONFIG ─┼─▶ sources (merge) ─▶ load (unknown keys, types) ─▶ check (rules) ─▶ Config
//! PAROM__SECTION__KEY ─┤
//! KEY_file, credentials ─┘
//! ```
//!
//! Only this folder reads the environment; other code uses [`variable`]. `Debug` of all types here shows no secrets.

mod brand;
mod check;
mod clear;
mod integration;
mod integration_text;
mod integrations;
mod live;
mod load;
mod parse;
mod plans;
mod proxies;
mod report;
mod rule;
mod sections;
mod sources;
mod vendor;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::str::FromStr;

use ipnet::IpNet;
use sea_orm::sqlx::sqlite::SqliteConnectOptions;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;

pub use brand::{BrandConfig, Picture, PictureRefused};
pub use clear::{InClear, in_the_clear};
pub use integration::{Bot, Channel, Integration, ReactionSupport, WidgetConfig};
pub use integrations::{ConfiguredChannel, Integrations, collision};
pub use live::{ConfigChanges, Live};
pub use load::{ConfigError, variable};
pub use parse::HostOrNet;
pub use plans::{Plan, PlansConfig};
pub use proxies::ProxySetting;
pub use report::Fault;
pub use sections::{
    Amocrm, Avito, Max, MediaConfig, MediaMode, MessengerApi, Meta, Metrica, OwnDays, Platform, Retention, S3,
    Telemetry, Vk, WhatsApp, certificates,
};
pub use sources::Sources;
pub use vendor::{StatusConfig, Vendor, VendorEventKind, VendorWebhook};

/// The connectors that are built in. A channel may name these; others are rejected.
pub const CONNECTORS: &[&str] =
    &["telegram", "whatsapp", "webchat", "max", "vk", "avito", "instagram", "facebook", "custom"];

/// All settings, checked: they need no further validation.
#[derive(Clone, Debug, Deserialize)]
pub struct Config {
    pub server: Server,
    pub database: Database,
    pub secrets: Secrets,
    pub network: NetworkConfig,
    pub amocrm: Amocrm,
    pub telegram: MessengerApi,
    pub whatsapp: WhatsApp,
    pub max: Max,
    pub vk: Vk,
    pub avito: Avito,
    pub instagram: Meta,
    pub facebook: Meta,
    pub metrica: Metrica,
    /// Where links that open a chat lead instead of the messenger, by kind: the phones of simulated messengers.
    #[serde(default, deserialize_with = "parse::named_addresses")]
    pub simulated: BTreeMap<String, Url>,
    pub vendor: Vendor,
    pub status: StatusConfig,
    pub customers: Customers,
    pub limits: LimitsConfig,
    pub plans: Live<PlansConfig>,
    #[serde(default, rename = "plan")]
    pub plan_list: Live<Vec<Plan>>,
    pub rates: Rates,
    pub media: MediaConfig,
    pub spool: SpoolConfig,
    pub retention: Retention,
    pub import: Import,
    pub mail: Mail,
    pub alerts: Alerts,
    pub telemetry: Telemetry,
    #[serde(default, rename = "vendor_webhook")]
    pub vendor_webhooks: Vec<VendorWebhook>,
    #[serde(default, rename = "integration")]
    pub integrations: Vec<Integration>,
    /// For [`Config::changes`].
    #[serde(skip)]
    digests: live::Digests,
}

/// Listening and public addresses of the server.
#[derive(Clone, Debug, Deserialize)]
pub struct Server {
    /// `host:port`; port 0 picks a free one.
    pub listen: String,
    /// http or https, without path, query and user; print it by [`base`].
    #[serde(deserialize_with = "parse::address")]
    pub public_url: Url,
    /// Days for the HSTS header; 0: no header. Only if `public_url` is https.
    pub hsts_days: u32,
    /// The page of the API's description sends requests with a key that its reader enters.
    pub try_api: bool,
    /// Where `/metrics` and `/readyz` are served instead of on the public port.
    pub ops_listen: Option<String>,
    /// Proxies whose `X-Forwarded-For` is trusted.
    #[serde(deserialize_with = "parse::networks")]
    pub trusted_proxies: Vec<IpNet>,
    /// False: other processes deliver and do the regular work.
    pub deliver: bool,
}

/// The database; its address may contain a password and is therefore a secret.
#[derive(Clone, Debug, Deserialize)]
pub struct Database {
    pub url: SecretString,
    pub migrate: bool,
    pub max_connections: u32,
    /// For databases that are distributed over nodes by account.
    pub one_account_a_commit: bool,
}

impl Database {
    /// Whether the address names SQLite; the check allows only PostgreSQL otherwise.
    pub fn is_sqlite(&self) -> bool {
        self.url.expose_secret().starts_with("sqlite:")
    }

    /// The file of an SQLite database; none in memory and with PostgreSQL.
    pub fn file(&self) -> Option<PathBuf> {
        let url = self.url.expose_secret();
        let options =
            SqliteConnectOptions::from_str(url).ok().filter(|_| self.is_sqlite() && !url.contains(":memory:"))?;
        let path = options.get_filename();
        (!path.as_os_str().is_empty()).then(|| path.to_owned())
    }
}

/// The source of the vault's master key; `key` takes precedence over `key_file`.
#[derive(Clone, Debug, Deserialize)]
pub struct Secrets {
    pub key_file: PathBuf,
    pub key: Option<SecretString>,
}

/// Limits on calls to addresses that tenants name.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct NetworkConfig {
    pub allow_private: Vec<HostOrNet>,
    /// Addresses that operators may enter for integrations besides the platforms' own; only their origins count.
    #[serde(deserialize_with = "parse::addresses")]
    pub integration_addresses: Vec<Url>,
    /// The proxy to addresses that tenants name.
    pub proxy: Option<SecretString>,
}

/// Where amoCRM's hooks are stored while the database is unavailable.
#[derive(Clone, Debug, Deserialize)]
pub struct SpoolConfig {
    /// Empty: no spool.
    pub dir: PathBuf,
    /// All files together, in megabytes of 1024 × 1024 bytes.
    pub most_mb: u32,
}

/// How an account that installed the widget proves that it may connect. In mode `Remote` both fields are set.
#[derive(Clone, Debug, Deserialize)]
pub struct Customers {
    pub mode: CustomersMode,
    #[serde(default, deserialize_with = "parse::optional_address")]
    pub verify_url: Option<Url>,
    pub verify_secret: Option<SecretString>,
}

/// How customers are admitted.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum CustomersMode {
    /// Everyone who installed the widget may connect.
    Open,
    /// Logins of our own.
    Password,
    /// The vendor's service at `verify_url` decides.
    Remote,
}

/// Limits of a tenant (unless the vendor sets its own), of keys and of addresses.
#[derive(Clone, Debug, Deserialize)]
pub struct LimitsConfig {
    pub sources_per_tenant: u32,
    /// Requests of an API key a second; 0: no limit.
    pub requests_per_key: u32,
    /// Burst of an API key, in requests.
    pub requests_burst_per_key: u32,
    /// Megabytes (1024 × 1024 bytes, as below) that a key may send a day; 0: no limit, as below.
    pub key_mb_per_day: u32,
    /// Pending imports of an account.
    pub imports_waiting: u32,
    /// All their files together.
    pub imports_waiting_mb: u32,
    /// Megabytes that an account may store: messages, hooks, pending imports, files.
    pub stored_mb_per_account: u32,
    /// Megabytes of texts and files a day from a visitor of a web chat, from all visitors at one address, and to one source.
    pub visitor_mb_per_day: u32,
    pub address_mb_per_day: u32,
    pub webchat_mb_per_day: u32,
    /// New chats of a web chat in an hour; 0: no limit.
    pub webchat_new_per_hour: u32,
    /// Percentage of `media.tenant_mb` that files of all web chat visitors may take.
    pub visitors_percent: u32,
    /// Open connections. An IPv6 address counts as its /64; behind a trusted proxy it is what the proxy reports.
    pub connections_per_address: u32,
    /// Requests in progress, per class of requests. amoCRM's hooks do not count.
    pub requests_per_address: u32,
    /// Concurrent uploads.
    pub uploads_per_address: u32,
    /// Per visitor of a web chat.
    pub uploads_per_visitor: u32,
    /// Open event streams of pages and chats.
    pub streams_per_address: u32,
    /// Deadline of a body that is not a file, in seconds.
    pub body_seconds: u32,
    /// Longest wait for the next bytes of a file, in seconds.
    pub upload_idle_seconds: u32,
    /// Minimum average rate of an upload, in bytes a second.
    pub upload_bytes_per_second: u32,
}

/// Requests a second. `0 < chats_floor <= chats_start <= chats_ceiling` holds, all finite.
#[derive(Clone, Debug, Deserialize)]
pub struct Rates {
    pub chats_start: f64,
    pub chats_floor: f64,
    pub chats_ceiling: f64,
    pub rest_per_account: f64,
    /// Authorization codes exchanged a second for one integration, over all processes.
    pub installs: f64,
}

/// History imports. Sizes are megabytes of 1024 × 1024 bytes.
#[derive(Clone, Debug, Deserialize)]
pub struct Import {
    /// The largest file.
    pub file_mb: u32,
}

/// E-mails: sign-in links and invitations. If `url` is set, `from` is a mailbox.
#[derive(Clone, Debug, Deserialize)]
pub struct Mail {
    /// `smtp://` or `smtps://`, with user and password; unset: no e-mails.
    pub url: Option<SecretString>,
    /// `Name <address>` or an address.
    pub from: Option<String>,
}

/// Alerts: when they are raised, and the bot that sends them to people.
#[derive(Clone, Debug, Deserialize)]
pub struct Alerts {
    /// The vendor's own Telegram bot; unset: only e-mails and webhooks.
    pub telegram_token: Option<SecretString>,
    /// Seconds that 95 of 100 messages of an account may take; 0: nothing is late.
    pub late_seconds: u32,
    /// Percentage of a limit from which an alert is raised; 0: never.
    pub limit_percent: u8,
    /// Whether a source that is unusually quiet raises an alert.
    pub silent_sources: bool,
}

/// A base address without the trailing slash that `Url` prints, so that a path beginning with `/` can be appended.
pub fn base(url: &Url) -> &str {
    url.as_str().trim_end_matches('/')
}
