//! Files of messages, and uploads for examples of templates.

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{DAY, State};

/// Milliseconds for which an address of a file is valid.
pub(crate) const ADDRESS: i64 = 5 * 60_000;
/// Milliseconds for which an uploaded file is kept.
const UPLOADED: i64 = 30 * DAY;
/// Milliseconds for which a customer's file is kept.
const RECEIVED: i64 = 7 * DAY;

/// A stored file.
#[derive(Clone, Debug)]
pub(crate) struct Media {
    pub(crate) id: String,
    /// The number it belongs to.
    pub(crate) phone: String,
    pub(crate) mime: String,
    pub(crate) name: Option<String>,
    pub(crate) bytes: Bytes,
    /// Milliseconds.
    pub(crate) expires_at: i64,
    /// Issued addresses by `hash`, with their expiry in milliseconds.
    pub(crate) addresses: Vec<(String, i64)>,
    /// Meta cannot download it from the phone, or has lost it.
    pub(crate) is_lost: bool,
}

/// A session of the Resumable Upload API.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) app: String,
    pub(crate) length: usize,
    pub(crate) mime: String,
    pub(crate) bytes: Vec<u8>,
    /// The handle, once the file is complete.
    pub(crate) handle: Option<String>,
}

impl Media {
    pub(crate) fn sha256(&self) -> Vec<u8> {
        Sha256::digest(&self.bytes).to_vec()
    }
}

impl State {
    /// Stores a file; returns its id.
    pub(crate) fn keep(
        &mut self,
        phone: &str,
        is_received: bool,
        (bytes, name, mime): (Bytes, Option<String>, String),
    ) -> String {
        let id = self.next_id(1_800_000_000_000_000);
        self.keep_as(&id, phone, is_received, (bytes, name, mime));
        id
    }

    /// A customer's file with this id.
    pub(crate) fn knows_file(&mut self, phone: &str, id: &str, (bytes, name, mime): (Bytes, &str, &str)) {
        self.keep_as(id, phone, true, (bytes, Some(name.to_owned()), mime.to_owned()));
    }

    fn keep_as(
        &mut self,
        id: &str,
        phone: &str,
        is_received: bool,
        (bytes, name, mime): (Bytes, Option<String>, String),
    ) {
        let expires_at = self.now + if is_received { RECEIVED } else { UPLOADED };
        let media = Media {
            id: id.to_owned(),
            phone: phone.to_owned(),
            mime,
            name,
            bytes,
            expires_at,
            addresses: Vec::new(),
            is_lost: false,
        };
        self.media.insert(id.to_owned(), media);
    }

    /// A file that still exists.
    pub(crate) fn living_media(&self, id: &str) -> Option<&Media> {
        self.media.get(id).filter(|media| media.expires_at > self.now && !media.is_lost)
    }

    /// Creates an address that is valid for five minutes.
    pub(crate) fn address(&mut self, id: &str) -> Option<String> {
        let (serial, until, base) = (self.next_serial(), self.now + ADDRESS, self.base.clone());
        let media = self.media.get_mut(id)?;
        let hash = format!("ATt{serial:08}");
        media.addresses.push((hash.clone(), until));
        let seconds = until.div_euclid(1000);
        Some(format!("{base}/whatsapp_business/attachments/?mid={id}&ext={seconds}&hash={hash}"))
    }

    /// The object of a customer's file in a webhook; `more` is its caption, name and the like.
    pub(crate) fn media_object(&mut self, id: &str, more: Value) -> Value {
        let address = self.address(id);
        let Some(media) = self.media.get(id) else {
            return more;
        };
        let mut object = json!({"mime_type": media.mime, "sha256": STANDARD.encode(media.sha256()), "id": id});
        if let Some(address) = address {
            object["url"] = json!(address);
        }
        if let (Some(object), Value::Object(more)) = (object.as_object_mut(), more) {
            object.extend(more);
        }
        object
    }
}
