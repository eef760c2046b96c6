//! Taking a line over from another service, and giving it back.

use actix_web::{HttpResponse, get, post, web};
use base::error::{Error, Result};
use base::i18n::{CRM, Language, Words};
use base::json::Moment;
use chrono::NaiveDate;
use connectors::SwitchOff;
use domain::api_key::Scope;
use domain::source::takeover::{ComparedDay, Other, Takeover, TakeoverState, TakeoverStep};
use domain::takeover::{self, BACK_WITHIN, CheckName, CheckStatus, OthersSince, Report, Watch};
use entity::source;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::request::Call;

/// Whether a shadow can take its line over, and what that changes.
#[derive(Debug, Serialize, ToSchema)]
pub struct TakeoverPlanOut {
    /// No check failed.
    pub is_ready: bool,
    pub checks: Vec<TakeoverCheckOut>,
    /// The services that receive now, as far as the messenger shows them.
    pub others: Vec<OtherServiceOut>,
    /// Chats that the shadow saw.
    pub chats: u64,
}

/// A check before a switch.
#[derive(Debug, Serialize, ToSchema)]
pub struct TakeoverCheckOut {
    pub name: CheckName,
    pub status: CheckStatus,
    pub detail: String,
}

/// A service that receives, or received, the line's messages.
#[derive(Debug, Serialize, ToSchema)]
pub struct OtherServiceOut {
    pub id: String,
    /// Its host, or the name of its app.
    pub name: String,
    /// How it is switched off.
    #[schema(value_type = String)]
    pub switched_off: SwitchOff,
    /// The messenger does not show the secret of its address, so that it cannot be put back.
    pub loses_secret: bool,
    /// A person decided that it goes on receiving.
    pub stays: bool,
    /// Why it could not be put back; null if it could, or need not be.
    #[schema(required)]
    pub trouble: Option<String>,
}

/// What to switch.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartTakeover {
    /// Ids of services that go on receiving, because a person has made sure that they answer nobody on this line.
    #[serde(default)]
    pub stays: Vec<String>,
}

/// A takeover.
#[derive(Debug, Serialize, ToSchema)]
pub struct TakeoverOut {
    pub state: TakeoverState,
    /// The next step, or the last one.
    pub step: TakeoverStep,
    #[schema(value_type = String, format = DateTime)]
    pub begun_at: Moment,
    /// Who began it.
    pub begun_by: String,
    pub others: Vec<OtherServiceOut>,
    /// Null unless a step failed; then what was done is undone.
    #[schema(required)]
    pub failure: Option<TakeoverFailureOut>,
    #[schema(required, value_type = Option<String>, format = DateTime)]
    pub switched_at: Option<Moment>,
    /// Until when the line can be given back; null if it cannot.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    pub back_until: Option<Moment>,
    /// When the other services received again.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    pub back_at: Option<Moment>,
    /// When everything was as before.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    pub returned_at: Option<Moment>,
}

/// The step of a takeover that failed.
#[derive(Debug, Serialize, ToSchema)]
pub struct TakeoverFailureOut {
    pub step: TakeoverStep,
    pub reason: String,
}

/// What a takeover came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct TakeoverReportOut {
    pub takeover: TakeoverOut,
    /// The days (UTC) before the switch, beside amoCRM.
    pub days: Vec<ComparedDayOut>,
    /// Earlier messages that were sent to amoCRM as history.
    pub sent_as_history: u64,
    /// Messages that came during the switch.
    pub came_during: u64,
    /// Null before the switch.
    #[schema(required)]
    pub first_hour: Option<TakeoverWatchOut>,
    /// Null before the switch.
    #[schema(required)]
    pub first_day: Option<TakeoverWatchOut>,
    /// Null if it is unknown.
    #[schema(required)]
    pub others_since: Option<OthersSinceOut>,
}

/// A day before a switch: what the shadow saw beside what amoCRM had.
#[derive(Debug, Serialize, ToSchema)]
pub struct ComparedDayOut {
    #[schema(value_type = String, format = Date)]
    pub day: NaiveDate,
    pub seen: usize,
    pub in_amocrm: usize,
    pub on_both: usize,
    pub missing_here: usize,
    pub missing_in_amocrm: usize,
}

