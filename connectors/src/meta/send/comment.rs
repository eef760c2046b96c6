//! Public answers to comments (instagram-and-facebook §11).

use base::message::State;
use base::verdict::{Report, Taken};
use serde_json::{Value, json};

use super::SendContext;
use super::judge::judge;
use crate::Message;
use crate::fit::lines;
use crate::meta::receive::COMMENT;

/// Answers the quoted comment, otherwise the customer's last message if it was a comment, otherwise the post.
pub(super) async fn send(context: &SendContext<'_>, message: &Message) -> Report {
    let quoted = message.reply_to.as_ref().and_then(|quote| quote.external_id.as_deref());
    let comment = quoted.and_then(|id| id.strip_prefix(COMMENT)).or_else(|| context.last_comment());
    let post = message.post.as_ref().map(|post| post.id.as_str()).unwrap_or_default();
    let path = match comment {
        Some(comment) => format!("{comment}/{}", context.meta.platform.replies),
        None => format!("{post}/comments"),
    };
    // A comment consists of text (chats-api §4.6).
    let body = json!({ "message": lines::content(context.outgoing.words, &message.content) });
    match context.meta.graph.post(context.account.token, &path, &body).await {
        Ok(answer) => {
            let id = answer.get("id").and_then(Value::as_str).map(|id| format!("{COMMENT}{id}"));
            // There are no read receipts for comments: a posted one is public at once.
            let taken = Taken { external_id: id, state: Some(State::Delivered), ..Taken::default() };
            Report::done(200, taken)
        }
        Err(failed) => judge(context, &failed).report,
    }
}
