//! Files: uploaded, saved, and served at addresses that contain a key and need no token.

use std::collections::BTreeMap;

use bytes::Bytes;

/// One file.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    /// `photo`, `doc`, `audio_message`, `graffiti`, or what a person sent.
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) mime: String,
    pub(crate) bytes: Bytes,
    pub(crate) is_lost: bool,
}

/// All files.
#[derive(Debug, Default)]
pub(crate) struct Files {
    /// VK's own address.
    pub(crate) base: String,
    pub(crate) stored: BTreeMap<String, Stored>,
    /// Upload tickets: community, kind, peer.
    pub(crate) tickets: BTreeMap<String, (i64, String, i64)>,
    /// Uploaded and not saved yet, by the string that the upload server returned.
    pub(crate) uploaded: BTreeMap<String, (i64, Stored)>,
    /// Attachments by their reference: `photo-1_2`, `doc-1_2`.
    pub(crate) attachments: BTreeMap<String, serde_json::Value>,
    /// Uploads from a phone waiting to be sent.
    pub(crate) uploads: BTreeMap<String, (String, String, Bytes)>,
}

impl Files {
    /// The address of a file.
    pub(crate) fn url(&self, key: &str) -> String {
        let name = self.stored.get(key).map(|file| file.name.as_str()).unwrap_or_default();
        let name: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
        format!("{}/files/{key}/{}", self.base, name.replace('+', "%20"))
    }
}
