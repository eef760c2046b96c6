//! `/panel/data`: retention periods, export and erasure of data. Only for owners.

mod all;
mod customer;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, web};
use askama::Template;
use base::config::Retention;
use base::error::{Error, Result};
use base::i18n::{LocalizedText, Sentence, When, Words, Zone};
use sea_orm::DbErr;
use serde::Deserialize;
use serde_json::json;

use crate::legal::{Agreement, consent};
use crate::panel::data::customer::{CustomerForm, who};
use crate::panel::{
    Answer, AppData, Form, Member, Nav, Notice, PageContext, PanelContext, Right, Tone, html, nothing_kept,
};
use crate::tenant::{self, CustomerExport, Export, ExportPages};

/// Paths are relative to `/panel`.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/data", web::get().to(show))
        .route("/data/texts", web::post().to(choose))
        .route("/data/export", web::get().to(download))
        .route("/data/customer", web::get().to(customer::ask))
        .route("/data/customer", web::post().to(customer::erase))
        .route("/data/customer/export", web::post().to(of_customer))
        .route("/data/all", web::get().to(all::ask))
        .route("/data/all", web::post().to(all::erase));
}

/// Classes of stored data: message keys `data-kept-{class}` and `data-kept-{class}-term`.
const CLASSES: [&str; 8] = ["messages", "texts", "undelivered", "hooks", "access", "sessions", "audit", "proofs"];

#[derive(Template)]
#[template(path = "panel/data.html")]
struct Data {
    page: PageContext,
    classes: [&'static str; 8],
    /// The account's retention periods.
    retention: Retention,
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
    let page = member.page("data-title", Nav::Data);
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
        let Some(given) = consent::last(app.store.read(), tenant.tenant_id).await? else {
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
