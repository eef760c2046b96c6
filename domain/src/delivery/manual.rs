//! A person's decision about one waiting message: try it now, or stop trying.

use anyhow::Context;
use base::message::{Direction, Failure, FailureCode, LetterKind, State, StatusReport, Stream};
use queue::{Claim, Learned, Letter, Settled, Settlement, TurnEffect};
use sea_orm::DbErr;

use super::read::story::{Story, WaitingLetter};
use crate::delivery::DeliveryContext;
use crate::delivery::letters::{amojo_pool, messenger_pool, status_letter};

/// Failure reason of a message that a person gave up.
pub const DROPPED: &str = "dropped_by_person";

/// Outcome of a person's request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ManualOutcome {
    Done,
    /// The message is no longer waiting, or not in a way that the request applies to.
    TooLate,
    /// The message is being sent right now; its outcome will show.
    OnItsWay,
}

/// Tries a message at once that is waiting for its next attempt.
pub async fn try_now(app: &DeliveryContext, story: &Story) -> Result<ManualOutcome, DbErr> {
    let Some(waiting) = &story.waiting else { return Ok(ManualOutcome::TooLate) };
    if waiting.on_its_way {
        return Ok(ManualOutcome::OnItsWay);
    }
    let pool = pool(app, story, waiting);
    let hurried = app.queue.expedite(story.message.tenant_id, waiting.letter.lane_id, waiting.target, &pool).await?;
    app.writer.stored().notify_one();
    Ok(if hurried { ManualOutcome::Done } else { ManualOutcome::TooLate })
}

/// Ends a waiting message: it fails, becomes a dead letter that can be sent again, and its manager is notified.
/// `name`: who decided.
pub async fn give_up(app: &DeliveryContext, story: &Story, name: &str) -> anyhow::Result<ManualOutcome> {
    let Some(waiting) = &story.waiting else { return Ok(ManualOutcome::TooLate) };
    let Some(claim) = app.queue.take_by_hand(claim(story, waiting)?).await? else {
        return Ok(if waiting.on_its_way { ManualOutcome::OnItsWay } else { ManualOutcome::TooLate });
    };
    let failure = Failure { code: FailureCode::Other, text: format!("The delivery was stopped by {name}.") };
    let mut settlement = Settlement {
        claim,
        settled: Settled::Buried { reason: DROPPED.to_owned(), detail: name.to_owned() },
        attempt: None,
        learned: Learned::default(),
        state: Some(State::Failed),
        failure: Some(failure.clone()),
        possible_duplicate: false,
        follow_ups: Vec::new(),
        crm: None,
        turn: TurnEffect::None,
        rest: 0,
        forget: None,
    };
    if let (Direction::ToMessenger, Some(source)) = (story.direction, &story.source) {
        let report = StatusReport { state: State::Failed, failure: Some(failure) };
        settlement.follow_ups.push(status_letter(app, source.channel_id, source.id, story.message.id, &report)?);
    }
    let settled = app.queue.settle(&[settlement]).await.context("a message could not be given up")?;
    app.writer.stored().notify_one();
    // An error only means that no page is listening.
    let _ = app.changes.send(story.message.conversation_id);
    Ok(if settled == [true] { ManualOutcome::Done } else { ManualOutcome::OnItsWay })
}

fn pool(app: &DeliveryContext, story: &Story, waiting: &WaitingLetter) -> String {
    match (story.direction, &story.source) {
        (Direction::ToCrm, _) => amojo_pool(app, waiting.target),
        (Direction::ToMessenger, Some(source)) => messenger_pool(app, source),
        (Direction::ToMessenger, None) => String::new(),
    }
}

fn claim(story: &Story, waiting: &WaitingLetter) -> anyhow::Result<Claim> {
    let letter = &waiting.letter;
    Ok(Claim {
        tenant_id: letter.tenant_id,
        lane_id: letter.lane_id,
        target: waiting.target,
        conversation_id: story.message.conversation_id,
        source_id: letter.source_id,
        direction: story.direction,
        stream: Stream::Messages,
        epoch: 0,
        starts: 0,
        probe: false,
        until: 0,
        letter: Letter {
            order_key: letter.order_key,
            seq: letter.seq,
            id: letter.id,
            message_id: letter.message_id,
            kind: LetterKind::from_number(letter.kind)?,
            payload: letter.payload.clone(),
            attempts: letter.attempts,
            unknown: letter.unknown,
            resends: letter.resends,
            late: letter.late,
            accepted_at: letter.accepted_at,
            expires_at: letter.expires_at,
            day: letter.day,
        },
    })
}
