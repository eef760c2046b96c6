//! `/panel/sales`: the targets of won leads, what became of the last ones, and a dry run.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use askama::Template;
use base::error::{Error, FieldError};
use base::i18n::{Sentence, Words};
use domain::sale::request::SkipReason;
use domain::sale::target::{self, NewTarget};
use domain::sale::{self, Sale, SalePreview, Sending, SendingState, StoredSale, TargetKind, TargetSettings, Targets};
use domain::source::call_error;
use entity::conversation;
use sea_orm::{ColumnTrait, QueryFilter};
use secrecy::SecretString;
use serde::Deserialize;
use uuid::Uuid;

use super::choice::{self, SelectOption};
use super::{
    Answer, AppData, EmptyForm, Fields, Form, Member, Nav, Notice, PageContext, PanelContext, Right, Tone, html,
    html_as,
};
use super::{fields, reasons};

const HERE: &str = "/panel/sales";
/// The sales that are read, and those of them that are shown at first.
const LISTED: u64 = 50;
const FIRST: usize = 10;

/// Paths are relative to `/panel`.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/sales", web::get().to(show))
        .route("/sales/preview", web::get().to(preview))
        .route("/sales/targets", web::post().to(save))
        .route("/sales/{lead_id}/again", web::post().to(again));
}

/// A setting of a target.
struct FieldRow {
    name: String,
    label: String,
    value: String,
    error: String,
    hint: String,
    kind: &'static str,
    /// The target needs it.
    must: bool,
}

/// A target's part of the form.
struct TargetForm {
    word: &'static str,
    title: String,
    about: String,
    /// The address of the account's webhook; empty for other targets, or if there is none.
    address: String,
    on: bool,
    /// What is wrong with switching it on.
    error: String,
    fields: Vec<FieldRow>,
}

impl TargetForm {
    fn is_wrong(&self) -> bool {
        !self.error.is_empty() || self.fields.iter().any(|field| !field.error.is_empty())
    }
}

/// What became of a sale at a target, or would.
struct SendingRow {
    target: String,
    badge: String,
    reason: String,
    /// None in a dry run.
    at: Option<i64>,
    /// The request of a dry run.
    url: String,
    body: String,
}

struct SaleRow {
    /// The chat and name of its customer; none if it is no longer known.
    customer: Option<(Uuid, String)>,
    lead_id: i64,
    /// The lead in amoCRM.
    href: String,
    price: String,
    won_at: i64,
    sendings: Vec<SendingRow>,
    may_repeat: bool,
}

#[derive(Template)]
#[template(path = "panel/sales/list.html")]
struct SalesPage {
    page: PageContext,
    may: bool,
    forms: Vec<TargetForm>,
    rows: Vec<SaleRow>,
    /// The states of sendings by which the list is filtered; empty if there are no sales.
    states: Vec<SelectOption>,
    /// The list with the sales beyond the first; none if all are shown.
    all: Option<(Sentence, String)>,
    errors: Vec<(String, String)>,
}

/// The filters in the query string.
#[derive(Default, Deserialize)]
struct SalesQuery {
    #[serde(default)]
    state: String,
    /// Not only the first.
    #[serde(default)]
    all: String,
}

impl SalesQuery {
    fn has(&self, stored: &StoredSale) -> bool {
        let state = SendingState::parse(&self.state);
        state.is_none_or(|state| stored.sendings.values().any(|sending| sending.state == state))
    }
}

/// What was sent and not saved, and what is wrong with it.
type Unsaved<'form> = (&'form Fields, Vec<(String, String)>);

/// `GET /panel/sales`.
async fn show(app: AppData, member: Member, request: HttpRequest) -> Answer {
    sales_page(&app, &member, &choice::filters(&request), None).await
}

