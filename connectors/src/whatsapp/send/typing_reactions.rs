//! Typing, reactions and read marks (whatsapp §6, §8).

use std::time::Duration;

use base::cache::Cache;
use base::rate_limit::{Budget, RateLimiter};
use base::verdict::{Report, Taken};
use serde_json::{Value, json};

use super::SendContext;
use super::judge::judge;
use crate::{LastIncoming, MessageIds};

/// Typing is shown for 25 seconds, so more frequent calls would change nothing.
const TYPING: Budget = Budget { at_once: 1, each: 20_000 };
/// Meta accepts read marks for messages of the last 30 days; typing is only useful within a day.
const WINDOW: i64 = 24 * 3600;
/// Maximum number of remembered messages and people.
const MOST: u64 = 50_000;
const KEPT: Duration = Duration::from_secs(24 * 3600);

/// What customers already see.
pub(super) struct ReadMarks {
    /// Messages that were marked as read, by number and id.
    marked: Cache<(String, String), ()>,
    typing: RateLimiter<(String, String)>,
}

impl Default for ReadMarks {
    fn default() -> Self {
        Self { marked: Cache::builder().max_capacity(MOST).time_to_live(KEPT).build(), typing: RateLimiter::new(MOST) }
    }
}

/// Shows typing. This marks the customer's messages as read, so it is sent only if that is enabled.
pub(super) async fn typing(line: &SendContext<'_>) -> Report {
    let nothing = Report::done(0, Taken::default());
    let Some(last) = last(line) else { return nothing };
    let now = line.outgoing.now;
    let pair = (line.number.phone_number_id.to_owned(), line.address.id().to_owned());
    let recent = now.timestamp() - last.at.timestamp() < WINDOW;
    if !recent || line.memory.marks.typing.take(pair, TYPING, now.timestamp_millis()).await.is_err() {
        return nothing;
    }
    let mut body = read(last);
    body["typing_indicator"] = json!({ "type": "text" });
    match line.post(&body).await {
        Ok(_) => Report::done(200, Taken::default()),
        Err(failed) => judge(line, &failed).await.report,
    }
}

/// Marks the customer's messages as read when they are answered. The result is ignored.
pub(super) async fn mark_read(line: &SendContext<'_>) {
    let Some(last) = last(line) else { return };
    let key = (line.number.phone_number_id.to_owned(), last.external_id.clone());
    if line.memory.marks.marked.contains_key(&key) {
        return;
    }
    match line.post(&read(last)).await {
        Ok(_) => line.memory.marks.marked.insert(key, ()).await,
        Err(failed) => tracing::debug!(
            code = failed.refused().map(|refused| refused.code),
            "a message could not be marked as read"
        ),
    }
}

/// The customer's last message, if it may be marked and Meta knows it.
fn last<'a>(line: &SendContext<'a>) -> Option<&'a LastIncoming> {
    let last = line.outgoing.last_incoming.as_ref()?;
    (line.options.mark_read && last.external_id.starts_with("wamid.")).then_some(last)
}

fn read(last: &LastIncoming) -> Value {
    // Meta knows several contact cards as one message.
    let id = last.external_id.split('#').next().unwrap_or_default();
    json!({ "messaging_product": "whatsapp", "status": "read", "message_id": id })
}

/// Sets or removes the business's single reaction to a message.
pub(super) async fn reaction(line: &SendContext<'_>, message: &MessageIds, emoji: Option<&str>) -> Report {
    let known =
        message.external_id.as_deref().and_then(|id| id.split('#').next()).filter(|id| id.starts_with("wamid."));
    let Some(message_id) = known else { return Report::done(0, Taken::default()) };
    let mut body = line.envelope();
    body.insert("type".to_owned(), json!("reaction"));
    body.insert("reaction".to_owned(), json!({ "message_id": message_id, "emoji": emoji.unwrap_or_default() }));
    match line.post(&Value::Object(body)).await {
        Ok(_) => Report::done(200, Taken::default()),
        Err(failed) => judge(line, &failed).await.report,
    }
}
