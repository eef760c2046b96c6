//! `/panel/reports`: messages by source, manager and hour, how soon customers are answered, and who waits for an answer.

mod csv;
mod query;
mod view;

use actix_web::{HttpRequest, web};
use base::error::Result;
use uuid::Uuid;

use crate::delivery::read::chats::{self, ConversationFilter};
use crate::delivery::read::list::Ground;
use crate::delivery::read::report::{self, Report, ReportFilter, UnansweredChat};
use crate::panel::PanelContext;
use crate::panel::{Answer, AppData, Member, Nav, PageContext, Right, choice, html};
use crate::source::refresh_users;
use query::ReportQuery;

/// Chats without an answer that the page lists.
const LISTED: usize = 50;

/// Paths are relative to `/panel`.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/reports", web::get().to(show)).route("/reports.csv", web::get().to(csv::download));
}

/// The report with what names its rows.
struct ReadReport {
    page: PageContext,
    ground: Ground,
    report: Report,
    users: Vec<String>,
}

impl ReadReport {
    async fn of(app: &PanelContext, member: &Member, query: &ReportQuery) -> Result<Self> {
        let page = member.page("reports-title", Nav::Reports);
        let tenant_id = member.tenant_id;
        refresh_users(&app.sources, tenant_id).await?;
        let ground = Ground::of_tenant(app.store.read(), tenant_id).await?;
        let users = ground.users.amojo_ids();
        let filter = ReportFilter {
            tenant_id,
            period: query.days(member.here.zone, app.clock.millis()).period,
            source_id: choice::source_id(&ground, &query.source),
            users: users.clone(),
            most: report::MOST,
        };
        let report = report::read(&app.delivery, &filter).await?;
        Ok(Self { page, ground, report, users })
    }

    /// The customers of these chats, in their order.
    async fn customers(&self, app: &PanelContext, tenant_id: Uuid, chats: &[UnansweredChat]) -> Result<Vec<String>> {
        let ids: Vec<Uuid> = chats.iter().map(|chat| chat.conversation_id).collect();
        let rows = u64::try_from(ids.len()).unwrap_or_default();
        let wanted = ConversationFilter { source_id: None, ids: Some(ids) };
        let found = chats::page(app.store.read(), tenant_id, &wanted, None, rows).await?;
        Ok(chats
            .iter()
            .map(|chat| view::customer(&self.page, found.iter().find(|row| row.id == chat.conversation_id)))
            .collect())
    }
}

/// `GET /panel/reports`.
async fn show(app: AppData, member: Member, request: HttpRequest) -> Answer {
    member.require(Right::Look)?;
    let query = ReportQuery::read(&request);
    let read = ReadReport::of(&app, &member, &query).await?;
    let waiting = read.report.unanswered();
    let listed = &waiting[..waiting.len().min(LISTED)];
    let customers = read.customers(&app, member.tenant_id, listed).await?;
    let days = query.days(member.here.zone, app.clock.millis());
    let kept_days = app.config.retention.messages_days;
    let view = view::reports(&read, &query, days, (waiting.len(), listed, &customers), kept_days);
    html(&read.page, &view)
}
