//! The same rows as a file for spreadsheets.

use actix_web::{HttpResponse, web};
use bytes::Bytes;
use futures_util::stream;
use uuid::Uuid;

use super::Query;
use super::find::Filter;
use crate::admin::operator::Operator;
use crate::admin::refused::{Refused, Result};
use crate::app::App;
use crate::panel::csv;

/// Rows read at once.
const CHUNK: u64 = 500;
const COLUMNS: [&str; 10] =
    ["at", "account_id", "who_kind", "who_id", "who", "what", "object", "detail", "address", "outcome"];

/// All rows that the filters mean, read as they are sent.
pub async fn download(app: web::Data<App>, _operator: Operator, query: web::Query<Query>) -> Result<HttpResponse> {
    let filter = Filter::read(&app, &query).await?.ok_or(Refused::NotThere)?;
    let head = csv::head(&COLUMNS);
    let rows = stream::unfold(Some((app, filter, None)), |state| async move {
        let (app, filter, after) = state?;
        match chunk(&app, &filter, after).await {
            Ok((text, last)) => Some((Ok(Bytes::from(text)), last.map(|last| (app, filter, Some(last))))),
            Err(error) => {
                tracing::error!(%error, "the audit log could not be read to its end");
                Some((Err(error), None))
            }
        }
    });
    let body = futures_util::StreamExt::chain(stream::iter([Ok::<_, sea_orm::DbErr>(Bytes::from(head))]), rows);
    Ok(csv::file("parom-audit.csv").streaming(body))
}

/// Some lines, and behind which row the next ones begin; none: these were the last.
async fn chunk(
    app: &App,
    filter: &Filter,
    after: Option<Uuid>,
) -> std::result::Result<(String, Option<Uuid>), sea_orm::DbErr> {
    let rows = filter.rows(app, after, CHUNK).await?;
    let whole = u64::try_from(rows.len()).is_ok_and(|count| count == CHUNK);
    let last = rows.last().filter(|_| whole).map(|row| row.id);
    let line = |row: entity::audit::Model| {
        let account = if row.tenant_id.is_nil() { String::new() } else { row.tenant_id.to_string() };
        csv::line([
            csv::moment(row.at),
            account,
            row.actor_kind,
            row.actor_id,
            row.actor_name,
            row.action,
            row.object,
            row.detail,
            row.address,
            row.outcome,
        ])
    };
    Ok((rows.into_iter().map(line).collect(), last))
}
