//! `/panel/data`: retention periods, export and erasure of data. Only for owners.

mod agreement;
mod all;
mod customer;
mod export;
mod texts;

use actix_web::web;
use askama::Template;
use base::config::Retention;
use base::error::Result;

pub use agreement::AgreementShown;

use super::{Member, Nav, PageContext, Right, html};
use crate::panel::{Answer, AppData, PanelContext};
use crate::tenant;
use texts::KeptPeriod;

/// Paths are relative to `/panel`.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/data", web::get().to(show))
        .route("/data/texts", web::post().to(texts::choose))
        .route("/data/export", web::get().to(export::download))
        .route("/data/customer", web::get().to(customer::ask))
        .route("/data/customer", web::post().to(customer::erase))
        .route("/data/customer/export", web::post().to(export::of_customer))
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
        let texts_days = tenant::texts_days(app, &member.here.tenant);
        let agreement = AgreementShown::of(app, &member.here.tenant, page.words).await?;
        Ok(Self {
            agreement,
            page,
            classes: CLASSES,
            retention: tenant::retention(&app.config.retention, &member.here.tenant),
            terms: texts::offered(app, member.here.tenant.texts_days.map(|_| texts_days)),
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
