//! Outcomes of queued lines, and whether live messages wait.

use std::collections::{BTreeMap, BTreeSet};

use base::i18n::LocalizedText;
use base::message::State;
use entity::{import, import_line, lane, message};
use sea_orm::{ColumnTrait, DbErr, PaginatorTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::step::ImportChanges;
use super::{queries, reason};
use crate::usage::UsageContext;

/// Lines checked in one step.
const PAGE: u64 = 500;

/// Records which lines amoCRM accepted, refused, or will never get; returns how many are still queued.
pub(super) async fn settled(
    app: &UsageContext,
    row: &import::Model,
    change: &mut ImportChanges,
) -> Result<usize, DbErr> {
    let handed =
        queries::lines(row).filter(import_line::Column::Accepted.eq(true)).limit(PAGE).all(app.store.read()).await?;
    let states = states_of(app, row, &handed).await?;
    let mut waiting = 0;
    for line in &handed {
        match states.get(&line.message_id) {
            Some(State::Queued | State::Sent) => waiting += 1,
            Some(State::Delivered | State::Read) => {
                change.done += 1;
                change.over.push(line.message_id);
            }
            Some(State::Failed) => change.skip(line, reason::kept(&LocalizedText::new("said-import-undelivered"))),
            None => change.skip(line, reason::kept(&LocalizedText::new("said-import-erased"))),
        }
    }
    Ok(waiting)
}

/// Those of these lines whose message is already stored, because of a crash between the two commits.
pub(super) async fn sent_of(
    app: &UsageContext,
    row: &import::Model,
    lines: &[import_line::Model],
) -> Result<BTreeSet<Uuid>, DbErr> {
    Ok(states_of(app, row, lines).await?.into_keys().collect())
}

async fn states_of(
    app: &UsageContext,
    row: &import::Model,
    lines: &[import_line::Model],
) -> Result<BTreeMap<Uuid, State>, DbErr> {
    if lines.is_empty() {
        return Ok(BTreeMap::new());
    }
    let found: Vec<(Uuid, i16)> = message::Entity::of_tenant(row.tenant_id)
        .select_only()
        .columns([message::Column::Id, message::Column::State])
        .filter(message::Column::Id.is_in(lines.iter().map(|line| line.message_id)))
        .into_tuple()
        .all(app.store.read())
        .await?;
    // A damaged row must not count as delivered.
    Ok(found.into_iter().map(|(id, state)| (id, State::from_number(state).unwrap_or(State::Failed))).collect())
}

/// Whether something for the channel could be sent now: live messages go first, and so do lines already queued.
pub(super) async fn live_waits(app: &UsageContext, row: &import::Model) -> Result<bool, DbErr> {
    let now = app.store.now().await?;
    let due = lane::Entity::of_tenant(row.tenant_id)
        .filter(lane::Column::Target.eq(row.target))
        .filter(lane::Column::DueAt.lte(now))
        .filter(lane::Column::Owner.is_null())
        .count(app.store.read())
        .await?;
    Ok(due > 0)
}
