//! Stored files: those that managers sent, and those fetched from the other side.

use std::collections::HashMap;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};

/// One stored file.
#[derive(Clone, Debug)]
pub(crate) struct StoredFile {
    pub(crate) content_type: String,
    pub(crate) bytes: Bytes,
    /// When its link expires.
    pub(crate) expires_at: DateTime<Utc>,
}

/// All stored files.
pub(crate) struct Files {
    /// Files behind our links, by the id in the link.
    pub(crate) attachments: HashMap<String, StoredFile>,
    /// Files uploaded in the window and not sent yet, by id.
    pub(crate) uploads: HashMap<String, crate::crm::attachment::Attachment>,
    /// Files fetched for messages, by the message's amojo id.
    pub(crate) fetched: HashMap<String, StoredFile>,
    /// Lifetime of our links.
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
