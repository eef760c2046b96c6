//! The rules for addresses given by tenants, and the resolver that enforces them on connections.
//!
//! | address | public | listed in `allow_private` |
//! | --- | --- | --- |
//! | https, port 443 or from 1024 | yes | yes |
//! | https, other ports | no: those are other services (mail, SSH, …) | yes |
//! | http | no | yes |

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::proxy::Proxy;
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

/// Resolves by the system and returns only permitted addresses, and those of the proxy itself under the name that the
/// client alone knows.
pub(super) struct Resolver {
    policy: Arc<Policy>,
    filter: AddressFilter,
    proxy: Option<Proxy>,
}

impl Resolver {
    pub(super) fn new(policy: Arc<Policy>, filter: AddressFilter, proxy: Option<Proxy>) -> Self {
        Self { policy, filter, proxy }
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
        let proxy = self.proxy.clone();
        Box::pin(async move {
            if let Some(host) = proxy.as_ref().and_then(|proxy| proxy.host_of(name.as_str())) {
                let found: Vec<_> = tokio::net::lookup_host((host, 0)).await?.collect();
                return Ok::<Addrs, _>(Box::new(found.into_iter()));
            }
            // In front of a proxy literal addresses come here too, as they are written in an address.
            let name = name.as_str().trim_matches(['[', ']']);
            let found = tokio::net::lookup_host((name, 0)).await?.collect();
            let mut passed = policy.filter(name, filter, found)?;
            if proxy.is_some() {
                // It is asked for the first one alone, and may have no IPv6.
                passed.sort_by_key(SocketAddr::is_ipv6);
            }
            Ok(Box::new(passed.into_iter()))
        })
    }
}

// Which addresses are public. Everything is private unless it is known to be routed on the public internet; the
// tables are IANA's special-purpose registries.

/// The purpose of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressKind {
    /// Reachable on the public internet.
    Public,
    /// Anything else, by the name of its range.
    Special(&'static str),
}

/// The kind of an address. An IPv4 address inside an IPv6 one (mapped, NAT64) counts as that IPv4 address, because
/// packets go there.
pub fn kind_of(address: IpAddr) -> AddressKind {
    match address {
        IpAddr::V4(address) => kind_of_v4(address),
        IpAddr::V6(address) => match inner_v4(address) {
            Some(inner) => kind_of_v4(inner),
            None => kind_of_v6(address),
        },
    }
}

/// The address as compared with `network.allow_private`: IPv4-mapped ones in their IPv4 form.
pub(super) fn canonical(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

/// The IPv4 address that packets to a mapped (`::ffff:0:0/96`) or NAT64 (`64:ff9b::/96`) address reach.
fn inner_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    const NAT64: [u8; 12] = [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0];
    let octets = address.octets();
    match octets.split_last_chunk::<4>() {
        Some((head, inner)) if head == NAT64 => Some(Ipv4Addr::from(*inner)),
        _ => address.to_ipv4_mapped(),
    }
}

fn kind_of_v4(address: Ipv4Addr) -> AddressKind {
    let special = match address.octets() {
        [0, ..] => "this network",
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => "private",
        [100, 64..=127, ..] => "carrier-grade NAT",
        [127, ..] => "loopback",
        [169, 254, ..] => "link-local",
        [192, 0, 0, _] => "protocol assignments",
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => "documentation",
        [192, 88, 99, _] => "6to4 relay",
        [198, 18..=19, ..] => "benchmarking",
        [224..=239, ..] => "multicast",
        [255, 255, 255, 255] => "broadcast",
        [240..=255, ..] => "reserved",
        _ => return AddressKind::Public,
    };
    AddressKind::Special(special)
}

