//! What happens around messages: edits, statuses of managers' messages, typing and reactions.

use amocrm::chats::{
    ConversationRef, DeliveryStatus, EditContent, EditMessage, EditTarget, FailureCode as CrmCode, MessageRef,
    Reaction as CrmReaction, ReactionUser, Typing as CrmTyping,
};
use base::i18n::Words;
use base::message::{Direction, Edited, Failure, FailureCode, Reaction, Role, State, StatusReport, Typing};
use base::verdict::{Report, Taken, Verdict};
use queue::Claim;

use super::content::{Fitted, fit, media_kind};
use super::judge::{bury, judge, judge_about};
use super::{CrmTarget, ours};
use crate::delivery::letters::{LetterContext, crm_ids};
use crate::tenant;

/// Sends an edit. None if amoCRM never got the message; if that is sent again, it is sent in its new form.
pub(super) async fn edit(
    line: &CrmTarget<'_>,
    claim: &Claim,
    context: &LetterContext,
) -> anyhow::Result<Option<Report>> {
    let edited: Edited = serde_json::from_str(&claim.letter.payload)?;
    let message = context.message()?;
    let Some(source) = context.source.as_ref() else { return Ok(None) };
    if message.message.state == State::Failed.number() || context.conversation.external_id.is_empty() {
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
        _ => match fit(line, context, &edited.content).await? {
            Fitted::Content(content) => EditContent::Whole(content),
            Fitted::Later(after) => {
                let wait = Verdict::Wait { after: Some(after) };
                return Ok(Some(Report::not_done(wait, "its file is being fetched")));
            }
        },
    };
    let edit = EditMessage {
        target: EditTarget::Ours(ours(source.id, "message", &message.message.external_id)),
        conversation_id: crm_ids(&context.conversation, source.id).conversation(),
        at_milliseconds: edited.at,
        content,
        delivery_status: None,
    };
    let done = line.chats.edit_message(&line.channel.secret, &line.scope_id, &edit).await;
    Ok(Some(match done {
        Ok(Some(taken)) => Report::done(taken.status, Taken::default()).with_answer(taken.status, &taken.text),
        Ok(None) => Report::done(200, Taken::default()),
        Err(error) => judge_about(claim.letter.attempts, &error),
    }))
}

/// Sends a status; none if amoCRM already has a higher one, and no failure of a message that was delivered after all.
pub(super) async fn report_status(
    line: &CrmTarget<'_>,
    claim: &Claim,
    context: &LetterContext,
) -> anyhow::Result<Option<Report>> {
    let report: StatusReport = serde_json::from_str(&claim.letter.payload)?;
    let message = &context.message()?.message;
    let reported = State::from_number(message.reported)?;
    let arrived = |state| matches!(state, State::Delivered | State::Read);
    let overcome = arrived(reported) || arrived(State::from_number(message.state)?);
    let lower = reported >= report.state || (report.state == State::Failed && overcome);
    let status = match report.state {
        State::Delivered => DeliveryStatus::Delivered,
        State::Read => DeliveryStatus::Read,
        State::Failed => failed(report.failure, tenant::words(&line.app.integrations, &context.tenant)),
        State::Queued | State::Sent | State::Shadow => return Ok(None),
    };
    if lower && !line.app.faults.errs("defect.lower_a_status") {
        return Ok(None);
    }
    // A template that a program sent has no counterpart of its own at amoCRM.
    if message.amocrm_message_id.is_empty() && context.message()?.body.sender.role == Role::Bot {
        return Ok(None);
    }
    if message.amocrm_message_id.is_empty() {
        return Ok(Some(bury(FailureCode::Internal, "the message has no id at amoCRM")));
    }
    let done =
        line.chats.delivery_status(&line.channel.secret, &line.scope_id, &message.amocrm_message_id, &status).await;
    Ok(Some(match done {
        Ok(()) => Report::done(200, Taken::default()),
        Err(error) => judge_about(claim.letter.attempts, &error),
    }))
}

fn failed(failure: Option<Failure>, words: Words) -> DeliveryStatus {
    let failure = failure.unwrap_or(Failure { code: FailureCode::Other, text: String::new() });
    let code = match failure.code.amocrm_code() {
        901 => CrmCode::ConversationDeleted,
        902 => CrmCode::IntegrationOff,
        903 => CrmCode::Internal,
        904 => CrmCode::ConversationImpossible,
        _ => CrmCode::Other,
    };
    DeliveryStatus::Failed { code, text: failure.text_in(words) }
}

/// Shows that the customer is typing; none if it is too late.
pub(super) async fn typing(
    line: &CrmTarget<'_>,
    claim: &Claim,
    context: &LetterContext,
) -> anyhow::Result<Option<Report>> {
    let typing: Typing = serde_json::from_str(&claim.letter.payload)?;
    let Some(source) = context.source.as_ref() else { return Ok(None) };
    let left = u32::try_from(typing.until - line.app.clock.millis()).unwrap_or(0);
    if left == 0 || is_unknown(context) {
        return Ok(None);
    }
    let ids = crm_ids(&context.conversation, source.id);
    let typing = CrmTyping {
        conversation_id: ids.conversation(),
        sender_id: ids.person(&typing.sender.id),
        duration_milliseconds: Some(left),
    };
    let done = line.chats.typing(&line.channel.secret, &line.scope_id, &typing).await;
    Ok(Some(match done {
        Ok(()) => Report::done(204, Taken::default()),
        Err(error) => judge(claim.letter.attempts, &error),
    }))
}

/// Sets or clears a reaction; it waits for its message. None if amoCRM never got the message.
pub(super) async fn reaction(
    line: &CrmTarget<'_>,
    claim: &Claim,
    context: &LetterContext,
) -> anyhow::Result<Option<Report>> {
    let reaction: Reaction = serde_json::from_str(&claim.letter.payload)?;
    let message = &context.message()?.message;
    let Some(source) = context.source.as_ref() else { return Ok(None) };
    if is_unknown(context) {
        return Ok(None);
    }
    if message.amocrm_message_id.is_empty() {
        let lost = message.direction != Direction::ToCrm.number() || message.state == State::Failed.number();
        let wait = || Report::not_done(Verdict::Wait { after: None }, "the message has not gone to amoCRM yet");
        return Ok((!lost).then(wait));
    }
    let ids = crm_ids(&context.conversation, source.id);
    let reaction = CrmReaction {
        conversation: ConversationRef::Ours(ids.conversation()),
        message: MessageRef::Amojo(message.amocrm_message_id.clone()),
        user: ReactionUser::Client(ids.person(&reaction.sender.id)),
        emoji: reaction.emoji,
    };
    let done = line.chats.react(&line.channel.secret, &line.scope_id, &reaction).await;
    Ok(Some(match done {
        Ok(()) => Report::done(200, Taken::default()),
        Err(error) => judge_about(claim.letter.attempts, &error),
    }))
}

/// Whether amoCRM does not know the customer and chat by our ids: the customer has no id, or a manager wrote first
/// and has no answer yet.
fn is_unknown(context: &LetterContext) -> bool {
    context.conversation.external_id.is_empty() || context.conversation.crm_unbound
}
