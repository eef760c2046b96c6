//! Deliveries to a custom messenger: its messages with all attempts.

use std::collections::BTreeMap;

use base::message::{Direction, LetterKind, State};
use entity::{attempt, message};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter, QueryOrder, QuerySelect, Select};
use uuid::Uuid;

use super::first_id_at;

/// One webhook with its attempts.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub message: message::Model,
    /// `webhook-id`: the same in every attempt.
    pub webhook_id: Uuid,
    /// Oldest first; at least one.
    pub attempts: Vec<attempt::Model>,
}

/// Whose deliveries, and which of them.
#[derive(Clone, Copy, Debug)]
pub struct DeliveryFilter {
    pub source_id: Uuid,
    /// Only those that were given up.
    pub failed: bool,
    /// Of messages that were accepted at this moment (milliseconds since 1970) or later.
    pub from: Option<i64>,
}

impl DeliveryFilter {
    /// All of a source.
    pub const fn of(source_id: Uuid) -> Self {
        Self { source_id, failed: false, from: None }
    }
}

/// Deliveries whose message is older than `after`, newest first, and the last message examined if there may be more.
pub async fn page(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    wanted: DeliveryFilter,
    after: Option<Uuid>,
    rows: u64,
) -> Result<(Vec<Delivery>, Option<Uuid>), DbErr> {
    let mut select = message::Entity::of_tenant(tenant_id)
        .filter(message::Column::SourceId.eq(wanted.source_id))
        .filter(message::Column::Direction.eq(Direction::ToMessenger.number()));
    if wanted.failed {
        select = select.filter(message::Column::State.eq(State::Failed.number()));
        // As the partial index has it.
        select = select.filter(Expr::cust("error <> ''"));
    }
    if let Some(from) = wanted.from {
        select = select.filter(message::Column::Id.gte(first_id_at(from)));
    }
    if let Some(after) = after {
        select = select.filter(message::Column::Id.lt(after));
    }
    let messages = select.order_by_desc(message::Column::Id).limit(rows).all(db).await?;
    let full = u64::try_from(messages.len()).is_ok_and(|count| count == rows);
    let next = messages.last().map(|message| message.id).filter(|_| full);
    let tries = attempt::Entity::of_tenant(tenant_id)
        .filter(attempt::Column::MessageId.is_in(messages.iter().map(|message| message.id)))
        .filter(attempt::Column::Direction.eq(Direction::ToMessenger.number()))
        .filter(attempt::Column::Kind.is_in([LetterKind::Message.number(), LetterKind::Resend.number()]))
        .order_by_asc(attempt::Column::Number)
        .all(db)
        .await?;
    let mut by_message: BTreeMap<Uuid, BTreeMap<Uuid, Vec<attempt::Model>>> = BTreeMap::new();
    for attempt in tries {
        by_message.entry(attempt.message_id).or_default().entry(attempt.letter_id).or_default().push(attempt);
    }
    let mut deliveries = Vec::new();
    for message in messages {
        for (webhook_id, attempts) in by_message.remove(&message.id).unwrap_or_default() {
            deliveries.push(Delivery { message: message.clone(), webhook_id, attempts });
        }
    }
    Ok((deliveries, next))
}

/// Attempts for a source's webhooks that are older than `after`, newest first.
pub async fn tries(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    source_id: Uuid,
    after: Option<Uuid>,
    rows: u64,
) -> Result<Vec<attempt::Model>, DbErr> {
    let mut select = logged(tenant_id).filter(attempt::Column::SourceId.eq(source_id));
    if let Some(after) = after {
        select = select.filter(attempt::Column::Id.lt(after));
    }
    select.order_by_desc(attempt::Column::Id).limit(rows).all(db).await
}

/// One attempt for these sources' webhooks.
pub async fn one(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    sources: impl IntoIterator<Item = Uuid>,
    id: Uuid,
) -> Result<Option<attempt::Model>, DbErr> {
    let select = logged(tenant_id).filter(attempt::Column::SourceId.is_in(sources));
    select.filter(attempt::Column::Id.eq(id)).one(db).await
}

/// All attempts that are webhooks.
pub(super) fn logged(tenant_id: Uuid) -> Select<attempt::Entity> {
    // As the partial index has it.
    attempt::Entity::of_tenant(tenant_id).filter(Expr::cust("event <> ''"))
}
