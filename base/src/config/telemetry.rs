//! `[telemetry]`.

use serde::Deserialize;
use url::Url;

use super::parse;

/// The log's filter, and the export of traces.
#[derive(Clone, Debug, Deserialize)]
pub struct Telemetry {
    /// An OTLP collector's HTTP address, without `/v1/traces`; unset: no traces.
    #[serde(default, deserialize_with = "parse::optional_address")]
    pub otlp_url: Option<Url>,
    /// The log filter unless `RUST_LOG` is set.
    pub log: Option<String>,
    /// Share of messages that are traced: 1 is all.
    pub trace_share: f64,
}
