//! Undelivered letters as CSV, without texts.

use actix_web::HttpRequest;
use domain::delivery::read::dead::{self, DeadLetterFilter};
use domain::delivery::read::list::Ground;
use serde_json::json;
use uuid::Uuid;

use super::UndeliveredFilters;
use crate::panel::PanelContext;
use crate::panel::{Answer, AppData, Member, Nav, Right, csv};

/// Maximum number of rows in a file.
const MOST: u64 = 50_000;
const COLUMNS: [&str; 13] = [
    "id",
    "message_id",
    "conversation_id",
    "source_id",
    "source",
    "direction",
    "kind",
    "reason",
    "detail",
    "attempts",
    "first_at",
    "last_at",
    "customer",
];

/// `GET /panel/undelivered.csv` with the list's filters.
pub async fn download(app: AppData, member: Member, request: HttpRequest) -> Answer {
    member.require(Right::Retry)?;
    let query = UndeliveredFilters::read(&request);
    let page = member.page("undelivered-title", Nav::Undelivered);
    let tenant_id = member.tenant_id;
    let ground = Ground::of_tenant(app.store.read(), tenant_id).await?;
    let wanted = query.wanted(&page, &ground, app.clock.millis());
    let (text, count) = table(&app, tenant_id, &ground, &wanted, true).await?;
    member.audit(&app, app.store.write(), "undelivered.exported", "", json!({ "count": count })).await?;
    Ok(csv::file("undelivered.csv").body(text))
}

/// The table and its number of rows; `names`: include customers' names.
pub async fn table(
    app: &PanelContext,
    tenant_id: Uuid,
    ground: &Ground,
    wanted: &DeadLetterFilter,
    names: bool,
) -> anyhow::Result<(String, u64)> {
    let db = app.store.read();
    let mut text = csv::head(&COLUMNS);
    let mut after = None;
    let mut count: u64 = 0;
    loop {
        let rows = dead::page(db, tenant_id, wanted, after, 500).await?;
        let Some(last) = rows.last() else { break };
        after = Some(last.id);
        for line in dead::lines(db, tenant_id, rows).await? {
            let dead = &line.dead;
            let kind = serde_json::to_value(line.kind).unwrap_or_default();
            text.push_str(&csv::line([
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
                csv::moment(dead.first_at),
                csv::moment(dead.last_at),
                line.contact.name.clone().filter(|_| names).unwrap_or_default(),
            ]));
            count += 1;
        }
        if count >= MOST {
            break;
        }
    }
    Ok((text, count))
}
