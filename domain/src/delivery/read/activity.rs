//! Activity of sources: when the last message came and went, and what failed recently.

use base::millis::DAY;
use std::collections::BTreeMap;

use base::message::{Direction, State};
use entity::{ledger_delta, letter, message};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, PaginatorTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{figures, first_id_at};

/// Activity of one source. Times in milliseconds since 1970; none for never.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Activity {
    pub last_in: Option<i64>,
    pub last_out: Option<i64>,
    /// Failed messages of the last 24 hours, both directions, as [`figures::Span::Hours`] has them.
    pub failed: u64,
}

/// Activity of every source of an account. The ledger gives the last day of each, so that only that day's messages
/// are read.
pub async fn of_tenant(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    now: i64,
) -> Result<BTreeMap<Uuid, Activity>, DbErr> {
    let mut all: BTreeMap<Uuid, Activity> = BTreeMap::new();
    let days: Vec<(Uuid, i16, i32)> = ledger_delta::Entity::of_tenant(tenant_id)
        .filter(ledger_delta::Column::Accepted.gt(0))
        .select_only()
        .column(ledger_delta::Column::SourceId)
        .column(ledger_delta::Column::Direction)
        .column_as(ledger_delta::Column::Day.max(), "day")
        .group_by(ledger_delta::Column::SourceId)
        .group_by(ledger_delta::Column::Direction)
        .into_tuple()
        .all(db)
        .await?;
    let mut by_day: BTreeMap<i32, Vec<Uuid>> = BTreeMap::new();
    for (source_id, _, day) in days {
        by_day.entry(day).or_default().push(source_id);
    }
    for (day, sources) in by_day {
        let from = i64::from(day) * DAY;
        let rows: Vec<(Uuid, i16, i64)> = message::Entity::of_tenant(tenant_id)
            .filter(message::Column::Id.gte(first_id_at(from)))
            .filter(message::Column::Id.lt(first_id_at(from + DAY)))
            .filter(message::Column::SourceId.is_in(sources))
            .select_only()
            .column(message::Column::SourceId)
            .column(message::Column::Direction)
            .column_as(message::Column::AcceptedAt.max(), "last")
            .group_by(message::Column::SourceId)
            .group_by(message::Column::Direction)
            .into_tuple()
            .all(db)
            .await?;
        for (source_id, direction, last) in rows {
            let activity = all.entry(source_id).or_default();
            let place =
                if direction == Direction::ToCrm.number() { &mut activity.last_in } else { &mut activity.last_out };
            *place = Some(place.map_or(last, |known| known.max(last)));
        }
    }
    let failed: Vec<(Uuid, i64)> = message::Entity::of_tenant(tenant_id)
        .filter(message::Column::Id.gte(first_id_at(figures::hours_begin(now))))
        .filter(message::Column::State.eq(State::Failed.number()))
        .select_only()
        .column(message::Column::SourceId)
        .column_as(message::Column::Id.count(), "failed")
        .group_by(message::Column::SourceId)
        .into_tuple()
        .all(db)
        .await?;
    for (source_id, count) in failed {
        all.entry(source_id).or_default().failed = u64::try_from(count).unwrap_or(0);
    }
    Ok(all)
}

/// Number of waiting letters of a source, of any kind and direction, which its deletion would end.
pub async fn waiting(db: &impl ConnectionTrait, tenant_id: Uuid, source_id: Uuid) -> Result<u64, DbErr> {
    letter::Entity::of_tenant(tenant_id)
        .filter(letter::Column::SourceId.eq(source_id))
        .filter(letter::Column::Direction.eq(Direction::ToMessenger.number()))
        .count(db)
        .await
}

/// The first customer's message of a source after a moment: shows that a test message arrived.
pub async fn first_in_since(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    source_id: Uuid,
    since: i64,
) -> Result<Option<message::Model>, DbErr> {
    use sea_orm::QueryOrder;
    message::Entity::of_tenant(tenant_id)
        .filter(message::Column::Id.gte(first_id_at(since)))
        .filter(message::Column::SourceId.eq(source_id))
        .filter(message::Column::Direction.eq(Direction::ToCrm.number()))
        .order_by_asc(message::Column::Id)
        .one(db)
        .await
}
