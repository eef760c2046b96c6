//! The keys `proxy`: through which proxies others are called.

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::rule::rule;
use super::{Config, ConfigError};

/// A key `proxy`.
#[derive(Clone, Copy, Debug)]
pub struct ProxySetting<'config> {
    /// Its section: whose servers are called through it.
    pub section: &'static str,
    pub proxy: Option<&'config SecretString>,
    /// An address to try it with. Of tenants' addresses none is known, so theirs is tried with amoCRM's.
    pub beyond: &'config Url,
}

impl Config {
    /// All keys `proxy`, also those that are unset.
    pub fn proxies(&self) -> [ProxySetting<'_>; 9] {
        let one = |section, proxy, beyond| ProxySetting { section, proxy: Option::as_ref(proxy), beyond };
        let amojo = self.integrations.first().map_or(&self.server.public_url, |integration| &integration.amojo_url);
        [
            one("amocrm", &self.amocrm.proxy, amojo),
            one("avito", &self.avito.proxy, &self.avito.api_url),
            one("facebook", &self.facebook.proxy, &self.facebook.api_url),
            one("instagram", &self.instagram.proxy, &self.instagram.api_url),
            one("max", &self.max.proxy, &self.max.api_url),
            one("network", &self.network.proxy, amojo),
            one("telegram", &self.telegram.proxy, &self.telegram.api_url),
            one("vk", &self.vk.proxy, &self.vk.api_url),
            one("whatsapp", &self.whatsapp.proxy, &self.whatsapp.api_url),
        ]
    }
}

/// Each is the address of a proxy of a known kind.
pub(super) fn check(config: &Config) -> Result<(), ConfigError> {
    let is_proxy = |url: Url| {
        let has_host = url.host_str().is_some_and(|host| !host.is_empty());
        let is_bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
        matches!(url.scheme(), "socks5" | "http") && has_host && is_bare
    };
    let fits = |proxy: &SecretString| Url::parse(proxy.expose_secret()).is_ok_and(is_proxy);
    config.proxies().iter().try_for_each(|ProxySetting { section, proxy, .. }| {
        rule(format!("{section}.proxy"), proxy.is_none_or(fits), "config-proxy")
    })
}
