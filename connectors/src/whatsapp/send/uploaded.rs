//! Files already uploaded to Meta: the id of the first upload, so that the same file need not be uploaded again
//! (whatsapp §10). Cached in this process; a file that was evicted is uploaded again.

use std::sync::Arc;
use std::time::Duration;

use base::cache::Cache;

/// Maximum number of cached files.
const FILES: u64 = 10_000;
/// Meta keeps an upload for 30 days; a message may wait for up to a day.
const KEPT: Duration = Duration::from_secs(29 * 24 * 3600);

/// A file uploaded by one number: the id belongs to the number and includes the type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct UploadKey {
    phone_number_id: String,
    content: String,
    mime_type: String,
}

/// An upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UploadedFile {
    pub id: Arc<str>,
    /// Whether it is Opus in Ogg.
    pub is_opus: bool,
}

/// The cached files.
pub(super) struct UploadedFiles(Cache<UploadKey, UploadedFile>);

impl Default for UploadedFiles {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(FILES).time_to_live(KEPT).build())
    }
}

impl UploadKey {
    /// `content`: the identifier of its bytes.
    pub fn new(phone_number_id: &str, content: String, mime_type: &str) -> Self {
        Self { phone_number_id: phone_number_id.to_owned(), content, mime_type: mime_type.to_owned() }
    }
}

impl UploadedFiles {
    pub async fn find(&self, key: &UploadKey) -> Option<UploadedFile> {
        self.0.get(key).await
    }

    pub async fn keep(&self, key: UploadKey, file: UploadedFile) {
        self.0.insert(key, file).await;
    }

    pub async fn forget(&self, key: &UploadKey) {
        self.0.invalidate(key).await;
    }
}
