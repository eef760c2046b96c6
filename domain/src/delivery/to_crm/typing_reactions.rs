//! Typing and reactions of the customer.

use amocrm::chats::{ConversationRef, MessageRef, Reaction as CrmReaction, ReactionUser, Typing as CrmTyping};
use base::message::{Direction, Reaction, State, Typing};
use base::verdict::{Report, Taken};
use queue::Claim;

use super::CrmTarget;
use super::judge::{judge, judge_about, retry};
use crate::delivery::dialogue::crm_ids;
use crate::delivery::letter_context::LetterContext;

/// Shows that the customer is typing; none if it is too late.
pub(super) async fn typing(
    line: &CrmTarget<'_>,
    claim: &Claim,
    parts: &LetterContext,
) -> anyhow::Result<Option<Report>> {
    let typing: Typing = serde_json::from_str(&claim.letter.payload)?;
    let Some(source) = parts.source.as_ref() else { return Ok(None) };
    let left = u32::try_from(typing.until - line.app.clock.millis()).unwrap_or(0);
    if left == 0 || is_unknown(parts) {
        return Ok(None);
    }
    let ids = crm_ids(&parts.conversation, source.id);
    let typing = CrmTyping {
        conversation_id: ids.conversation(),
        sender_id: ids.person(&typing.sender.id),
        duration_milliseconds: Some(left),
    };
    let done = line.chats.typing(&line.secret, &line.scope_id, &typing).await;
    Ok(Some(match done {
        Ok(()) => Report::done(204, Taken::default()),
        Err(error) => judge(claim, &error),
    }))
}

/// Sets or clears a reaction; it waits for its message. None if amoCRM never got the message.
pub(super) async fn reaction(
    line: &CrmTarget<'_>,
    claim: &Claim,
    parts: &LetterContext,
) -> anyhow::Result<Option<Report>> {
    let reaction: Reaction = serde_json::from_str(&claim.letter.payload)?;
    let message = &parts.message()?.message;
    let Some(source) = parts.source.as_ref() else { return Ok(None) };
    if is_unknown(parts) {
        return Ok(None);
    }
    if message.amocrm_message_id.is_empty() {
        let lost = message.direction != Direction::ToCrm.number() || message.state == State::Failed.number();
        return Ok((!lost).then(|| retry(None, false, "the message has not gone to amoCRM yet")));
    }
    let ids = crm_ids(&parts.conversation, source.id);
    let reaction = CrmReaction {
        conversation: ConversationRef::Ours(ids.conversation()),
        message: MessageRef::Amojo(message.amocrm_message_id.clone()),
        user: ReactionUser::Client(ids.person(&reaction.sender.id)),
        emoji: reaction.emoji,
    };
    let done = line.chats.react(&line.secret, &line.scope_id, &reaction).await;
    Ok(Some(match done {
        Ok(()) => Report::done(200, Taken::default()),
        Err(error) => judge_about(claim, &error),
    }))
}

/// Whether amoCRM does not know the customer and chat by our ids: the customer has no id, or a manager wrote first
/// and has no answer yet.
fn is_unknown(parts: &LetterContext) -> bool {
    parts.conversation.external_id.is_empty() || parts.conversation.crm_unbound
}
