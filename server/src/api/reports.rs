//! Reports: messages by source, manager and hour, first answers, chats without an answer, and the ledger: accepted =
//! delivered + failed + waiting, per source and direction.

use std::collections::BTreeSet;

use actix_web::{HttpResponse, get, web};
use base::error::{Error, Result};
use base::i18n::{LocalizedText, Zone};
use base::json::{Moment, Query};
use base::message::Person;
use chrono::NaiveDate;
use domain::delivery::read::chats::{self, ConversationFilter};
use domain::delivery::read::figures::{Flow, Times};
use domain::delivery::read::ledger::{self, LedgerCounts, LedgerFilter};
use domain::delivery::read::report::{
    self, MOST, MOST_DAYS, MOST_LISTED, Report, ReportFilter, ReportPeriod, UnansweredChat,
};
use domain::source::{KnownUsers, refresh_users};
use entity::{conversation, tenant};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::request::Call;

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
    async fn of(call: &Call, tenant_id: Uuid, query: &ReportQuery) -> Result<Self> {
        let tenant = call.tenant(tenant_id).await?;
        let app = &call.app;
        let zone = Zone::named(&tenant.time_zone);
        let (days, period) = days(query, &tenant, zone, app.clock.millis())?;
        let source_id = match &query.source_id {
            None => None,
            Some(text) => Some(source(call, tenant_id, text).await?),
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
async fn source(call: &Call, tenant_id: Uuid, text: &str) -> Result<Uuid> {
    let unknown = || Error::field("/source_id", LocalizedText::new("said-report-source"));
    let id = Uuid::try_parse(text).map_err(|_| unknown())?;
    match call.source_or_deleted(id).await {
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

/// Counts an account's messages.
///
/// The counts are by source, manager and hour. Days and hours are those of the account's time zone; a message counts when it was
/// accepted. At most the latest 100,000 messages are counted: `counted_since` says from when on, if there were more. A
/// manager is the amoCRM user who wrote; names are known after amoCRM listed the account's users.
#[utoipa::path(tag = "usage", params(("tenant_id", description = "Parom's id of the account"), ReportQuery), responses(
    (status = 200, description = "The counts, all read at the same moment", body = MessagesReportOut),
    (status = 404, description = "Unknown, or outside the key's account"),
    (status = 422, description = "Invalid dates, more than 92 days, or no such source"),
))]
#[get("/v1/tenants/{tenant_id}/reports/messages")]
pub async fn report_messages(
    call: Call,
    tenant_id: web::Path<Uuid>,
    query: Query<ReportQuery>,
) -> Result<HttpResponse> {
    let ReadReport { days, zone, report, users } = ReadReport::of(&call, *tenant_id, &query).await?;
    Ok(HttpResponse::Ok().json(MessagesReportOut::of(days, &report, &users, zone)))
}

/// Reports how soon customers are answered.
///
/// A customer waits from the first message after the last answer until a user of amoCRM writes; bots and imported messages
/// do not count. `first_answers` covers waits that began within the days. `unanswered` lists the chats without an answer
/// yet, the longest first, at most 5,000.
#[utoipa::path(tag = "usage", params(("tenant_id", description = "Parom's id of the account"), ReportQuery), responses(
    (status = 200, description = "Times and chats, all read at the same moment", body = AnswersReportOut),
    (status = 404, description = "Unknown, or outside the key's account"),
    (status = 422, description = "Invalid dates, more than 92 days, or no such source"),
))]
#[get("/v1/tenants/{tenant_id}/reports/answers")]
pub async fn report_answers(call: Call, tenant_id: web::Path<Uuid>, query: Query<ReportQuery>) -> Result<HttpResponse> {
    let ReadReport { days, report, users, .. } = ReadReport::of(&call, *tenant_id, &query).await?;
    let mut waiting = report.unanswered();
    let count = waiting.len();
    waiting.truncate(MOST_LISTED);
    let mut chats = ReportedChats::new(count, call.app.clock.millis());
    for some in waiting.chunks(AT_ONCE) {
        let ids = some.iter().map(|chat| chat.conversation_id).collect();
        let filter = ConversationFilter { source_id: None, ids: Some(ids) };
        let rows = u64::try_from(some.len()).unwrap_or_default();
        let page = chats::page(call.app.store.read(), *tenant_id, &filter, None, rows).await?;
        chats.add(some, &page);
    }
    Ok(HttpResponse::Ok().json(AnswersReportOut::of(days, &report, &users, chats)))
}

