//! The worst state of each part on each day. What works is noted once a minute; a day on which nothing was noted has no row, and
//! is shown as such.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::i18n::{When, Words, Zone};
use base::message::day_of;
use base::millis::DAY;
use base::store::VENDOR;
use entity::status_day::{ActiveModel, Column, Entity};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter};

use super::{Part, PartState, StatusContext};

/// How many days are kept and shown, with today.
pub const SHOWN: i32 = 90;

/// The worst states, by part and day.
pub type Days = BTreeMap<(String, i32), PartState>;

/// What this process has noted, and whether it is stored: without a database it is kept until there is one again.
#[derive(Default)]
pub struct Noted(BTreeMap<(String, i32), (PartState, bool)>);

/// Notes how the parts work. What was never used has no state to note.
pub async fn note(app: Arc<StatusContext>) {
    if !app.config.status.enabled {
        return;
    }
    let snapshot = app.board.look(&app).await;
    let today = day_of(snapshot.at);
    let mut noted = app.board.noted.lock().await;
    for part in snapshot.parts.iter().filter(|part| part.has_traffic) {
        let known = noted.0.entry((part.name.as_str().to_owned(), today)).or_insert((part.state, false));
        if part.state > known.0 {
            *known = (part.state, false);
        }
    }
    let new: Vec<_> =
        noted.0.iter().filter(|(_, (_, stored))| !stored).map(|(key, (state, _))| (key.clone(), *state)).collect();
    if new.is_empty() || app.is_read_only() {
        return;
    }
    match store(&app, &new, today).await {
        Ok(()) => {
            noted.0.retain(|(_, day), _| *day == today);
            noted.0.values_mut().for_each(|(_, stored)| *stored = true);
        }
        Err(error) => tracing::warn!(%error, "the day's state of the service is not stored yet"),
    }
}

async fn store(app: &StatusContext, new: &[((String, i32), PartState)], today: i32) -> Result<(), DbErr> {
    let rows = new.iter().map(|((part, day), state)| ActiveModel {
        tenant_id: Set(VENDOR),
        day: Set(*day),
        part: Set(part.clone()),
        state: Set(number(*state)),
    });
    let mut worse = OnConflict::columns([Column::TenantId, Column::Day, Column::Part]);
    // Another process may have seen it worse.
    let stored = Expr::col((Entity, Column::State));
    worse.update_column(Column::State).action_and_where(stored.lt(Expr::cust("excluded.state")));
    Entity::insert_many(rows).on_conflict(worse).exec_without_returning(app.store.write()).await?;
    Entity::delete_of(VENDOR).filter(Column::Day.lte(today - SHOWN)).exec(app.store.write()).await.map(drop)
}

pub(super) async fn read(app: &StatusContext, now: i64) -> Result<Days, DbErr> {
    let rows = Entity::of_tenant(VENDOR).filter(Column::Day.gt(day_of(now) - SHOWN)).all(app.store.read()).await?;
    Ok(rows.into_iter().map(|row| ((row.part, row.day), state(row.state))).collect())
}

const fn number(state: PartState) -> i16 {
    match state {
        PartState::Works => 0,
        PartState::Degraded => 1,
        PartState::Down => 2,
    }
}

const fn state(number: i16) -> PartState {
    match number {
        0 => PartState::Works,
        1 => PartState::Degraded,
        _ => PartState::Down,
    }
}

/// One bar.
pub(super) struct Bar {
    /// Empty: nothing was noted.
    pub tone: &'static str,
    /// The day and its state, in words.
    pub title: String,
}

/// The bars of a part, the oldest first, and what they show in a sentence.
pub(super) fn bars(words: Words, days: &Days, part: &Part, now: i64) -> (Vec<Bar>, String) {
    let today = day_of(now);
    let (mut good, mut bad) = (0, 0);
    let bar = |day: i32| {
        let state = days.get(&(part.name.as_str().to_owned(), day)).copied();
        match state {
            Some(PartState::Works) => good += 1,
            Some(PartState::Degraded | PartState::Down) => bad += 1,
            None => {}
        }
        let word = state.map_or("unknown", PartState::as_str);
        // Noon, so that the date is the same in every time zone.
        let date = When::new(i64::from(day) * DAY + DAY / 2, now, Zone::UTC, words).date();
        Bar {
            tone: state.map_or("", PartState::as_str),
            title: format!("{date}: {}", words.text_of("status-is-", word)),
        }
    };
    let bars: Vec<Bar> = (today - SHOWN + 1..=today).map(bar).collect();
    let said = words.text("status-days").with("days", SHOWN).with("good", good).with("bad", bad);
    (bars, said.with("unknown", SHOWN - good - bad).to_string())
}
