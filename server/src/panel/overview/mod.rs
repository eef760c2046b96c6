//! `/panel`: problems that need attention, and the message ledger.

mod chart;
mod ledger;
mod problems;
mod sides;

use actix_web::{HttpResponse, web};
use askama::Template;
use base::error::Result;
use serde::Deserialize;

use super::{Member, Nav, PageContext, html};
use crate::panel::PanelContext;
use chart::Chart;
use ledger::{Equation, Period};
use problems::Problems;
pub(super) use problems::{account_hint, account_tone};
use sides::Sides;

/// Paths are relative to `/panel`.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("", web::get().to(show)).route("/", web::get().to(show));
}

#[derive(Template)]
#[template(path = "panel/overview.html")]
struct Overview {
    page: PageContext,
    problems: Problems,
    sides: Sides,
    period: Period,
    periods: [Period; 3],
    equations: [Equation; 2],
    /// When the sums were computed: now.
    checked_at: i64,
    chart: Chart,
}

#[derive(Deserialize)]
struct OverviewQuery {
    period: Option<String>,
}

/// `GET /panel`
async fn show(app: web::Data<PanelContext>, member: Member, asked: web::Query<OverviewQuery>) -> Result<HttpResponse> {
    let page = member.page("health-title", Nav::Overview);
    let tenant_id = member.tenant.tenant_id;
    let period = Period::of(asked.period.as_deref().unwrap_or_default());
    let overview = Overview {
        problems: problems::of(&app, &member, &page).await?,
        sides: sides::of(&app, tenant_id, &page).await?,
        equations: ledger::equations(&app, tenant_id, period).await?,
        chart: chart::of(&app, tenant_id, &page).await?,
        checked_at: app.clock.millis(),
        period,
        periods: Period::ALL,
        page: page.clone(),
    };
    html(&page, &overview)
}