/// The days that a report covers.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReportedDays {
    /// First day.
    #[schema(value_type = String, format = Date)]
    pub from: NaiveDate,
    /// Last day.
    #[schema(value_type = String, format = Date)]
    pub to: NaiveDate,
    /// The account's time zone, by which days and hours are meant.
    #[schema(example = "Europe/Moscow")]
    pub time_zone: String,
    /// Only messages since this moment are counted, because there were more than 100,000; null if all are.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    pub counted_since: Option<Moment>,
}

/// Messages of a period.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessagesReportOut {
    #[serde(flatten)]
    pub days: ReportedDays,
    pub total: FlowOut,
    /// Sources that had messages, also deleted ones.
    pub by_source: Vec<SourceFlowOut>,
    /// Managers by their number of messages, most first.
    pub by_manager: Vec<ManagerFlowOut>,
    /// Hours that had messages.
    pub by_hour: Vec<HourFlowOut>,
}

/// Counts of messages.
#[derive(Debug, Serialize, ToSchema)]
pub struct FlowOut {
    pub from_customers: i64,
    pub to_customers: i64,
    /// Those of both that were not delivered.
    pub failed: i64,
}

/// Messages of a source.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceFlowOut {
    /// Nil if the messages came without a source.
    pub source_id: Uuid,
    #[serde(flatten)]
    pub messages: FlowOut,
}

/// Messages of a manager.
#[derive(Debug, Serialize, ToSchema)]
pub struct ManagerFlowOut {
    pub manager: ManagerOut,
    pub to_customers: i64,
}

/// A user of amoCRM who wrote to customers.
#[derive(Debug, Serialize, ToSchema)]
pub struct ManagerOut {
    /// The user's id in the Chats API; null if the messages are so old that their senders are no longer stored.
    #[schema(required, example = "76fc2bea-902f-425c-9a3d-dcdac4766090")]
    pub amojo_id: Option<String>,
    /// The user's id in amoCRM; null if amoCRM has not listed this user.
    #[schema(required, example = "1504545")]
    pub user_id: Option<String>,
    #[schema(required)]
    pub name: Option<String>,
}

/// Messages of one hour of the day, on all such weekdays of the period together.
#[derive(Debug, Serialize, ToSchema)]
pub struct HourFlowOut {
    /// 1 is Monday, 7 Sunday.
    #[schema(minimum = 1, maximum = 7)]
    pub weekday: usize,
    #[schema(minimum = 0, maximum = 23)]
    pub hour: usize,
    #[serde(flatten)]
    pub messages: FlowOut,
}

/// First answers, and chats without one.
#[derive(Debug, Serialize, ToSchema)]
pub struct AnswersReportOut {
    #[serde(flatten)]
    pub days: ReportedDays,
    /// Null if no chat was answered.
    #[schema(required)]
    pub first_answers: Option<AnswerTimesOut>,
    pub by_source: Vec<SourceAnswersOut>,
    pub by_manager: Vec<ManagerAnswersOut>,
    pub unanswered: ReportedChats,
}

/// How soon customers were answered.
#[derive(Debug, Serialize, ToSchema)]
pub struct AnswerTimesOut {
    /// Answers that ended a wait.
    pub count: usize,
    /// Half of them came within this time.
    pub median_ms: i64,
    /// 95 of 100 came within this time.
    pub p95_ms: i64,
}

