//! `/panel/customers/{id}`: a customer over all messengers. The id is that of any of their chats.

mod blocks;
pub(super) mod consents;
mod links;

use std::collections::BTreeSet;

use actix_web::{HttpRequest, web};
use askama::Template;
use base::error::{Error, Result};
use base::i18n::Sentence;
use base::message::Person;
use domain::delivery::read::chats;
use domain::delivery::read::customer::{self, MOST, Open};
use domain::delivery::read::figures::hours_begin;
use domain::delivery::read::find::SearchResults;
use domain::delivery::read::list::{self, Ground, MessageFilter, MessageSummary};
use domain::source::refresh_users;
use entity::conversation;
use serde::Deserialize;
use uuid::Uuid;

use super::conversations::ContactView;
use super::messages::{MessageRow, MessageTable, row};
use super::{Answer, AppData, Member, Nav, PageContext, PanelContext, Right, choice, html, reasons};
use blocks::BlockView;
use consents::ConsentView;
use links::LinkRow;

/// Paths are relative to `/panel`.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/customers/{id}", web::get().to(get))
        .route("/customers/{id}/undo/{link}", web::get().to(links::ask_undo))
        .route("/customers/{id}/undo/{link}", web::post().to(links::undo))
        .route("/customers/{id}/join", web::get().to(links::ask_join))
        .route("/customers/{id}/join/{contact}", web::post().to(links::join))
        .route("/customers/{id}/block", web::get().to(blocks::ask))
        .route("/customers/{id}/block", web::post().to(blocks::block))
        .route("/customers/{id}/unblock", web::post().to(blocks::unblock))
        .route("/customers/{id}/marketing", web::post().to(consents::record))
        .route("/customers/{id}/marketing.csv", web::get().to(consents::of_customer));
}

/// A chat of the account, for a person who may decide about its customer.
async fn chat_to_edit(app: &PanelContext, member: &Member, id: &str) -> Result<conversation::Model> {
    member.require(Right::EditCustomers)?;
    let id = Uuid::try_parse(id).map_err(|_| Error::NotFound)?;
    chats::one(app.store.read(), member.tenant_id, id).await?.ok_or(Error::NotFound)
}

fn home(chat: &conversation::Model) -> String {
    format!("/panel/customers/{}", chat.id)
}

#[derive(Debug, Default, Deserialize)]
struct CustomerQuery {
    cursor: Option<String>,
}

#[derive(Template)]
#[template(path = "panel/customer.html")]
struct CustomerPage {
    page: PageContext,
    id: String,
    phones: Vec<String>,
    emails: Vec<String>,
    contact: ContactView,
    chats: Vec<CustomerChat>,
    /// The customer has more chats than are listed.
    more: Option<Sentence>,
    block: BlockView,
    consents: ConsentView,
    links: Vec<LinkRow>,
    host: String,
    table: MessageTable,
}

struct CustomerChat {
    id: String,
    /// How the messenger names the customer.
    name: String,
    /// The source's name with its messenger's icon.
    source: String,
    messenger: Option<Sentence>,
    /// The last message: its time, its arrow and direction, its state.
    last: Option<MessageRow>,
    open: Open,
    is_blocked: bool,
}

/// `GET /panel/customers/{id}`.
pub async fn get(app: AppData, member: Member, id: web::Path<String>, request: HttpRequest) -> Answer {
    member.require(Right::Look)?;
    let id = Uuid::try_parse(&id).map_err(|_| Error::NotFound)?;
    let (db, tenant_id) = (app.store.read(), member.tenant_id);
    let chat = chats::one(db, tenant_id, id).await?.ok_or(Error::NotFound)?;
    let mut found = customer::chats(db, &chat, MOST + 1).await?;
    let is_more = u64::try_from(found.len()).is_ok_and(|count| count > MOST);
    found.truncate(usize::try_from(MOST).unwrap_or(usize::MAX));
    if found.iter().all(|one| one.id != id) {
        found.push(chat.clone());
    }
    let ids: Vec<Uuid> = found.iter().map(|one| one.id).collect();
    let query: CustomerQuery = choice::filters(&request);
    let people: Vec<Person> = found.iter().map(|one| serde_json::from_str(&one.contact).unwrap_or_default()).collect();
    let named = Some(chat.contact_name.as_str()).filter(|name| !name.is_empty());
    let first = serde_json::from_str::<Person>(&chat.contact).unwrap_or_default();
    let name = named.map_or_else(|| reasons::customer(&first, member.words), str::to_owned);
    let page = member.page(name, Nav::Conversations);
    refresh_users(&app.sources, tenant_id).await?;
    let ground = Ground::of_tenant(db, tenant_id).await?;
    let open = customer::open(db, tenant_id, &ids, hours_begin(app.clock.millis())).await?;
    let last = list::last_of_chats(db, tenant_id, &ground, &ids).await?;
    let (path, cursor) = (format!("/panel/customers/{id}"), query.cursor.as_deref());
    let wanted = MessageFilter {
        found: Some(SearchResults { conversations: ids, messages: Vec::new() }),
        ..MessageFilter::default()
    };
    let table = MessageTable::of(&app, &page, &ground, (tenant_id, &wanted), (&path, cursor)).await?;
    let of_chat = |chat: &conversation::Model| {
        let last = last.iter().find(|line| line.message.conversation_id == chat.id);
        row_of(&page, &ground, chat, last, open.get(&chat.id).copied().unwrap_or_default())
    };
    let mut chats: Vec<(i64, CustomerChat)> = found.iter().map(of_chat).collect();
    chats.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let links = links::rows(&app, &member, &page, &ground, &found).await?;
    let one = CustomerPage {
        block: BlockView::of(&page, &found),
        consents: ConsentView::of(&app, &page, &ground, &found).await?,
        links,
        host: member.here.tenant.host.clone(),
        id: id.to_string(),
        phones: known(&people, |person| person.phone.as_deref()).iter().map(|one| reasons::short_phone(one)).collect(),
        emails: known(&people, |person| person.email.as_deref()),
        contact: ContactView::of(&page, &member.here.tenant.host, &chat),
        chats: chats.into_iter().map(|(_, chat)| chat).collect(),
        more: is_more.then(|| page.words.text("customer-more").with("count", MOST)),
        table,
        page: page.clone(),
    };
    html(&page, &one)
}

/// What is known of a person in any of their chats, each once.
fn known(people: &[Person], of: impl Fn(&Person) -> Option<&str>) -> Vec<String> {
    let all: BTreeSet<&str> = people.iter().filter_map(of).filter(|text| !text.is_empty()).collect();
    all.into_iter().map(str::to_owned).collect()
}

/// A chat with the time of its last message, or of its beginning.
fn row_of(
    page: &PageContext,
    ground: &Ground,
    chat: &conversation::Model,
    last: Option<&MessageSummary>,
    open: Open,
) -> (i64, CustomerChat) {
    let person: Person = serde_json::from_str(&chat.contact).unwrap_or_default();
    let source = ground.sources.get(&chat.source_id);
    let shown = CustomerChat {
        id: chat.id.to_string(),
        name: reasons::customer(&person, page.words),
        source: page.source(source),
        messenger: source.and_then(|source| page.messenger_of(source)),
        last: last.map(|line| row(page, ground, line, None)),
        open,
        is_blocked: chat.blocked_at > 0 && !last.is_some_and(MessageSummary::is_kept_back),
    };
    (last.map_or(chat.created_at, |line| line.message.accepted_at), shown)
}
