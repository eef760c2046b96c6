//! Parsers of setting values. Their errors say what is wrong and never repeat the value: an address may contain a
//! password.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
use url::{Host, Url};

use super::ReactionSupport;

/// What the parsers of settings report: serde passes a string on, and `load` finds the text for it. The first and the
/// last are followed by a detail.
pub(super) const NOT_AN_ADDRESS: &str = "not an address: ";
pub(super) const NOT_A_NETWORK: &str = "not a network";
pub(super) const NOT_A_HOST: &str = "not a host";
pub(super) const NOT_REACTIONS: &str = "not reactions";
pub(super) const NOT_AN_EVENT: &str = "not an event: ";

/// One entry of `network.allow_private`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostOrNet {
    /// A host name, lower case, without a trailing dot.
    Host(String),
    /// A network, or a single address.
    Net(IpNet),
}

/// Parses an absolute address.
pub(super) fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Url, D::Error> {
    let text = String::deserialize(deserializer)?;
    Url::parse(&text).map_err(|error| D::Error::custom(format!("{NOT_AN_ADDRESS}{error}")))
}

struct ParsedUrl(Url);

impl<'de> Deserialize<'de> for ParsedUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        address(deserializer).map(Self)
    }
}

/// Parses a list of absolute addresses.
pub(super) fn addresses<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Url>, D::Error> {
    Ok(Vec::<ParsedUrl>::deserialize(deserializer)?.into_iter().map(|address| address.0).collect())
}

/// Parses absolute addresses by name.
pub(super) fn named_addresses<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, Url>, D::Error> {
    Ok(BTreeMap::<String, ParsedUrl>::deserialize(deserializer)?.into_iter().map(|(name, url)| (name, url.0)).collect())
}

/// Parses an optional absolute address.
pub(super) fn optional_address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Url>, D::Error> {
    Ok(Option::<ParsedUrl>::deserialize(deserializer)?.map(|address| address.0))
}

/// A constant address of this program.
#[expect(clippy::expect_used, reason = "only called with literals, each of which a test parses")]
pub(super) fn constant(address: &'static str) -> Url {
    Url::parse(address).expect("a literal address")
}

/// Parses a list of networks and single addresses.
pub(super) fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    struct ParsedNetwork(IpNet);
    impl<'de> Deserialize<'de> for ParsedNetwork {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let text = String::deserialize(deserializer)?;
            network(&text).map(Self).ok_or_else(|| D::Error::custom(NOT_A_NETWORK))
        }
    }
    Ok(Vec::<ParsedNetwork>::deserialize(deserializer)?.into_iter().map(|network| network.0).collect())
}

fn network(text: &str) -> Option<IpNet> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    text.parse::<IpNet>().ok().or_else(|| bare.parse::<IpAddr>().ok().map(IpNet::from))
}

impl<'de> Deserialize<'de> for HostOrNet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let refused = || D::Error::custom(NOT_A_HOST);
        if let Some(network) = network(&text) {
            return Ok(Self::Net(network));
        }
        if text.contains(['*', '/', ':', '@']) {
            return Err(refused());
        }
        match Host::parse(text.trim().trim_end_matches('.')) {
            Ok(Host::Domain(name)) if !name.is_empty() => Ok(Self::Host(name)),
            _ => Err(refused()),
        }
    }
}

/// The default: everything that amoCRM sends was agreed.
pub(super) fn all_reactions() -> ReactionSupport {
    ReactionSupport::All
}

impl<'de> Deserialize<'de> for ReactionSupport {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ReactionsVisitor)
    }
}

struct ReactionsVisitor;

impl<'de> Visitor<'de> for ReactionsVisitor {
    type Value = ReactionSupport;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("\"off\", \"all\" or a list of emoji")
    }

    fn visit_bool<E: Error>(self, all: bool) -> Result<ReactionSupport, E> {
        Ok(if all { ReactionSupport::All } else { ReactionSupport::Off })
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<ReactionSupport, E> {
        match text {
            "all" | "true" => Ok(ReactionSupport::All),
            "off" | "false" => Ok(ReactionSupport::Off),
            _ => Err(E::custom(NOT_REACTIONS)),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<ReactionSupport, A::Error> {
        let mut emoji = Vec::new();
        while let Some(item) = items.next_element()? {
            emoji.push(item);
        }
        Ok(if emoji.is_empty() { ReactionSupport::Off } else { ReactionSupport::Only(emoji) })
    }
}
