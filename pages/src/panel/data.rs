//! `/panel/data`: retention periods, export and erasure of data. Only for owners.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use base::config::Retention;
use base::error::{Error, Result};
use base::i18n::{LocalizedText, Sentence, When, Words, Zone};
use base::message::Person;
use base::store::VENDOR;
use domain::delivery::read::chats::{self, ConversationFilter};
use domain::delivery::read::list::Ground;
use domain::identity::{realm, signed_in};
use domain::source;
use domain::tenant::{self, CustomerExport, Erasure, Export, ExportPages, Who};
use domain::unregister::LineState;
use entity::conversation;
use sea_orm::DbErr;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::customer::consents;
use super::{
    Answer, AppData, Form, Member, Nav, Notice, PageContext, PanelContext, Right, Tone, html, html_as, nothing_kept,
    reasons,
};
use crate::legal::{self, Agreement};

/// Paths are relative to `/panel`.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/data", web::get().to(show))
        .route("/data/texts", web::post().to(choose))
        .route("/data/export", web::get().to(download))
        .route("/data/marketing.csv", web::get().to(consents::of_account))
        .route("/data/customer", web::get().to(ask_erase_customer))
        .route("/data/customer", web::post().to(erase_customer))
        .route("/data/customer/export", web::post().to(of_customer))
        .route("/data/all", web::get().to(ask_erase_all))
        .route("/data/all", web::post().to(erase_all));
}

/// Classes of stored data: message keys `data-kept-{class}` and `data-kept-{class}-term`.
const CLASSES: [&str; 9] =
    ["messages", "texts", "files", "undelivered", "hooks", "access", "sessions", "audit", "proofs"];

#[derive(Template)]
#[template(path = "panel/data.html")]
struct Data {
    page: PageContext,
    classes: [&'static str; 9],
    /// The account's retention periods.
    retention: Retention,
    /// Days for which files are kept.
    files_days: u32,
    /// The choices for the retention of texts, in days.
    terms: Vec<KeptPeriod>,
    /// The configured default, in days.
    usual: u32,
    /// The value of the search field.
    who: String,
    /// The error of the search field; empty if there is none.
    wrong: String,
    agreement: AgreementShown,
}

/// `GET /panel/data`
async fn show(app: AppData, member: Member) -> Answer {
    member.require(Right::SeeData)?;
    let page = member.page("nav-data", Nav::Data);
    html(&page, &Data::of(&app, &member, page.clone()).await?)
}

impl Data {
    async fn of(app: &PanelContext, member: &Member, page: PageContext) -> Result<Self> {
        let usual = app.config.retention.texts_days;
        let texts_days = tenant::texts_days(&app.tenants, &member.here.tenant);
        let agreement = AgreementShown::of(app, &member.here.tenant, page.words).await?;
        Ok(Self {
            agreement,
            page,
            classes: CLASSES,
            retention: tenant::retention(&app.config.retention, &member.here.tenant),
            files_days: if texts_days == 0 { 0 } else { app.config.media.keep_days },
            terms: offered(app, member.here.tenant.texts_days.map(|_| texts_days)),
            usual,
            who: String::new(),
            wrong: String::new(),
        })
    }