fn kind_of_v6(address: Ipv6Addr) -> AddressKind {
    let special = match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => "unspecified",
        [0, 0, 0, 0, 0, 0, 0, 1] => "loopback",
        [0, 0, 0, 0, 0, 0, ..] => "IPv4-compatible",
        [0xfe80..=0xfebf, ..] => "link-local",
        [0xfec0..=0xfeff, ..] => "site-local",
        [0xfc00..=0xfdff, ..] => "unique local",
        [0xff00..=0xffff, ..] => "multicast",
        [0x64, 0xff9b, 1, ..] => "local NAT64",
        [0x100, 0, 0, 0, ..] => "discard-only",
        [0x2001, 0, ..] => "Teredo",
        [0x2001, 2, 0, ..] => "benchmarking",
        [0x2001, 0..=0x1ff, ..] => "protocol assignments",
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => "documentation",
        [0x2002, ..] => "6to4",
        [0x2000..=0x3fff, ..] => return AddressKind::Public,
        _ => "reserved",
    };
    AddressKind::Special(special)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_public() {
        let public = "1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 \
             169.253.255.255 172.15.255.255 172.32.0.0 192.0.1.0 192.167.255.255 192.169.0.0 198.17.255.255 \
             198.20.0.0 223.255.255.255 149.154.167.220 ::ffff:8.8.8.8 64:ff9b::8.8.8.8 2001:4860:4860::8888 \
             2606:4700:4700::1111 2a00:1450::1 2001:200::1 2003::1 3ffe::1";
        let special = [
            ("0.0.0.0", "this network"),
            ("0.1.2.3", "this network"),
            ("10.0.0.0", "private"),
            ("10.255.255.255", "private"),
            ("100.64.0.0", "carrier-grade NAT"),
            ("100.127.255.255", "carrier-grade NAT"),
            ("127.0.0.1", "loopback"),
            ("127.255.255.254", "loopback"),
            ("169.254.0.0", "link-local"),
            ("169.254.169.254", "link-local"),
            ("172.16.0.0", "private"),
            ("172.31.255.255", "private"),
            ("192.0.0.1", "protocol assignments"),
            ("192.0.0.171", "protocol assignments"),
            ("192.0.2.1", "documentation"),
            ("192.88.99.1", "6to4 relay"),
            ("192.168.0.0", "private"),
            ("192.168.255.255", "private"),
            ("198.18.0.0", "benchmarking"),
            ("198.19.255.255", "benchmarking"),
            ("198.51.100.7", "documentation"),
            ("203.0.113.255", "documentation"),
            ("224.0.0.1", "multicast"),
            ("239.255.255.255", "multicast"),
            ("240.0.0.1", "reserved"),
            ("255.255.255.254", "reserved"),
            ("255.255.255.255", "broadcast"),
            ("::", "unspecified"),
            ("::1", "loopback"),
            ("::2", "IPv4-compatible"),
            ("::127.0.0.1", "IPv4-compatible"),
            ("::ffff:127.0.0.1", "loopback"),
            ("::ffff:10.0.0.1", "private"),
            ("::ffff:169.254.169.254", "link-local"),
            ("::ffff:0.0.0.0", "this network"),
            ("64:ff9b::127.0.0.1", "loopback"),
            ("64:ff9b::192.168.1.1", "private"),
            ("64:ff9b::a9fe:a9fe", "link-local"),
            ("64:ff9b:1::1", "local NAT64"),
            ("100::1", "discard-only"),
            ("2001::1", "Teredo"),
            ("2001:0:7f00:1::1", "Teredo"),
            ("2001:2::1", "benchmarking"),
            ("2001:10::1", "protocol assignments"),
            ("2001:20::1", "protocol assignments"),
            ("2001:db8::1", "documentation"),
            ("2001:db8:ffff::1", "documentation"),
            ("3fff::1", "documentation"),
            ("3fff:fff::1", "documentation"),
            ("2002:7f00:1::", "6to4"),
            ("2002:c0a8:101::1", "6to4"),
            ("2002:808:808::1", "6to4"),
            ("fc00::1", "unique local"),
            ("fdff:ffff::1", "unique local"),
            ("fd00:ec2::254", "unique local"),
            ("fe80::1", "link-local"),
            ("febf::1", "link-local"),
            ("fec0::1", "site-local"),
            ("feff::1", "site-local"),
            ("ff02::1", "multicast"),
            ("ffff::1", "multicast"),
            ("5f00::1", "reserved"),
            ("4000::1", "reserved"),
            ("1fff::1", "reserved"),
        ];
        for text in public.split(' ') {
            assert_eq!(kind_of(text.parse().unwrap()), AddressKind::Public, "{text}");
        }
        for (text, kind) in special {
            assert_eq!(kind_of(text.parse::<IpAddr>().unwrap()), AddressKind::Special(kind), "{text}");
        }
    }
}
