//! The vendor's own application at a messenger: one address receives the calls for the lines of all accounts.

use bytes::Bytes;

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