    /// Number of days for which a class of data is kept; 0 if another rule applies.
    fn days(&self, class: &str) -> u32 {
        let kept = &self.retention;
        match class {
            "messages" => kept.messages_days,
            "texts" => kept.texts_days,
            "files" => self.files_days,
            "undelivered" => kept.undelivered_days,
            "hooks" => kept.hooks_days,
            "audit" => kept.audit_days,
            _ => 0,
        }
    }
}

/// The agreement and its acceptance.
pub struct AgreementShown {
    /// Empty if neither an agreement nor a consent exists.
    pub text: Option<Sentence>,
    /// The page with the present text; none if the vendor has no agreement.
    pub href: Option<String>,
    /// What was accepted is not the present text.
    pub is_changed: bool,
}

impl AgreementShown {
    pub async fn of(app: &PanelContext, tenant: &entity::tenant::Model, words: Words) -> Result<Self, DbErr> {
        let integration = app.integrations.named(&tenant.integration);
        let present = Agreement::of(app, integration.as_deref(), words.language());
        let href = present.as_ref().map(|agreement| agreement.address(app));
        let Some(given) = legal::last_consent(app.store.read(), tenant.tenant_id).await? else {
            let crm = integration.map_or("amoCRM", |integration| integration.platform.brand());
            let text = href.as_ref().map(|_| words.text("data-agreement-missing").with("crm", crm));
            return Ok(Self { text, href, is_changed: false });
        };
        let who = if given.user_name.is_empty() {
            words.text("data-agreement-administrator").to_string()
        } else {
            given.user_name.clone()
        };
        let time = When::new(given.created_at, app.clock.millis(), Zone::named(&tenant.time_zone), words).exact();
        let text = words
            .text("data-agreement-given")
            .with("who", who)
            .with("time", time)
            .with("version", given.version.as_str());
        let is_changed = !Agreement::is_current(app, integration.as_deref(), &given);
        Ok(Self { text: Some(text), href, is_changed })
    }
}

/// Offered retention periods, in days.
const OFFERED: [u32; 8] = [0, 1, 3, 7, 14, 30, 60, 90];

/// One offered period.
struct KeptPeriod {
    /// `None`: the default.
    pub days: Option<u32>,
    pub chosen: bool,
}

/// The periods an account may choose from, always including its current one.
fn offered(app: &PanelContext, own: Option<u32>) -> Vec<KeptPeriod> {
    let most = tenant::most_days(&app.tenants);
    let mut days: Vec<u32> = OFFERED.into_iter().filter(|days| *days <= most).chain(own).collect();
    days.sort_unstable();
    days.dedup();
    let all = std::iter::once(None).chain(days.into_iter().map(Some));
    all.map(|days| KeptPeriod { days, chosen: days == own }).collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RetentionForm {
    days: String,
}

/// `POST /panel/data/texts`
async fn choose(app: AppData, member: Member, chosen: Form<RetentionForm>) -> Answer {
    member.require(Right::EraseData)?;
    let days = match chosen.days.trim() {
        "" => None,
        text => Some(text.parse().map_err(|_| Error::Malformed(LocalizedText::new("said-form-deed")))?),
    };
    let tenant_id = member.tenant_id;
    tenant::keep_texts(&app.tenants, tenant_id, days).await?;
    member.audit(&app, app.store.write(), "data.term_changed", "", json!({ "days": days })).await?;
    let notice = Notice::of(Tone::Ok, member.words.text("data-retention-saved"));
    member.see_other(&app, "/panel/data", notice).await
}

/// `GET /panel/data/export`
async fn download(app: AppData, member: Member) -> Answer {
    member.require(Right::SeeData)?;
    let app = app.into_inner();
    let export = Export::begin(&app.tenants, member.tenant_id).await?;
    member.audit(&app, app.store.write(), "data.exported", "", json!({})).await?;
    let name = export.file_name();
    Ok(file(&name, export))
}

/// `POST /panel/data/customer/export`
async fn of_customer(app: AppData, member: Member, form: Form<CustomerForm>) -> Answer {
    member.require(Right::SeeData)?;
    let app = app.into_inner();
    let export = CustomerExport::begin(&app.tenants, member.tenant_id, &who(&form.who)).await?;
    // Without the phone number, because the log must not keep data that is erased later.
    member.audit(&app, app.store.write(), "data.exported", "", json!({ "customers": 1 })).await?;
    let name = export.file_name();
    Ok(file(&name, export))
}

fn file(name: &str, export: impl ExportPages) -> HttpResponse {
    nothing_kept(StatusCode::OK)
        .content_type("application/x-ndjson")
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .streaming(Box::pin(export.into_body()))
}

#[derive(Template)]
#[template(path = "panel/data_customer.html")]
struct EraseCustomerPage {
    page: PageContext,
    who: String,
    /// Whom the page names: what was searched for, or the customer.
    whom: String,
    chats: usize,
    named: Vec<ChatNamed>,
    messages: u64,
    files: u64,
    also_possible: Vec<Uuid>,
}

#[derive(Deserialize)]
struct CustomerQuery {
    #[serde(default)]
    who: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CustomerForm {
    pub who: String,
}

/// A customer by the address of their page, a chat by its id or the address of its page, otherwise a phone number.
fn who(text: &str) -> Who {
    let (rest, last) = text.trim().trim_end_matches('/').rsplit_once('/').unwrap_or(("", text.trim()));
    match last.parse() {
        Ok(id) if rest.ends_with("/customers") => Who::Customer(id),
        Ok(id) => Who::Conversation(id),
        Err(_) => Who::Phone(text.trim().to_owned()),
    }
}

/// Chats that are named before their erasure.
const MOST_NAMED: u64 = 50;

/// A chat of the customer, so that nobody erases another one.
struct ChatNamed {
    id: Uuid,
    customer: String,
    source: String,
    /// `<time>`s of its beginning and its last message.
    begun: String,
    last: String,
}

async fn named(app: &PanelContext, page: &PageContext, tenant_id: Uuid, ids: &[Uuid]) -> Result<Vec<ChatNamed>> {
    let db = app.store.read();
    let ground = Ground::of_tenant(db, tenant_id).await?;
    let wanted = ConversationFilter { ids: Some(ids.to_vec()), ..ConversationFilter::default() };
    let rows = chats::page(db, tenant_id, &wanted, None, MOST_NAMED).await?;
    let last = chats::last_messages(db, tenant_id, rows.iter().map(|row| row.id)).await?;
    let name = |row: &conversation::Model| {
        let person: Person = serde_json::from_str(&row.contact).unwrap_or_default();
        let phone = person.phone.as_deref().map(reasons::short_phone).unwrap_or_default();
        let customer = reasons::customer(&person, page.words);
        if phone.is_empty() || person.name.is_none() { customer } else { format!("{customer} · {phone}") }
    };
    let one = |row: conversation::Model| ChatNamed {
        id: row.id,
        customer: name(&row),
        source: ground.sources.get(&row.source_id).map_or_else(|| "–".to_owned(), |source| source.name.clone()),
        begun: page.stamp(&row.created_at),
        last: last.get(&row.id).map(|at| page.stamp(at)).unwrap_or_default(),
    };
    Ok(rows.into_iter().map(one).collect())
}

/// `GET /panel/data/customer?who=…`
async fn ask_erase_customer(app: AppData, member: Member, asked: web::Query<CustomerQuery>) -> Answer {
    member.require(Right::EraseData)?;
    let words = member.words;
    let found = match tenant::erase::find(&app.tenants, member.tenant_id, &who(&asked.who)).await {
        Ok(found) if found.is_empty() && found.also_possible.is_empty() => Err("data-none-found"),
        Ok(found) => Ok(found),
        Err(Error::Invalid(_)) => Err("data-who-wrong"),
        Err(other) => return Err(other),
    };
    match found {
        Ok(found) => {
            let page = member.page("data-forget-person-title", Nav::Data);
            let named = named(&app, &page, member.tenant_id, &found.conversations).await?;
            let by_number = matches!(who(&asked.who), Who::Phone(_));
            let first = named.first().map(|one| one.customer.clone()).filter(|_| !by_number);
            let confirm = EraseCustomerPage {
                whom: first.unwrap_or_else(|| asked.who.clone()),
                who: asked.who.clone(),
                named,
                chats: found.conversations.len(),
                messages: found.messages,
                files: found.files,
                also_possible: found.also_possible,
                page: page.clone(),
            };
            html(&page, &confirm)
        }
        Err(key) => {
            let page = member.page("nav-data", Nav::Data).with_error();
            let wrong = words.text(key).to_string();
            let data = Data { who: asked.who.clone(), wrong, ..Data::of(&app, &member, page.clone()).await? };
            html_as(StatusCode::UNPROCESSABLE_ENTITY, &page, &data)
        }
    }
}

/// `POST /panel/data/customer`
async fn erase_customer(app: AppData, member: Member, form: Form<CustomerForm>) -> Answer {
    member.require(Right::EraseData)?;
    let by = format!("person:{}", member.person.id);
    let erasure = tenant::erase(&app.tenants, member.tenant_id, &who(&form.who), &by).await?;
    // The erasure's id instead of the phone number, because the log must not keep erased data.
    let (object, detail) = (erasure.id.to_string(), json!(erasure.counts));
    member.audit(&app, app.store.write(), "data.erased", &object, detail).await?;
    member.see_other(&app, "/panel/data", Notice::done(member.words.text("data-erased"))).await
}

#[derive(Template)]
#[template(path = "panel/data_all.html")]
struct EraseAllPage {
    page: PageContext,
    sources: u64,
    wrong: String,
}

#[derive(Template)]
#[template(path = "panel/data_gone.html")]
struct Gone {
    page: PageContext,
    /// Lines whose webhooks are still at their messengers, and what their owner can do: those that Parom retries, and those
    /// that it gave up, each after the end of their text's key.
    left: [(&'static str, Vec<(String, String)>); 2],
}

impl Gone {
    fn of(page: PageContext, erasure: &Erasure) -> Self {
        let of_state = |state: LineState| {
            let lines = erasure.lines.iter().filter(|line| line.state == state);
            lines.map(|line| (line.named(page.words), line.what_to_do(page.words))).collect()
        };
        let left = [("", of_state(LineState::Retried)), ("-given-up", of_state(LineState::GivenUp))];
        Self { page, left }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EraseAllForm {
    account: String,
}

async fn erase_all_form(app: &PanelContext, member: &Member, status: StatusCode, wrong: String) -> Answer {
    let mut page = member.page("data-forget-all", Nav::Data);
    page.not_taken = !wrong.is_empty();
    let usage = source::usage(&app.sources, member.tenant_id).await?;
    html_as(status, &page, &EraseAllPage { page: page.clone(), sources: usage.used, wrong })
}

/// `GET /panel/data/all`
async fn ask_erase_all(app: AppData, member: Member) -> Answer {
    member.require(Right::EraseData)?;
    erase_all_form(&app, &member, StatusCode::OK, String::new()).await
}

/// `POST /panel/data/all`
async fn erase_all(app: AppData, request: HttpRequest, member: Member, confirmed: Form<EraseAllForm>) -> Answer {
    member.require(Right::EraseData)?;
    let host = member.here.tenant.host.as_str();
    if confirmed.account.trim() != host {
        let wrong = member.words.text("form-confirm-mismatch").with("expected", host).to_string();
        return erase_all_form(&app, &member, StatusCode::UNPROCESSABLE_ENTITY, wrong).await;
    }
    let app = app.into_inner();
    let by = format!("person:{}", member.person.id);
    let framed = realm::is_framed(&request);
    let forgotten = signed_in::forget(&app.identity, &request, member.session.id, framed).await?;
    // A browser that disconnects must not interrupt the erasure.
    let tenant_id = member.tenant_id;
    let work = app.clone();
    let erased =
        base::supervisor::detach("erasure", async move { tenant::forget(&work.tenants, tenant_id, true, &by).await })
            .await;
    let erasure = erased.map_err(|error| anyhow::anyhow!("an erasure broke off: {error}"))??;
    // Recorded in the vendor's log: the account's own is deleted too.
    let (object, detail) = (member.here.tenant.account_id.to_string(), json!({ "erasure": erasure.id }));
    let by = member.by();
    by.did(&app, app.store.write(), "account.forgotten", (VENDOR, &object), detail).await?;
    let integration = app.integrations.named(&member.here.tenant.integration);
    let page = PageContext::outside(&app, &request, "data-gone-title").of_brand(&app, integration.as_deref());
    let text = page.words.text("data-gone").with("account", host).with("proof", erasure.id.to_string()).to_string();
    let page = page.with_notice(Notice::done(text));
    let mut answer = html(&page, &Gone::of(page.clone(), &erasure))?;
    answer.headers_mut().append(header::SET_COOKIE, forgotten);
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chat_is_found_by_its_id_or_page_address() {
        let id = uuid::Uuid::from_u128(7);
        for text in [id.to_string(), format!(" {id} "), format!("https://parom.example/panel/conversations/{id}")] {
            assert_eq!(who(&text), Who::Conversation(id));
        }
        assert_eq!(who(&format!("/customers/{id}")), Who::Customer(id));
        assert_eq!(who(" +7 915 111-22-33 "), Who::Phone("+7 915 111-22-33".into()));
    }
}
