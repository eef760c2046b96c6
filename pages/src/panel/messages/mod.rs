//! Messages of the account: search for a message or a customer.

mod csv;
mod query;
mod view;

use actix_web::HttpRequest;
use domain::delivery::read::list::{self, Ground};
use domain::source::refresh_users;

use super::choice;
use crate::panel::{self, Answer, AppData, Member, Nav, Right};
use query::MessagesQuery;

/// Counting stops here.
const COUNTED: u64 = 10_000;

/// `GET /panel/messages`.
pub async fn list(app: AppData, member: Member, request: HttpRequest) -> Answer {
    member.require(Right::Look)?;
    let query = MessagesQuery::read(&request);
    let page = member.page("messages-title", Nav::Messages);
    let db = app.store.read();
    let tenant_id = member.tenant_id;
    refresh_users(&app.sources, tenant_id).await?;
    let ground = Ground::of_tenant(db, tenant_id).await?;
    let wanted = query.wanted(&app, &page, &ground, tenant_id).await?;
    let rows = choice::page_of(query.cursor.as_deref(), &query.filters())?;
    let asked = (rows.after, rows.rows());
    let most = COUNTED + 1;
    let (lines, count) = if query.is_by_duration() {
        list::slowest_page(db, tenant_id, &wanted, &ground, asked, most).await?
    } else {
        list::counted_page(db, tenant_id, &wanted, &ground, asked, most).await?
    };
    let (lines, next) = rows.cut(lines, |line| line.message.id);
    let took = list::took(db, tenant_id, &lines).await?;
    let asked = view::MessageSearch {
        kept_days: app.config.retention.messages_days,
        query: &query,
        next: next.as_deref(),
        count,
        counted: COUNTED,
    };
    panel::html(&page, &view::list(&page, &ground, &lines, &took, &asked))
}

pub use csv::download;
pub(super) use view::{MessageRow, SortHead, row};
