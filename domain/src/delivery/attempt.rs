//! One leased letter from lease to settlement: the attempt, and the effect of its verdict on letter, message and turn.

use std::sync::Arc;

use anyhow::Context;
use base::message::{Direction, Failure, FailureCode, LetterKind, State, StatusReport};
use base::vault::VaultError;
use base::verdict::{Report, Taken, Verdict};
use chrono::TimeDelta;
use connectors::AfterUnknown;
use connectors::storable::stored;
use entity::letter;
use queue::{Attempt, Claim, Learned, LoggedWebhook, Settled, Settlement, TurnEffect};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::await_status::{self, Reported};
use super::letter_context::LetterContext;
use super::unknown::{after_unknown, may_be_kept};
use super::{backoff, dead, dialogue, forget, paused, poison, to_crm, to_messenger};
use crate::delivery::DeliveryContext;
use crate::delivery::letters::{amojo_pool, status_letter};

/// Calls within a minute before the breaker may open, which it does when half of them failed; and how long it stays
/// open.
const OPEN_AFTER: i32 = 20;
const OPEN: TimeDelta = TimeDelta::seconds(30);
/// Delay before the single resend of a message whose arrival the messenger cannot confirm.
pub(super) const RESEND: TimeDelta = TimeDelta::minutes(1);
/// HTTP: too many requests.
const TOO_MANY: u16 = 429;

/// Attempts delivery of a letter once its context has been read. Failures of the attempt become settlements; an error
/// means that the outcome is unknown.
pub async fn attempt(
    app: &Arc<DeliveryContext>,
    claim: Claim,
    parts: impl Future<Output = anyhow::Result<LetterContext>>,
) -> anyhow::Result<Settlement> {
    let started = app.clock.millis();
    app.faults.hit("carry.before_call").context("before the call")?;
    let mut parts = match parts.await {
        Ok(parts) => parts,
        Err(error) => {
            tracing::error!(tenant.id = %claim.tenant_id, letter.id = %claim.letter.id, error = format!("{error:#}"), "a letter could not be read");
            return Ok(Settlement::plain(claim.clone(), retry(&claim, None, claim.letter.unknown)));
        }
    };
    let report = if let Some(reason) = dead::account_held(app, &parts.tenant).await? {
        Some(Report::not_done(Verdict::Pause, reason))
    } else if poison::is_poison(&claim, started) {
        Some(bury(FailureCode::Internal, "poison: it was started three times without an end"))
    } else if claim.letter.kind == LetterKind::Typing && claim.letter.expires_at <= started {
        None
    } else if claim.letter.kind == LetterKind::Message && app.faults.errs("defect.lose_a_letter") {
        return Ok(Settlement { state: Some(State::Delivered), ..Settlement::plain(claim, Settled::Delivered) });
    } else if claim.letter.expires_at <= started {
        Some(bury(FailureCode::SourceDisconnected, "too_old: it could not be delivered in time"))
    } else if claim.letter.kind == LetterKind::Message && parts.message().is_ok_and(|message| message.body.expired) {
        Some(bury(FailureCode::Internal, "expired: what it said is kept no longer"))
    } else if paused::holds(&claim, &parts) {
        return Ok(paused::put_off(claim));
    } else {
        match await_status::look(app, &claim, &parts).await? {
            Reported::NotYet(millis) => return Ok(put_off(claim, millis)),
            Reported::As(external_id) => parts.reported_as = Some(external_id),
            Reported::Not => {}
        }
        let tried = match claim.direction {
            Direction::ToCrm => to_crm::attempt(app, &claim, &mut parts).await,
            Direction::ToMessenger => to_messenger::attempt(app, &claim, &parts).await,
        };
        tried.unwrap_or_else(|error| {
            if is_locked(&error) {
                tracing::error!(tenant.id = %claim.tenant_id, letter.id = %claim.letter.id, error = format!("{error:#}"), "a letter waits for a key that is not there");
                return Some(Report::not_done(Verdict::Wait { after: None }, "the key that sealed the access is not there"));
            }
            tracing::error!(tenant.id = %claim.tenant_id, letter.id = %claim.letter.id, error = format!("{error:#}"), "a letter could not be delivered");
            Some(bury(FailureCode::Internal, "Parom's own error; it is in the log"))
        })
    };
    app.faults.hit("carry.after_call").context("after the call")?;
    let Some(report) = report else { return Ok(Settlement::plain(claim, Settled::Superseded)) };
    if let (LetterKind::Message, Some(begun)) = (claim.letter.kind, &report.begun) {
        note_begun(app, &claim, begun).await?;
    }
    if matches!(report.verdict, Verdict::Unknown) && await_status::awaits(app, &claim, &parts) {
        await_status::begin(app, &claim).await?;
    }
    let millis = i32::try_from(app.clock.millis() - started).unwrap_or(i32::MAX);
    let typing = claim.letter.kind == LetterKind::Typing;
    let done = settlement(app, claim, &parts, report, started, millis)?;
    Ok(if typing { once(done) } else { done })
}

