//! Chats of the account: lists, one chat with its messages, and why they are one chat.

use actix_web::{HttpRequest, web};
use askama::Template;
use base::error::Error;
use base::i18n::Sentence;
use base::message::{Member as GroupMember, Person, Visit, Visits};
use domain::contact;
use domain::delivery::read::list::{Ground, MessageFilter};
use domain::delivery::read::{chats, find};
use domain::source::refresh_users;
use domain::source::window::Window;
use entity::{conversation, conversation_alias};
use queue::accept_batch::Side;
use serde::Deserialize;
use uuid::Uuid;

use super::choice::{self, SelectOption};
use super::messages::MessageTable;
use super::{Answer, AppData, Member, Nav, PageContext, Right, reasons};
use crate::panel;

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
    let query: ConversationsQuery = choice::filters(&request);
    let page = member.page("nav-conversations", Nav::Conversations);
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
            source: page.source(source),
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

#[derive(Debug, Default, Deserialize)]
struct ConversationQuery {
    cursor: Option<String>,
}

#[derive(Template)]
#[template(path = "panel/conversations/one.html")]
struct ConversationPage {
    page: PageContext,
    id: String,
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
    table: MessageTable,
    may_block: bool,
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
    let query: ConversationQuery = choice::filters(&request);
    let person: Person = serde_json::from_str(&conversation.contact).unwrap_or_default();
    let customer = reasons::customer(&person, member.words);
    let page = member.page(member.words.text("conversation-title").with("name", customer.as_str()), Nav::Conversations);
    refresh_users(&app.sources, tenant_id).await?;
    let ground = Ground::of_tenant(db, tenant_id).await?;
    let source = ground.sources.get(&conversation.source_id);
    let aliases = chats::aliases(db, tenant_id, id).await?;
    let path = format!("/panel/conversations/{id}");
    let at = (path.as_str(), query.cursor.as_deref());
    let wanted = MessageFilter { conversation_id: Some(id), ..MessageFilter::default() };
    let table = MessageTable::of(&app, &page, &ground, (tenant_id, &wanted), at).await?;
    let window = source.and_then(|source| Window::of(app.connectors.get(&source.kind)?.as_ref(), source));
    let one = ConversationPage {
        id: id.to_string(),
        customer,
        phone: person.phone.as_deref().map(reasons::short_phone).unwrap_or_default(),
        email: person.email.clone().unwrap_or_default(),
        source_id: conversation.source_id.to_string(),
        source: source.filter(|source| source.deleted_at.is_none()).map(|source| source.name.clone()),
        messenger: source.and_then(|source| page.messenger_of(source)),
        begun: page.time(&conversation.created_at),
        visit: facts(&page, &conversation.visit, &person.members),
        shut: (conversation.shut_at > 0).then(|| page.time(&conversation.shut_at)),
        window: window.map(|window| WindowView::of(&page, window, &conversation, app.clock.millis())),
        links: links(&page, &ground, &conversation, &aliases),
        rule: source.map(|source| page.words.text_of("contact-rule-", &source.contact_rule).with("crm", page.crm)),
        contact: ContactView::of(&page, &member.here.tenant.host, &conversation),
        table,
        may_block: member.may(Right::EditCustomers) && conversation.blocked_by.is_empty(),
        page: page.clone(),
    };
    panel::html(&page, &one)
}

/// The contact as a page shows it.
pub struct ContactView {
    /// Its card in amoCRM; `None` if no contact is known.
    pub address: Option<String>,
    pub name: String,
    /// `None` if it was not looked up yet.
    pub why: Option<Sentence>,
}

impl ContactView {
    pub fn of(page: &PageContext, host: &str, row: &conversation::Model) -> Self {
        let why = Some(row.contact_why.as_str()).filter(|why| !why.is_empty());
        let given = serde_json::from_str::<Person>(&row.contact).ok().and_then(|person| person.crm_contact_id);
        let number = given.map(|id| id.to_string()).unwrap_or_default();
        Self {
            address: card(host, row),
            name: row.contact_name.clone(),
            why: why.map(|why| page.words.text_of("contact-why-", why).with("crm", page.crm).with("number", number)),
        }
    }
}

