//! The clause that makes it checkable: accepted = delivered + failed + waiting, per source and direction.

use actix_web::{HttpResponse, get, web};
use chrono::NaiveDate;
use entity::{ledger_delta, letter};
use sea_orm::sea_query::{ExprTrait, Func, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, FromQueryResult, QueryFilter, QuerySelect, Select};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::key::ApiKey;
use crate::app::App;
use crate::error::{Error, Problem, Result};
use crate::message::{Direction, LetterKind};
use crate::words::Said;

/// What was accepted by a source and what became of it. Messages only: no edits, statuses, typing, reactions.
#[derive(Debug, Serialize, ToSchema)]
pub struct LedgerOut {
    /// The first day (UTC); null: from the beginning.
    #[schema(required, value_type = Option<String>, format = Date)]
    pub from: Option<NaiveDate>,
    /// The last day (UTC); null: until now.
    #[schema(required, value_type = Option<String>, format = Date)]
    pub to: Option<NaiveDate>,
    pub to_crm: LedgerCountsOut,
    pub to_messenger: LedgerCountsOut,
}

/// `accepted` is always the sum of the others; each figure belongs to the day on which its message was accepted.
#[derive(Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct LedgerCountsOut {
    pub accepted: i64,
    /// The other side took it.
    pub delivered: i64,
    /// Not delivered, with a reason.
    pub failed: i64,
    /// Counted from what lies in the queue, not from the other figures.
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

/// The days asked for, as the tables count them.
#[derive(Debug, Default)]
struct Days {
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
}

impl Days {
    fn read(query: &LedgerQuery) -> Result<Self> {
        let date = |pointer: &str, text: &Option<String>| {
            let parse = |text: &String| NaiveDate::parse_from_str(text, "%Y-%m-%d");
            text.as_ref().map(parse).transpose().map_err(|_| Error::field(pointer, Said::new("said-date")))
        };
        let days = Self { from: date("/from", &query.from)?, to: date("/to", &query.to)? };
        if days.from.zip(days.to).is_some_and(|(from, to)| from > to) {
            return Err(Error::field("/to", Said::new("said-date-order")));
        }
        Ok(days)
    }

    fn only<E: sea_orm::EntityTrait>(&self, mut select: Select<E>, day: E::Column) -> Select<E> {
        if let Some(from) = self.from {
            select = select.filter(day.gte(number(from)));
        }
        if let Some(to) = self.to {
            select = select.filter(day.lte(number(to)));
        }
        select
    }
}

fn number(date: NaiveDate) -> i32 {
    i32::try_from((date - NaiveDate::default()).num_days()).unwrap_or(i32::MAX)
}

#[derive(Debug, FromQueryResult)]
struct Settled {
    direction: i16,
    accepted: Option<i64>,
    delivered: Option<i64>,
    failed: Option<i64>,
}

#[derive(Debug, FromQueryResult)]
struct Waiting {
    direction: i16,
    waiting: i64,
}

/// What a source accepted, delivered, failed to deliver and still holds, in both directions.
#[utoipa::path(tag = "ledger", params(("source_id", description = "The source"), LedgerQuery), responses(
    (status = 200, description = "The figures, all of one moment", body = LedgerOut),
    (status = 401, description = "No or unknown key", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such source", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "Wrong dates", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/sources/{source_id}/ledger")]
pub async fn get(
    app: web::Data<App>,
    key: ApiKey,
    source_id: web::Path<Uuid>,
    query: web::Query<LedgerQuery>,
) -> Result<HttpResponse> {
    let source = key.source(&app, *source_id).await?;
    let days = Days::read(&query)?;
    let tx = app.store.read_tx().await?;
    let counted = async { Ok::<_, DbErr>((settled(&tx, &source, &days).await?, waiting(&tx, &source, &days).await?)) };
    let counted = counted.await;
    tx.rollback().await?;
    let (settled, waiting) = counted?;
    let counts = |direction: Direction| row(direction, &settled, &waiting);
    Ok(HttpResponse::Ok().json(LedgerOut {
        from: days.from,
        to: days.to,
        to_crm: counts(Direction::ToCrm),
        to_messenger: counts(Direction::ToMessenger),
    }))
}

async fn settled(
    db: &impl ConnectionTrait,
    source: &entity::source::Model,
    days: &Days,
) -> Result<Vec<Settled>, DbErr> {
    use ledger_delta::Column::{Accepted, Day, Delivered, Direction, Failed, SourceId};
    let select = ledger_delta::Entity::of_tenant(source.tenant_id).filter(SourceId.eq(source.id));
    days.only(select, Day)
        .select_only()
        .column(Direction)
        .column_as(sum(Accepted), "accepted")
        .column_as(sum(Delivered), "delivered")
        .column_as(sum(Failed), "failed")
        .group_by(Direction)
        .into_model()
        .all(db)
        .await
}

/// PostgreSQL sums BIGINT into NUMERIC.
fn sum(column: ledger_delta::Column) -> SimpleExpr {
    SimpleExpr::from(Func::sum(column.into_expr())).cast_as("bigint")
}

async fn waiting(
    db: &impl ConnectionTrait,
    source: &entity::source::Model,
    days: &Days,
) -> Result<Vec<Waiting>, DbErr> {
    use letter::Column::{Day, Direction, Id, Kind, SourceId};
    let select = letter::Entity::of_tenant(source.tenant_id)
        .filter(SourceId.eq(source.id))
        .filter(Kind.eq(LetterKind::Message.number()));
    days.only(select, Day)
        .select_only()
        .column(Direction)
        .column_as(Id.count(), "waiting")
        .group_by(Direction)
        .into_model()
        .all(db)
        .await
}

fn row(direction: Direction, settled: &[Settled], waiting: &[Waiting]) -> LedgerCountsOut {
    let number = direction.number();
    let settled = settled.iter().find(|row| row.direction == number);
    let figure = |of: fn(&Settled) -> Option<i64>| settled.and_then(of).unwrap_or(0);
    LedgerCountsOut {
        accepted: figure(|row| row.accepted),
        delivered: figure(|row| row.delivered),
        failed: figure(|row| row.failed),
        waiting: waiting.iter().find(|row| row.direction == number).map_or(0, |row| row.waiting),
    }
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
        assert_eq!(number(date("2026-11-20")), crate::message::day_of(1_795_167_000_123));
    }

    #[test]
    fn wrong_dates_are_named() {
        assert!(days(None, None).is_ok() && days(Some("2026-11-20"), Some("2026-11-20")).is_ok());
        for (from, to, pointer) in [
            (Some("20.11.2026"), None, "/from"),
            (None, Some("2026-13-01"), "/to"),
            (Some("2026-11-21"), Some("2026-11-20"), "/to"),
            (Some(""), None, "/from"),
        ] {
            match days(from, to) {
                Err(Error::Invalid(errors)) => assert_eq!(errors[0].pointer, pointer),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn directions_do_not_mix() {
        let settled = [Settled { direction: 1, accepted: Some(5), delivered: Some(3), failed: Some(1) }];
        let waiting = [Waiting { direction: 1, waiting: 1 }];
        let to_crm = LedgerCountsOut { accepted: 5, delivered: 3, failed: 1, waiting: 1 };
        assert_eq!(row(Direction::ToCrm, &settled, &waiting), to_crm);
        assert_eq!(row(Direction::ToMessenger, &settled, &waiting), LedgerCountsOut::default());
    }
}
