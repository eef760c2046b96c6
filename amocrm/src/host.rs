//! Which hosts may receive a secret: account hosts under allow-listed suffixes.
//!
//! The `referer` of an OAuth callback comes from a browser and determines where the client secret is sent, so it is
//! accepted only in one narrow form (crm-api §1.6).

use std::fmt;

use serde::Serialize;

/// A host accepted by [`HostRules`]: lower case, one label in front of an allowed suffix, e.g. `acme.amocrm.ru`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Host(String);

impl Host {
    /// The bare host.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Host {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl AsRef<str> for Host {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// Why a text is not an acceptable account host. Does not repeat the text, which may be hostile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostRefused {
    /// Not a bare host: a port, user name, path, query, address in brackets, blank or non-ASCII character.
    #[error("not a bare host name")]
    NotBare,
    /// Not under any allowed suffix.
    #[error("not under an allowed suffix")]
    Suffix,
    /// The part in front of the suffix is not exactly one label of 1 to 63 letters, digits and inner hyphens.
    #[error("not exactly one label in front of the suffix")]
    Label,
}

/// The allowed suffixes, e.g. `amocrm.ru`, or `kommo.com` and `amocrm.com`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostRules {
    suffixes: Vec<String>,
}

impl HostRules {
    /// Rules from suffixes without the leading dot; case and a leading dot are tolerated, empty ones ignored.
    pub fn new<I, S>(suffixes: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: AsRef<str>,
    {
        let suffixes = suffixes
            .into_iter()
            .map(|suffix| suffix.as_ref().trim_start_matches('.').to_ascii_lowercase())
            .filter(|suffix| !suffix.is_empty())
            .collect();
        Self { suffixes }
    }

    /// Parses the shared API host in a token's `api_domain`, e.g. `api-b.amocrm.ru` (crm-api §1.11), in the same narrow
    /// form.
    pub fn api(&self, text: &str) -> Result<Host, HostRefused> {
        self.shared(text, "api-")
    }

    /// Parses a files host, i.e. an account's `drive_url`, e.g. `https://drive-b.amocrm.ru` (crm-api §8), in the same
    /// narrow form.
    pub fn drive(&self, text: &str) -> Result<Host, HostRefused> {
        self.shared(text, "drive-")
    }

    fn shared(&self, text: &str, prefix: &str) -> Result<Host, HostRefused> {
        let host = self.parse(text)?;
        let label = host.0.split('.').next().and_then(|label| label.strip_prefix(prefix));
        let fits = label.is_some_and(|label| label.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        if fits { Ok(host) } else { Err(HostRefused::Label) }
    }

    /// Parses a `referer` or any other claimed host.
    ///
    /// Accepted are the bare host, `https://host` and `https://host/` (crm-api §1.6), in any letter case. Everything
    /// else is refused: port, user name, path, IP address, trailing dot, non-ASCII text, several labels in front of
    /// the suffix, none at all, surrounding blanks.
    pub fn parse(&self, text: &str) -> Result<Host, HostRefused> {
        let lower = text.to_ascii_lowercase();
        let bare = match lower.strip_prefix("https://") {
            Some(rest) => rest.strip_suffix('/').unwrap_or(rest),
            None => &lower,
        };
        let plain = |character: char| matches!(character, 'a'..='z' | '0'..='9' | '-' | '.');
        if bare.is_empty() || !bare.chars().all(plain) {
            return Err(HostRefused::NotBare);
        }
        let mut refused = HostRefused::Suffix;
        for suffix in &self.suffixes {
            let label = bare.strip_suffix(suffix.as_str()).and_then(|rest| rest.strip_suffix('.'));
            match label {
                Some(label) if is_label(label) => return Ok(Host(bare.to_owned())),
                Some(_) => refused = HostRefused::Label,
                None => {}
            }
        }
        Err(refused)
    }
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// Puts a host into an address template: every `{host}` is replaced, e.g. `https://{host}`.
pub fn expand(template: &str, host: &Host) -> String {
    template.replace("{host}", host.as_str())
}
