//! Letters that Parom no longer retries by itself, for a person's decision. The page does not refresh while it is open.

mod bulk;
mod csv;
mod view;

use actix_web::{HttpRequest, web};
use serde::Deserialize;

use super::choice;
use crate::delivery::read::dead::{self, DeadLetterFilter};
use crate::delivery::read::list::{self, Ground, MessageFilter, Reached};
use crate::delivery::replay;
use crate::panel::{self, Answer, AppData, Member, Nav, PageContext, Right};

pub use bulk::{ask, decide, settle, stop};
pub use csv::{download, table};
pub use view::letter_kind;

/// The filters in the query string.
#[derive(Clone, Debug, Default, Deserialize)]
struct UndeliveredFilters {
    #[serde(default)]
    source: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    period: String,
    cursor: Option<String>,
}

impl UndeliveredFilters {
    fn read(request: &HttpRequest) -> Self {
        let read = web::Query::<Self>::from_query(request.query_string());
        read.map(web::Query::into_inner).unwrap_or_default()
    }

    fn period(&self) -> &str {
        choice::period(&self.period, "all")
    }

    fn wanted(&self, page: &PageContext, ground: &Ground, now: i64) -> DeadLetterFilter {
        let reason = Some(self.reason.clone()).filter(|reason| !reason.is_empty() && !reason.contains('\0'));
        let from = choice::begin(page, self.period(), now);
        DeadLetterFilter {
            source_id: choice::source_id(ground, &self.source),
            reason,
            from,
            ..DeadLetterFilter::default()
        }
    }

    fn address(&self, path: &str, cursor: &str) -> String {
        let pairs =
            [("source", self.source.as_str()), ("reason", &self.reason), ("period", &self.period), ("cursor", cursor)];
        choice::address(path, &pairs)
    }
}

/// `GET /panel/undelivered`.
pub async fn list(app: AppData, member: Member, request: HttpRequest) -> Answer {
    member.require(Right::Look)?;
    let query = UndeliveredFilters::read(&request);
    let page = member.page("undelivered-title", Nav::Undelivered);
    let (db, tenant_id) = (app.store.read(), member.tenant_id);
    let ground = Ground::of_tenant(db, tenant_id).await?;
    let wanted = query.wanted(&page, &ground, app.clock.millis());
    let groups = dead::groups(db, tenant_id, &wanted).await?;
    let filters = ["panel-undelivered", &query.source, &query.reason, query.period()];
    let rows = choice::page_of(query.cursor.as_deref(), &filters)?;
    let found = dead::page(db, tenant_id, &wanted, rows.after, rows.rows()).await?;
    let (found, next) = rows.cut(found, |row| row.id);
    let running = replay::running(&app.delivery, tenant_id).await?;
    let lines = dead::lines(db, tenant_id, found).await?;
    let failed_later = match wanted.reason {
        Some(_) => 0,
        None => list::count(db, tenant_id, &failed_later(&wanted), &ground).await?,
    };
    let found = view::Undelivered { groups: &groups, lines: &lines, failed_later };
    panel::html(&page, &view::list(&page, &ground, &query, &found, &running, next.as_deref()))
}

/// The messages that failed after the messenger accepted them have no letter that could be sent again.
fn failed_later(wanted: &DeadLetterFilter) -> MessageFilter {
    MessageFilter {
        reached: Some(Reached::FailedLater),
        source_id: wanted.source_id,
        from: wanted.from,
        ..MessageFilter::default()
    }
}
