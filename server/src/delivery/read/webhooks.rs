//! Deliveries to a custom messenger: its messages with every try.

use std::collections::BTreeMap;

use entity::{attempt, message};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::message::{Direction, LetterKind};

/// One webhook with its tries.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub message: message::Model,
    /// `webhook-id`: the same in every try.
    pub webhook_id: Uuid,
    /// Oldest first; at least one.
    pub attempts: Vec<attempt::Model>,
}

/// Deliveries of a source whose message is older than `after`, newest first, and the last message looked at when there
/// may be more.
pub async fn page(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    source_id: Uuid,
    after: Option<Uuid>,
    rows: u64,
) -> Result<(Vec<Delivery>, Option<Uuid>), DbErr> {
    let mut select = message::Entity::of_tenant(tenant_id)
        .filter(message::Column::SourceId.eq(source_id))
        .filter(message::Column::Direction.eq(Direction::ToMessenger.number()));
    if let Some(after) = after {
        select = select.filter(message::Column::Id.lt(after));
    }
    let messages = select.order_by_desc(message::Column::Id).limit(rows).all(db).await?;
    let full = u64::try_from(messages.len()).is_ok_and(|count| count == rows);
    let next = messages.last().map(|message| message.id).filter(|_| full);
    let tries = attempt::Entity::of_tenant(tenant_id)
        .filter(attempt::Column::MessageId.is_in(messages.iter().map(|message| message.id)))
        .filter(attempt::Column::Direction.eq(Direction::ToMessenger.number()))
        .filter(attempt::Column::Kind.eq(LetterKind::Message.number()))
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
