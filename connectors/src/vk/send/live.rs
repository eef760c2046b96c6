//! Edits, typing and reactions.

use base::message::Content;
use base::verdict::{Report, Taken, Verdict};
use serde::de::IgnoredAny;
use serde_json::Value;

use super::SendContext;
use super::judge::judge;
use crate::error_catalog::VK;
use crate::vk::abilities::TEXT;
use crate::vk::api::{ApiError, Params};
use crate::vk::ids::{MessageId, Number, PostId};
use crate::vk::setup::explain;
use crate::vk::{keyboard, reactions};
use crate::{Message, MessageIds, read_marks};

/// Edits a text. Editing a message with a file would remove the file, so it is refused.
pub(super) async fn edit(line: &SendContext<'_>, message: &Message) -> Report {
    let found = message.external_id.as_deref().and_then(MessageId::parse).filter(|found| found.peer == line.peer);
    let (Some(found), Content::Text { text }) = (found, &message.content) else {
        let failure = VK.failure("920", line.outgoing.words);
        return Report::not_done(Verdict::Bury(failure), "this message cannot be changed");
    };
    if !TEXT.holds(text) {
        let failure = VK.failure("914", line.outgoing.words);
        return Report::not_done(Verdict::Bury(failure), "the new text is too long");
    }
    let buttons = message.markup.as_ref().and_then(|markup| keyboard::inline(message.id, markup));
    let mut parameters = line.to_peer();
    parameters.extend([
        match found.number {
            Number::Id(id) => ("message_id", Some(id.to_string())),
            Number::Cmid(cmid) => ("cmid", Some(cmid.to_string())),
        },
        ("message", Some(text.clone())),
        ("keep_forward_messages", Some("1".to_owned())),
        ("keep_snippets", Some("1".to_owned())),
        ("keyboard", buttons.map(|buttons| buttons.to_string())),
    ]);
    call(line, "messages.edit", parameters).await
}

/// Shows typing for ten seconds.
pub(super) async fn typing(line: &SendContext<'_>) -> Report {
    let mut parameters = line.to_peer();
    parameters.push(("type", Some("typing".to_owned())));
    call(line, "messages.setActivity", parameters).await
}

/// Marks the dialogue as read after a manager's answer. The result is ignored.
pub(super) async fn mark_read(line: &SendContext<'_>) {
    let Some(last) = &line.outgoing.last_incoming else { return };
    let peer = line.peer.to_string();
    if PostId::of_comment(&last.external_id).is_some()
        || !line.seen.marks.is_news((&line.community.id.to_string(), &peer), &last.external_id).await
    {
        return;
    }
    let mut parameters = line.to_peer();
    parameters.push(("mark_conversation_as_read", Some("1".to_owned())));
    let done: Result<IgnoredAny, ApiError> =
        line.api.call_within(read_marks::WITHIN, line.community.token, "messages.markAsRead", parameters).await;
    if let Err(failed) = done {
        tracing::debug!(reason = %explain(&failed), "a dialogue at VK could not be marked as read");
    }
}

/// Sets or removes the community's single reaction to a message. Unsupported emoji are skipped, as are reactions to
/// comments.
pub(super) async fn reaction(line: &SendContext<'_>, message: &MessageIds, emoji: Option<&str>) -> Report {
    let skipped = || Report::done(0, Taken::default());
    let number = emoji.map(reactions::number);
    let found = message.external_id.as_deref().and_then(MessageId::parse).filter(|found| found.peer == line.peer);
    let (Some(found), false) = (found, number == Some(None)) else { return skipped() };
    let Some(cmid) = line.seen.cmid_of(line.api, line.community, found).await else { return skipped() };
    let mut parameters: Params = vec![("peer_id", Some(line.peer.to_string())), ("cmid", Some(cmid.to_string()))];
    match number.flatten() {
        Some(number) => {
            parameters.push(("reaction_id", Some(number.to_string())));
            call(line, "messages.sendReaction", parameters).await
        }
        None => call(line, "messages.deleteReaction", parameters).await,
    }
}

async fn call(line: &SendContext<'_>, method: &str, parameters: Params) -> Report {
    let done: Result<Value, ApiError> = line.api.call(line.community.token, method, parameters).await;
    match done {
        Ok(_) => Report::done(200, Taken::default()),
        Err(failed) => judge(line, &failed).report,
    }
}
