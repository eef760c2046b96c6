//! Files the sandbox keeps: what managers sent, and what it fetched from the other side.

use std::collections::HashMap;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};

/// One kept file.
#[derive(Clone, Debug)]
pub(crate) struct StoredFile {
    pub(crate) content_type: String,
    pub(crate) bytes: Bytes,
    /// From then on its link is dead.
    pub(crate) expires_at: DateTime<Utc>,
}

/// All kept files.
pub(crate) struct Files {
    /// What links of ours lead to, by the id in the link.
    pub(crate) attachments: HashMap<String, StoredFile>,
    /// What was uploaded in the window and waits to be sent, by its id.
    pub(crate) uploads: HashMap<String, crate::attachment::Attachment>,
    /// What was fetched for a message, by the message's amojo id.
    pub(crate) fetched: HashMap<String, StoredFile>,
    /// How long a link of ours lives.
    pub(crate) life: TimeDelta,
}

impl Default for Files {
    fn default() -> Self {
        Self {
            attachments: HashMap::new(),
            uploads: HashMap::new(),
            fetched: HashMap::new(),
            life: TimeDelta::hours(24),
        }
    }
}
