//! The undelivered as CSV: for a table of somebody's own, without texts.

use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, SecondsFormat};
use serde_json::json;

use super::Query;
use crate::app::App;
use crate::delivery::read::dead;
use crate::delivery::read::list::Ground;
use crate::error::Result;
use crate::panel::{self, Member, Nav, Right};

/// More do not fit into one file.
const MOST: u64 = 50_000;
const HEAD: &str = "id,message_id,conversation_id,source_id,source,direction,kind,reason,detail,attempts,first_at,last_at,customer\r\n";

/// `GET /panel/undelivered.csv` with the list's filters.
pub async fn download(app: web::Data<App>, member: Member, request: HttpRequest) -> Result<HttpResponse> {
    member.require(Right::Retry)?;
    let query = Query::read(&request);
    let page = member.page("undelivered-title", Nav::Undelivered);
    let (db, tenant_id) = (app.store.read(), member.tenant.tenant_id);
    let ground = Ground::of_tenant(db, tenant_id).await?;
    let wanted = query.wanted(&page, &ground, app.clock.millis());
    let mut text = String::from(HEAD);
    let mut after = None;
    let mut count: u64 = 0;
    loop {
        let rows = dead::page(db, tenant_id, &wanted, after, 500).await?;
        let Some(last) = rows.last() else { break };
        after = Some(last.id);
        for line in dead::lines(db, tenant_id, rows).await? {
            let dead = &line.dead;
            let kind = serde_json::to_value(line.kind).unwrap_or_default();
            let cells = [
                dead.id.to_string(),
                dead.message_id.to_string(),
                dead.conversation_id.to_string(),
                dead.source_id.to_string(),
                ground.sources.get(&dead.source_id).map(|source| source.name.clone()).unwrap_or_default(),
                line.direction.word().to_owned(),
                kind.as_str().unwrap_or_default().to_owned(),
                dead.reason.clone(),
                dead.detail.clone(),
                dead.attempts.to_string(),
                stamp(dead.first_at),
                stamp(dead.last_at),
                line.contact.name.clone().unwrap_or_default(),
            ];
            text.push_str(&cells.map(|cell| quoted(&cell)).join(","));
            text.push_str("\r\n");
            count += 1;
        }
        if count >= MOST {
            break;
        }
    }
    member.audit(&app, app.store.write(), "undelivered.exported", "", json!({ "count": count })).await?;
    Ok(panel::nothing_kept(StatusCode::OK)
        .content_type("text/csv; charset=utf-8")
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"undelivered.csv\""))
        .body(text))
}

fn stamp(millis: i64) -> String {
    DateTime::from_timestamp_millis(millis).unwrap_or_default().to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// One cell. What a table would take for a formula gets an apostrophe in front.
fn quoted(cell: &str) -> String {
    let formula = cell.trim_start_matches([' ', '\u{feff}']).starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '|']);
    let guard = if formula { "'" } else { "" };
    format!("\"{guard}{}\"", cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_no_formulas() {
        for attack in ["=1+1", "+7", "-2", "@SUM(A1)", "\tx", "\r=1", "\n=1", " =1", "|cmd"] {
            assert!(quoted(attack).starts_with("\"'"), "{attack:?}");
        }
        assert_eq!(quoted("Anna \"A\", Ltd"), "\"Anna \"\"A\"\", Ltd\"");
        assert_eq!(quoted(""), "\"\"");
    }
}
