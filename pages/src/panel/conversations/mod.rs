//! Chats of the account: lists, one chat with its messages, and why they are one chat.

mod contact;
mod one;
mod visit;
mod why;

use actix_web::{HttpRequest, web};
use askama::Template;
use domain::delivery::read::list::Ground;
use domain::delivery::read::{chats, find};
use serde::Deserialize;

use super::choice::{self, SelectOption};
use super::reasons;
use crate::panel::{self, Answer, AppData, Member, Nav, PageContext, Right};

pub use contact::card;
pub use one::get;

#[derive(Debug, Default, Deserialize)]
struct ConversationsQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    source: String,
    cursor: Option<String>,
}

#[derive(Template)]
#[template(path = "panel/conversations/list.html")]
struct ConversationsPage {
    page: PageContext,
    text: String,
    sources: Vec<SelectOption>,
    filtered: bool,
    rows: Vec<ConversationRow>,
    newest: Option<String>,
    older: Option<String>,
}

struct ConversationRow {
    id: String,
    customer: String,
    phone: String,
    source: String,
    /// `<time>`; empty if there are no messages.
    last: String,
}

/// `GET /panel/conversations`.
pub async fn list(app: AppData, member: Member, request: HttpRequest) -> Answer {
    member.require(Right::Look)?;
    let query = web::Query::<ConversationsQuery>::from_query(request.query_string())
        .map(web::Query::into_inner)
        .unwrap_or_default();
    let page = member.page("conversations-title", Nav::Conversations);
    let (db, tenant_id) = (app.store.read(), member.tenant_id);
    let ground = Ground::of_tenant(db, tenant_id).await?;
    let text: String = query.q.trim().chars().take(255).collect();
    let ids = match text.as_str() {
        "" => None,
        text => Some(find::find(db, tenant_id, text).await?.conversations),
    };
    let wanted = chats::ConversationFilter { source_id: choice::source_id(&ground, &query.source), ids };
    let rows = choice::page_of(query.cursor.as_deref(), &["panel-latest-chats", &text, &query.source])?;
    let found =
        chats::latest_page(db, tenant_id, &wanted, &ground, (rows.after, rows.rows()), chats::MOST_READ).await?;
    let (found, next) = rows.cut(found, |row| row.place);
    let last = chats::last_messages(db, tenant_id, found.iter().map(|row| row.conversation.id)).await?;
    let address = |cursor: &str| {
        choice::address("/panel/conversations", &[("q", &text), ("source", &query.source), ("cursor", cursor)])
    };
    let row = |conversation: &entity::conversation::Model| {
        let contact = serde_json::from_str(&conversation.contact).unwrap_or_default();
        let source = ground.sources.get(&conversation.source_id);
        ConversationRow {
            id: conversation.id.to_string(),
            customer: reasons::customer(&contact, page.words),
            phone: contact.phone.as_deref().map(reasons::short_phone).unwrap_or_default(),
            source: source.map_or_else(|| "–".to_owned(), |source| source.name.clone()),
            last: last.get(&conversation.id).map(|at| page.time(at)).unwrap_or_default(),
        }
    };
    let list = ConversationsPage {
        sources: choice::sources(&page, &ground, &query.source),
        filtered: !text.is_empty() || wanted.source_id.is_some(),
        rows: found.iter().map(|found| row(&found.conversation)).collect(),
        newest: query.cursor.as_ref().map(|_| address("")),
        older: next.as_deref().map(address),
        text: text.clone(),
        page: page.clone(),
    };
    panel::html(&page, &list)
}
