//! Typing, and read marks.

use base::verdict::{Report, Taken};
use reqwest::Method;
use serde_json::json;

use super::SendContext;
use super::judge::judge;
use crate::max::api::{ApiError, Call};
use crate::max::ids::Place;
use crate::read_marks;

/// Shows typing for a few seconds. Not available for comments.
pub(super) async fn send(context: &SendContext<'_>) -> Report {
    let Place::Chat(chat) = context.place else { return Report::done(0, Taken::default()) };
    match act(context, chat, "typing_on").await {
        Ok(()) => Report::done(200, Taken::default()),
        Err(failed) => judge(context, &failed).report,
    }
}

/// Marks the customer's messages as seen after a manager's answer. The result is ignored.
pub(super) async fn mark_seen(context: &SendContext<'_>) {
    let (Place::Chat(chat), Some(last)) = (context.place, &context.outgoing.last_incoming) else { return };
    let place = (&*context.outgoing.source_id.to_string(), &*context.outgoing.conversation_id);
    if !context.marks.is_news(place, &last.external_id).await {
        return;
    }
    match tokio::time::timeout(read_marks::WITHIN, act(context, chat, "mark_seen")).await {
        Ok(Ok(())) => {}
        Ok(Err(failed)) => tracing::debug!(reason = ?failed, "a chat at MAX could not be marked as seen"),
        Err(_) => tracing::debug!("MAX did not mark a chat as seen in time"),
    }
}

async fn act(context: &SendContext<'_>, chat: i64, action: &str) -> Result<(), ApiError> {
    let (chat, body) = (chat.to_string(), json!({ "action": action }));
    let path = ["chats", chat.as_str(), "actions"];
    let call = Call { method: Method::POST, path: &path, query: &[], body: Some(&body) };
    context.api.done(context.token, call).await
}