/// A time since a switch.
#[derive(Debug, Serialize, ToSchema)]
pub struct TakeoverWatchOut {
    #[schema(value_type = String, format = DateTime)]
    pub until: Moment,
    pub is_over: bool,
    /// Customers' messages.
    pub received: i64,
    /// Of them in amoCRM.
    pub in_amocrm: i64,
    /// Managers' messages.
    pub written: i64,
    /// Of them taken by the messenger.
    pub sent: i64,
    pub failed: i64,
    pub waiting: i64,
}

/// Messages in amoCRM since a switch, by channels of other services that carried the line before.
#[derive(Debug, Serialize, ToSchema)]
pub struct OthersSinceOut {
    pub received: usize,
    pub sent: usize,
}

impl OtherServiceOut {
    fn of(one: Other) -> Self {
        let Other { id, name, off, loses_secret, stays, trouble } = one;
        let trouble = trouble.map(|trouble| trouble.to_string());
        Self { id, name, switched_off: off, loses_secret, stays, trouble }
    }
}

impl From<Takeover> for TakeoverOut {
    fn from(found: Takeover) -> Self {
        let until = found.switched_at.filter(|_| found.state == TakeoverState::Switched);
        Self {
            state: found.state,
            step: found.step,
            begun_at: Moment(found.begun_at),
            begun_by: found.by,
            others: found.others.into_iter().map(OtherServiceOut::of).collect(),
            failure: found.failure.map(|(step, reason)| TakeoverFailureOut { step, reason: reason.to_string() }),
            switched_at: found.switched_at.map(Moment),
            back_until: until.map(|at| Moment(at + BACK_WITHIN)),
            back_at: found.back_at.map(Moment),
            returned_at: found.returned_at.map(Moment),
        }
    }
}

impl From<ComparedDay> for ComparedDayOut {
    fn from(one: ComparedDay) -> Self {
        let ComparedDay { day, seen, in_crm, on_both, missing_here, missing_in_crm } = one;
        Self { day, seen, in_amocrm: in_crm, on_both, missing_here, missing_in_amocrm: missing_in_crm }
    }
}

impl From<Watch> for TakeoverWatchOut {
    fn from(one: Watch) -> Self {
        let Watch { until, is_over, received, in_crm, written, sent, failed, waiting } = one;
        Self { until: Moment(until), is_over, received, in_amocrm: in_crm, written, sent, failed, waiting }
    }
}

impl From<Report> for TakeoverReportOut {
    fn from(found: Report) -> Self {
        let Report { takeover, hour, day, as_history, during, others } = found;
        Self {
            days: takeover.days.iter().cloned().map(ComparedDayOut::from).collect(),
            sent_as_history: as_history,
            came_during: during,
            takeover: takeover.into(),
            first_hour: hour.map(TakeoverWatchOut::from),
            first_day: day.map(TakeoverWatchOut::from),
            others_since: others.map(|OthersSince { received, sent }| OthersSinceOut { received, sent }),
        }
    }
}

async fn known(call: &Call, source: &source::Model) -> Result<Takeover> {
    let row = takeover::row(&call.app.sources, source).await?.ok_or(Error::NotFound)?;
    Ok(takeover::read(&row)?)
}

/// Checks a takeover.
///
/// Whether a shadow can take its line over, and what that changes. It asks the messenger and amoCRM and changes nothing.
#[utoipa::path(tag = "sources", params(("source_id", description = "The source")), responses(
    (status = 200, description = "The checks, and what the switch changes", body = TakeoverPlanOut),
    (status = 404, description = "No such source"),
    (status = 409, description = "The source is no shadow"),
))]
#[get("/v1/sources/{source_id}/takeover/plan")]
pub async fn plan_takeover(call: Call, source_id: web::Path<Uuid>) -> Result<HttpResponse> {
    let source = call.current_source(*source_id).await?;
    let plan = takeover::plan(&call.app.sources, &source).await?;
    let words = Words::new(Language::accepted(call.request.headers()));
    let check = |line: &takeover::CheckLine| TakeoverCheckOut {
        name: line.name,
        status: line.status,
        detail: line.detail.plain(words, CRM),
    };
    Ok(HttpResponse::Ok().json(TakeoverPlanOut {
        is_ready: plan.is_ready(),
        checks: plan.checks.iter().map(check).collect(),
        chats: plan.chats,
        others: plan.others.into_iter().map(OtherServiceOut::of).collect(),
    }))
}

