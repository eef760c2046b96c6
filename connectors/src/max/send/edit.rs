//! Edits of messages (max §6).

use base::message::Content;
use base::verdict::{Report, Taken, Verdict};
use reqwest::Method;
use serde_json::{Value, json};

use super::SendContext;
use super::judge::judge;
use crate::Message;
use crate::error_catalog::MAX;
use crate::max::api::Call;
use crate::max::{ids, keyboard};

/// Edits a text or the text next to a file. Files, locations and contacts stay as they are; a message without a known
/// id at MAX cannot be edited.
pub(super) async fn send(context: &SendContext<'_>, message: &Message) -> Report {
    let mid = message.external_id.as_deref().map(ids::mid).filter(|mid| mid.starts_with("mid."));
    let text = match &message.content {
        Content::Text { text } => Some(text.clone()),
        content => content.media().map(|media| media.text.clone().unwrap_or_default()),
    };
    let (Some(mid), Some(text)) = (mid, text) else {
        let failure = MAX.failure("m15", context.outgoing.words);
        return Report::not_done(Verdict::Bury(failure), "this message cannot be changed");
    };
    let mut body = json!({ "text": text });
    if let Content::Text { .. } = message.content {
        // Omitted attachments stay; a keyboard would replace a file.
        let keyboard = message.markup.as_ref().and_then(|markup| keyboard::attachment(message.id, markup));
        if let Some(keyboard) = keyboard {
            body["attachments"] = Value::Array(vec![keyboard]);
        }
    }
    let post = message.post.as_ref().map(|post| post.id.as_str());
    let (comments, id) = (["messages", post.unwrap_or_default(), "comments"], [("comment_id", mid)]);
    let (path, query): (&[&str], &[(&str, &str)]) = match post {
        Some(_) => (&comments, &id),
        None => (&["messages"], &[("message_id", mid)]),
    };
    let call = Call { method: Method::PUT, path, query, body: Some(&body) };
    match context.api.done(context.token, call).await {
        Ok(_) => Report::done(200, Taken::default()),
        Err(failed) => judge(context, &failed).report,
    }
}