async fn sales_page(app: &AppData, member: &Member, query: &SalesQuery, unsaved: Option<Unsaved<'_>>) -> Answer {
    member.require(Right::Look)?;
    let mut page = member.page("sales-title", Nav::Sales).with_error_if(unsaved.is_some());
    // A refused form has an address below the page's own.
    page.is_below = false;
    let may = member.may(Right::ManageAccount);
    let targets = Targets::read(app, member.tenant_id).await?;
    let forms = TargetKind::ALL.map(|kind| form_of(&page, &targets, kind, unsaved.as_ref()));
    let mut found = sale::list(app.store.read(), member.tenant_id, LISTED).await?;
    let states = if found.is_empty() { Vec::new() } else { states(&page, &query.state) };
    found.retain(|stored| query.has(stored));
    let count = found.len();
    found.truncate(if query.all.is_empty() { FIRST } else { count });
    let host = &member.here.tenant.host;
    let customers = customers(app, member, &page, found.iter().map(|stored| &stored.sale)).await?;
    let rows: Vec<_> = found.iter().map(|stored| stored_row(&page, host, &customers, stored)).collect();
    let all = choice::address(HERE, &[("state", query.state.as_str()), ("all", "1")]);
    let template = SalesPage {
        may,
        forms: forms.into(),
        states,
        all: (count > rows.len()).then(|| (page.words.text("sales-all").with("count", count), all)),
        rows,
        errors: unsaved.as_ref().map(|(_, errors)| errors.clone()).unwrap_or_default(),
        page: page.clone(),
    };
    let status = if unsaved.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    html_as(status, &page, &template)
}

fn states(page: &PageContext, chosen: &str) -> Vec<SelectOption> {
    use SendingState::{Refused, Sent, Skipped, Waiting};
    let option =
        |state: SendingState| SelectOption::new(state.word(), page.words.text_of("sale-state-", state.word()), chosen);
    let any = SelectOption::new("", page.words.text("filter-any"), chosen);
    std::iter::once(any).chain([Sent, Waiting, Refused, Skipped].map(option)).collect()
}

/// The names of these sales' customers, by chat.
async fn customers(
    app: &PanelContext,
    member: &Member,
    page: &PageContext,
    sales: impl Iterator<Item = &Sale>,
) -> Result<BTreeMap<Uuid, String>, Error> {
    let chats = sales.flat_map(|sale| &sale.chats).map(|chat| chat.conversation_id);
    let found = conversation::Entity::of_tenant(member.tenant_id)
        .filter(conversation::Column::Id.is_in(chats))
        .all(app.store.read())
        .await?;
    let named = |row: conversation::Model| {
        let contact = serde_json::from_str(&row.contact).unwrap_or_default();
        (row.id, reasons::customer(&contact, page.words))
    };
    Ok(found.into_iter().map(named).collect())
}

/// The fields of a target besides its switch, with what they are for.
fn fields_of(kind: TargetKind) -> &'static [&'static str] {
    match kind {
        TargetKind::Webhook => &[],
        TargetKind::Meta => &["dataset_id", "token"],
        TargetKind::Metrica => &["counter_id", "goal", "token"],
    }
}

/// The name of a field in the page, where each target has its own.
fn named(kind: TargetKind, field: &str) -> String {
    format!("{}_{field}", kind.word())
}

fn form_of(page: &PageContext, targets: &Targets, kind: TargetKind, unsaved: Option<&Unsaved<'_>>) -> TargetForm {
    let (words, stored) = (page.words, targets.settings(kind));
    let error = |field: &str| {
        let name = named(kind, field);
        let found = unsaved.and_then(|(_, errors)| errors.iter().find(|(of, _)| *of == name));
        found.map(|(_, text)| text.clone()).unwrap_or_default()
    };
    let has_token = targets.get(kind).is_some_and(|target| target.token.is_some());
    let field = |field: &&'static str| {
        let kept: &str = match *field {
            "dataset_id" => &stored.dataset_id,
            "counter_id" => &stored.counter_id,
            "goal" => &stored.goal,
            _ => "",
        };
        let is_secret = *field == "token";
        let typed = unsaved.filter(|_| !is_secret).map(|(form, _)| form.get(&named(kind, field)));
        let hint = format!("sales-{}-{field}-hint", kind.word());
        let hint = if is_secret && has_token { "sales-token-kept".to_owned() } else { hint };
        FieldRow {
            name: named(kind, field),
            label: words.text(format!("sales-field-{field}")).to_string(),
            value: typed.unwrap_or(kept).to_owned(),
            error: error(field),
            hint: words.text(hint).to_string(),
            kind: if is_secret { "password" } else { "text" },
            must: !(is_secret && has_token),
        }
    };
    let on = unsaved.map(|(form, _)| !form.get(&named(kind, "on")).is_empty());
    let is_webhook = kind == TargetKind::Webhook;
    TargetForm {
        word: kind.word(),
        title: words.text_of("sale-target-", kind.word()).to_string(),
        about: words.text_of("sales-about-", kind.word()).to_string(),
        address: targets.webhook_url().filter(|_| is_webhook).unwrap_or_default().to_owned(),
        on: on.unwrap_or(stored.on),
        error: error("on"),
        fields: fields_of(kind).iter().map(field).collect(),
    }
}

