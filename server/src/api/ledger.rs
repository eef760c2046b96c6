//! The ledger: accepted = delivered + failed + waiting, per source and direction.

use actix_web::{HttpResponse, get, web};
use base::error::{Error, Problem, Result};
use base::i18n::LocalizedText;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::key::ApiKey;
use crate::delivery::read::ledger::{self, LedgerCounts, LedgerFilter};
use crate::usage::UsageContext;
use base::json::Query;

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
    pub to_crm: LedgerCountsOut,
    pub to_messenger: LedgerCountsOut,
}

/// Counts of messages in one direction. `accepted` always equals the sum of the other three; each message counts
/// for the day on which it was accepted.
#[derive(Debug, Serialize, ToSchema)]
pub struct LedgerCountsOut {
    pub accepted: i64,
    /// Accepted by the receiving side.
    pub delivered: i64,
    /// Messages that were not delivered, each with a reason.
    pub failed: i64,
    /// Counted from the queue itself, not derived from the other counts.
    pub waiting: i64,
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

impl From<LedgerCounts> for LedgerCountsOut {
    fn from(counts: LedgerCounts) -> Self {
        let LedgerCounts { accepted, delivered, failed, waiting } = counts;
        Self { accepted, delivered, failed, waiting }
    }
}

/// Retrieves a source's ledger.
///
/// Counts of accepted, delivered, failed and waiting messages in both directions; `accepted` always equals the sum
/// of the other three. A message counts for the UTC day on which it was accepted. A deleted source keeps its ledger.
#[utoipa::path(tag = "ledger", params(("source_id", description = "The source"), LedgerQuery), responses(
    (status = 200, description = "The counts, all read at the same moment", body = LedgerOut),
    (status = 404, description = "No such source", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "Invalid dates", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/sources/{source_id}/ledger")]
pub async fn get(
    app: web::Data<UsageContext>,
    key: ApiKey,
    source_id: web::Path<Uuid>,
    query: Query<LedgerQuery>,
) -> Result<HttpResponse> {
    let source = key.source_or_deleted(&app, *source_id).await?;
    let days = Days::read(&query)?;
    let which = LedgerFilter {
        tenant_id: source.tenant_id,
        source_id: Some(source.id),
        from: days.from.map(number),
        to: days.to.map(number),
    };
    let counted = ledger::read(&app.delivery, which).await?;
    Ok(HttpResponse::Ok().json(LedgerOut {
        from: days.from,
        to: days.to,
        to_crm: counted.to_crm.into(),
        to_messenger: counted.to_messenger.into(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(from: Option<&str>, to: Option<&str>) -> Result<Days> {
        Days::read(&LedgerQuery { from: from.map(str::to_owned), to: to.map(str::to_owned) })
    }

    #[test]
    fn days_are_those_of_the_tables() {
        let date = |text| NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap();
        assert_eq!(number(date("1970-01-01")), 0);
        assert_eq!(number(date("2026-11-20")), base::message::day_of(1_795_167_000_123));
    }

    #[test]
    fn wrong_dates_are_named() {
        assert!(days(None, None).is_ok() && days(Some("2026-11-20"), Some("2026-11-20")).is_ok());
        for (from, to, pointer) in [
            (Some("20.11.2026"), None, "/from"),
            (None, Some("2026-13-01"), "/to"),
            (Some("2026-1-1"), None, "/from"),
            (Some("2026-11-21"), Some("2026-11-20"), "/to"),
        ] {
            match days(from, to) {
                Err(Error::Invalid(errors)) => assert_eq!(errors[0].pointer, pointer),
                other => panic!("{other:?}"),
            }
        }
    }
}
