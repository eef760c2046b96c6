//! Letters without further automatic attempts, targets that wait for a person, and what people do about both.

use anyhow::Context;
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::message::{Content, Direction, Failure, FailureCode, LetterKind, State, StatusReport, Stream};
use entity::tenant::{PLAN_ENDED, SUSPENDED};
use entity::{attempt, dead_letter, letter, source, tenant as tenants};
use queue::accept_batch::{
    AcceptBatch, AcceptItem, Conversation, DedupeKey, EventKind, HistoryMessage, NewLetter, Priority,
};
use queue::{Claim, Learned, Letter, Settled, Settlement, TurnEffect};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::DeliveryContext;
use super::letters::{TO_CRM_LIFE, TO_MESSENGER_LIFE, amojo_pool, messenger_letter, messenger_pool, status_letter};
use super::read::story::{self, Story, WaitingLetter};
use crate::alert::WEBHOOK_SUSPENDED;
use crate::tenant::{self, ChannelStatus, channels};

/// Appends a dead letter to its lane again under its old id, marked as late. False if there is no such dead letter.
pub async fn retry(app: &DeliveryContext, tenant_id: Uuid, id: Uuid) -> anyhow::Result<bool> {
    let dead = dead_letter::Entity::find_by_id((tenant_id, id)).one(app.store.read()).await?;
    let Some(dead) = dead else { return Ok(false) };
    let direction = Direction::from_number(dead.direction)?;
    let pool = match direction {
        Direction::ToCrm => amojo_pool(app, dead.target),
        Direction::ToMessenger => {
            let source = app.lookup.source(dead.source_id).await?;
            source.map(|source| messenger_pool(app, &source)).unwrap_or_default()
        }
    };
    let now = app.clock.millis();
    let age = if direction == Direction::ToCrm { TO_CRM_LIFE } else { TO_MESSENGER_LIFE }.num_milliseconds();
    let letter = NewLetter {
        id: dead.id,
        message_id: dead.message_id,
        source_id: dead.source_id,
        direction,
        stream: Stream::from_number(dead.stream)?,
        target: dead.target,
        pool,
        kind: LetterKind::from_number(dead.kind)?,
        payload: dead.payload.clone(),
        order_hint: None,
        expires_at: now + age,
        day: dead.day,
        late: true,
    };
    let revived = app.queue.revive(tenant_id, dead.conversation_id, &letter).await?;
    app.writer.stored().notify_one();
    Ok(revived)
}

/// Deletes a dead letter for good; its message stays failed. False if there is no such dead letter.
pub async fn drop(app: &DeliveryContext, tenant_id: Uuid, id: Uuid) -> anyhow::Result<bool> {
    let dead = dead_letter::Entity::find_by_id((tenant_id, id)).one(app.store.read()).await?;
    let Some(dead) = dead else { return Ok(false) };
    // For all other reasons the manager was notified when the letter died.
    if dead.reason == HistoryMessage::REASON {
        notify_dropped(app, &dead).await?;
    }
    let done = dead_letter::Entity::delete_of(tenant_id)
        .filter(dead_letter::Column::Id.eq(id))
        .exec(app.store.write())
        .await?;
    Ok(done.rows_affected > 0)
}

/// Notifies the manager that a message held until now was dropped.
async fn notify_dropped(app: &DeliveryContext, dead: &dead_letter::Model) -> anyhow::Result<()> {
    let Some(source) = app.lookup.source(dead.source_id).await? else { return Ok(()) };
    let Some(tenant) = app.lookup.tenant(dead.tenant_id).await? else { return Ok(()) };
    let text = tenant::words(&app.integrations, &tenant).text("failure-found-dropped").to_string();
    let report = StatusReport { state: State::Failed, failure: Some(Failure { code: FailureCode::Other, text }) };
    let letter = status_letter(app, source.channel_id, source.id, dead.message_id, &report)?;
    let key = DedupeKey { origin: source.id, external_id: dead.message_id.to_string(), event: EventKind::StatusFailed };
    let conversation = Conversation::Known(dead.conversation_id);
    let entry = AcceptItem::bare(key, app.clock.uuid_v7(), app.clock.millis(), conversation);
    let entries = vec![AcceptItem { letters: vec![letter], ..entry }];
    app.writer
        .accept(AcceptBatch { tenant_id: dead.tenant_id, priority: Priority::Normal, raw: None, entries })
        .await?;
    Ok(())
}

const BOTH: [Direction; 2] = [Direction::ToMessenger, Direction::ToCrm];