/// The same of a source.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceAnswersOut {
    pub source_id: Uuid,
    #[serde(flatten)]
    pub first_answers: AnswerTimesOut,
}

/// The same of a manager.
#[derive(Debug, Serialize, ToSchema)]
pub struct ManagerAnswersOut {
    pub manager: ManagerOut,
    #[serde(flatten)]
    pub first_answers: AnswerTimesOut,
}

/// Chats that wait for an answer now.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportedChats {
    /// All of them.
    pub count: usize,
    /// The longest waiting first, at most 5,000.
    pub items: Vec<UnansweredOut>,
    #[serde(skip)]
    now: i64,
}

/// A chat that waits for an answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnansweredOut {
    pub conversation_id: Uuid,
    pub source_id: Uuid,
    /// The customer's name, if known.
    #[schema(required)]
    pub name: Option<String>,
    /// When the customer wrote.
    #[schema(value_type = String, format = DateTime)]
    pub since: Moment,
    pub waits_ms: i64,
}

impl From<Flow> for FlowOut {
    fn from(flow: Flow) -> Self {
        Self { from_customers: flow.came, to_customers: flow.went, failed: flow.failed }
    }
}

impl From<Times> for AnswerTimesOut {
    fn from(times: Times) -> Self {
        Self { count: times.messages, median_ms: times.median, p95_ms: times.most }
    }
}

impl ManagerOut {
    fn of(amojo_id: &str, users: &KnownUsers) -> Self {
        let user = users.of_amojo_id(amojo_id);
        Self {
            amojo_id: (!amojo_id.is_empty()).then(|| amojo_id.to_owned()),
            user_id: user.map(|user| user.id.to_string()),
            name: users.name_of(amojo_id).map(str::to_owned),
        }
    }
}

impl MessagesReportOut {
    pub fn of(days: ReportedDays, report: &Report, users: &KnownUsers, zone: Zone) -> Self {
        let week = report.by_hour(zone);
        let hours = week.iter().enumerate().flat_map(|(day, hours)| {
            let hours = hours.iter().enumerate().filter(|(_, flow)| flow.all() > 0);
            hours.map(move |(hour, flow)| HourFlowOut { weekday: day + 1, hour, messages: (*flow).into() })
        });
        let managers = report.by_manager(&users.amojo_ids()).into_iter();
        Self {
            days,
            total: report.total().into(),
            by_source: report
                .by_source()
                .into_iter()
                .map(|(source_id, flow)| SourceFlowOut { source_id, messages: flow.into() })
                .collect(),
            by_manager: managers
                .map(|share| ManagerFlowOut {
                    manager: ManagerOut::of(&share.amojo_id, users),
                    to_customers: share.messages,
                })
                .collect(),
            by_hour: hours.collect(),
        }
    }
}

impl AnswersReportOut {
    pub fn of(days: ReportedDays, report: &Report, users: &KnownUsers, unanswered: ReportedChats) -> Self {
        let sources: BTreeSet<Uuid> = report.by_source().into_keys().collect();
        let of_source = |source_id| {
            let first_answers = report.answers_of(source_id)?.into();
            Some(SourceAnswersOut { source_id, first_answers })
        };
        let managers = report.by_manager(&users.amojo_ids()).into_iter();
        let of_manager = |share: domain::delivery::read::report::ManagerShare| {
            let first_answers = share.answers?.into();
            Some(ManagerAnswersOut { manager: ManagerOut::of(&share.amojo_id, users), first_answers })
        };
        Self {
            days,
            first_answers: report.answers().map(AnswerTimesOut::from),
            by_source: sources.into_iter().filter_map(of_source).collect(),
            by_manager: managers.filter_map(of_manager).collect(),
            unanswered,
        }
    }
}

impl ReportedChats {
    pub fn new(count: usize, now: i64) -> Self {
        Self { count, items: Vec::new(), now }
    }

