//! The vendor's integrations and channels, with omitted values filled in, by platform where that matters.

use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use super::{BrandConfig, CONNECTORS, Platform, base, parse};

/// One amoCRM integration of the vendor.
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "IntegrationFile")]
pub struct Integration {
    /// Unique, valid as a path segment.
    pub name: String,
    pub platform: Platform,
    pub client_id: String,
    pub client_secret: SecretString,
    /// Accepted besides `client_secret` during its rotation.
    pub previous_client_secret: Option<SecretString>,
    /// True: accounts that Parom does not know cannot install it.
    pub paused: bool,
    /// Host suffixes under which accounts may live, lower case; match at a label boundary.
    pub account_hosts: Vec<String>,
    pub consent_url: Url,
    /// Template with `{host}`; use [`Integration::account_base`].
    pub account_url: String,
    pub own_redirect: bool,
    pub amojo_url: Url,
    pub channels: Vec<Channel>,
    pub widget: Option<WidgetConfig>,
    /// How its accounts see the service; none: as Parom.
    pub brand: Option<BrandConfig>,
}

/// A Chats API channel, with what was agreed with amoCRM's support (it cannot be queried).
#[derive(Clone, Debug, Deserialize)]
pub struct Channel {
    /// A hyphenated UUID, unique over all integrations.
    pub id: String,
    pub code: String,
    pub secret: SecretString,
    /// Accepted in hooks besides `secret` during its change.
    pub previous_secret: Option<SecretString>,
    #[serde(default = "parom")]
    pub title: String,
    /// Each one of [`super::CONNECTORS`].
    #[serde(default = "every_connector")]
    pub connectors: Vec<String>,
    pub bot: Option<Bot>,
    #[serde(default)]
    pub public: bool,
    /// CRM account ids.
    #[serde(default)]
    pub allowed_accounts: Vec<String>,
    /// Plans whose accounts may connect, beside those of `allowed_accounts`.
    #[serde(default)]
    pub allowed_plans: Vec<String>,
    #[serde(default = "yes")]
    pub write_first: bool,
    pub time_window_seconds: Option<u64>,
    #[serde(default)]
    pub block_after_window: bool,
    #[serde(default = "parse::all_reactions")]
    pub reactions: ReactionSupport,
    #[serde(default = "yes")]
    pub quotes: bool,
    #[serde(default = "yes")]
    pub forwards: bool,
    #[serde(default = "yes")]
    pub voice: bool,
    #[serde(default = "yes")]
    pub typing_hooks: bool,
    #[serde(default)]
    pub stores_files: bool,
}

/// The channel's own participant in amoCRM's chats.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "BotFile")]
pub struct Bot {
    /// Its id at amoCRM (`sender.ref_id`).
    pub id: String,
    /// Our id of it (`sender.id`).
    pub client_id: String,
    /// That of the channel by default.
    pub name: String,
}

/// Reactions as agreed with support.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReactionSupport {
    Off,
    All,
    Only(Vec<String>),
}

/// Values that `parom widget build` writes into the manifest.
#[derive(Clone, Debug, Deserialize)]
pub struct WidgetConfig {
    #[serde(default = "parom")]
    pub name: String,
    pub code: Option<String>,
    #[serde(default = "first_version")]
    pub version: String,
    #[serde(default = "every_language")]
    pub languages: Vec<String>,
    pub logo_dir: Option<PathBuf>,
}

impl Default for WidgetConfig {
    fn default() -> Self {
        Self { name: parom(), code: None, version: first_version(), languages: every_language(), logo_dir: None }
    }
}

impl Integration {
    /// The OAuth redirect address: equal for consent, exchange and refresh.
    pub fn redirect_uri(&self, public_url: &Url) -> String {
        let callback = format!("{}/oauth/callback", base(public_url));
        if self.own_redirect { format!("{callback}/{}", self.name) } else { callback }
    }

    /// Base address of the API of an account's host. The caller must check the host against `account_hosts`.
    pub fn account_base(&self, host: &str) -> Result<Url, url::ParseError> {
        Url::parse(&self.account_url.replace("{host}", host))
    }

