//! One leased letter from lease to settlement: the attempt, and the effect of its verdict on letter, message and turn.

use std::sync::Arc;

use anyhow::Context;
use base::message::{Direction, Failure, FailureCode, LetterKind, State, StatusReport, day_of};
use base::vault::VaultError;
use base::verdict::{Report, Taken, Verdict};
use chrono::TimeDelta;
use connectors::AfterUnknown;
use connectors::kinds::is_web_chat;
use connectors::storable::stored;
use entity::letter;
use queue::{Attempt, Claim, Learned, LoggedWebhook, Settled, Settlement, TurnEffect};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, QueryFilter};
use uuid::Uuid;

use super::late_report::{self, Reported};
use super::letters::{self, LetterContext, amojo_pool, status_letter};
use super::{DeliveryContext, dead_letters, pause, to_crm, to_messenger};
use crate::tenant::{self, emptied, keeps_no_texts};

/// Calls within a minute before the breaker may open, which it does when half of them failed; and how long it stays
/// open.
const OPEN_AFTER: i32 = 20;
const OPEN: TimeDelta = TimeDelta::seconds(30);
/// HTTP: too many requests.
const TOO_MANY: u16 = 429;

/// Attempts delivery of a letter once its context has been read. Failures of the attempt become settlements; an error
/// means that the outcome is unknown.
pub async fn attempt(
    app: &Arc<DeliveryContext>,
    claim: Claim,
    context: impl Future<Output = anyhow::Result<LetterContext>>,
) -> anyhow::Result<Settlement> {
    let started = app.clock.millis();
    app.faults.hit("deliver.before_call").context("before the call")?;
    let mut context = match context.await {
        Ok(context) => context,
        Err(error) => {
            tracing::error!(tenant.id = %claim.tenant_id, letter.id = %claim.letter.id, error = format!("{error:#}"), "a letter could not be read");
            return Ok(Settlement::plain(claim.clone(), retry(&claim, None, claim.letter.unknown)));
        }
    };
    if is_no_longer_true(&claim, &context, started) {
        let text = tenant::words(&app.integrations, &context.tenant).text("failure-no-longer-true").to_string();
        let failure = Some(Failure { code: FailureCode::Other, text });
        // Nobody has to do anything about it, so it becomes no dead letter.
        return Ok(Settlement { state: Some(State::Failed), failure, ..Settlement::plain(claim, Settled::Superseded) });
    }
    let report = if let Some(reason) = dead_letters::account_held(app, &context.tenant).await? {
        Some(Report::not_done(Verdict::Pause, reason))
    } else if is_poison(&claim, started) {
        Some(bury(FailureCode::Internal, "poison: it was started three times without an end"))
    } else if claim.letter.kind == LetterKind::Typing && claim.letter.expires_at <= started {
        None
    } else if claim.letter.kind == LetterKind::Message && app.faults.errs("defect.lose_a_letter") {
        return Ok(Settlement { state: Some(State::Delivered), ..Settlement::plain(claim, Settled::Delivered) });
    } else if claim.letter.expires_at <= started {
        Some(bury(FailureCode::SourceDisconnected, "too_old: it could not be delivered in time"))
    } else if claim.letter.kind == LetterKind::Message && context.message().is_ok_and(|message| message.body.expired) {
        Some(bury(FailureCode::Internal, "expired: what it said is kept no longer"))
    } else if pause::holds(&claim, &context) {
        return Ok(pause::put_off(claim));
    } else {
        match late_report::look(app, &claim, &context).await? {
            Reported::NotYet(millis) => return Ok(put_off(claim, millis)),
            Reported::As(external_id) => context.reported_as = Some(external_id),
            Reported::Not => {}
        }
        let tried = match claim.direction {
            Direction::ToCrm => to_crm::attempt(app, &claim, &mut context).await,
            Direction::ToMessenger => to_messenger::attempt(app, &claim, &context).await,
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
    app.faults.hit("deliver.after_call").context("after the call")?;
    let Some(report) = report else { return Ok(Settlement::plain(claim, Settled::Superseded)) };
    if let (LetterKind::Message, Some(begun)) = (claim.letter.kind, &report.begun) {
        note_begun(app, &claim, begun).await?;
    }
    if matches!(report.verdict, Verdict::Unknown) && late_report::is_awaited(app, &claim, &context) {
        late_report::begin(app, &claim).await?;
    }
    let millis = i32::try_from(app.clock.millis() - started).unwrap_or(i32::MAX);
    let typing = claim.letter.kind == LetterKind::Typing;
    let done = settlement(app, claim, &context, report, started, millis)?;
    Ok(if typing { once(done) } else { done })
}

/// Whether a message has waited until it became untrue. One that was begun, or may have arrived, is sent to its end.
fn is_no_longer_true(claim: &Claim, context: &LetterContext, now: i64) -> bool {
    let is_untouched = !claim.letter.unknown && claim.letter.payload.is_empty();
    let to_messenger = claim.direction == Direction::ToMessenger && claim.letter.kind == LetterKind::Message;
    let until = context.message().ok().and_then(|message| message.body.true_until);
    is_untouched && to_messenger && until.is_some_and(|until| until <= now)
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

/// An attempt postponed for `millis`, because its host has had too many retries lately or its report is awaited. It does not
/// count as an attempt.
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
    letter::Entity::update_of(claim.tenant_id)
        .col_expr(letter::Column::Payload, Expr::value(begun))
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
    Settled::Retry { millis: pause::backoff(claim.letter.attempts, asked), unknown, resent: false }
}

fn settlement(
    app: &DeliveryContext,
    claim: Claim,
    context: &LetterContext,
    report: Report,
    started: i64,
    millis: i32,
) -> anyhow::Result<Settlement> {
    let failing = TurnEffect::Failing { open_after: OPEN_AFTER, open_millis: OPEN.num_milliseconds() };
    let unknown = claim.letter.unknown || may_be_kept(app, &claim, context, &report);
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
    let again = |millis: i64| Settled::Retry { millis, unknown, resent: false };
    let (settled, turn, possible_duplicate) = match &report.verdict {
        Verdict::Done(taken) => {
            let progress = taken.onward.clone();
            let settled = progress.map_or(Settled::Delivered, |progress| Settled::Partial { progress });
            // Sent once more, because no report of the first attempt arrived.
            let repeated = unknown && report.status > 0;
            let twice = repeated && after_unknown(app, &claim, context) == AfterUnknown::AwaitStatus;
            (settled, TurnEffect::Healthy, twice)
        }
        Verdict::Bury(failure) => {
            let turn = if report.status > 0 { TurnEffect::Healthy } else { TurnEffect::Unasked };
            (buried(failure, &report.reason), turn, false)
        }
        Verdict::Retry { after, whole_target: true } => {
            let millis = pause::backoff(claim.letter.attempts.min(2), *after);
            (again(0), TurnEffect::Wait { millis }, false)
        }
        // The target works and slows down this conversation only: wait exactly as long as requested.
        Verdict::Retry { after, .. } if report.status == TOO_MANY => {
            (again(pause::backoff(0, *after)), TurnEffect::Slowed, false)
        }
        Verdict::Retry { after, .. } => (retry(&claim, *after, unknown), failing, false),
        Verdict::Wait { after } => (retry(&claim, *after, unknown), TurnEffect::Unasked, false),
        Verdict::Unknown => {
            let rule = after_unknown(app, &claim, context);
            let (millis, once) = match rule {
                AfterUnknown::ResendOnce => (late_report::RESEND.num_milliseconds(), true),
                AfterUnknown::AwaitStatus => (late_report::LOOK.num_milliseconds(), true),
                AfterUnknown::RepeatFreely | AfterUnknown::RepeatMarked => {
                    (pause::backoff(claim.letter.attempts, None), false)
                }
            };
            let settled = Settled::Retry { millis, unknown: true, resent: once && unknown };
            (settled, failing, once && (unknown || rule == AfterUnknown::ResendOnce))
        }
        Verdict::Pause => (again(0), TurnEffect::Hold { reason: report.reason.clone() }, false),
    };
    let mut done = Settlement {
        attempt: Some(attempt),
        rest: i64::try_from(report.rest.as_millis()).unwrap_or(0),
        forget: without_texts(app, &claim, context)?,
        crm: context.channel.as_ref().map(|channel| (channel.channel_id, amojo_pool(app, channel.channel_id))),
        turn,
        possible_duplicate,
        ..Settlement::plain(claim, settled)
    };
    match report.verdict {
        Verdict::Done(taken) => {
            // The other side's answer may repeat the text.
            if let Some(attempt) = done.attempt.as_mut().filter(|_| done.forget.is_some()) {
                attempt.answer.clear();
            }
            take(app, &mut done, context, taken)?;
        }
        Verdict::Bury(failure) => dead(app, &mut done, context, failure)?,
        _ => {}
    }
    Ok(done)
}

/// The other side accepted the letter.
fn take(app: &DeliveryContext, done: &mut Settlement, context: &LetterContext, taken: Taken) -> anyhow::Result<()> {
    done.learned = Learned {
        external_id: taken.external_id.map(stored),
        amocrm_message_id: taken.amocrm_message_id,
        amocrm_chat_id: taken.amocrm_chat_id,
        moved_to: taken.moved_to.map(stored),
        ..letters::learned(&done.claim, context, taken.conversation_id.map(stored), taken.receiver_id.map(stored))?
    };
    if taken.onward.is_some() {
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
        done.settled = buried(&failure, "the messenger answered that it failed");
        return dead(app, done, context, failure);
    }
    let accepted = context.source.as_ref().and_then(|source| app.connectors.get(&source.kind));
    let accepted = accepted.is_some_and(|connector| connector.abilities().delivered_on_accept);
    let usual = if accepted { State::Delivered } else { State::Sent };
    let state = taken.state.map_or(usual, |message| message.max(State::Sent));
    done.state = Some(state);
    if state > State::Sent {
        follow(app, done, context, StatusReport { state, failure: None })?;
    }
    Ok(())
}

/// No more automatic attempts.
fn buried(failure: &Failure, reason: &str) -> Settled {
    let short = reason.split(':').next().unwrap_or(reason);
    let word = if short.contains(' ') { failure.code.word() } else { short };
    Settled::Buried { reason: word.to_owned(), detail: reason.to_owned() }
}

/// The message has failed; the manager is notified.
fn dead(app: &DeliveryContext, done: &mut Settlement, context: &LetterContext, failure: Failure) -> anyhow::Result<()> {
    if done.claim.letter.kind != LetterKind::Message {
        return Ok(());
    }
    done.state = Some(State::Failed);
    done.failure = Some(failure.clone());
    if done.claim.direction == Direction::ToMessenger {
        follow(app, done, context, StatusReport { state: State::Failed, failure: Some(failure) })?;
    }
    Ok(())
}

fn follow(
    app: &DeliveryContext,
    done: &mut Settlement,
    context: &LetterContext,
    report: StatusReport,
) -> anyhow::Result<()> {
    let Some((channel_id, _)) = &done.crm else { return Ok(()) };
    let source_id = context.source.as_ref().map_or(Uuid::nil(), |source| source.id);
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

/// The rule for a letter's receiver.
pub(super) fn after_unknown(app: &DeliveryContext, claim: &Claim, context: &LetterContext) -> AfterUnknown {
    if claim.direction == Direction::ToCrm {
        return AfterUnknown::RepeatFreely;
    }
    let connector = context.source.as_ref().and_then(|source| app.connectors.get(&source.kind));
    connector.map_or(AfterUnknown::ResendOnce, |connector| connector.abilities().after_unknown)
}

/// Whether an endpoint that recognises repeats may have kept what it answered "later" to.
fn may_be_kept(app: &DeliveryContext, claim: &Claim, context: &LetterContext, report: &Report) -> bool {
    let is_answered = report.status > 0 && matches!(report.verdict, Verdict::Retry { .. });
    is_answered && after_unknown(app, claim, context) == AfterUnknown::RepeatMarked
}

/// A letter started more often than this without an outcome may be poison.
const STARTS: i32 = 3;
/// It is considered poison only this long after its acceptance: a process that is killed several times in quick
/// succession dies during the same calls, and their letters are not the cause.
const YOUNG_MILLIS: i64 = 60_000;

/// Whether a letter is given up.
fn is_poison(claim: &Claim, now: i64) -> bool {
    claim.starts > STARTS && now.saturating_sub(claim.letter.accepted_at) >= YOUNG_MILLIS
}

/// What a delivered message becomes in an account that keeps no texts. A site's chat is shown from here to its
/// visitor, so its texts stay until the daily round.
fn without_texts(
    app: &DeliveryContext,
    claim: &Claim,
    context: &LetterContext,
) -> anyhow::Result<Option<(String, i32)>> {
    let shown_here = context.source.as_ref().is_some_and(|source| is_web_chat(&source.kind));
    if !keeps_no_texts(&context.tenant) || shown_here {
        return Ok(None);
    }
    Ok(Some((serde_json::to_string(&emptied(claim.direction))?, day_of(app.clock.millis()))))
}
