//! Reports: messages by source, manager and hour, first answers, and chats without an answer.

use actix_web::{HttpResponse, get, web};
use base::error::{Error, Problem, Result};
use base::i18n::{LocalizedText, Zone};
use entity::tenant;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::key::ApiKey;
use super::ledger::date;
use super::report_types::{AnswersReportOut, MessagesReportOut, ReportedChats, ReportedDays};
use super::roster;
use crate::delivery::read::chats::{self, ConversationFilter};
use crate::delivery::read::report::{self, MOST, MOST_DAYS, MOST_LISTED, Report, ReportFilter, ReportPeriod};
use crate::source::{KnownUsers, refresh_users};
use crate::usage::UsageContext;
use base::json::{Moment, Query};

/// Days of a report if none are named.
const USUAL_DAYS: u32 = 7;
/// Conversations of one statement.
const AT_ONCE: usize = 500;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReportQuery {
    /// First day in the account's time zone, inclusive; by default the seventh day up to `to`.
    #[param(value_type = Option<String>, format = Date, example = "2026-11-14")]
    from: Option<String>,
    /// Last day in the account's time zone, inclusive; by default today.
    #[param(value_type = Option<String>, format = Date, example = "2026-11-20")]
    to: Option<String>,
    /// Only this source.
    #[param(value_type = Option<Uuid>)]
    source_id: Option<String>,
}

/// A report with what names its rows.
struct ReadReport {
    days: ReportedDays,
    zone: Zone,
    report: Report,
    users: KnownUsers,
}

impl ReadReport {
    async fn of(app: &UsageContext, key: &ApiKey, tenant_id: Uuid, query: &ReportQuery) -> Result<Self> {
        key.in_tenant(tenant_id)?;
        let tenant = roster::tenant(app, tenant_id).await?;
        let zone = Zone::named(&tenant.time_zone);
        let (days, period) = days(query, &tenant, zone, app.clock.millis())?;
        let source_id = match &query.source_id {
            None => None,
            Some(text) => Some(source(app, key, tenant_id, text).await?),
        };
        refresh_users(&app.sources, tenant_id).await?;
        let users = KnownUsers::of_tenant(app.store.read(), tenant_id).await?;
        let filter = ReportFilter { tenant_id, period, source_id, users: users.amojo_ids(), most: MOST };
        let report = report::read(&app.delivery, &filter).await?;
        Ok(Self {
            days: ReportedDays { counted_since: report.counted_since().map(Moment), ..days },
            zone,
            report,
            users,
        })
    }
}

/// A source of the account, also a deleted one.
async fn source(app: &UsageContext, key: &ApiKey, tenant_id: Uuid, text: &str) -> Result<Uuid> {
    let unknown = || Error::field("/source_id", LocalizedText::new("said-report-source"));
    let id = Uuid::try_parse(text).map_err(|_| unknown())?;
    match key.source_or_deleted(app, id).await {
        Ok(source) if source.tenant_id == tenant_id => Ok(id),
        Ok(_) | Err(Error::NotFound) => Err(unknown()),
        Err(error) => Err(error),
    }
}

fn days(query: &ReportQuery, tenant: &tenant::Model, zone: Zone, now: i64) -> Result<(ReportedDays, ReportPeriod)> {
    let to = date("/to", query.to.as_deref())?.unwrap_or_else(|| zone.date_of(now));
    let from = date("/from", query.from.as_deref())?.unwrap_or_else(|| ReportPeriod::first_of(to, USUAL_DAYS));
    if from > to {
        return Err(Error::field("/to", LocalizedText::new("said-date-order")));
    }
    let period = ReportPeriod::of_days(from, to, zone)
        .ok_or_else(|| Error::field("/from", LocalizedText::new("said-report-days").with("most", MOST_DAYS)))?;
    Ok((ReportedDays { from, to, time_zone: tenant.time_zone.clone(), counted_since: None }, period))
}

/// Counts messages by source, manager and hour.
///
/// Days and hours are those of the account's time zone; a message counts when it was accepted. At most the latest
/// 100,000 messages are counted: `counted_since` says from when on, if there were more. A manager is the amoCRM user who
/// wrote; names are known after amoCRM listed the account's users.
#[utoipa::path(tag = "reports", params(("tenant_id", description = "Parom's id of the account"), ReportQuery), responses(
    (status = 200, description = "The counts, all read at the same moment", body = MessagesReportOut),
    (status = 404, description = "Unknown, or outside the key's account", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "Invalid dates, more than 92 days, or no such source", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/tenants/{tenant_id}/reports/messages")]
pub async fn messages(
    app: web::Data<UsageContext>,
    key: ApiKey,
    tenant_id: web::Path<Uuid>,
    query: Query<ReportQuery>,
) -> Result<HttpResponse> {
    let ReadReport { days, zone, report, users } = ReadReport::of(&app, &key, *tenant_id, &query).await?;
    Ok(HttpResponse::Ok().json(MessagesReportOut::of(days, &report, &users, zone)))
}

/// Measures how soon customers are answered, and lists chats without an answer.
///
/// A customer waits from the first message after the last answer until a user of amoCRM writes; bots and imported messages
/// do not count. `first_answers` covers waits that began within the days. `unanswered` lists the chats without an answer
/// yet, the longest first, at most 5,000.
#[utoipa::path(tag = "reports", params(("tenant_id", description = "Parom's id of the account"), ReportQuery), responses(
    (status = 200, description = "Times and chats, all read at the same moment", body = AnswersReportOut),
    (status = 404, description = "Unknown, or outside the key's account", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "Invalid dates, more than 92 days, or no such source", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/tenants/{tenant_id}/reports/answers")]
pub async fn answers(
    app: web::Data<UsageContext>,
    key: ApiKey,
    tenant_id: web::Path<Uuid>,
    query: Query<ReportQuery>,
) -> Result<HttpResponse> {
    let ReadReport { days, report, users, .. } = ReadReport::of(&app, &key, *tenant_id, &query).await?;
    let mut waiting = report.unanswered();
    let count = waiting.len();
    waiting.truncate(MOST_LISTED);
    let mut chats = ReportedChats::new(count, app.clock.millis());
    for some in waiting.chunks(AT_ONCE) {
        let ids = some.iter().map(|chat| chat.conversation_id).collect();
        let wanted = ConversationFilter { source_id: None, ids: Some(ids) };
        let rows = u64::try_from(some.len()).unwrap_or_default();
        let found = chats::page(app.store.read(), *tenant_id, &wanted, None, rows).await?;
        chats.add(some, &found);
    }
    Ok(HttpResponse::Ok().json(AnswersReportOut::of(days, &report, &users, chats)))
}
