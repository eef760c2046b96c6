//! The messenger's own page, on which the owner of lines lets the vendor's application in: OAuth's authorization code.
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
    /// Where it is. The browser returns from it to `back`, our address, with `state` and a code.
    fn address(&self, state: &str, back: &str) -> Option<Url>;

    /// The lines that the owner let the application use. The code is good once, and may live for seconds only.
    async fn lines(&self, code: &str, back: &str, now: DateTime<Utc>) -> Result<Vec<OfferedLine>, Denied>;

    /// What is asked of the person who chooses a line, in display order. The values are added to the line's settings.
    fn fields(&self) -> &'static [Field];

    /// Makes a chosen line usable at the messenger, and returns the settings of its source, as
    /// [`crate::Connector::setup`] takes them. May be repeated.
    async fn connect(&self, settings: Value) -> Result<Value, Denied>;
}

/// A line that its owner let the application use.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OfferedLine {
    /// [`crate::Identity::key`].
    pub key: String,
    /// [`crate::Identity::name`].
    pub name: String,
    /// What else tells it from others, e.g. the name that customers see; may be empty.
    pub about: String,
    /// With credentials: the caller keeps them sealed.
    pub settings: Value,
}
