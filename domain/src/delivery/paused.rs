//! A person's pause holds both directions of a source. The way to the messenger has a turn of its own, which is held. That to
//! amoCRM shares its turn with the channel's other sources, so each lane is put off when its head becomes due.
//!
//! ```text
//! due ─▶ leased ─▶ the source is paused ─▶ put off, without an attempt ─▶ resumed: all lanes are due
//! ```
//!
//! Resuming stores it first and then looks for lanes; a lane is put off first and then looked at once more. So one of the two
//! sees the other (docs/decisions/0040-a-persons-pause.md).

use base::message::{Direction, LetterKind, State, StatusReport};
use chrono::TimeDelta;
use entity::source;
use queue::{Claim, Settled, Settlement, TurnEffect};
use sea_orm::{ColumnTrait, DbErr, QueryFilter};

use super::letter_context::LetterContext;
use crate::delivery::DeliveryContext;

/// A lane that is put off is looked at again after this time, up to twice as long: its head may have become too old, and a process
/// may have been killed before it looked once more.
const LOOK: TimeDelta = TimeDelta::minutes(30);

/// Whether the letter waits until a person resumes its source. Failures that Parom reports to managers do not: a message that was
/// held too long is one of them.
pub(super) fn holds(claim: &Claim, parts: &LetterContext) -> bool {
    claim.direction == Direction::ToCrm && parts.is_paused && !reports_failure(claim)
}

fn reports_failure(claim: &Claim) -> bool {
    claim.letter.kind == LetterKind::Status
        && serde_json::from_str::<StatusReport>(&claim.letter.payload).is_ok_and(|report| report.state == State::Failed)
}

/// Puts the lane off. Typing is not kept: it would say nothing later.
pub(super) fn put_off(claim: Claim) -> Settlement {
    if claim.letter.kind == LetterKind::Typing {
        return Settlement::plain(claim, Settled::Superseded);
    }
    let look = LOOK.num_milliseconds();
    let millis = look + rand::random_range(0..=look);
    let settled = Settled::Retry { millis, unknown: claim.letter.unknown, resent: false };
    Settlement { turn: TurnEffect::Unasked, ..Settlement::plain(claim, settled) }
}

/// True for what [`put_off`] makes: nothing else waits without an attempt and gives a probe back.
pub(super) fn is_put_off(settlement: &Settlement) -> bool {
    settlement.attempt.is_none()
        && settlement.turn == TurnEffect::Unasked
        && matches!(settlement.settled, Settled::Retry { .. })
}

/// Looks once more, after the lane was put off: the source may have been resumed meanwhile.
pub(super) async fn look_again(app: &DeliveryContext, claim: &Claim) {
    if let Err(error) = release_if_resumed(app, claim).await {
        tracing::warn!(tenant.id = %claim.tenant_id, source.id = %claim.source_id, %error, "whether a source is still paused could not be read; its letters are looked at again within the hour");
    }
}

async fn release_if_resumed(app: &DeliveryContext, claim: &Claim) -> Result<(), DbErr> {
    let row = source::Entity::of_tenant(claim.tenant_id).filter(source::Column::Id.eq(claim.source_id));
    if row.one(app.store.write()).await?.is_some_and(|source| source.is_paused_by_person()) {
        return Ok(());
    }
    app.queue.let_go(claim.tenant_id, claim.source_id, claim.direction).await?;
    app.writer.stored().notify_one();
    Ok(())
}
