//! Messages in and out since the switch, counted when the report is read.

use std::sync::Arc;

use base::error::Result;
use base::message::{Direction, State};
use base::millis::{DAY, HOUR};
use entity::{message, source};
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter, QuerySelect};

use crate::delivery::read::first_id_at;
use crate::source::SourceContext;
use crate::source::takeover::Takeover;

use super::compare::events;

/// A time since the switch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Watch {
    /// Milliseconds since 1970.
    pub until: i64,
    pub is_over: bool,
    /// Customers' messages.
    pub received: i64,
    /// Of them in amoCRM.
    pub in_crm: i64,
    /// Managers' messages.
    pub written: i64,
    /// Of them taken by the messenger.
    pub sent: i64,
    pub failed: i64,
    /// In both directions.
    pub waiting: i64,
}

/// Messages that other services still had in amoCRM after the switch, by channels that carried the line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OthersSince {
    pub received: usize,
    pub sent: usize,
}

/// What a takeover came to.
#[derive(Clone, Debug)]
pub struct Report {
    pub takeover: Takeover,
    /// The first hour and the first day; none before the switch.
    pub hour: Option<Watch>,
    pub day: Option<Watch>,
    /// Messages from before the switch that were sent as history.
    pub as_history: u64,
    /// Messages that came while no service had the line, or both.
    pub during: u64,
    /// None if it is unknown: no channel is known to carry the line, or amoCRM did not show its events.
    pub others: Option<OthersSince>,
}

/// Reads the figures, and asks amoCRM for others' messages since the switch.
pub async fn report(app: &Arc<SourceContext>, source: &source::Model, takeover: Takeover) -> Result<Report> {
    let Some(at) = takeover.switched_at else {
        return Ok(Report { takeover, hour: None, day: None, as_history: 0, during: 0, others: None });
    };
    let end = takeover.back_from.unwrap_or(i64::MAX);
    let hour = watch(app, source, at, end.min(at + HOUR)).await?;
    let day = watch(app, source, at, end.min(at + DAY)).await?;
    let others = others(app, source, &takeover, at, day.until).await;
    let off_from = takeover.off_from.unwrap_or(at);
    let as_history = sent(app, source, takeover.shadow_since.unwrap_or(off_from), off_from).await?;
    let during = sent(app, source, off_from, at).await?;
    Ok(Report { takeover, hour: Some(hour), day: Some(day), as_history, during, others })
}

/// Messages of a time in which the source was a shadow, and that were sent after all.
async fn sent(app: &SourceContext, source: &source::Model, from: i64, until: i64) -> Result<u64> {
    let rows = message::Entity::of_tenant(source.tenant_id)
        .filter(message::Column::SourceId.eq(source.id))
        .filter(message::Column::Id.gte(first_id_at(from)))
        .filter(message::Column::Id.lt(first_id_at(until)))
        .filter(message::Column::State.ne(State::Shadow.number()));
    Ok(rows.count(app.store.read()).await?)
}

async fn watch(app: &SourceContext, source: &source::Model, from: i64, until: i64) -> Result<Watch> {
    let counted: Vec<(i16, i16, i64)> = message::Entity::of_tenant(source.tenant_id)
        .filter(message::Column::SourceId.eq(source.id))
        .filter(message::Column::Id.gte(first_id_at(from)))
        .filter(message::Column::Id.lt(first_id_at(until)))
        .select_only()
        .column(message::Column::Direction)
        .column(message::Column::State)
        .column_as(message::Column::Id.count(), "messages")
        .group_by(message::Column::Direction)
        .group_by(message::Column::State)
        .into_tuple()
        .all(app.store.read())
        .await?;
    let mut found = Watch { until, is_over: app.clock.millis() >= until, ..Watch::default() };
    let is = |state: i16, all: &[State]| all.iter().any(|one| one.number() == state);
    for (direction, state, count) in counted {
        let is_incoming = direction == Direction::ToCrm.number();
        *(if is_incoming { &mut found.received } else { &mut found.written }) += count;
        if is(state, &[State::Failed]) {
            found.failed += count;
        } else if is(state, &[State::Sent, State::Delivered, State::Read]) {
            *(if is_incoming { &mut found.in_crm } else { &mut found.sent }) += count;
        } else {
            found.waiting += count;
        }
    }
    Ok(found)
}

async fn others(
    app: &Arc<SourceContext>,
    source: &source::Model,
    takeover: &Takeover,
    from: i64,
    until: i64,
) -> Option<OthersSince> {
    if takeover.origins.is_empty() {
        return None;
    }
    let time = from..until.min(app.clock.millis());
    let (all, _) = events(app, source, time)
        .await
        .inspect_err(|error| {
            tracing::info!(source.id = %source.id, %error, "a takeover is shown without what other services still had");
        })
        .ok()?;
    let carries = |origin: &Option<String>| takeover.origins.contains(&origin.clone().unwrap_or_default());
    let since = |at: i64| (from..until).contains(&at.saturating_mul(1000));
    let (sent, received): (Vec<_>, Vec<_>) = all
        .into_iter()
        .filter(|event| carries(&event.origin) && since(event.created_at))
        .partition(|event| event.is_outgoing);
    Some(OthersSince { received: received.len(), sent: sent.len() })
}
