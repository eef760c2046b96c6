//! What may be wrong with a value: the building blocks of the rules, with their messages from
//! `locales/*/configuration.ftl`.

use std::fmt::Display;
use std::ops::RangeInclusive;

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::{CONNECTORS, ConfigError};
use crate::i18n::LocalizedText;

pub(super) fn broken(key: impl Display, problem: LocalizedText) -> ConfigError {
    ConfigError::invalid(key.to_string(), problem)
}

/// `problem`: a message key without arguments.
pub(super) fn rule(key: impl Display, kept: bool, problem: &'static str) -> Result<(), ConfigError> {
    if kept { Ok(()) } else { Err(broken(key, LocalizedText::new(problem))) }
}

pub(super) fn at_least<N: PartialOrd + Display>(key: impl Display, value: N, least: N) -> Result<(), ConfigError> {
    let problem = || LocalizedText::new("config-at-least").with("least", least.to_string());
    if value >= least { Ok(()) } else { Err(broken(key, problem())) }
}

pub(super) fn at_most<N: PartialOrd + Display>(key: impl Display, value: N, most: N) -> Result<(), ConfigError> {
    let problem = || LocalizedText::new("config-at-most").with("most", most.to_string());
    if value <= most { Ok(()) } else { Err(broken(key, problem())) }
}

pub(super) fn from_to<N: PartialOrd + Display>(
    key: impl Display,
    value: N,
    range: RangeInclusive<N>,
) -> Result<(), ConfigError> {
    let problem = || {
        let text = LocalizedText::new("config-from-to").with("least", range.start().to_string());
        text.with("most", range.end().to_string())
    };
    if range.contains(&value) { Ok(()) } else { Err(broken(key, problem())) }
}

pub(super) fn not_an_address(error: &url::ParseError) -> LocalizedText {
    LocalizedText::new("config-address").with("reason", error.to_string())
}

/// The problem of a connector's name that this release does not have.
pub(super) fn not_a_connector() -> LocalizedText {
    LocalizedText::new("config-connector").with("known", CONNECTORS.join(", "))
}

pub(super) fn anonymous(url: &Url) -> bool {
    url.username().is_empty() && url.password().is_none()
}

/// An address that is opened or called unchanged.
pub(super) fn web(key: impl Display, url: &Url) -> Result<(), ConfigError> {
    rule(&key, matches!(url.scheme(), "http" | "https"), "config-http")?;
    rule(key, anonymous(url), "config-no-user")
}

pub(super) fn secret(key: impl Display, value: Option<&SecretString>) -> Result<(), ConfigError> {
    let empty = value.is_some_and(|value| value.expose_secret().trim().is_empty());
    rule(key, !empty, "config-empty")
}

/// A proxy through which others are called.
pub(super) fn proxy(key: impl Display, value: Option<&SecretString>) -> Result<(), ConfigError> {
    let is_proxy = |url: Url| {
        let is_known = matches!(url.scheme(), "socks5" | "http") && url.host_str().is_some_and(|host| !host.is_empty());
        is_known && matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none()
    };
    let fits = value.is_none_or(|value| Url::parse(value.expose_secret()).is_ok_and(is_proxy));
    rule(key, fits, "config-proxy")
}

pub(super) fn path_segment(name: &str) -> bool {
    let fits = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '.' | '_' | '~' | '-');
    name.len() <= 64 && name.starts_with(|sign: char| sign.is_ascii_alphanumeric()) && name.chars().all(fits)
}
