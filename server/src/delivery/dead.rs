//! Letters without further automatic attempts, and targets that wait for a person.

use base::message::{Direction, Failure, FailureCode, LetterKind, State, StatusReport, Stream};
use entity::tenant::{PLAN_ENDED, SUSPENDED};
use entity::{dead_letter, letter, source, tenant as tenants};
use queue::Claim;
use queue::accept_batch::{
    AcceptBatch, AcceptItem, Conversation, DedupeKey, EventKind, HistoryMessage, NewLetter, Priority,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::alert::WEBHOOK_SUSPENDED;
use crate::delivery::DeliveryContext;
use crate::delivery::letters::{TO_CRM_LIFE, TO_MESSENGER_LIFE, amojo_pool, messenger_pool, status_letter};
use crate::tenant::{self, ChannelStatus, channels};

/// Appends a dead letter to its lane again under its old id, marked as late. False if there is no such dead letter.
pub async fn retry(app: &DeliveryContext, tenant_id: Uuid, id: Uuid) -> anyhow::Result<bool> {
    let dead = dead_letter::Entity::of_tenant(tenant_id).filter(dead_letter::Column::Id.eq(id));
    let Some(dead) = dead.one(app.store.read()).await? else { return Ok(false) };
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
    let dead = dead_letter::Entity::of_tenant(tenant_id).filter(dead_letter::Column::Id.eq(id));
    let Some(dead) = dead.one(app.store.read()).await? else { return Ok(false) };
    // For all other reasons the manager was notified when the letter died.
    if dead.reason == HistoryMessage::REASON {
        tell_dropped(app, &dead).await?;
    }
    let done = dead_letter::Entity::delete_many()
        .filter(dead_letter::Column::TenantId.eq(tenant_id))
        .filter(dead_letter::Column::Id.eq(id))
        .exec(app.store.write())
        .await?;
    Ok(done.rows_affected > 0)
}

/// Notifies the manager that a message held until now was dropped.
async fn tell_dropped(app: &DeliveryContext, dead: &dead_letter::Model) -> anyhow::Result<()> {
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
