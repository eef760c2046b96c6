//! Creates a chat before its first message, and links it to its contact.

use amocrm::chats::{NewChat, SourceRef};
use base::message::FailureCode;
use base::verdict::{Report, Taken};
use queue::Claim;

use super::judge::{bury, judge};
use super::{CrmTarget, people};
use crate::contact;
use crate::delivery::dialogue::crm_ids;
use crate::delivery::letter_context::LetterContext;

/// Creating a known chat again answers the same one, so an unknown outcome is simply repeated.
pub(super) async fn attempt(line: &CrmTarget<'_>, claim: &Claim, parts: &LetterContext) -> anyhow::Result<Report> {
    let Some(source) = parts.source.as_deref().filter(|source| source.deleted_at.is_none()) else {
        return Ok(bury(FailureCode::SourceDisconnected, "the source was deleted"));
    };
    let known = &parts.conversation;
    if known.external_id.is_empty() {
        return Ok(bury(FailureCode::Internal, "the customer was erased"));
    }
    let new = NewChat {
        conversation_id: crm_ids(known, source.id).conversation(),
        source: Some(SourceRef { external_id: source.external_id.clone() }),
        user: people::customer(line, parts, source.id, &parts.contact).await,
    };
    let chat = match line.chats.create_chat(&line.secret, &line.scope_id, &new).await {
        Ok(chat) => chat,
        Err(error) => return Ok(judge(claim, &error)),
    };
    let linking = contact::is_given(known);
    // Linking is retried by itself, so the letter is done when amoCRM has the chat.
    if contact::is_wanted(source, known, linking) && contact::plan(&line.app.tenants, known, linking).await? {
        contact::before_first(&line.app.tenants, source, known, linking, &chat.id).await;
    }
    Ok(Report::done(200, Taken { amocrm_chat_id: Some(chat.id), ..Taken::default() }))
}