    /// Adds chats with what is stored of their customers.
    pub fn add(&mut self, chats: &[UnansweredChat], rows: &[conversation::Model]) {
        let name = |chat: &UnansweredChat| {
            let row = rows.iter().find(|row| row.id == chat.conversation_id)?;
            serde_json::from_str::<Person>(&row.contact).ok()?.name.filter(|name| !name.is_empty())
        };
        self.items.extend(chats.iter().map(|chat| UnansweredOut {
            conversation_id: chat.conversation_id,
            source_id: chat.source_id,
            name: name(chat),
            since: Moment(chat.since),
            waits_ms: (self.now - chat.since).max(0),
        }));
    }
}

/// How many messages a source accepted and what their outcomes are. Only messages count, not edits, statuses,
/// typing or reactions.
#[derive(Debug, Serialize, ToSchema)]
pub struct LedgerOut {
    /// The first day (UTC); null if there is no lower bound.
    #[schema(required, value_type = Option<String>, format = Date)]
    pub from: Option<NaiveDate>,
    /// The last day (UTC); null if there is no upper bound.
    #[schema(required, value_type = Option<String>, format = Date)]
    pub to: Option<NaiveDate>,
    pub to_crm: LedgerCounts,
    pub to_messenger: LedgerCounts,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LedgerQuery {
    /// First day (UTC), inclusive.
    #[param(value_type = Option<String>, format = Date, example = "2026-11-01")]
    from: Option<String>,
    /// Last day (UTC), inclusive.
    #[param(value_type = Option<String>, format = Date, example = "2026-11-30")]
    to: Option<String>,
}

/// The requested range of days.
#[derive(Debug, Default)]
struct Days {
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
}

impl Days {
    fn read(query: &LedgerQuery) -> Result<Self> {
        let days = Self { from: date("/from", query.from.as_deref())?, to: date("/to", query.to.as_deref())? };
        if days.from.zip(days.to).is_some_and(|(from, to)| from > to) {
            return Err(Error::field("/to", LocalizedText::new("said-date-order")));
        }
        Ok(days)
    }
}

/// Parses a date of a query string: four digits, two and two, as in RFC 3339.
pub(super) fn date(pointer: &str, text: Option<&str>) -> Result<Option<NaiveDate>> {
    // The parser takes one digit for two as well.
    let parse = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| text.len() == 10);
    text.map(|text| parse(text).ok_or_else(|| Error::field(pointer, LocalizedText::new("said-date")))).transpose()
}

fn number(date: NaiveDate) -> i32 {
    i32::try_from((date - NaiveDate::default()).num_days()).unwrap_or(i32::MAX)
}

/// Retrieves a source's ledger.
///
/// Counts of accepted, delivered, failed and waiting messages in both directions; `accepted` always equals the sum
/// of the other three. A message counts for the UTC day on which it was accepted. A deleted source keeps its ledger.
#[utoipa::path(tag = "usage", params(("source_id", description = "The source"), LedgerQuery), responses(
    (status = 200, description = "The counts, all read at the same moment", body = LedgerOut),
    (status = 404, description = "No such source"),
    (status = 422, description = "Invalid dates"),
))]
#[get("/v1/sources/{source_id}/ledger")]
pub async fn get_ledger(call: Call, source_id: web::Path<Uuid>, query: Query<LedgerQuery>) -> Result<HttpResponse> {
    let source = call.source_or_deleted(*source_id).await?;
    let days = Days::read(&query)?;
    let which = LedgerFilter {
        tenant_id: source.tenant_id,
        source_id: Some(source.id),
        from: days.from.map(number),
        to: days.to.map(number),
    };
    let counted = ledger::read(&call.app.delivery, which).await?;
    Ok(HttpResponse::Ok().json(LedgerOut {
        from: days.from,
        to: days.to,
        to_crm: counted.to_crm,
        to_messenger: counted.to_messenger,
    }))
}
