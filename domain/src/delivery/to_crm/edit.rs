//! An edit of a customer's message.

use amocrm::chats::{EditContent, EditMessage, EditTarget};
use base::message::{Edited, State};
use base::verdict::{Report, Taken, Verdict};
use queue::Claim;

use super::content::{Fitted, fit, media_kind};
use super::judge::judge_about;
use super::{CrmTarget, ours};
use crate::delivery::dialogue::crm_ids;
use crate::delivery::letter_context::LetterContext;

/// Sends an edit. None if amoCRM never got the message; if that is sent again, it is sent in its new form.
pub(super) async fn attempt(
    line: &CrmTarget<'_>,
    claim: &Claim,
    parts: &LetterContext,
) -> anyhow::Result<Option<Report>> {
    let edited: Edited = serde_json::from_str(&claim.letter.payload)?;
    let message = parts.message()?;
    let Some(source) = parts.source.as_ref() else { return Ok(None) };
    if message.message.state == State::Failed.number() || parts.conversation.external_id.is_empty() {
        return Ok(None);
    }
    let content = match (edited.content.media(), message.body.content.media()) {
        // An unchanged file is left as it is.
        (Some(new), Some(old))
            if edited.deleted || (new.media_id, &new.media_url) == (old.media_id, &old.media_url) =>
        {
            let caption = new.text.clone().unwrap_or_default();
            EditContent::Caption { kind: media_kind(&edited.content), caption }
        }
        _ => match fit(line, parts, &edited.content).await? {
            Fitted::Content(content) => EditContent::Whole(content),
            Fitted::Later(after) => {
                let wait = Verdict::Wait { after: Some(after) };
                return Ok(Some(Report::not_done(wait, "its file is being fetched")));
            }
        },
    };
    let edit = EditMessage {
        target: EditTarget::Ours(ours(source.id, "message", &message.message.external_id)),
        conversation_id: crm_ids(&parts.conversation, source.id).conversation(),
        at_milliseconds: edited.at,
        content,
        delivery_status: None,
    };
    let done = line.chats.edit_message(&line.secret, &line.scope_id, &edit).await;
    Ok(Some(match done {
        Ok(Some(taken)) => Report::done(taken.status, Taken::default()).with_answer(taken.status, &taken.text),
        Ok(None) => Report::done(200, Taken::default()),
        Err(error) => judge_about(claim, &error),
    }))
}
