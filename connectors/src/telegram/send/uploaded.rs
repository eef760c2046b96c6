//! Files already uploaded to Telegram: the `file_id` of the first upload, so that the same file need not be uploaded
//! again (telegram §7). Cached in this process; a file that was evicted is uploaded again.

use std::sync::Arc;
use std::time::Duration;

use base::cache::Cache;
use base::message::Media;
use serde_json::{Map, Value};

use super::file::FileForm;
use crate::error_catalog::{Fix, RefusalClass, TELEGRAM};
use crate::telegram::api::ApiError;

/// Maximum number of cached files, and how long after the last use. A `file_id` itself does not expire.
const FILES: u64 = 10_000;
const DAYS: Duration = Duration::from_secs(30 * 24 * 3600);

/// A file sent by one bot: a `file_id` belongs to the bot and includes kind and name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct UploadKey {
    bot: i64,
    form: FileForm,
    content: String,
    name: String,
}

/// The cached files.
pub(super) struct UploadedFiles(Cache<UploadKey, Arc<str>>);

impl Default for UploadedFiles {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(FILES).time_to_idle(DAYS).build())
    }
}

impl UploadKey {
    /// `content`: the identifier of its bytes.
    pub fn new(bot: i64, form: FileForm, content: String, media: &Media) -> Self {
        Self { bot, form, content, name: media.file_name.clone() }
    }
}

impl UploadedFiles {
    pub async fn find(&self, key: &UploadKey) -> Option<Arc<str>> {
        self.0.get(key).await
    }

    /// Stores the `file_id` from Telegram's answer. `field`: its field in the message.
    pub async fn keep(&self, key: UploadKey, field: &str, message: &Map<String, Value>) {
        if let Some(id) = file_id(field, message) {
            self.0.insert(key, id.into()).await;
        }
    }

    pub async fn forget(&self, key: &UploadKey) {
        self.0.invalidate(key).await;
    }
}

/// Whether a refusal concerns the `file_id`, so that sending the bytes may work.
pub(super) fn is_unknown(failed: &ApiError) -> bool {
    let ApiError::Refused { code, description, .. } = failed else { return false };
    let row = TELEGRAM.find(*code, description);
    row.is_some_and(|row| row.class == RefusalClass::Resend(Fix::Bytes) || row.id == "t26")
}

/// For a photo, that of the largest size, which comes last.
fn file_id<'a>(field: &str, message: &'a Map<String, Value>) -> Option<&'a str> {
    let file = message.get(field)?;
    let file = file.as_array().map_or(Some(file), |sizes| sizes.last())?;
    file.get("file_id")?.as_str().filter(|id| !id.is_empty())
}