/// Typing is attempted once and leaves no trace in the timeline. The attempt still counts for the target's health but
/// never holds the target.
fn once(done: Settlement) -> Settlement {
    let turn = match done.turn {
        TurnEffect::Hold { .. } => TurnEffect::None,
        turn => turn,
    };
    Settlement { settled: Settled::Superseded, attempt: None, follow_ups: Vec::new(), turn, ..done }
}

/// An attempt postponed because its host has had too many retries lately. It does not count as an attempt.
pub fn put_off(claim: Claim, millis: i64) -> Settlement {
    let settled = Settled::Retry { millis, unknown: claim.letter.unknown, resent: false };
    Settlement::plain(claim, settled)
}

/// An attempt cut off by the timeout: the message may have been sent.
pub fn cut_off(claim: Claim, started: i64, millis: i32) -> Settlement {
    let settled = retry(&claim, None, true);
    let reason = "it took too long and was given up".to_owned();
    let attempt = Attempt { at: started, millis, verdict: "unknown", reason, ..Attempt::default() };
    Settlement {
        attempt: Some(attempt),
        turn: TurnEffect::Failing { open_after: OPEN_AFTER, open_millis: OPEN.num_milliseconds() },
        ..Settlement::plain(claim, settled)
    }
}

/// Stores how a message was changed before its answer was lost: whether it has arrived or is sent again, what follows
/// depends on it. Another attempt that came further meanwhile is not set back.
async fn note_begun(app: &DeliveryContext, claim: &Claim, begun: &str) -> anyhow::Result<()> {
    letter::Entity::update_many()
        .col_expr(letter::Column::Payload, Expr::value(begun))
        .filter(letter::Column::TenantId.eq(claim.tenant_id))
        .filter(letter::Column::LaneId.eq(claim.lane_id))
        .filter(letter::Column::OrderKey.eq(claim.letter.order_key))
        .filter(letter::Column::Seq.eq(claim.letter.seq))
        .filter(letter::Column::Payload.eq(claim.letter.payload.as_str()))
        .exec(app.store.write())
        .await
        .context("the changes of a message")?;
    Ok(())
}

/// What it needs was sealed by a key that may come back.
fn is_locked(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| matches!(cause.downcast_ref(), Some(VaultError::OtherKey { .. })))
}

fn bury(code: FailureCode, reason: &str) -> Report {
    Report::not_done(Verdict::Bury(Failure { code, text: String::new() }), reason)
}

fn retry(claim: &Claim, asked: Option<std::time::Duration>, unknown: bool) -> Settled {
    Settled::Retry { millis: backoff::millis(claim.letter.attempts, asked), unknown, resent: false }
}

fn settlement(
    app: &DeliveryContext,
    claim: Claim,
    parts: &LetterContext,
    report: Report,
    started: i64,
    millis: i32,
) -> anyhow::Result<Settlement> {
    let failing = TurnEffect::Failing { open_after: OPEN_AFTER, open_millis: OPEN.num_milliseconds() };
    let unknown = claim.letter.unknown || may_be_kept(app, &claim, parts, &report);
    let attempt = Attempt {
        at: started,
        millis,
        verdict: word(&report.verdict),
        status: i32::from(report.status),
        answer: report.answer,
        reason: report.reason.clone(),
        request: String::new(),
        webhook: report.webhook.map(|event| LoggedWebhook {
            id: app.clock.uuid_v7(),
            webhook_id: webhook_id(&claim),
            event,
            failed: fails(&report.verdict),
        }),
    };
    let mut done = Settlement::plain(claim, Settled::Superseded);
    done.attempt = Some(attempt);
    done.rest = i64::try_from(report.rest.as_millis()).unwrap_or(0);
    done.forget = forget::left_of(app, &done.claim, parts)?;
    done.crm = parts.channel.as_ref().map(|channel| (channel.channel_id, amojo_pool(app, channel.channel_id)));
    let letter = &done.claim.letter;
    match report.verdict {
        Verdict::Done(taken) => {
            done.turn = TurnEffect::Healthy;
            // The other side's answer may repeat the text.
            if let Some(attempt) = done.attempt.as_mut().filter(|_| done.forget.is_some()) {
                attempt.answer.clear();
            }
            // Sent once more, because no report of the first attempt arrived.
            let again = unknown && report.status > 0;
            done.possible_duplicate = again && after_unknown(app, &done.claim, parts) == AfterUnknown::AwaitStatus;
            take(app, &mut done, parts, taken)?;
        }
        Verdict::Bury(failure) => {
            done.turn = if report.status > 0 { TurnEffect::Healthy } else { TurnEffect::Unasked };
            dead(app, &mut done, parts, failure, &report.reason)?;
        }
        Verdict::Retry { after, whole_target: true } => {
            let wait = backoff::millis(letter.attempts.min(2), after);
            done.settled = Settled::Retry { millis: 0, unknown, resent: false };
            done.turn = TurnEffect::Wait { millis: wait };
        }
        // The target works and slows down this conversation only: wait exactly as long as requested.
        Verdict::Retry { after, whole_target: false } if report.status == TOO_MANY => {
            done.settled = Settled::Retry { millis: backoff::millis(0, after), unknown, resent: false };
            done.turn = TurnEffect::Slowed;
        }
        Verdict::Retry { after, .. } | Verdict::Wait { after } => {
            done.turn = if matches!(report.verdict, Verdict::Wait { .. }) { TurnEffect::Unasked } else { failing };
            done.settled = retry(&done.claim, after, unknown);
        }
        Verdict::Unknown => {
            let rule = after_unknown(app, &done.claim, parts);
            let (millis, once) = match rule {
                AfterUnknown::ResendOnce => (RESEND.num_milliseconds(), true),
                AfterUnknown::AwaitStatus => (await_status::LOOK.num_milliseconds(), true),
                AfterUnknown::RepeatFreely | AfterUnknown::RepeatMarked => {
                    (backoff::millis(letter.attempts, None), false)
                }
            };
            done.settled = Settled::Retry { millis, unknown: true, resent: once && unknown };
            done.possible_duplicate = once && (unknown || rule == AfterUnknown::ResendOnce);
            done.turn = failing;
        }
        Verdict::Pause => {
            done.settled = Settled::Retry { millis: 0, unknown, resent: false };
            done.turn = TurnEffect::Hold { reason: report.reason };
        }
    }
    Ok(done)
}

