//! Uploads and files.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::State;

/// `type` of `POST /uploads`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum UploadKind {
    Image,
    Video,
    Audio,
    File,
}

/// A file, or an upload address without one.
#[derive(Clone, Debug)]
pub(crate) struct Upload {
    pub(crate) id: String,
    pub(crate) kind: UploadKind,
    pub(crate) token: String,
    pub(crate) name: String,
    pub(crate) mime: String,
    /// `None` if not uploaded yet.
    pub(crate) bytes: Option<Bytes>,
    /// When processing ends, in milliseconds.
    pub(crate) ready_at: i64,
    /// Increased when its public address expires; messages then contain a new address.
    pub(crate) version: u32,
    /// A number, for `photo_id`.
    pub(crate) serial: i64,
}

impl UploadKind {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::File => "file",
        }
    }

    pub(crate) fn of(word: &str) -> Option<Self> {
        [Self::Image, Self::Video, Self::Audio, Self::File].into_iter().find(|kind| kind.word() == word)
    }
}

impl State {
    /// Creates an upload address.
    pub(crate) fn place_for(&mut self, kind: UploadKind) -> &mut Upload {
        let serial = self.next_serial();
        let id = format!("u{serial}");
        let token = format!("{}-token-{serial}==", kind.word());
        let upload = Upload {
            id: id.clone(),
            kind,
            token,
            name: String::new(),
            mime: String::new(),
            bytes: None,
            ready_at: 0,
            version: 1,
            serial,
        };
        self.files.entry(id).or_insert(upload)
    }

    /// Stores a file that is ready at once; returns its id.
    pub(crate) fn keep(&mut self, kind: UploadKind, name: &str, mime: &str, bytes: Bytes) -> String {
        let file = self.place_for(kind);
        (file.name, file.mime, file.bytes) = (name.to_owned(), mime.to_owned(), Some(bytes));
        file.id.clone()
    }

    pub(crate) fn file_by_token(&self, token: &str) -> Option<&Upload> {
        self.files.values().find(|file| file.token == token)
    }

    /// The public address of a file.
    pub(crate) fn address(&self, file: &Upload) -> String {
        format!("{}/files/{}?sig=s{}&expires=1795173929000", self.base, file.id, file.version)
    }

    /// A file as an attachment of a message.
    pub(crate) fn attachment(&self, id: &str) -> Value {
        let Some(file) = self.files.get(id) else { return Value::Null };
        let url = self.address(file);
        match file.kind {
            UploadKind::Image => {
                json!({"type": "image", "payload": {"photo_id": file.serial, "token": file.token, "url": url}})
            }
            UploadKind::Video => json!({
                "type": "video", "payload": {"url": url, "token": file.token},
                "thumbnail": {"url": url}, "width": 640, "height": 360, "duration": 3,
            }),
            UploadKind::Audio => json!({"type": "audio", "payload": {"url": url, "token": file.token}}),
            UploadKind::File => json!({
                "type": "file", "payload": {"url": url, "token": file.token}, "filename": file.name,
                "size": file.bytes.as_ref().map_or(0, Bytes::len),
            }),
        }
    }
}
