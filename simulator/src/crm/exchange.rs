//! Requests and answers of the protocol, independent of the web framework.

use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

/// A request with its body as received.
pub(crate) struct Incoming {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) body: Bytes,
    pub(crate) headers: Vec<(String, String)>,
}

impl Incoming {
    /// A header's text, empty if absent.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// The path split at its slashes; a trailing one is ignored.
    pub(crate) fn segments(&self) -> Vec<&str> {
        self.path.strip_suffix('/').unwrap_or(&self.path).split('/').skip(1).collect()
    }

    /// The query's pairs, decoded.
    pub(crate) fn query_pairs(&self) -> Vec<(String, String)> {
        url::form_urlencoded::parse(self.query.as_bytes()).into_owned().collect()
    }

    /// The first value of a query parameter.
    pub(crate) fn query_value(&self, name: &str) -> Option<String> {
        self.query_pairs().into_iter().find_map(|(key, value)| (key == name).then_some(value))
    }
}

/// A request of the sandbox's own, with its data for the log.
pub(crate) struct Outgoing {
    pub(crate) request: reqwest::RequestBuilder,
    pub(crate) method: &'static str,
    /// Without secrets, for display.
    pub(crate) shown: String,
    pub(crate) host: Option<String>,
    pub(crate) limit: Duration,
}

/// amoCRM's own call after an answer: it notifies the other side about an integration of an account.
#[derive(Clone, Debug)]
pub(crate) enum Then {
    Installs { host: String, integration: String },
    SwitchesOff { host: String, integration: String },
}

/// The answer to a request of the protocol.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) body: Vec<u8>,
    pub(crate) retry_after: Option<u64>,
    pub(crate) note: Option<String>,
    pub(crate) host: Option<String>,
    pub(crate) then: Option<Box<Then>>,
}

impl Answer {
    /// An answer without a body.
    pub(crate) fn empty(status: u16) -> Self {
        Self { status, content_type: "", body: Vec::new(), retry_after: None, note: None, host: None, then: None }
    }

    /// An answer with a JSON body of this media type.
    pub(crate) fn json(status: u16, content_type: &'static str, value: &Value) -> Self {
        Self { content_type, body: value.to_string().into_bytes(), ..Self::empty(status) }
    }

    pub(crate) fn noted(self, note: impl Into<String>) -> Self {
        Self { note: Some(note.into()), ..self }
    }

    pub(crate) fn followed_by(self, then: Then) -> Self {
        Self { then: Some(Box::new(then)), ..self }
    }

    pub(crate) fn of_host(self, host: Option<&str>) -> Self {
        Self { host: host.map(str::to_owned), ..self }
    }
}
