//! Files already uploaded to MAX: the token of each upload, so that a file that is still being processed, or is sent to
//! many people, is uploaded once (max §7). Cached in this process; a file that was evicted is uploaded again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use base::cache::Cache;

use super::file::UploadType;

/// Maximum number of cached files, and how long after the last use.
const FILES: u64 = 10_000;
const DAYS: Duration = Duration::from_secs(7 * 24 * 3600);
/// The longest wait, in seconds, for a file that is being processed.
const LONGEST: u32 = 64;

/// A file uploaded by one bot.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct UploadKey {
    /// A digest of the bot's token: no document allows another bot to use the file's token.
    pub bot: [u8; 32],
    pub kind: UploadType,
    /// The identifier of its bytes.
    pub content: String,
    pub name: String,
}

/// An uploaded file.
#[derive(Debug)]
pub(super) struct Uploaded {
    pub token: String,
    /// How often a message with it was refused because it was not ready.
    refused: AtomicU32,
}

impl Uploaded {
    pub fn new(token: String) -> Self {
        Self { token, refused: AtomicU32::new(0) }
    }

    /// How long to wait for it: 1, 2, 4 … seconds.
    pub fn wait(&self) -> Duration {
        let times = self.refused.fetch_add(1, Ordering::Relaxed);
        Duration::from_secs(u64::from(1_u32.checked_shl(times).unwrap_or(LONGEST).clamp(1, LONGEST)))
    }
}

/// The cached files.
pub(super) struct UploadedFiles(Cache<UploadKey, Arc<Uploaded>>);

impl Default for UploadedFiles {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(FILES).time_to_idle(DAYS).build())
    }
}

impl UploadedFiles {
    pub(super) async fn find(&self, key: &UploadKey) -> Option<Arc<Uploaded>> {
        self.0.get(key).await
    }

    pub(super) async fn keep(&self, key: UploadKey, file: Arc<Uploaded>) {
        self.0.insert(key, file).await;
    }

    pub(super) async fn forget(&self, key: &UploadKey) {
        self.0.invalidate(key).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_waited_for_longer_each_time() {
        let file = Uploaded::new("t".to_owned());
        let waits: Vec<u64> = (0..8).map(|_| file.wait().as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 64]);
    }
}
