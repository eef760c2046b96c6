//! Stored files: those that managers sent, those fetched from the other side, and those of the files API.

use std::collections::HashMap;

use bytes::Bytes;
use chrono::{DateTime, Utc};

use crate::crm::hook_message::Attachment;

#[derive(Clone, Debug)]
pub(crate) struct StoredFile {
    pub(crate) content_type: String,
    pub(crate) bytes: Bytes,
    /// When its link expires.
    pub(crate) expires_at: DateTime<Utc>,
}

#[derive(Default)]
pub(crate) struct Files {
    /// Files behind our links, by the id in the link.
    pub(crate) attachments: HashMap<String, StoredFile>,
    /// Files uploaded in the window and not sent yet, by id.
    pub(crate) uploads: HashMap<String, Attachment>,
    /// Files fetched for messages, by the message's amojo id.
    pub(crate) fetched: HashMap<String, StoredFile>,
}

/// A complete file of the files API.
#[derive(Clone, Debug)]
pub(crate) struct DriveFile {
    /// The id of its upload session.
    pub(crate) id: i64,
    pub(crate) uuid: String,
    pub(crate) version_uuid: String,
    pub(crate) account_id: i64,
    pub(crate) name: String,
    pub(crate) content_type: String,
    pub(crate) bytes: Bytes,
    /// Of the user who uploaded it; 0 for people.
    pub(crate) created_by: i64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) is_trashed: bool,
}

/// An incomplete file.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) id: i64,
    pub(crate) account_id: i64,
    pub(crate) name: String,
    pub(crate) content_type: String,
    pub(crate) size: usize,
    /// The file that this is a new version of.
    pub(crate) file_uuid: Option<String>,
    pub(crate) bytes: Vec<u8>,
    pub(crate) started_by: i64,
    pub(crate) started_at: i64,
}

/// All files of the files API, and upload sessions by the last part of their next address.
#[derive(Debug, Default)]
pub(crate) struct Drive {
    pub(crate) files: Vec<DriveFile>,
    pub(crate) sessions: HashMap<String, Session>,
    pub(crate) opened: i64,
}
