//! Edits of messages.

use base::message::Content;
use base::verdict::{Report, Taken, Verdict};
use serde::de::IgnoredAny;
use serde_json::{Map, Value, json};

use super::SendContext;
use super::judge::judge;
use crate::Message;
use crate::error_catalog::TELEGRAM;
use crate::telegram::ids::message_of;
use crate::telegram::keyboard;

/// Edits a text or a caption. Files, locations and contacts stay as they are; a message without a known id at
/// Telegram cannot be edited.
pub(super) async fn send(line: &SendContext<'_>, message: &Message) -> Report {
    let Some((place, message_id)) = message.external_id.as_deref().and_then(message_of) else {
        return never(line);
    };
    let mut parameters = line.address(place, false);
    parameters.insert("message_id".to_owned(), json!(message_id));
    if let Some(keyboard) = message.markup.as_ref().and_then(|markup| keyboard::inline(message.id, markup)) {
        parameters.insert("reply_markup".to_owned(), keyboard);
    }
    let Some(method) = edit_method(&message.content, &mut parameters) else { return never(line) };
    match line.api.call::<IgnoredAny>(line.bot.token, method, &parameters).await {
        Ok(_) => Report::done(200, Taken::default()),
        Err(failed) => judge(line, &failed).report,
    }
}

/// The method that edits such content; none if it cannot be edited.
fn edit_method(content: &Content, parameters: &mut Map<String, Value>) -> Option<&'static str> {
    if let Content::Text { text } = content {
        parameters.insert("text".to_owned(), json!(text));
        return Some("editMessageText");
    }
    let media = content.media().filter(|_| !matches!(content, Content::Sticker(_)))?;
    parameters.insert("caption".to_owned(), json!(media.text.clone().unwrap_or_default()));
    Some("editMessageCaption")
}

fn never(line: &SendContext<'_>) -> Report {
    let failure = TELEGRAM.failure("t38", line.outgoing.words);
    Report::not_done(Verdict::Bury(failure), "this message cannot be changed")
}
