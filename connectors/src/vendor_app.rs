//! The vendor's own application at a messenger: one address receives the calls for the lines of all accounts.

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::incoming::{IncomingCall, NotReceived};

/// An application that the vendor registered with a messenger and configured, e.g. as `[whatsapp]`.
pub trait VendorApp: Send + Sync {
    /// The answer to the messenger's `GET` that validates our address; none refuses it.
    fn handshake(&self, query: &(dyn Fn(&str) -> Option<String> + Sync)) -> Option<String>;

    /// Whether a call comes from the messenger. Compares secrets in constant time.
    fn authenticate(&self, call: &IncomingCall<'_>) -> bool;

    /// Splits a call into one part per line, in order. Each is read by [`crate::Connector::receive`] with the settings
    /// of its line.
    fn split(&self, body: &[u8]) -> Result<Vec<LineCall>, NotReceived>;
}

/// The part of a call that concerns one line, or all lines of an account at the messenger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineCall {
    /// The line's [`crate::Identity::key`], or the [`crate::Connector::account`] that several lines share.
    pub line: String,
    pub body: Bytes,
}

/// The vendor's app at Meta, as far as it is configured: for Instagram, Messenger or WhatsApp.
pub(crate) struct MetaApp {
    /// Recognises echoes of its own messages; without it they are recognised like those of other apps.
    pub app_id: Option<String>,
    /// Verifies the signature of calls; without it all are refused.
    pub secret: Option<SecretString>,
    /// For the validation of the address, which is impossible without it.
    pub verify_token: Option<SecretString>,
    /// [`VendorApp::split`].
    pub split: fn(&[u8]) -> Result<Vec<LineCall>, NotReceived>,
}

impl MetaApp {
    /// None if no call could be accepted: the address does not exist.
    pub fn of(app: Self) -> Option<Self> {
        (app.secret.is_some() || app.verify_token.is_some()).then_some(app)
    }
}

impl VendorApp for MetaApp {
    fn handshake(&self, query: &(dyn Fn(&str) -> Option<String> + Sync)) -> Option<String> {
        challenge(query, &self.verify_token)
    }

    fn authenticate(&self, call: &IncomingCall<'_>) -> bool {
        self.secret.as_ref().is_some_and(|secret| is_signed(secret, call))
    }

    fn split(&self, body: &[u8]) -> Result<Vec<LineCall>, NotReceived> {
        (self.split)(body)
    }
}

/// Whether the bytes of a call are signed with the secret of an app at Meta. Compares in constant time.
pub(crate) fn is_signed(secret: &SecretString, call: &IncomingCall<'_>) -> bool {
    let Some(header) = (call.header)("x-hub-signature-256") else { return false };
    let given = header.strip_prefix("sha256=").and_then(|digest| hex::decode(digest).ok());
    let (Some(given), false) = (given, secret.expose_secret().is_empty()) else { return false };
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()) else { return false };
    mac.update(call.body);
    mac.verify_slice(&given).is_ok()
}

/// Longest challenge that is returned; Meta's are numbers.
const CHALLENGE: usize = 256;

/// The challenge in the query of Meta's `GET`, if its token is one of these.
pub(crate) fn challenge<'a>(
    query: &(dyn Fn(&str) -> Option<String> + Sync),
    tokens: impl IntoIterator<Item = &'a SecretString>,
) -> Option<String> {
    let given = query("hub.verify_token").filter(|given| !given.is_empty())?;
    // All are compared, so that timing reveals nothing.
    let known = tokens
        .into_iter()
        .fold(false, |known, token| known | bool::from(given.as_bytes().ct_eq(token.expose_secret().as_bytes())));
    let is_asked = query("hub.mode").as_deref() == Some("subscribe");
    query("hub.challenge").filter(|challenge| known && is_asked && challenge.len() <= CHALLENGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_token_gets_its_challenge_back() {
        let ask = |mode: &'static str, token: &'static str, ours: &'static str| {
            let query = move |name: &str| {
                let value = match name {
                    "hub.mode" => mode,
                    "hub.verify_token" => token,
                    _ => "1158201444",
                };
                Some(value.to_owned())
            };
            challenge(&query, [&SecretString::from(ours), &SecretString::from("other")])
        };
        assert_eq!(ask("subscribe", "vt", "vt").as_deref(), Some("1158201444"));
        for (mode, token, ours) in [("subscribe", "v", "vt"), ("unsubscribe", "vt", "vt"), ("subscribe", "", "")] {
            assert_eq!(ask(mode, token, ours), None);
        }
    }
}