fn stored_row(page: &PageContext, host: &str, customers: &BTreeMap<Uuid, String>, stored: &StoredSale) -> SaleRow {
    let row = |(kind, sending): (&TargetKind, &Sending)| SendingRow {
        target: page.words.text_of("sale-target-", kind.word()).to_string(),
        badge: page.badge(tone(sending.state), page.words.text_of("sale-state-", sending.state.word())),
        reason: reason(page.words, sending),
        at: Some(sending.at),
        url: String::new(),
        body: String::new(),
    };
    let may_repeat = stored.sendings.values().any(|sending| sending.state == SendingState::Refused);
    let sendings = stored.sendings.iter().map(row).collect();
    SaleRow { may_repeat, ..sale_row(page, host, customers, &stored.sale, sendings) }
}

fn sale_row(
    page: &PageContext,
    host: &str,
    customers: &BTreeMap<Uuid, String>,
    sale: &Sale,
    sendings: Vec<SendingRow>,
) -> SaleRow {
    let known = |id: Uuid| customers.get(&id).map(|name| (id, name.clone()));
    SaleRow {
        customer: sale.chats.iter().find_map(|chat| known(chat.conversation_id)),
        lead_id: sale.lead_id,
        href: format!("https://{host}/leads/detail/{}", sale.lead_id),
        price: price(page.words, sale),
        won_at: sale.won_at,
        sendings,
        may_repeat: false,
    }
}

/// The signs of currencies whose sign is known to who is paid in them.
const SIGNS: [(&str, &str); 10] = [
    ("RUB", "₽"),
    ("USD", "$"),
    ("EUR", "€"),
    ("GBP", "£"),
    ("UAH", "₴"),
    ("KZT", "₸"),
    ("TRY", "₺"),
    ("INR", "₹"),
    ("ILS", "₪"),
    ("BRL", "R$"),
];

fn price(words: Words, sale: &Sale) -> String {
    let amount = words.text("common-number").with("number", sale.price).to_string();
    match SIGNS.iter().find(|(code, _)| *code == sale.currency) {
        Some((_, sign)) => words.text("sales-price").with("amount", amount).with("sign", *sign).to_string(),
        None => format!("{amount} {}", sale.currency).trim_end().to_owned(),
    }
}

const fn tone(state: SendingState) -> Tone {
    match state {
        SendingState::Waiting => Tone::Warn,
        SendingState::Sent => Tone::Ok,
        SendingState::Refused => Tone::Bad,
        SendingState::Skipped => Tone::Off,
    }
}

/// Why: the target's words, or our own.
fn reason(words: Words, sending: &Sending) -> String {
    match SkipReason::parse(&sending.reason) {
        Some(why) => words.text_of("sale-skip-", why.word()).to_string(),
        None => sending.reason.clone(),
    }
}

