//! Reads events and attempts for the admin and the API.

use std::collections::HashMap;

use base::store::VENDOR;
use entity::vendor_event::{self, Column};
use entity::vendor_event_attempt::{self as attempt, Column as AttemptColumn};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::vendor_events::EventState;

/// Which events are listed.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// Of these accounts alone; none: of all.
    pub about: Option<Vec<Uuid>>,
    pub state: Option<EventState>,
}

/// Events, newest first, `most` of them after the one with the id `after`.
pub async fn list(
    db: &impl ConnectionTrait,
    filter: &EventFilter,
    after: Option<Uuid>,
    most: u64,
) -> Result<Vec<vendor_event::Model>, DbErr> {
    let mut found = vendor_event::Entity::of_tenant(VENDOR);
    if let Some(about) = &filter.about {
        found = found.filter(Column::AboutId.is_in(about.iter().copied()));
    }
    if let Some(state) = filter.state {
        found = found.filter(Column::State.eq(state.as_str()));
    }
    if let Some(after) = after {
        found = found.filter(Column::Id.lt(after));
    }
    found.order_by_desc(Column::Id).limit(most).all(db).await
}

/// One event.
pub async fn one(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<vendor_event::Model>, DbErr> {
    vendor_event::Entity::of_tenant(VENDOR).filter(Column::Id.eq(id)).one(db).await
}

/// The attempts of an event, newest first, `most` of them before the one with this number.
pub async fn attempts(
    db: &impl ConnectionTrait,
    event_id: Uuid,
    before: Option<i32>,
    most: u64,
) -> Result<Vec<attempt::Model>, DbErr> {
    let mut found = attempt::Entity::of_tenant(VENDOR).filter(AttemptColumn::EventId.eq(event_id));
    if let Some(before) = before {
        found = found.filter(AttemptColumn::Number.lt(before));
    }
    found.order_by_desc(AttemptColumn::Number).limit(most).all(db).await
}

/// The last attempt of each of these events that has one.
pub async fn last_attempts(
    db: &impl ConnectionTrait,
    events: &[vendor_event::Model],
) -> Result<HashMap<Uuid, attempt::Model>, DbErr> {
    let mut last = Condition::any();
    for event in events.iter().filter(|event| event.tries > 0) {
        let one = Condition::all().add(AttemptColumn::EventId.eq(event.id)).add(AttemptColumn::Number.eq(event.tries));
        last = last.add(one);
    }
    if last.is_empty() {
        return Ok(HashMap::new());
    }
    let found = attempt::Entity::of_tenant(VENDOR).filter(last).all(db).await?;
    Ok(found.into_iter().map(|row| (row.event_id, row)).collect())
}
