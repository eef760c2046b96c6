//! Files of messages: fetched soon after the message was accepted, stored, and served by signed links that expire.
//!
//! ```text
//! accept  ─▶ row `wanted`, in the message's own commit           upload.rs, delivery::queue
//! worker  ─▶ claim ─▶ open (guarded) ─▶ keep (cap, quota, type by its bytes) ─▶ settle   fetch/
//! carry   ─▶ ensure ─▶ kept: a link · later: try again · gone: a placeholder             serve.rs
//! reader  ─▶ GET /media/{token}/{name}, whole or a range          serve.rs
//! ```
//!
//! A file's origin may contain a secret: it is encrypted in its row, read only by the fetch, and erased once the file
//! is stored. Types and sizes declared by senders are not trusted.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64};
use std::time::Duration;

use base::cache::Cache;
use base::config;
use base::http_client::HttpClients;
use base::message::{Content, stored_as_small_integer};
use base::worded::worded;
use tokio::sync::Notify;
use uuid::Uuid;

mod context;
mod fetch;
mod files;
mod name;
mod quota;
mod serve;
mod upload;
mod worker;

pub use context::MediaContext;
pub use fetch::fetch_all;
pub use files::{FileStore, of_messages, of_tenant};
pub use name::placeholder;
pub use quota::{kept_bytes, visitors_bytes};
pub use serve::{
    FileReadiness, LinkRecipient, ShownFile, StoredFile, avatar_link, crm_link, ensure, find, link, preview_link, read,
    routes, shown,
};
pub use upload::{
    FileOrigin, FileOwner, ReceivedFile, Upload, UploadedMedia, Uploader, avatar, avatar_id, check_url, enclose,
    uploaded, wanted,
};
pub use worker::{run, sweep};

worded! {
    /// The kind of a file; decides its size limit.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum MediaKind, word {
        Picture = "picture",
        Video = "video",
        File = "file",
        Voice = "voice",
        Audio = "audio",
        Sticker = "sticker",
        /// A person's avatar.
        Avatar = "avatar",
    }
}

stored_as_small_integer!(MediaKind { Picture = 1, Video = 2, File = 3, Voice = 4, Audio = 5, Sticker = 6, Avatar = 7 });

impl MediaKind {
    /// The kind of a message's file; none: this content has no file.
    pub fn of(content: &Content) -> Option<Self> {
        Self::named(content.kind())
    }

    /// The kind of a content's name on the wire.
    pub fn named(name: &str) -> Option<Self> {
        Self::parse(name).filter(|kind| *kind != Self::Avatar)
    }

    /// The size limit in bytes.
    pub fn limit(self, config: &config::MediaConfig) -> u64 {
        let megabytes = match self {
            Self::Picture | Self::Sticker => config.picture_mb,
            Self::Video => config.video_mb,
            Self::Voice | Self::Audio => config.audio_mb,
            Self::File => config.file_mb,
            Self::Avatar => config.avatar_mb,
        };
        u64::from(megabytes) * 1024 * 1024
    }
}

/// The state of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaState {
    /// To be fetched.
    Wanted,
    /// Stored.
    Kept,
    /// It could not be fetched; final.
    Gone,
    /// Not accepted: too large, a forbidden address, or no room.
    Refused,
    /// Not fetched: its public address is passed on.
    Passed,
}

stored_as_small_integer!(MediaState { Wanted = 0, Kept = 1, Gone = 2, Refused = 3, Passed = 4 });

/// A process's state for files. One in each `MediaContext`.
pub struct MediaService {
    files: FileStore,
    /// Bytes stored per account, as last counted.
    used: Cache<Uuid, Arc<AtomicI64>>,
    /// Those of them sent by visitors of web chats.
    visitors: Cache<Uuid, Arc<AtomicI64>>,
    /// Notified when a fetch has ended.
    settled: Notify,
    /// A worker of this process fetches due files.
    worker_runs: AtomicBool,
}

impl MediaService {
    /// Opens the store; the folder is created with the first file.
    pub fn open(config: &config::MediaConfig, http: &HttpClients) -> anyhow::Result<Self> {
        Ok(Self {
            files: FileStore::open(config, http)?,
            used: Cache::builder().max_capacity(10_000).time_to_live(Duration::from_secs(30)).build(),
            visitors: Cache::builder().max_capacity(10_000).time_to_live(Duration::from_secs(30)).build(),
            settled: Notify::new(),
            worker_runs: AtomicBool::new(false),
        })
    }

    /// Bytes of a file buffered in memory while it is stored.
    pub fn buffer(&self) -> usize {
        self.files.buffer
    }
}