/// The other side accepted the letter.
fn take(app: &DeliveryContext, done: &mut Settlement, parts: &LetterContext, taken: Taken) -> anyhow::Result<()> {
    done.settled = Settled::Delivered;
    done.learned = Learned {
        external_id: taken.external_id.map(stored),
        amocrm_message_id: taken.amocrm_message_id,
        amocrm_chat_id: taken.amocrm_chat_id,
        moved_to: taken.moved_to.map(stored),
        ..dialogue::learned(&done.claim, parts, taken.conversation_id.map(stored), taken.receiver_id.map(stored))?
    };
    if let Some(progress) = taken.onward {
        done.settled = Settled::Partial { progress };
        return Ok(());
    }
    if done.claim.letter.kind == LetterKind::Status {
        let report: StatusReport = serde_json::from_str(&done.claim.letter.payload)?;
        done.state = Some(report.state);
        done.failure = report.failure;
        return Ok(());
    }
    if done.claim.letter.kind != LetterKind::Message {
        return Ok(());
    }
    if done.claim.direction == Direction::ToCrm {
        done.state = Some(State::Delivered);
        return Ok(());
    }
    if let (Some(State::Failed), failure) = (taken.state, taken.failure) {
        let failure = failure.unwrap_or(Failure { code: FailureCode::Rejected, text: String::new() });
        return dead(app, done, parts, failure, "the messenger answered that it failed");
    }
    let accepted = parts.source.as_ref().and_then(|source| app.connectors.get(&source.kind));
    let accepted = accepted.is_some_and(|connector| connector.abilities().delivered_on_accept);
    let usual = if accepted { State::Delivered } else { State::Sent };
    let state = taken.state.map_or(usual, |message| message.max(State::Sent));
    done.state = Some(state);
    if state > State::Sent {
        follow(app, done, parts, StatusReport { state, failure: None })?;
    }
    Ok(())
}

/// No more automatic attempts; the manager is notified.
fn dead(
    app: &DeliveryContext,
    done: &mut Settlement,
    parts: &LetterContext,
    failure: Failure,
    reason: &str,
) -> anyhow::Result<()> {
    let short = reason.split(':').next().unwrap_or(reason);
    let reason_word = if short.contains(' ') { failure.code.word().to_owned() } else { short.to_owned() };
    done.settled = Settled::Buried { reason: reason_word, detail: reason.to_owned() };
    if done.claim.letter.kind != LetterKind::Message {
        return Ok(());
    }
    done.state = Some(State::Failed);
    done.failure = Some(failure.clone());
    if done.claim.direction == Direction::ToMessenger {
        follow(app, done, parts, StatusReport { state: State::Failed, failure: Some(failure) })?;
    }
    Ok(())
}

fn follow(
    app: &DeliveryContext,
    done: &mut Settlement,
    parts: &LetterContext,
    report: StatusReport,
) -> anyhow::Result<()> {
    let Some((channel_id, _)) = &done.crm else { return Ok(()) };
    let source_id = parts.source.as_ref().map_or(Uuid::nil(), |source| source.id);
    let letter = status_letter(app, *channel_id, source_id, done.claim.letter.message_id, &report)?;
    done.follow_ups.push(letter);
    Ok(())
}

/// A webhook that is resent keeps the id that its receiver knows.
fn webhook_id(claim: &Claim) -> Uuid {
    let known = (claim.letter.kind == LetterKind::Resend).then(|| claim.letter.payload.parse().ok()).flatten();
    known.unwrap_or(claim.letter.id)
}

/// True unless the endpoint gave a final answer.
fn fails(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Retry { .. } | Verdict::Unknown)
}

fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Done(_) => "done",
        Verdict::Retry { .. } | Verdict::Wait { .. } => "retry",
        Verdict::Bury(_) => "bury",
        Verdict::Pause => "pause",
        Verdict::Unknown => "unknown",
    }
}
