//! A person's pause holds both directions of a source. The way to the messenger has a turn of its own, which is held. That to
//! amoCRM shares its turn with the channel's other sources, so each lane is put off when its head becomes due.
//!
//! ```text
//! due ─▶ leased ─▶ the source is paused ─▶ put off, without an attempt ─▶ resumed: all lanes are due
//! ```
//!
//! Resuming stores it first and then looks for lanes; a lane is put off first and then looked at once more. So one of the two
//! sees the other (docs/decisions/0040-a-persons-pause.md).

use std::time::Duration;

use base::message::{Direction, LetterKind, State, StatusReport};
use chrono::TimeDelta;
use entity::source;
use queue::{Claim, Settled, Settlement, TurnEffect};
use sea_orm::{ColumnTrait, DbErr, QueryFilter};

use super::DeliveryContext;
use super::letters::LetterContext;

/// A lane that is put off is looked at again after this time, up to twice as long: its head may have become too old, and a process
/// may have been killed before it looked once more.
const LOOK: TimeDelta = TimeDelta::minutes(30);

/// Whether the letter waits until a person resumes its source. Failures that Parom reports to managers do not: a message that was
/// held too long is one of them.
pub(super) fn holds(claim: &Claim, context: &LetterContext) -> bool {
    claim.direction == Direction::ToCrm && context.is_paused && !reports_failure(claim)
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

/// Seconds after the first, second, … attempt; the last value repeats. With its jitter it stays below five minutes, within
/// which everything goes on after the other side's trouble.
const STEPS: [u64; 8] = [1, 2, 5, 15, 30, 60, 120, 240];

/// The longest wait that a remote side may request.
const LONGEST: Duration = Duration::from_secs(2 * 3600);

/// Milliseconds until the next attempt after `attempts` earlier ones, with ±20 % of jitter. A wait requested by the
/// other side is honoured, but never below the step and never above two hours.
pub fn backoff(attempts: i32, asked: Option<Duration>) -> i64 {
    let index = usize::try_from(attempts).unwrap_or(0).min(STEPS.len() - 1);
    let step = STEPS.get(index).copied().unwrap_or(240) * 1000;
    let jittered = step * rand::random_range(80..=120_u64) / 100;
    let asked = asked.map_or(0, |asked| u64::try_from(asked.min(LONGEST).as_millis()).unwrap_or(0));
    i64::try_from(jittered.max(asked)).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_grow_and_stay_within_their_jitter() {
        for (attempts, step) in (0_i32..).zip(STEPS) {
            let wait = u64::try_from(backoff(attempts, None)).unwrap();
            assert!((step * 800..=step * 1200).contains(&wait), "{attempts}: {wait}");
        }
        assert!(backoff(1000, None) < 300_000);
    }

    #[test]
    fn a_requested_delay_is_honoured_within_bounds() {
        assert_eq!(backoff(0, Some(Duration::from_secs(35))), 35_000);
        assert_eq!(backoff(0, Some(Duration::from_secs(86_400))), 7_200_000);
        assert!(backoff(9, Some(Duration::from_secs(1))) >= 192_000);
    }
}
