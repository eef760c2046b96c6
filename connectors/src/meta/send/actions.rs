//! Typing, seen, reactions (instagram-and-facebook §12).

use base::verdict::{Report, Taken};
use serde_json::{Value, json};

use super::SendContext;
use super::judge::judge;
use crate::meta::graph::Edge;
use crate::meta::receive::COMMENT;
use crate::{MessageIds, read_marks};

/// Shows the customer's messages as seen and the account as typing.
pub(super) async fn typing(context: &SendContext<'_>) -> Report {
    let action = |name: &str| json!({ "recipient": context.person(), "sender_action": name });
    let seen = call(context, &action("mark_seen")).await;
    if seen.status == 200 { call(context, &action("typing_on")).await } else { seen }
}

/// Marks the customer's messages as seen after a manager's answer. The result is ignored.
pub(super) async fn mark_seen(context: &SendContext<'_>) {
    let Some(last) = context.outgoing.last_incoming.as_ref().filter(|last| !last.external_id.starts_with(COMMENT))
    else {
        return;
    };
    let place = (context.account.id, context.outgoing.conversation_id.as_str());
    if !context.meta.memory.marks.is_news(place, &last.external_id).await {
        return;
    }
    let body = json!({ "recipient": context.person(), "sender_action": "mark_seen" });
    let call = context.meta.graph.call_edge(&context.account, Edge::post("messages", &body));
    match tokio::time::timeout(read_marks::WITHIN, call).await {
        Ok(Ok(_)) => {}
        Ok(Err(failed)) => tracing::debug!(reason = ?failed, "a chat at Meta could not be marked as seen"),
        Err(_) => tracing::debug!("Meta did not mark a chat as seen in time"),
    }
}

/// Sets or removes the account's single reaction. Instagram supports hearts only, so other emoji are skipped; comments
/// have no reactions.
pub(super) async fn reaction(context: &SendContext<'_>, message: &MessageIds, emoji: Option<&str>) -> Report {
    let id = message.external_id.as_deref().filter(|id| !id.starts_with(COMMENT) && !id.starts_with("postback:"));
    let is_instagram = context.meta.platform.is_instagram();
    let is_heart = |emoji: &str| emoji.trim_end_matches('\u{fe0f}') == "❤";
    let is_possible = emoji.is_none_or(|emoji| !is_instagram || is_heart(emoji));
    let Some(id) = id.filter(|_| is_possible) else { return Report::done(0, Taken::default()) };
    // The reaction belongs to the whole message, not to one of its pieces.
    let mid = id.split('#').next().unwrap_or(id);
    let mut payload = json!({ "message_id": mid });
    if let Some(emoji) = emoji {
        payload["reaction"] = json!(if is_instagram { "love" } else { emoji });
    }
    let action = if emoji.is_some() { "react" } else { "unreact" };
    call(context, &json!({ "recipient": context.person(), "sender_action": action, "payload": payload })).await
}

async fn call(context: &SendContext<'_>, body: &Value) -> Report {
    match context.meta.graph.call_edge(&context.account, Edge::post("messages", body)).await {
        Ok(_) => Report::done(200, Taken::default()),
        Err(failed) => judge(context, &failed).report,
    }
}