    /// Who may frame pages, as in `frame-ancestors`: amoCRM's pages of the account of this host alone, because a person may
    /// work in several. None: no account is known, so those of any.
    pub fn ancestors(&self, host: Option<&str>) -> String {
        let any = || self.account_hosts.iter().map(|suffix| format!("https://*.{suffix}")).collect();
        let mut hosts: Vec<String> = host.map_or_else(any, |host| vec![format!("https://{host}")]);
        // The sandbox and test programs replace amoCRM at their own address.
        let local = self.account_base("account").ok().filter(|base| base.scheme() == "http");
        hosts.extend(local.map(|base| base.origin().ascii_serialization()));
        hosts.join(" ")
    }
}

impl Channel {
    /// Whether an account may connect. If the channel is not public and names neither accounts nor plans, amoCRM alone
    /// decides.
    pub fn admits(&self, account_id: &str, plan: Option<&str>) -> bool {
        let everyone = self.public || (self.allowed_accounts.is_empty() && self.allowed_plans.is_empty());
        let named = |list: &[String], name: &str| list.iter().any(|one| one == name);
        everyone
            || named(&self.allowed_accounts, account_id)
            || plan.is_some_and(|plan| named(&self.allowed_plans, plan))
    }
}

/// An integration in the file.
#[derive(Deserialize)]
struct IntegrationFile {
    name: String,
    platform: Platform,
    client_id: String,
    client_secret: SecretString,
    previous_client_secret: Option<SecretString>,
    #[serde(default)]
    paused: bool,
    account_hosts: Option<Vec<String>>,
    #[serde(default, deserialize_with = "parse::optional_address")]
    consent_url: Option<Url>,
    #[serde(default = "plain_host")]
    account_url: String,
    #[serde(default)]
    own_redirect: bool,
    #[serde(default, deserialize_with = "parse::optional_address")]
    amojo_url: Option<Url>,
    #[serde(default)]
    channel: Vec<Channel>,
    widget: Option<WidgetConfig>,
    brand: Option<BrandConfig>,
}

impl From<IntegrationFile> for Integration {
    fn from(file: IntegrationFile) -> Self {
        let platform = file.platform;
        let mut channels = file.channel;
        for Channel { title, bot, .. } in &mut channels {
            if let Some(bot) = bot.as_mut().filter(|bot| bot.name.is_empty()) {
                bot.name.clone_from(title);
            }
        }
        // Without a title of its own a channel has the brand's.
        if let Some(name) = file.brand.as_ref().and_then(|brand| brand.name.as_deref()) {
            for channel in channels.iter_mut().filter(|channel| channel.title == parom()) {
                name.clone_into(&mut channel.title);
            }
        }
        let hosts = file.account_hosts.unwrap_or_else(|| owned(platform.account_hosts()));
        Self {
            name: file.name,
            platform,
            client_id: file.client_id,
            client_secret: file.client_secret,
            previous_client_secret: file.previous_client_secret,
            paused: file.paused,
            account_hosts: hosts.iter().map(|host| host.to_ascii_lowercase()).collect(),
            consent_url: file.consent_url.unwrap_or_else(|| parse::constant(platform.consent_url())),
            account_url: file.account_url,
            own_redirect: file.own_redirect,
            amojo_url: file.amojo_url.unwrap_or_else(|| parse::constant(platform.amojo_url())),
            channels,
            widget: file.widget,
            brand: file.brand,
        }
    }
}

/// A bot in the file.
#[derive(Deserialize)]
struct BotFile {
    id: String,
    client_id: Option<String>,
    name: Option<String>,
}

impl From<BotFile> for Bot {
    fn from(file: BotFile) -> Self {
        Self {
            client_id: file.client_id.unwrap_or_else(|| file.id.clone()),
            id: file.id,
            name: file.name.unwrap_or_default(),
        }
    }
}

pub(super) fn parom() -> String {
    "Parom".to_owned()
}

pub(super) fn plain_host() -> String {
    "https://{host}".to_owned()
}

fn first_version() -> String {
    "1.0.0".to_owned()
}

fn every_language() -> Vec<String> {
    owned(&["ru", "en", "es", "pt"])
}

pub(super) fn every_connector() -> Vec<String> {
    owned(CONNECTORS)
}

fn yes() -> bool {
    true
}

pub(super) fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}