/// Number of a source's messages that are held, and when the oldest was accepted: those in both directions if a person has
/// paused it, else those that wait for the messenger.
pub async fn held(app: &DeliveryContext, source: &source::Model) -> anyhow::Result<(u64, Option<i64>)> {
    use sea_orm::{PaginatorTrait, QueryOrder};
    let held = if source.is_paused_by_person() { &BOTH[..] } else { &BOTH[..1] };
    let waiting = letter::Entity::of_tenant(source.tenant_id)
        .filter(letter::Column::SourceId.eq(source.id))
        .filter(letter::Column::Direction.is_in(held.iter().map(|direction| direction.number())))
        .filter(letter::Column::Kind.eq(LetterKind::Message.number()));
    let count = waiting.clone().count(app.store.read()).await?;
    let oldest = waiting.order_by_asc(letter::Column::AcceptedAt).one(app.store.read()).await?;
    Ok((count, oldest.map(|letter| letter.accepted_at)))
}

/// Why nothing is delivered for an account. What is cached may be seconds old, and a turn that is held wrongly would wait
/// until a person notices: only the stored row holds.
pub async fn account_held(app: &DeliveryContext, cached: &tenants::Model) -> anyhow::Result<Option<&'static str>> {
    if cached.held().is_none() {
        return Ok(None);
    }
    let tenant = tenant::load(app.store.read(), cached.tenant_id).await?;
    Ok(tenant.and_then(|tenant| tenant.held()))
}

/// Records at the source or channel why its letters wait.
pub async fn mark_held(app: &DeliveryContext, claim: &Claim, reason: &str) -> anyhow::Result<()> {
    // The vendor or a person holds these; neither source nor channel is at fault.
    if matches!(reason, "paused" | SUSPENDED | PLAN_ENDED | WEBHOOK_SUSPENDED | channels::UNCONFIGURED) {
        return Ok(());
    }
    match claim.direction {
        Direction::ToMessenger => {
            crate::source::stopped(&app.sources, claim.tenant_id, claim.source_id, reason).await?
        }
        Direction::ToCrm => {
            let status = match reason {
                "signature_refused" => ChannelStatus::Misconfigured,
                _ => ChannelStatus::Disconnected,
            };
            channels::broken(&app.tenants, claim.tenant_id, claim.target, status, reason).await?;
        }
    }
    app.lookup.forget();
    Ok(())
}

/// Failure reason of a message that a person gave up.
const DROPPED: &str = "dropped_by_person";

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

/// Sends the webhook of an attempt again; durable on return. 409 `webhook_not_kept` for transient events (reactions)
/// and for messages whose content is no longer stored.
pub async fn resend(app: &DeliveryContext, source: &source::Model, tried: &attempt::Model) -> Result<()> {
    let is_message = [LetterKind::Message.number(), LetterKind::Resend.number()].contains(&tried.kind);
    let story = match is_message {
        true => story::read(app.store.read(), source.tenant_id, tried.message_id, app.clock.millis()).await?,
        false => None,
    };
    let story = story.ok_or_else(not_kept)?;
    if let Some(given_up) = story.dead_message() {
        retry(app, source.tenant_id, given_up.id).await?;
    } else if story.waiting.is_some() {
        try_now(app, &story).await?;
    } else {
        send_as_new(app, source, &story, tried.letter_id).await?;
    }
    Ok(())
}

fn not_kept() -> Error {
    Error::Conflict { problem: "webhook_not_kept", detail: LocalizedText::new("said-webhook-not-kept") }
}

/// The receiver takes a repeat for the message itself, so one whose text was erased must not be sent.
fn is_erased(story: &Story) -> bool {
    story.body.expired || matches!(&story.body.content, Content::Text { text } if text.is_empty())
}

async fn send_as_new(app: &DeliveryContext, source: &source::Model, story: &Story, webhook_id: Uuid) -> Result<()> {
    if is_erased(story) {
        return Err(not_kept());
    }
    let letter = messenger_letter(app, source, story.message.id, LetterKind::Resend, webhook_id.to_string());
    let key = DedupeKey { origin: source.id, external_id: letter.id.to_string(), event: EventKind::Resent };
    let conversation = Conversation::Known(story.message.conversation_id);
    let entry = AcceptItem::bare(key, app.clock.uuid_v7(), app.clock.millis(), conversation);
    let entries = vec![AcceptItem { letters: vec![letter], ..entry }];
    app.writer
        .accept(AcceptBatch { tenant_id: source.tenant_id, priority: Priority::Normal, raw: None, entries })
        .await?;
    Ok(())
}
