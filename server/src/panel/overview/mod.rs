//! `/panel`: problems that need attention, the figures of the last 24 hours, a chart, the sources, and the message
//! ledger, which proves that nothing was lost.

mod causes;
mod chart;
mod checklist;
mod ledger;
mod problems;
mod sides;
mod table;
mod tiles;

use actix_web::web;
use askama::Template;
use entity::source;
use serde::Deserialize;

use super::{Chart, Member, Nav, PageContext, html};
use crate::delivery::read::figures;
use crate::panel::{Answer, AppData};
pub use chart::chart_of;
pub(super) use chart::{chart, flow_series, flow_slot};
use checklist::Checklist;
use ledger::{Equation, Period};
use problems::Problems;
pub(super) use problems::{account_hint, account_tone, support_of};
use sides::Sides;
use table::SourceTable;
pub use tiles::Tile;
pub(super) use tiles::tiles;

/// Paths are relative to `/panel`.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("", web::get().to(show)).route("/", web::get().to(show));
}

#[derive(Template)]
#[template(path = "panel/overview.html")]
struct Overview {
    page: PageContext,
    problems: Problems,
    checklist: Checklist,
    tiles: Vec<Tile>,
    chart: Chart,
    table: SourceTable,
    sides: Sides,
    period: Period,
    periods: [Period; 3],
    equations: [Equation; 2],
    /// The start of the ledger's first day.
    ledger_from: i64,
    /// When the sums were computed, i.e. now.
    checked_at: i64,
}

#[derive(Deserialize)]
struct OverviewQuery {
    period: Option<String>,
}

/// `GET /panel`
async fn show(app: AppData, member: Member, asked: web::Query<OverviewQuery>) -> Answer {
    let page = member.page("health-title", Nav::Overview);
    let tenant_id = member.tenant_id;
    let period = Period::of(asked.period.as_deref().unwrap_or_default());
    let (sources, deleted): (Vec<source::Model>, _) = source::Entity::of_tenant(tenant_id)
        .all(app.store.read())
        .await?
        .into_iter()
        .partition(|source| source.deleted_at.is_none());
    // Other pages name managers; by then the names are known.
    crate::source::refresh_users(&app.sources, tenant_id).await?;
    let states = crate::source::states(&app.sources, tenant_id, &sources).await?;
    let figures = figures::read(&app.delivery, tenant_id, None).await?;
    let problems = problems::of(&app, &member, &page, &sources, &states).await?;
    let first_day = period.first_day(app.clock.millis());
    let overview = Overview {
        checklist: checklist::of(&app, &member, &page, &sources, &figures).await?,
        tiles: tiles(&page, &figures, ""),
        chart: chart(&page, &figures, period.span()),
        table: table::of(&page, &figures, period.span(), &sources, &states),
        sides: sides::of(&app, tenant_id, &page, sources.iter().chain(&deleted), figures.oldest()).await?,
        equations: ledger::equations(&figures, first_day),
        ledger_from: i64::from(first_day) * base::millis::DAY,
        checked_at: app.clock.millis(),
        problems,
        period,
        periods: Period::ALL,
        page: page.clone(),
    };
    html(&page, &overview)
}
