//! The audit log as a table for spreadsheets.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, web};
use chrono::{DateTime, SecondsFormat, Utc};

use super::filter::{Asked, Filter};
use crate::app::App;
use crate::error::Result;
use crate::panel::{Member, Right, nothing_kept};

/// A spreadsheet holds more, a reader does not.
const MOST: usize = 10_000;

/// `GET /panel/audit.csv`
pub(super) async fn download(app: web::Data<App>, member: Member, asked: web::Query<Asked>) -> Result<HttpResponse> {
    member.require(Right::SeeAudit)?;
    let filter = Filter::read(asked.into_inner());
    let rows = filter.rows(&app, member.tenant.tenant_id, MOST).await?;
    // The mark by which spreadsheets know UTF-8.
    let mut out = String::from("\u{feff}at,actor_kind,actor,action,object,detail,address,outcome\r\n");
    for row in rows {
        let at = DateTime::<Utc>::from_timestamp_millis(row.at).unwrap_or_default();
        let at = at.to_rfc3339_opts(SecondsFormat::Millis, true);
        let cells =
            [&at, &row.actor_kind, &row.actor_name, &row.action, &row.object, &row.detail, &row.address, &row.outcome];
        let cells: Vec<String> = cells.into_iter().map(|text| cell(text)).collect();
        out.push_str(&cells.join(","));
        out.push_str("\r\n");
    }
    Ok(nothing_kept(StatusCode::OK)
        .content_type("text/csv; charset=utf-8")
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"parom-audit.csv\""))
        .body(out))
}

/// A cell: quoted, and never a formula, whatever somebody is called.
fn cell(text: &str) -> String {
    let harmless = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("\"{harmless}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for attack in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert!(cell(attack).starts_with("\"'"), "{attack:?}");
        }
        assert_eq!(cell("a \"b\", c"), "\"a \"\"b\"\", c\"");
    }
}
