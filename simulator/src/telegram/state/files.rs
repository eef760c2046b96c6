//! Files: stored once, with a different id for each bot.

use std::collections::BTreeMap;

use bytes::Bytes;

/// The kind that a file was sent as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileKind {
    Photo,
    Video,
    Animation,
    Audio,
    Voice,
    VideoNote,
    Document,
    Sticker,
    Thumbnail,
}

/// Kind, prefix of its file ids, folder of its path, extension of its name, media type.
const KINDS: [(FileKind, &str, &str, &str, &str); 9] = [
    (FileKind::Photo, "AgAC", "photos", "jpg", "image/jpeg"),
    (FileKind::Video, "BAAC", "videos", "mp4", "video/mp4"),
    (FileKind::Animation, "CgAC", "animations", "mp4", "video/mp4"),
    (FileKind::Audio, "CQAC", "music", "mp3", "audio/mpeg"),
    (FileKind::Voice, "AwAC", "voice", "oga", "audio/ogg"),
    (FileKind::VideoNote, "DQAC", "video_notes", "mp4", "video/mp4"),
    (FileKind::Document, "BQAC", "documents", "file", "application/octet-stream"),
    (FileKind::Sticker, "CAAC", "stickers", "webp", "image/webp"),
    (FileKind::Thumbnail, "AAMC", "thumbnails", "jpg", "image/jpeg"),
];

impl FileKind {
    /// The kind of a field of a message.
    pub(crate) fn of_field(field: &str) -> Self {
        match field {
            "photo" => Self::Photo,
            "video" | "live_photo" => Self::Video,
            "animation" => Self::Animation,
            "audio" => Self::Audio,
            "voice" => Self::Voice,
            "video_note" => Self::VideoNote,
            "sticker" => Self::Sticker,
            "thumbnail" => Self::Thumbnail,
            _ => Self::Document,
        }
    }

    fn row(self) -> (FileKind, &'static str, &'static str, &'static str, &'static str) {
        let known = KINDS.iter().find(|row| row.0 == self).copied();
        known.unwrap_or((self, "BQAC", "documents", "file", "application/octet-stream"))
    }
}

/// One file.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) unique: String,
    pub(crate) kind: FileKind,
    pub(crate) bytes: Bytes,
    pub(crate) name: Option<String>,
    pub(crate) mime: String,
    /// The declared size, which may be wrong.
    pub(crate) size: i64,
    pub(crate) number: i64,
    pub(crate) is_lost: bool,
    pub(crate) is_swollen: bool,
}

impl Stored {
    /// The path below `/file/bot{token}/`.
    pub(crate) fn path(&self) -> String {
        let (_, _, folder, usual, _) = self.kind.row();
        let named = self.name.as_deref().and_then(|name| name.rsplit_once('.')).map(|(_, ending)| ending);
        let ending = match self.kind {
            FileKind::Document | FileKind::Audio | FileKind::Sticker => named.unwrap_or(usual),
            _ => usual,
        };
        let ending: String = ending.chars().filter(char::is_ascii_alphanumeric).take(8).collect();
        format!("{folder}/file_{}.{ending}", self.number)
    }

    /// Its id for a bot.
    pub(crate) fn file_id(&self, bot: i64) -> String {
        format!("{}AgIAAxk{bot}_{}", self.kind.row().1, self.unique)
    }
}

/// All files.
#[derive(Debug, Default)]
pub(crate) struct Files {
    stored: BTreeMap<String, Stored>,
    /// Ids that were not created here: their bot, and the file.
    foreign: BTreeMap<String, (i64, String)>,
    /// Uploads from a phone waiting to be sent, by id.
    pub(crate) uploads: BTreeMap<String, (String, String, Bytes)>,
    /// When a bot's path expires, in milliseconds.
    pub(crate) open: BTreeMap<(i64, String), i64>,
    numbers: i64,
}

impl Files {
    /// Stores a file and returns its unique id.
    pub(crate) fn keep(&mut self, kind: FileKind, bytes: Bytes, name: Option<String>, mime: Option<String>) -> String {
        self.numbers += 1;
        let unique = format!("AQAD{:08x}", self.numbers);
        let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        let mime = mime.filter(|mime| !mime.is_empty()).unwrap_or_else(|| kind.row().4.to_owned());
        let stored = Stored {
            unique: unique.clone(),
            kind,
            bytes,
            name,
            mime,
            size,
            number: self.numbers,
            is_lost: false,
            is_swollen: false,
        };
        self.stored.insert(unique.clone(), stored);
        unique
    }

    pub(crate) fn get(&self, unique: &str) -> Option<&Stored> {
        self.stored.get(unique)
    }

    pub(crate) fn get_mut(&mut self, unique: &str) -> Option<&mut Stored> {
        self.stored.get_mut(unique)
    }

    /// The file of a path.
    pub(crate) fn by_path(&self, path: &str) -> Option<&Stored> {
        self.stored.values().find(|one| one.path() == path)
    }

    /// Registers a foreign file id for a bot. A second kind for the same file is ignored.
    pub(crate) fn adopt(&mut self, bot: i64, file_id: &str, kind: FileKind, bytes: Bytes) {
        if self.foreign.contains_key(file_id) {
            return;
        }
        let unique = self.keep(kind, bytes, None, None);
        self.foreign.insert(file_id.to_owned(), (bot, unique));
    }

    /// The bot and the unique id of a file id; `None` if unknown.
    pub(crate) fn parse(&self, file_id: &str) -> Option<(i64, String)> {
        if let Some(known) = self.foreign.get(file_id) {
            return Some(known.clone());
        }
        let (bot, unique) = file_id.split_once("AgIAAxk")?.1.split_once('_')?;
        self.stored.get(unique).map(|one| Some((bot.parse().ok()?, one.unique.clone())))?
    }
}
