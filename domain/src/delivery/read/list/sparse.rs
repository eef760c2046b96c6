//! Sources with few of an account's messages: their chats lead to these, so the others are not read.

use entity::{conversation, ledger_delta, message};
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::MessageFilter;
use crate::delivery::read::first_id_at;
use crate::delivery::read::ledger::sum;

const DAY_MS: i64 = 86_400_000;
/// A source has few messages if it has at most one of so many. With more, reading by time finds a page sooner.
const SHARE: i64 = 4;

/// The source of the filter, if it has few messages in at most as few chats, by the ledger's days.
pub(super) async fn source(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    wanted: &MessageFilter,
) -> Result<Option<Uuid>, DbErr> {
    let Some(source_id) = wanted.source_id else { return Ok(None) };
    let mut days = ledger_delta::Entity::of_tenant(tenant_id);
    if let Some(from) = wanted.from {
        let first = i32::try_from(from.div_euclid(DAY_MS)).unwrap_or_default();
        days = days.filter(ledger_delta::Column::Day.gte(first));
    }
    let accepted: Vec<(Uuid, Option<i64>)> = days
        .select_only()
        .column(ledger_delta::Column::SourceId)
        .column_as(sum(ledger_delta::Column::Accepted), "accepted")
        .group_by(ledger_delta::Column::SourceId)
        .into_tuple()
        .all(db)
        .await?;
    let count =
        |of: &dyn Fn(Uuid) -> bool| accepted.iter().filter(|row| of(row.0)).filter_map(|row| row.1).sum::<i64>();
    let few = count(&|_| true) / SHARE;
    if count(&|id| id == source_id) > few {
        return Ok(None);
    }
    // Its chats are counted no further than that.
    let beyond: Option<Uuid> = conversation::Entity::of_tenant(tenant_id)
        .filter(conversation::Column::SourceId.is_in([source_id, Uuid::nil()]))
        .select_only()
        .column(conversation::Column::Id)
        .offset(u64::try_from(few).unwrap_or_default())
        .limit(1)
        .into_tuple()
        .one(db)
        .await?;
    Ok(beyond.is_none().then_some(source_id))
}

/// Ids of the messages in its chats. The source of a chat never changes; chats that have none yet may have messages of
/// any source.
pub(super) fn ids(tenant_id: Uuid, source_id: Uuid, wanted: &MessageFilter) -> SelectStatement {
    let chats = Query::select()
        .column(conversation::Column::Id)
        .from(conversation::Entity)
        .and_where(conversation::Column::TenantId.eq(tenant_id))
        .and_where(conversation::Column::SourceId.is_in([source_id, Uuid::nil()]))
        .to_owned();
    let mut ids = Query::select()
        .column(message::Column::Id)
        .from(message::Entity)
        .and_where(message::Column::TenantId.eq(tenant_id))
        .and_where(message::Column::ConversationId.in_subquery(chats))
        .to_owned();
    if let Some(from) = wanted.from {
        ids.and_where(message::Column::Id.gte(first_id_at(from)));
    }
    ids
}
