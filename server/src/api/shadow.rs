//! What a source saw beside another service, and a day of it beside amoCRM's.

use actix_web::{HttpResponse, get, web};
use base::error::{Error, Result};
use base::json::{Moment, Query};
use chrono::NaiveDate;
use connectors::Shadow;
use domain::takeover::{self, AnswerBy, Comparison, Difference, ShadowChat};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::reports::date;
use super::request::Call;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ShadowQuery {
    /// The day (UTC) to compare with amoCRM.
    #[param(value_type = Option<String>, format = Date, example = "2026-11-28")]
    day: Option<String>,
}

/// What a source saw beside another service.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShadowOut {
    #[schema(value_type = String, format = DateTime)]
    pub shadow_since: Moment,
    /// Whether the messenger also reports what the other service sends.
    pub sees_answers: bool,
    /// The days (UTC) of the last two weeks on which it received messages, the latest first.
    pub days: Vec<ShadowDayOut>,
    /// Null unless a day was asked for.
    #[schema(required)]
    pub comparison: Option<ComparisonOut>,
}

/// What a shadow received on a day.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShadowDayOut {
    #[schema(value_type = String, format = Date)]
    pub day: NaiveDate,
    pub messages: i64,
}

/// A day beside amoCRM's events about other integrations' chats. Messages are paired by direction, contact and time (within
/// two minutes), because events name neither texts nor lines.
#[derive(Debug, Serialize, ToSchema)]
pub struct ComparisonOut {
    pub seen: usize,
    /// Only those whose origin carried a pair count, because events do not name the line.
    pub in_amocrm: usize,
    pub on_both: usize,
    /// The first 200.
    pub missing_here: Vec<DifferenceOut>,
    /// The first 200.
    pub missing_in_amocrm: Vec<DifferenceOut>,
    pub chats: Vec<ShadowChatOut>,
    /// amoCRM's names of the templates that could be sent; null unless a chat can be answered by a template alone.
    #[schema(required)]
    pub templates: Option<Vec<String>>,
    /// The day has more messages than are compared.
    pub is_cut: bool,
}

/// A message that one side lacks.
#[derive(Debug, Serialize, ToSchema)]
pub struct DifferenceOut {
    #[schema(value_type = String, format = DateTime)]
    pub at: Moment,
    pub is_outgoing: bool,
    /// amoCRM's id of the contact; null if unknown.
    #[schema(required)]
    pub contact_id: Option<String>,
    /// Parom's id; null if the shadow did not see it.
    #[schema(required)]
    pub message_id: Option<Uuid>,
    /// The kind of the channel in amoCRM; null if unknown.
    #[schema(required)]
    pub origin: Option<String>,
}

/// What would become of a chat if the source were switched on.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShadowChatOut {
    pub conversation_id: Uuid,
    /// The existing contact with the customer's phone or e-mail, by amoCRM's id; null if there is none, or more than 30
    /// customers wrote before this one.
    #[schema(required)]
    pub contact_id: Option<String>,
    pub messages: usize,
    /// With what a manager could answer now.
    pub answer_by: AnswerBy,
    /// Until when the customer may be answered freely; null if there is no limit.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    pub answer_until: Option<Moment>,
}

impl From<Comparison> for ComparisonOut {
    fn from(found: Comparison) -> Self {
        Self {
            seen: found.seen,
            in_amocrm: found.in_crm,
            on_both: found.on_both,
            missing_here: found.missing_here.into_iter().map(DifferenceOut::from).collect(),
            missing_in_amocrm: found.missing_in_crm.into_iter().map(DifferenceOut::from).collect(),
            chats: found.chats.into_iter().map(ShadowChatOut::from).collect(),
            templates: found.templates.map(|found| found.ready),
            is_cut: found.is_cut,
        }
    }
}

impl From<Difference> for DifferenceOut {
    fn from(one: Difference) -> Self {
        Self {
            at: Moment(one.at),
            is_outgoing: one.is_outgoing,
            contact_id: one.contact_id.map(|id| id.to_string()),
            message_id: one.message_id,
            origin: Some(one.origin).filter(|origin| !origin.is_empty()),
        }
    }
}

impl From<ShadowChat> for ShadowChatOut {
    fn from(chat: ShadowChat) -> Self {
        Self {
            conversation_id: chat.conversation_id,
            contact_id: chat.contact.map(|(id, _)| id.to_string()),
            messages: chat.messages,
            answer_by: chat.answer_by,
            answer_until: chat.answer_until.map(Moment),
        }
    }
}

/// Retrieves what a shadow saw.
///
/// A shadow is a source that receives beside another service and sends nothing. With `day`, amoCRM is asked for that day's
/// messages in other integrations' chats.
#[utoipa::path(tag = "sources", params(("source_id", description = "The source"), ShadowQuery), responses(
    (status = 200, description = "What it saw", body = ShadowOut),
    (status = 404, description = "No such source, or it is no shadow"),
    (status = 409, description = "amoCRM refused to show its events"),
    (status = 422, description = "Invalid day"),
    (status = 503, description = "amoCRM cannot be reached"),
))]
#[get("/v1/sources/{source_id}/shadow")]
pub async fn get_shadow(call: Call, source_id: web::Path<Uuid>, query: Query<ShadowQuery>) -> Result<HttpResponse> {
    let source = call.current_source(*source_id).await?;
    let since = source.shadow_since.ok_or(Error::NotFound)?;
    let sources = &call.app.sources;
    let comparison = match date("/day", query.day.as_deref())? {
        Some(day) => Some(takeover::compare(sources, &source, day).await?.into()),
        None => None,
    };
    let days = takeover::days(sources, &source).await?;
    let connector = call.app.connectors.get(&source.kind);
    Ok(HttpResponse::Ok().json(ShadowOut {
        shadow_since: Moment(since),
        sees_answers: connector.is_some_and(|connector| connector.shadow() == Shadow::Both),
        days: days.into_iter().map(|one| ShadowDayOut { day: one.day, messages: one.messages }).collect(),
        comparison,
    }))
}
