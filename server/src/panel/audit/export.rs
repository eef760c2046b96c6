//! The audit log as CSV for spreadsheets: all rows, streamed.

use actix_web::HttpResponse;
use bytes::Bytes;
use entity::audit;
use futures_util::{StreamExt, stream};
use sea_orm::DbErr;
use uuid::Uuid;

use crate::audit::AuditQuery;
use crate::panel::csv;
use crate::panel::{AppData, PanelContext};

/// Rows per query.
const CHUNK: u64 = 500;
const FOR_ACCOUNT: [&str; 8] = ["at", "actor_kind", "actor", "action", "object", "detail", "address", "outcome"];
const FOR_VENDOR: [&str; 10] =
    ["at", "account_id", "who_kind", "who_id", "who", "what", "object", "detail", "address", "outcome"];

/// Who downloads the export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportReader {
    Account,
    /// With account and actor ids.
    Vendor,
}

impl ExportReader {
    fn head(self) -> String {
        match self {
            Self::Account => csv::head(&FOR_ACCOUNT),
            Self::Vendor => csv::head(&FOR_VENDOR),
        }
    }

    fn line(self, row: audit::Model) -> String {
        let at = csv::moment(row.at);
        let (kind, name) = (row.actor_kind, row.actor_name);
        let (action, object, detail) = (row.action, row.object, row.detail);
        if self == Self::Account {
            return csv::line([at, kind, name, action, object, detail, row.address, row.outcome]);
        }
        let account = if row.tenant_id.is_nil() { String::new() } else { row.tenant_id.to_string() };
        csv::line([at, account, kind, row.actor_id, name, action, object, detail, row.address, row.outcome])
    }
}

/// Streams every row that matches a query, newest first.
pub async fn download(app: AppData, query: AuditQuery, reader: ExportReader) -> HttpResponse {
    crate::audit::flush(&app, &app.identity.refusals).await;
    let rows = stream::unfold(Some((app, query, None)), move |state| async move {
        let (app, query, before) = state?;
        match chunk(&app, &query, before, reader).await {
            Ok((text, last)) => Some((Ok(Bytes::from(text)), last.map(|last| (app, query, Some(last))))),
            Err(error) => {
                tracing::error!(%error, "the audit log could not be read to its end");
                Some((Err(error), None))
            }
        }
    });
    let head = stream::iter([Ok::<_, DbErr>(Bytes::from(reader.head()))]);
    csv::file("parom-audit.csv").streaming(head.chain(rows))
}

/// Some lines, and the last row, after which the next lines begin; `None` if these were the last.
async fn chunk(
    app: &PanelContext,
    query: &AuditQuery,
    before: Option<Uuid>,
    reader: ExportReader,
) -> Result<(String, Option<Uuid>), DbErr> {
    let rows = query.rows(app, before, CHUNK).await?;
    let whole = u64::try_from(rows.len()).is_ok_and(|count| count == CHUNK);
    let last = rows.last().filter(|_| whole).map(|row| row.id);
    Ok((rows.into_iter().map(|row| reader.line(row)).collect(), last))
}
