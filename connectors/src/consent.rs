//! The messenger's own page where the owner of lines authorizes the vendor's application: OAuth's authorization code
//! flow.
//!
//! ```text
//! address ─▶ the owner agrees ─▶ back to us with a code ─▶ lines ─▶ a person chooses ─▶ connect ─▶ a source's settings
//! ```

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::{Denied, Field};

/// A messenger's page for the vendor's application.
#[async_trait]
pub trait ConsentPage: Send + Sync {
    /// The page's address. The browser returns from it to `back`, our address, with `state` and a code.
    fn address(&self, state: &str, back: &str) -> Option<Url>;

    /// The lines that the owner authorized. The code can be used once, and may expire within seconds.
    async fn lines(&self, code: &str, back: &str, now: DateTime<Utc>) -> Result<Vec<OfferedLine>, Denied>;

    /// What the person who chooses a line is asked for, in display order. The values are added to the line's settings.
    fn fields(&self) -> &'static [Field];

    /// Prepares a chosen line at the messenger, and returns the settings of its source in the form that
    /// [`crate::Connector::setup`] accepts. May be repeated.
    async fn connect(&self, settings: Value) -> Result<Value, Denied>;
}

/// A line for which its owner authorized the application.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OfferedLine {
    /// [`crate::Identity::key`].
    pub key: String,
    /// [`crate::Identity::name`].
    pub name: String,
    /// What distinguishes it from other lines, e.g. the name that customers see; may be empty.
    pub about: String,
    /// With credentials: the caller stores them encrypted.
    pub settings: Value,
}
