//! The audit log as a table for spreadsheets.

use actix_web::{HttpResponse, web};

use super::filter::{Asked, Filter};
use crate::app::App;
use crate::error::Result;
use crate::panel::{Member, Right, csv};

/// A spreadsheet holds more, a reader does not.
const MOST: usize = 10_000;
const COLUMNS: [&str; 8] = ["at", "actor_kind", "actor", "action", "object", "detail", "address", "outcome"];

/// `GET /panel/audit.csv`
pub(super) async fn download(app: web::Data<App>, member: Member, asked: web::Query<Asked>) -> Result<HttpResponse> {
    member.require(Right::SeeAudit)?;
    let filter = Filter::read(asked.into_inner());
    let rows = filter.rows(&app, member.tenant.tenant_id, MOST).await?;
    let mut out = csv::head(&COLUMNS);
    for row in rows {
        let at = csv::moment(row.at);
        out.push_str(&csv::line([
            at,
            row.actor_kind,
            row.actor_name,
            row.action,
            row.object,
            row.detail,
            row.address,
            row.outcome,
        ]));
    }
    Ok(csv::file("parom-audit.csv").body(out))
}