/// `POST /panel/sales/targets`. What was not changed is not saved, and the audit log says nothing of it.
async fn save(app: AppData, member: Member, form: Form<Fields>) -> Answer {
    member.require(Right::ManageAccount)?;
    let names = |kind| fields_of(kind).iter().chain(&["on"]).map(move |field| named(kind, field));
    let names: Vec<String> = TargetKind::ALL.into_iter().flat_map(names).collect();
    form.allow_only(&names.iter().map(String::as_str).collect::<Vec<_>>())?;
    let stored = Targets::read(&app, member.tenant_id).await?;
    let mut new = BTreeMap::new();
    for kind in TargetKind::ALL {
        let typed = |field: &str| form.get(&named(kind, field)).trim().to_owned();
        let settings = TargetSettings {
            on: !typed("on").is_empty(),
            dataset_id: typed("dataset_id"),
            counter_id: typed("counter_id"),
            goal: typed("goal"),
        };
        let token = Some(typed("token")).filter(|token| !token.is_empty()).map(SecretString::from);
        if token.is_some() || settings != stored.settings(kind) {
            new.insert(kind, NewTarget { settings, token });
        }
    }
    match target::save(&app, member.tenant_id, new, &member.by()).await {
        Ok(()) => member.see_other(&app, HERE, Notice::done(member.words.text("common-saved"))).await,
        Err(Error::Invalid(wrong)) => {
            let at = |pointer: &str| pointer.trim_start_matches('/').replace('/', "_");
            let said = |one: &FieldError| {
                let (words, field) = (member.words, one.pointer.rsplit('/').next().unwrap_or_default());
                let label =
                    words.text(if field == "on" { "sales-on".to_owned() } else { format!("sales-field-{field}") });
                (at(&one.pointer), fields::refused(words, &label.to_string(), &one.detail))
            };
            let errors = wrong.iter().map(said).collect();
            sales_page(&app, &member, &SalesQuery::default(), Some((&form.0, errors))).await
        }
        Err(error) => Err(error),
    }
}

/// `POST /panel/sales/{lead_id}/again`: sends what a target refused once more.
async fn again(app: AppData, member: Member, lead_id: web::Path<i64>, _form: Form<EmptyForm>) -> Answer {
    member.require(Right::ManageAccount)?;
    sale::resend(&app, member.tenant_id, *lead_id, &member.by()).await?;
    member.see_other(&app, HERE, Notice::done(member.words.text("sales-again-done"))).await
}

#[derive(Template)]
#[template(path = "panel/sales/preview.html")]
struct PreviewPage {
    page: PageContext,
    may: bool,
    rows: Vec<SaleRow>,
    /// Why there are none, although sales were sent before.
    why: String,
    /// Why amoCRM could not be asked; empty if it was.
    failed: String,
}

/// `GET /panel/sales/preview`.
async fn preview(app: AppData, member: Member) -> Answer {
    member.require(Right::ManageAccount)?;
    let page = member.page("sales-preview-title", Nav::Sales);
    let (shown, failed) = match sale::preview(&app.tenants, member.tenant_id).await {
        Ok(shown) => (shown, String::new()),
        Err(error) => (Vec::new(), call_error(error).text().in_words(page.words, page.crm)),
    };
    let customers = customers(&app, &member, &page, shown.iter().map(|one| &one.sale)).await?;
    let host = &member.here.tenant.host;
    let rows: Vec<_> = shown.iter().map(|one| preview_row(&page, host, &customers, one)).collect();
    let template = PreviewPage {
        may: false,
        why: if rows.is_empty() { why_none(&app, &member, &page).await? } else { String::new() },
        rows,
        failed,
        page: page.clone(),
    };
    html(&page, &template)
}

fn preview_row(page: &PageContext, host: &str, customers: &BTreeMap<Uuid, String>, shown: &SalePreview) -> SaleRow {
    let row = |request: &sale::SaleRequest| {
        let (tone, word) = match request.skipped {
            None => (Tone::Ok, "sales-preview-sent"),
            Some(_) => (Tone::Off, "sales-preview-skipped"),
        };
        let why = request.skipped.map(|why| page.words.text_of("sale-skip-", why.word()).to_string());
        SendingRow {
            target: page.words.text_of("sale-target-", request.target.word()).to_string(),
            badge: page.badge(tone, page.words.text(word)),
            reason: why.unwrap_or_default(),
            at: None,
            url: request.url.clone(),
            body: request.body.clone(),
        }
    };
    sale_row(page, host, customers, &shown.sale, shown.requests.iter().map(row).collect())
}

/// Why a dry run finds nothing although the page lists sales: it asks amoCRM again, and only for the last 30 days.
async fn why_none(app: &PanelContext, member: &Member, page: &PageContext) -> Result<String, Error> {
    let Some(last) = sale::list(app.store.read(), member.tenant_id, 1).await?.into_iter().next() else {
        return Ok(String::new());
    };
    let won_at = last.sale.won_at;
    Ok(match page.now - won_at > sale::PREVIEWED {
        true => page.words.text("sales-preview-older").with("date", page.when(&won_at).date()),
        false => page.words.text("sales-preview-gone").with("crm", page.crm),
    }
    .to_string())
}
