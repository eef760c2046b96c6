//! Files at addresses that expire.

use bytes::Bytes;

use super::{DAY, State};

/// One file.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) bytes: Bytes,
    pub(crate) name: String,
    pub(crate) mime: String,
    /// When its address stops working.
    pub(crate) expires_at: i64,
    /// The kind it was uploaded as.
    pub(crate) kind: String,
    pub(crate) is_lost: bool,
}

impl State {
    /// Stores a file; returns its id. Addresses work for a day.
    pub(crate) fn keep(&mut self, kind: &str, name: &str, mime: &str, bytes: Bytes) -> String {
        let id = format!("{}", 1_700_000_000_000_000 + self.next_serial());
        let file = File {
            bytes,
            name: name.to_owned(),
            mime: mime.to_owned(),
            expires_at: self.now + DAY,
            kind: kind.to_owned(),
            is_lost: false,
        };
        self.files.insert(id.clone(), file);
        id
    }

    /// The signed address of a file.
    pub(crate) fn address(&self, id: &str) -> String {
        format!("{}/cdn/{id}?asset_id={id}&signature=AbSig{id}", self.base_url)
    }
}
