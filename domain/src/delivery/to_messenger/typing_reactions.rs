//! Typing and reactions of managers.

use std::time::Duration;

use base::message::{Direction, Reaction, State, Typing};
use base::verdict::Report;
use chrono::DateTime;
use connectors::storable::known;
use connectors::{AfterUnknown, Event, MessageIds, Support};
use entity::message;
use queue::Claim;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::message::named;
use super::{MessengerTarget, NextRequest, later};
use crate::delivery::dialogue::goes_to;
use crate::delivery::letter_context::LetterContext;
use crate::platform::TypingSignal;

/// Shows that the manager is typing: one attempt while it is current, whose outcome is ignored.
pub(super) async fn typing(line: &MessengerTarget<'_>, claim: &Claim, parts: &LetterContext) -> anyhow::Result<()> {
    let typing: Typing = serde_json::from_str(&claim.letter.payload)?;
    let left = u64::try_from(typing.until - line.app.clock.millis()).unwrap_or(0);
    let known = line.connector.abilities().features.typing == Support::Native;
    if left == 0 || !known || claim.letter.unknown || parts.conversation.external_id.is_empty() {
        return Ok(());
    }
    let sender = named(line, &typing.sender).await;
    // An error only means that no page is listening.
    let _ = line.app.typing.send(TypingSignal {
        conversation_id: parts.conversation.id,
        name: sender.name.clone(),
        until: typing.until,
    });
    let until = DateTime::from_timestamp_millis(typing.until).unwrap_or_default();
    let dialogue = goes_to(&parts.conversation);
    let sent = line.send(claim, dialogue, Event::Typing { sender, until }, NextRequest::default());
    let _ = tokio::time::timeout(Duration::from_millis(left), sent).await;
    Ok(())
}

/// Sets or clears a reaction; it waits for its message. None if the messenger never got the message or has no
/// reactions.
pub(super) async fn reaction(
    line: &MessengerTarget<'_>,
    claim: &Claim,
    parts: &LetterContext,
) -> anyhow::Result<Option<Report>> {
    let reaction: Reaction = serde_json::from_str(&claim.letter.payload)?;
    let message = &parts.message()?.message;
    let abilities = line.connector.abilities();
    if abilities.features.reactions != Support::Native || parts.conversation.external_id.is_empty() {
        return Ok(None);
    }
    if message.direction == Direction::ToMessenger.number() {
        if message.state == State::Failed.number() {
            return Ok(None);
        }
        if message.state == State::Queued.number() {
            return Ok(Some(later(None, "the message has not gone to the messenger yet")));
        }
    }
    note(line, message, reaction.emoji.as_deref()).await?;
    let named = MessageIds { id: message.id, external_id: known(message.external_id.clone()) };
    let event = Event::Reaction { message: named, sender: reaction.sender, emoji: reaction.emoji };
    let repeat = claim.letter.unknown && abilities.after_unknown == AfterUnknown::RepeatMarked;
    Ok(Some(line.send(claim, goes_to(&parts.conversation), event, NextRequest { begun: String::new(), repeat }).await))
}

/// Stored for pages that show the message later: a conversation's reactions are sent in order, so the last one
/// remains.
async fn note(line: &MessengerTarget<'_>, message: &message::Model, emoji: Option<&str>) -> anyhow::Result<()> {
    message::Entity::update_many()
        .col_expr(message::Column::ManagerReaction, Expr::value(emoji.unwrap_or_default()))
        .col_expr(message::Column::ReactedAt, Expr::value(line.app.clock.millis()))
        .filter(message::Column::TenantId.eq(message.tenant_id))
        .filter(message::Column::Id.eq(message.id))
        .exec(line.app.store.write())
        .await?;
    Ok(())
}
