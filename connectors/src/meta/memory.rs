//! What a process caches, so that Meta is called less often.

use std::sync::Arc;
use std::time::Duration;

use base::cache::Cache;
use base::message::Post;
use uuid::Uuid;

use crate::read_marks::ReadMarks;
use crate::unanswered::UNANSWERED;

/// A person's profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Profile {
    pub name: Option<String>,
    pub username: Option<String>,
}

/// Profiles and posts by account and id, and messages that Parom itself sent on Instagram, whose echoes do not name the
/// app (instagram-and-facebook §5).
pub(super) struct Memory {
    pub profiles: Cache<(String, String), Arc<Profile>>,
    pub posts: Cache<(String, String), Arc<Post>>,
    /// Accounts for which Meta did not answer a question just now.
    pub silent: Cache<String, ()>,
    /// By account and `mid`.
    pub sent: Cache<(String, String), ()>,
    /// By account, person and text: the letter of a call without an answer yet, if the call sends the whole letter.
    pub sending: Cache<(String, String, String), Option<Uuid>>,
    /// Messages that were marked as seen.
    pub marks: ReadMarks,
}

const ENTRIES: u64 = 50_000;

impl Default for Memory {
    fn default() -> Self {
        let hours = |hours: u64| Duration::from_secs(hours * 3600);
        Self {
            profiles: cache(hours(24)),
            posts: cache(hours(1)),
            silent: cache(UNANSWERED),
            sent: cache(hours(1)),
            // A call ends within half a minute, and its echo is awaited for five minutes.
            sending: cache(Duration::from_secs(330)),
            marks: ReadMarks::default(),
        }
    }
}

fn cache<K, V>(life: Duration) -> Cache<K, V>
where
    K: std::hash::Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    Cache::builder().max_capacity(ENTRIES).time_to_live(life).build()
}