/// Takes a line over.
///
/// A shadow becomes a working source: the other services are switched off at the messenger, then the source begins to
/// send. The steps go on in the background; one
/// that fails before that undoes what was done.
#[utoipa::path(tag = "sources", params(("source_id", description = "The source")), request_body = StartTakeover, responses(
    (status = 202, description = "The takeover has begun", body = TakeoverOut),
    (status = 404, description = "No such source"),
    (status = 409, description = "The source is no shadow, a check failed, or a takeover is under way"),
    (status = 422, description = "No such service"),
))]
#[post("/v1/sources/{source_id}/takeover")]
pub async fn start_takeover(mut call: Call, source_id: web::Path<Uuid>) -> Result<HttpResponse> {
    call.key.needs(Scope::Write)?;
    let source = call.current_source(*source_id).await?;
    let asked: StartTakeover = call.read().await?;
    call.once(async {
        let begun = takeover::begin(&call.app.sources, &source, &asked.stays, &call.by().await?).await?;
        Ok(HttpResponse::Accepted().json(TakeoverOut::from(begun)))
    })
    .await
}

/// Retrieves a takeover.
///
/// The source's last one, with the step that is next and, if one failed, its reason.
#[utoipa::path(tag = "sources", params(("source_id", description = "The source")), responses(
    (status = 200, description = "The source's last takeover", body = TakeoverOut),
    (status = 404, description = "No such source, or it took nothing over"),
))]
#[get("/v1/sources/{source_id}/takeover")]
pub async fn get_takeover(call: Call, source_id: web::Path<Uuid>) -> Result<HttpResponse> {
    let source = call.current_source(*source_id).await?;
    Ok(HttpResponse::Ok().json(TakeoverOut::from(known(&call, &source).await?)))
}

/// Gives a line back.
///
/// To the services that had it, within a day after the switch. The source becomes a shadow again and leaves amoCRM; the
/// steps go on in the background.
#[utoipa::path(tag = "sources", params(("source_id", description = "The source")), responses(
    (status = 202, description = "The line is being given back", body = TakeoverOut),
    (status = 404, description = "No such source, or it took nothing over"),
    (status = 409, description = "The switch was more than a day ago, or the line is given back or being switched"),
))]
#[post("/v1/sources/{source_id}/takeover/back")]
pub async fn give_back_takeover(call: Call, source_id: web::Path<Uuid>) -> Result<HttpResponse> {
    call.key.needs(Scope::Write)?;
    call.once(async {
        let source = call.current_source(*source_id).await?;
        let back = takeover::back(&call.app.sources, &source, &call.by().await?).await?;
        Ok(HttpResponse::Accepted().json(TakeoverOut::from(back)))
    })
    .await
}

/// Reports what a takeover came to.
///
/// Figures of the days before and of the first hour and day, counted now; amoCRM is asked for what other services still had.
#[utoipa::path(tag = "sources", params(("source_id", description = "The source")), responses(
    (status = 200, description = "The report", body = TakeoverReportOut),
    (status = 404, description = "No such source, or it took nothing over"),
))]
#[get("/v1/sources/{source_id}/takeover/report")]
pub async fn report_takeover(call: Call, source_id: web::Path<Uuid>) -> Result<HttpResponse> {
    let source = call.current_source(*source_id).await?;
    let found = takeover::report(&call.app.sources, &source, known(&call, &source).await?).await?;
    Ok(HttpResponse::Ok().json(TakeoverReportOut::from(found)))
}
