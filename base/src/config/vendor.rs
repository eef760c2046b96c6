//! The section about the vendor, and the vendor's own webhooks.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, de};
use url::Url;

use super::parse::NOT_AN_EVENT;
use super::rule::{rule, web};
use super::{ConfigError, parse};
use crate::i18n::Words;

/// The operator of the service; empty where the vendor said nothing.
#[derive(Clone, Debug, Deserialize)]
pub struct Vendor {
    pub name: String,
    pub legal_entity: String,
    pub legal_address: String,
    /// Where the data is stored, in words.
    pub hosting_region: String,
    pub support_url: String,
    pub support_email: String,
    pub privacy_url: String,
    /// Where vulnerabilities are reported.
    pub security_contact: String,
}

impl Vendor {
    /// The vendor's name where there is one, else the product's in a language.
    pub fn name_in(&self, words: Words) -> String {
        if self.name.is_empty() { words.text("install-product").to_string() } else { self.name.clone() }
    }

    /// The contact as an address: what names no scheme is an e-mail address. None if there is no contact.
    pub fn security_address(&self) -> Option<String> {
        let contact = self.security_contact.trim();
        let scheme = if contact.contains(':') { "" } else { "mailto:" };
        (!contact.is_empty()).then(|| format!("{scheme}{contact}"))
    }
}

/// The public status page.
#[derive(Clone, Debug, Deserialize)]
pub struct StatusConfig {
    /// Whether there is one.
    pub enabled: bool,
}

/// Bytes that a secret of Standard Webhooks may have.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// An address that gets events.
#[derive(Clone, Debug, Deserialize)]
pub struct VendorWebhook {
    /// Unique. Events that wait belong to the name: a changed address gets them.
    #[serde(default = "vendor")]
    pub name: String,
    #[serde(deserialize_with = "parse::address")]
    pub url: Url,
    /// `whsec_…`, which signs.
    pub secret: SecretString,
    /// Empty: all but those about customers.
    #[serde(default)]
    pub types: Vec<VendorEventKind>,
}

impl VendorWebhook {
    /// Whether it gets events of this kind.
    pub fn wants(&self, kind: VendorEventKind) -> bool {
        if self.types.is_empty() { !kind.is_about_customers() } else { self.types.contains(&kind) }
    }
}

crate::worded! {
    /// A kind of event, with the `type` of its webhook.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub enum VendorEventKind, as_str {
        /// An account installed an integration, for the first time or again.
        AccountInstalled = "account.installed",
        /// Its channels are connected and it works, for the first time or again.
        AccountConnected = "account.connected",
        /// It does not work until a person does something.
        AccountNeedsAttention = "account.needs_attention",
        /// It switched the integration off or was disconnected.
        AccountLeft = "account.left",
        SourceCreated = "source.created",
        /// A source was deleted, or its messenger refuses access.
        SourceStopped = "source.stopped",
        /// Much of a limit is used.
        LimitNear = "limit.near",
        LimitReached = "limit.reached",
        TrialEnding = "trial.ending",
        /// What an account's rules decided about an enquiry was carried out, or could not be.
        EnquiryRouted = "enquiry.routed",
        /// A chat got another contact, or lost the one it had.
        CustomerLinked = "customer.linked",
        /// A person or a program recorded what a customer decided about marketing.
        ConsentChanged = "consent.changed",
    }
}

impl VendorEventKind {
    /// Whether an account has one for each of its customers: a webhook gets them only if it names the kind.
    pub const fn is_about_customers(self) -> bool {
        matches!(self, Self::EnquiryRouted | Self::CustomerLinked | Self::ConsentChanged)
    }
}

impl<'de> Deserialize<'de> for VendorEventKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        Self::parse(&word).ok_or_else(|| {
            let known = Self::ALL.map(Self::as_str).join(", ");
            de::Error::custom(format!("{NOT_AN_EVENT}{known}"))
        })
    }
}

/// Checks the webhooks of a configuration.
pub(super) fn check(webhooks: &[VendorWebhook]) -> Result<(), ConfigError> {
    let mut names = BTreeSet::new();
    for (place, webhook) in webhooks.iter().enumerate() {
        let key = |name: &str| format!("vendor_webhook[{place}].{name}");
        let fits = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '.' | '_' | '-');
        let named = !webhook.name.is_empty() && webhook.name.len() <= 64 && webhook.name.chars().all(fits);
        rule(key("name"), named, "config-webhook-name")?;
        rule(key("name"), names.insert(&webhook.name), "config-taken-webhook")?;
        web(key("url"), &webhook.url)?;
        rule(key("secret"), is_secret(&webhook.secret), "config-webhook-secret")?;
    }
    Ok(())
}

fn is_secret(secret: &SecretString) -> bool {
    let key = secret.expose_secret().strip_prefix("whsec_").and_then(|encoded| STANDARD.decode(encoded).ok());
    key.is_some_and(|key| SECRET_BYTES.contains(&key.len()))
}

fn vendor() -> String {
    "vendor".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_kinds_correspond() {
        for kind in VendorEventKind::ALL {
            assert_eq!(VendorEventKind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(VendorEventKind::parse("account"), None);
    }

    #[test]
    fn a_secret_has_its_form_and_length() {
        for (bytes, fits) in [(23, false), (24, true), (64, true), (65, false)] {
            let secret = SecretString::from(format!("whsec_{}", STANDARD.encode(vec![7; bytes])));
            assert_eq!(is_secret(&secret), fits, "{bytes}");
        }
        assert!(!is_secret(&SecretString::from(STANDARD.encode([7; 32]))));
        assert!(!is_secret(&SecretString::from("whsec_not base64")));
    }
}
