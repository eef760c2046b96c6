//! A conversation that the manager begins (chats-api §5.4): whether the messenger can be asked to open it.

use entity::message;
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter};

use super::{Line, bury_with, later};
use crate::connector::Support;
use crate::delivery::parts::Parts;
use crate::delivery::queue::Claim;
use crate::message::{Direction, FailureCode, State};
use crate::verdict::Report;

/// So often a later message waits for the ids that the messenger may tell with a status: seconds in all. Then the messenger
/// is asked by the phone once more; nothing waits for the customer's answer.
const LOOKS: i32 = 3;

/// What stands in the way; none: the conversation has its dialogue, or can be begun now.
pub(super) async fn hindered(line: &Line<'_>, claim: &Claim, parts: &Parts) -> anyhow::Result<Option<Report>> {
    if !parts.conversation.external_id.is_empty() {
        return Ok(None);
    }
    let agreed =
        line.app.config.channel(&line.source.channel_id.to_string()).is_none_or(|(_, channel)| channel.write_first);
    if !agreed || line.connector.abilities().features.write_first == Support::Refused {
        let failure = line.connector.not_begun(line.words);
        return Ok(Some(bury_with(failure.code, failure.text, "writing first is not possible here")));
    }
    if parts.contact.phone.as_deref().unwrap_or_default().is_empty() {
        let words = line.words.say("failure-no-phone").to_string();
        return Ok(Some(bury_with(FailureCode::RecipientUnreachable, words, "amoCRM named no phone number")));
    }
    let waits = claim.letter.attempts < LOOKS && !claim.letter.unknown && was_asked(line, parts).await?;
    Ok(waits.then(|| later(None, "the messenger has not named the chat yet")))
}

/// Whether the messenger took an earlier message of this conversation, and named nothing.
async fn was_asked(line: &Line<'_>, parts: &Parts) -> anyhow::Result<bool> {
    let taken = [State::Sent, State::Delivered, State::Read].map(State::number);
    let earlier = message::Entity::of_tenant(line.source.tenant_id)
        .filter(message::Column::ConversationId.eq(parts.conversation.id))
        .filter(message::Column::Direction.eq(Direction::ToMessenger.number()))
        .filter(message::Column::State.is_in(taken));
    Ok(earlier.count(line.app.store.read()).await? > 0)
}
