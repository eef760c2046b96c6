//! Messages of the account: search for a message or a customer.

mod view;

use actix_web::{HttpRequest, HttpResponse, web};
use base::error::Result;
use base::message::Direction;
use serde::Deserialize;

use super::choice;
use crate::delivery::read::find;
use crate::delivery::read::list::{self, Ground, MessageFilter, Reached};
use crate::panel::PanelContext;
use crate::panel::{self, Member, Nav, Right};

/// Counting stops here.
const COUNTED: u64 = 10_000;
/// Longest search text.
const QUERY_CHARS: usize = 255;

/// The filters in the query string.
#[derive(Debug, Default, Deserialize)]
pub struct MessagesQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    direction: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    period: String,
    cursor: Option<String>,
}

/// `GET /panel/messages`.
pub async fn list(app: web::Data<PanelContext>, member: Member, request: HttpRequest) -> Result<HttpResponse> {
    member.require(Right::Look)?;
    let query =
        web::Query::<MessagesQuery>::from_query(request.query_string()).map(web::Query::into_inner).unwrap_or_default();
    let page = member.page("messages-title", Nav::Messages);
    let db = app.store.read();
    let tenant_id = member.tenant.tenant_id;
    let ground = Ground::of_tenant(db, tenant_id).await?;
    let text: String = query.q.trim().chars().take(QUERY_CHARS).collect();
    let period = chosen_period(&query, !text.is_empty());
    let found = match text.as_str() {
        "" => None,
        text => Some(find::find(db, tenant_id, text).await?),
    };
    let wanted = MessageFilter {
        direction: direction(&query.direction),
        reached: Reached::from_word(&query.state),
        source_id: choice::source_id(&ground, &query.source),
        conversation_id: None,
        from: choice::begin(&page, period, app.clock.millis()),
        found,
    };
    let filters = ["panel-messages", &text, &query.direction, &query.state, &query.source, period];
    let rows = choice::page_of(query.cursor.as_deref(), &filters)?;
    let lines = list::page(db, tenant_id, &wanted, &ground, rows.after, rows.rows()).await?;
    let (lines, next) = rows.cut(lines, |line| line.message.id);
    let count = list::count(db, tenant_id, &wanted, &ground, COUNTED + 1).await?;
    let kept_days = app.config.retention.messages_days;
    let asked = view::MessageSearch {
        kept_days,
        text: &text,
        query: &query,
        period,
        next: next.as_deref(),
        count,
        counted: COUNTED,
    };
    panel::html(&page, &view::list(&page, &ground, &lines, &asked))
}

/// The default period: everything for a search, a week for browsing.
fn chosen_period(query: &MessagesQuery, searching: bool) -> &str {
    choice::period(&query.period, if searching { "all" } else { "7d" })
}

fn direction(text: &str) -> Option<Direction> {
    [Direction::ToCrm, Direction::ToMessenger].into_iter().find(|direction| direction.word() == text)
}

pub(super) use view::{MessageRow, row};
