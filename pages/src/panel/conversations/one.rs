//! One chat: its customer, why it is one chat, and its messages.

use actix_web::{HttpRequest, web};
use askama::Template;
use base::error::Error;
use base::i18n::Sentence;
use base::message::Person;
use domain::contact;
use domain::delivery::read::chats;
use domain::delivery::read::list::{self, Ground, MessageFilter};
use domain::source::refresh_users;
use domain::source::window::Window;
use entity::conversation;
use serde::Deserialize;
use uuid::Uuid;

use super::contact::ContactView;
use super::visit::{self, LabelledText};
use super::why::{self, IdOrigin};
use crate::panel::messages::{MessageRow, SortHead, row};
use crate::panel::reasons;
use crate::panel::{self, Answer, AppData, Member, Nav, PageContext, Right, choice};

#[derive(Debug, Default, Deserialize)]
struct ConversationQuery {
    cursor: Option<String>,
}

#[derive(Template)]
#[template(path = "panel/conversations/one.html")]
struct ConversationPage {
    page: PageContext,
    customer: String,
    phone: String,
    email: String,
    source_id: String,
    source: Option<String>,
    messenger: Option<Sentence>,
    begun: String,
    /// How the customer found the chat, if known.
    visit: Vec<LabelledText>,
    /// Since when the customer has blocked us; `None` if they have not.
    shut: Option<String>,
    /// The time left for free answers; `None` if there is no limit.
    window: Option<WindowView>,
    links: Vec<IdOrigin>,
    rule: Option<Sentence>,
    contact: ContactView,
    rows: Vec<MessageRow>,
    by_time: SortHead,
    by_duration: SortHead,
    newest: Option<String>,
    older: Option<String>,
}

/// The time for free answers as shown on the page.
struct WindowView {
    says: Sentence,
    /// When it ends or ended, as `<time>`; empty if the customer has never written.
    until: String,
}

impl WindowView {
    fn of(page: &PageContext, window: Window, row: &conversation::Model, now: i64) -> Self {
        let key = match (window.is_open(row, now), window.templates) {
            (true, _) => "conversation-window-open",
            (false, true) => "conversation-window-over-template",
            (false, false) => "conversation-window-over",
        };
        let until = window.until(row).map(|until| page.time(&until)).unwrap_or_default();
        Self { says: page.words.text(key), until }
    }
}

/// `GET /panel/conversations/{id}`.
pub async fn get(app: AppData, member: Member, id: web::Path<String>, request: HttpRequest) -> Answer {
    member.require(Right::Look)?;
    let id = Uuid::try_parse(&id).map_err(|_| Error::NotFound)?;
    let (db, tenant_id) = (app.store.read(), member.tenant_id);
    let conversation = chats::one(db, tenant_id, id).await?.ok_or(Error::NotFound)?;
    let conversation = contact::look(&app.tenants, conversation).await;
    let query = web::Query::<ConversationQuery>::from_query(request.query_string())
        .map(web::Query::into_inner)
        .unwrap_or_default();
    let person: Person = serde_json::from_str(&conversation.contact).unwrap_or_default();
    let customer = reasons::customer(&person, member.words);
    let page = member.page(member.words.text("conversation-title").with("name", customer.as_str()), Nav::Conversations);
    refresh_users(&app.sources, tenant_id).await?;
    let ground = Ground::of_tenant(db, tenant_id).await?;
    let source = ground.sources.get(&conversation.source_id);
    let aliases = chats::aliases(db, tenant_id, id).await?;
    let wanted = MessageFilter { conversation_id: Some(id), ..MessageFilter::default() };
    let rows = choice::page_of(query.cursor.as_deref(), &["panel-chat", &id.to_string()])?;
    let lines = list::page(db, tenant_id, &wanted, &ground, rows.after, rows.rows()).await?;
    let (lines, next) = rows.cut(lines, |line| line.message.id);
    let took = list::took(db, tenant_id, &lines).await?;
    let window = source.and_then(|source| Window::of(app.connectors.get(&source.kind)?.as_ref(), source));
    let path = format!("/panel/conversations/{id}");
    let one = ConversationPage {
        customer,
        phone: person.phone.as_deref().map(reasons::short_phone).unwrap_or_default(),
        email: person.email.clone().unwrap_or_default(),
        source_id: conversation.source_id.to_string(),
        source: source.filter(|source| source.deleted_at.is_none()).map(|source| source.name.clone()),
        messenger: source.map(|source| page.words.text_of("connector-", &source.kind)),
        begun: page.time(&conversation.created_at),
        visit: visit::facts(&page, &conversation.visit, &person.members),
        shut: (conversation.shut_at > 0).then(|| page.time(&conversation.shut_at)),
        window: window.map(|window| WindowView::of(&page, window, &conversation, app.clock.millis())),
        links: why::links(&page, &ground, &conversation, &aliases),
        rule: source.map(|source| page.words.text_of("contact-rule-", &source.contact_rule).with("crm", page.crm)),
        contact: ContactView::of(&page, &member.here.tenant.host, &conversation),
        rows: lines.iter().map(|line| row(&page, &ground, line, took.get(&line.message.id).copied())).collect(),
        by_time: SortHead::default(),
        by_duration: SortHead::default(),
        newest: query.cursor.as_ref().map(|_| path.clone()),
        older: next.as_deref().map(|next| choice::address(&path, &[("cursor", next)])),
        page: page.clone(),
    };
    panel::html(&page, &one)
}