/// The address of the contact's card on the account's host.
pub fn card(host: &str, row: &conversation::Model) -> Option<String> {
    (row.contact_id > 0).then(|| format!("https://{host}/contacts/detail/{}", row.contact_id))
}

/// One label with its text.
pub struct LabelledText {
    pub label: Sentence,
    /// As the page or the link reported it.
    pub text: String,
}

/// Facts from the data stored with a conversation: the members of a group; a page and its campaign parameters, or a
/// link's parameter.
pub fn facts(page: &PageContext, stored: &str, members: &[GroupMember]) -> Vec<LabelledText> {
    let names: Vec<&str> = members.iter().map(|one| one.name.as_deref().unwrap_or(&one.id)).collect();
    let group = LabelledText { label: page.words.text("conversation-participants"), text: names.join(", ") };
    std::iter::once(group).filter(|fact| !fact.text.is_empty()).chain(origin(page, stored)).collect()
}

fn origin(page: &PageContext, stored: &str) -> Vec<LabelledText> {
    let fact = |key: &'static str, text: String| LabelledText { label: page.words.text(key), text };
    let Some(visits) = Visits::stored(stored) else {
        let word = Some(stored).filter(|word| !word.is_empty());
        return word.into_iter().map(|word| fact("conversation-visit", word.to_owned())).collect();
    };
    let Visits { first, last, agreed_at, answers, rating } = visits;
    let marks: Vec<String> = first.marks.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let all = [
        ("conversation-first-page", named(&first)),
        ("conversation-last-page", if last.url == first.url { String::new() } else { named(&last) }),
        ("conversation-referrer", first.referrer),
        ("conversation-marks", marks.join(", ")),
        ("conversation-agreed", agreed_at.map(|at| page.when(&at).adverb()).unwrap_or_default()),
    ];
    let known = all.into_iter().filter(|(_, text)| !text.is_empty()).map(|(key, text)| fact(key, text));
    let told = answers.into_iter().map(|one| fact("conversation-answer", format!("{}: {}", one.question, one.answer)));
    let rated = rating.map(|rating| {
        let score = page.words.text_of("chat-rating-", rating.score.word()).to_string();
        let text = [score, rating.comment].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>();
        fact("conversation-rating", text.join(". "))
    });
    known.chain(told).chain(rated).collect()
}

/// A page with title and address.
fn named(visit: &Visit) -> String {
    if visit.title.is_empty() { visit.url.clone() } else { format!("{} – {}", visit.title, visit.url) }
}

/// One id with its origin.
pub struct IdOrigin {
    pub sentence: Sentence,
    pub id: String,
}

/// In the order of the message's route: the messenger's ids, ours for amoCRM, amoCRM's.
pub fn links(
    page: &PageContext,
    ground: &Ground,
    conversation: &conversation::Model,
    aliases: &[conversation_alias::Model],
) -> Vec<IdOrigin> {
    let words = page.words;
    let mut links = Vec::new();
    for alias in aliases {
        let sentence = match Side::from_number(alias.side) {
            Ok(Side::Messenger) => {
                let source = ground.sources.get(&alias.origin);
                let messenger = source.map(|source| words.text_of("connector-", &source.kind).to_string());
                words
                    .text("conversation-why-messenger")
                    .with("messenger", messenger.unwrap_or_default())
                    .with("source", source.map_or("–", |source| source.name.as_str()))
            }
            Ok(Side::OursAtCrm) => words.text("conversation-why-ours").with("crm", page.crm),
            Ok(Side::Crm) => words.text("conversation-why-crm").with("crm", page.crm),
            Err(_) => continue,
        };
        links.push(IdOrigin { sentence, id: alias.external_id.clone() });
    }
    if conversation.external_id.is_empty() {
        let sentence = words.text("conversation-why-manager").with("crm", page.crm);
        links.insert(0, IdOrigin { sentence, id: String::new() });
    }
    links
}
