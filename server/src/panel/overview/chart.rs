//! Messages per day as an SVG bar chart without script, and the same figures as a table.

use std::fmt::Write;

use base::message::day_of;
use entity::ledger_delta;
use sea_orm::{ColumnTrait, DbErr, FromQueryResult, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::delivery::read::ledger::sum;
use crate::panel::PageContext;
use crate::panel::PanelContext;
use crate::panel::markup::escaped;

const DAYS: i32 = 30;
const DAY: i64 = 86_400_000;
const HEIGHT: i64 = 96;
const BAR: i32 = 16;
const STEP: i32 = 20;

/// One day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Day {
    /// `18 Nov`
    pub name: String,
    pub accepted: i64,
    pub failed: i64,
}

pub(super) struct Chart {
    pub days: Vec<Day>,
    /// An `<svg>` that we made; empty if there is nothing to draw.
    pub picture: String,
}

#[derive(FromQueryResult)]
struct DayRow {
    day: i32,
    accepted: Option<i64>,
    failed: Option<i64>,
}

pub(super) async fn of(app: &PanelContext, tenant_id: Uuid, page: &PageContext) -> Result<Chart, DbErr> {
    use ledger_delta::Column::{Accepted, Day as DayColumn, Failed};
    let today = day_of(app.clock.millis());
    let rows = ledger_delta::Entity::of_tenant(tenant_id)
        .filter(DayColumn.gt(today - DAYS))
        .select_only()
        .column(DayColumn)
        .column_as(sum(Accepted), "accepted")
        .column_as(sum(Failed), "failed")
        .group_by(DayColumn)
        .into_model::<DayRow>()
        .all(app.store.read())
        .await?;
    let days: Vec<Day> = (today - DAYS + 1..=today)
        .map(|day| {
            let row = rows.iter().find(|row| row.day == day);
            let noon = i64::from(day) * DAY + DAY / 2;
            Day {
                name: page.when(&noon).date(),
                accepted: row.and_then(|row| row.accepted).unwrap_or(0),
                failed: row.and_then(|row| row.failed).unwrap_or(0),
            }
        })
        .collect();
    let picture = picture(&days, page);
    Ok(Chart { days, picture })
}

fn picture(days: &[Day], page: &PageContext) -> String {
    let Some(top) = days.iter().max_by_key(|day| day.accepted).filter(|day| day.accepted > 0) else {
        return String::new();
    };
    let failed: i64 = days.iter().map(|day| day.failed).sum();
    let title =
        page.words.text("ledger-chart-days").with("max", top.accepted).with("day", &*top.name).with("failed", failed);
    let width = i32::try_from(days.len()).unwrap_or(DAYS) * STEP;
    let mut out = String::new();
    let _ = write!(
        out,
        r#"<svg class="chart" role="img" aria-labelledby="chart-title" viewBox="0 0 {width} {HEIGHT}" width="{width}" height="{HEIGHT}"><title id="chart-title">{}</title><defs><pattern id="hatch" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="4" height="4" fill="var(--bg)"/><rect width="2" height="4" fill="var(--bad)"/></pattern></defs>"#,
        escaped(title)
    );
    for (place, day) in days.iter().enumerate() {
        let x = i32::try_from(place).unwrap_or(0) * STEP + (STEP - BAR) / 2;
        let share = |count: i64| if count > 0 { (count * (HEIGHT - 2) / top.accepted).max(2) } else { 0 };
        let (all, bad) = (share(day.accepted), share(day.failed.min(day.accepted)));
        let good = all - bad;
        let y = HEIGHT - all;
        let _ = write!(out, r#"<rect x="{x}" y="{y}" width="{BAR}" height="{good}" fill="var(--accent)"/>"#);
        if bad > 0 {
            let y = HEIGHT - bad;
            let _ = write!(
                out,
                r#"<rect x="{x}" y="{y}" width="{BAR}" height="{bad}" fill="url(#hatch)" stroke="var(--bad)"/>"#
            );
        }
    }
    let _ = write!(out, r#"<path d="M0 {HEIGHT}h{width}" stroke="var(--edge)"/></svg>"#);
    out
}
