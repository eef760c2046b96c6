//! The rules for addresses given by tenants, and the resolver that enforces them on connections.
//!
//! | address | public | listed in `allow_private` |
//! | --- | --- | --- |
//! | https, port 443 or from 1024 | yes | yes |
//! | https, other ports | no: those are other services (mail, SSH, …) | yes |
//! | http | no | yes |

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::address::{AddressKind, canonical, kind_of};
use crate::config::{HostOrNet, NetworkConfig};
use crate::i18n::LocalizedText;

/// Time limit of a look-up while a caller waits for the answer.
const LOOKUP_WITHIN: Duration = Duration::from_secs(3);

/// Why an address given by a tenant is refused. May be shown to the tenant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlRefused {
    #[error("the address must begin with https://")]
    Scheme,
    #[error("plain http is not allowed, use https://")]
    PlainHttp,
    #[error("the address must not hold a user name or password")]
    UserInfo,
    #[error("the address has no host")]
    NoHost,
    #[error("port {0} is not allowed: use 443 or a port from 1024")]
    Port(u16),
    #[error("{host} is not a public address ({kind})")]
    NotPublic { host: String, kind: &'static str },
    #[error("the name {0} could not be looked up; plain http is allowed only for names that lead to listed addresses")]
    NotFound(String),
}

impl UrlRefused {
    /// As text for people.
    pub fn text(&self) -> LocalizedText {
        match self {
            Self::Scheme => LocalizedText::new("said-url-scheme"),
            Self::PlainHttp => LocalizedText::new("said-url-plain"),
            Self::UserInfo => LocalizedText::new("said-url-user"),
            Self::NoHost => LocalizedText::new("said-url-host"),
            Self::Port(port) => LocalizedText::new("said-url-port").with("port", port.to_string()),
            Self::NotFound(host) => LocalizedText::new("said-url-lookup").with("host", host.as_str()),
            Self::NotPublic { host, .. } => LocalizedText::new("said-url-private").with("host", host.as_str()),
        }
    }
}

/// `network.allow_private`, parsed.
#[derive(Debug)]
pub struct Policy {
    hosts: Vec<String>,
    nets: Vec<IpNet>,
}

impl Policy {
    /// The policy of a configuration.
    pub fn new(network: &NetworkConfig) -> Self {
        let (mut hosts, mut nets) = (Vec::new(), Vec::new());
        for entry in &network.allow_private {
            match entry {
                HostOrNet::Host(host) => hosts.push(host.clone()),
                HostOrNet::Net(net) => nets.push(*net),
            }
        }
        Self { hosts, nets }
    }

    /// Checks everything that needs no name resolution.
    pub fn check_url(&self, url: &Url) -> Result<(), UrlRefused> {
        if !matches!(url.scheme(), "https" | "http") {
            return Err(UrlRefused::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(UrlRefused::UserInfo);
        }
        let listed = match url.host() {
            None => return Err(UrlRefused::NoHost),
            Some(Host::Domain(name)) => self.lists_host(name),
            Some(Host::Ipv4(address)) => self.passes_literal(address.into())?,
            Some(Host::Ipv6(address)) => self.passes_literal(address.into())?,
        };
        let port = url.port_or_known_default().unwrap_or(0);
        match url.scheme() {
            _ if listed => Ok(()),
            // The name may resolve to a listed address; this client's resolver passes no other.
            "http" if url.domain().is_some() && !self.nets.is_empty() => Ok(()),
            "http" => Err(UrlRefused::PlainHttp),
            _ if port == 443 || port >= 1024 => Ok(()),
            // Likewise: a low port is only for listed addresses, and a name's address is not known yet.
            _ => Err(UrlRefused::Port(port)),
        }
    }

    /// The name of a plain-http address that is taken only if it leads to a listed network: the one thing that
    /// [`Policy::check_url`] cannot decide.
    fn name_to_look_up<'url>(&self, url: &'url Url) -> Option<&'url str> {
        url.domain().filter(|name| url.scheme() == "http" && !self.lists_host(name))
    }

    /// Checks an address completely. A name that is plain http and not listed itself is looked up, and must lead to a
    /// listed address now.
    pub async fn check_reachable(&self, url: &Url) -> Result<(), UrlRefused> {
        self.check_url(url)?;
        let Some(name) = self.name_to_look_up(url) else { return Ok(()) };
        let looked_up = tokio::time::timeout(LOOKUP_WITHIN, tokio::net::lookup_host((name, 0))).await;
        let Ok(Ok(found)) = looked_up else { return Err(UrlRefused::NotFound(name.to_owned())) };
        match self.filter(name, AddressFilter::ListedOnly, found.collect()) {
            Ok(_) => Ok(()),
            // As where no network is listed.
            Err(_) => Err(UrlRefused::PlainHttp),
        }
    }

    /// Whether a literal address is listed; an error if it is neither listed nor public.
    fn passes_literal(&self, address: IpAddr) -> Result<bool, UrlRefused> {
        if self.lists_address(address) {
            return Ok(true);
        }
        match kind_of(address) {
            AddressKind::Public => Ok(false),
            AddressKind::Special(kind) => Err(UrlRefused::NotPublic { host: address.to_string(), kind }),
        }
    }

    fn lists_host(&self, name: &str) -> bool {
        let name = name.trim_end_matches('.');
        self.hosts.iter().any(|host| host.eq_ignore_ascii_case(name))
    }

    fn lists_address(&self, address: IpAddr) -> bool {
        let as_host = |host: &String| host.parse() == Ok(address);
        self.nets.iter().any(|net| net.contains(&canonical(address))) || self.hosts.iter().any(as_host)
    }

    /// The resolver's answers for `host` that may be connected to.
    fn filter(&self, host: &str, filter: AddressFilter, found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, UrlRefused> {
        if self.lists_host(host) {
            return Ok(found);
        }
        let mut kind = "no address";
        let mut may_dial = |address: &SocketAddr| match (kind_of(address.ip()), filter) {
            _ if self.lists_address(address.ip()) => true,
            (AddressKind::Public, AddressFilter::PublicOrListed) => true,
            (AddressKind::Public, AddressFilter::ListedOnly) => {
                kind = "plain http is only for listed addresses";
                false
            }
            (AddressKind::Special(special), _) => {
                kind = special;
                false
            }
        };
        let passed: Vec<SocketAddr> = found.into_iter().filter(|address| may_dial(address)).collect();
        if passed.is_empty() { Err(UrlRefused::NotPublic { host: host.to_owned(), kind }) } else { Ok(passed) }
    }
}

/// The answers that a resolver passes besides those of listed hosts.
#[derive(Clone, Copy, Debug)]
pub(super) enum AddressFilter {
    PublicOrListed,
    ListedOnly,
}

/// Resolves by the system and returns only permitted addresses.
pub(super) struct Resolver {
    policy: Arc<Policy>,
    filter: AddressFilter,
}

impl Resolver {
    pub(super) fn new(policy: Arc<Policy>, filter: AddressFilter) -> Self {
        Self { policy, filter }
    }
}

impl fmt::Debug for Resolver {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Resolver").field("filter", &self.filter).finish_non_exhaustive()
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (policy, filter) = (Arc::clone(&self.policy), self.filter);
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let passed = policy.filter(name.as_str(), filter, found)?;
            Ok::<Addrs, _>(Box::new(passed.into_iter()))
        })
    }
}
