//! Remembers which of the customers' messages were marked as read, so that each is marked only once.

use std::time::Duration;

use base::cache::Cache;

/// Time limit for marking: nothing depends on its result.
pub(crate) const WITHIN: Duration = Duration::from_secs(2);
/// How many conversations are remembered, and for how long.
const CONVERSATIONS: u64 = 50_000;
const KEPT: Duration = Duration::from_secs(24 * 3600);

/// The last marked message of each conversation, by line and conversation. Per process.
pub(crate) struct ReadMarks(Cache<(String, String), String>);

impl Default for ReadMarks {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(CONVERSATIONS).time_to_live(KEPT).build())
    }
}

impl ReadMarks {
    /// Whether the customer's last message has not been marked yet; remembers it as marked.
    pub async fn is_news(&self, (line, conversation): (&str, &str), last: &str) -> bool {
        let place = (line.to_owned(), conversation.to_owned());
        if self.0.get(&place).await.as_deref() == Some(last) {
            return false;
        }
        self.0.insert(place, last.to_owned()).await;
        true
    }
}
