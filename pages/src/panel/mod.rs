//! The panel for a tenant's people: server-rendered, fully usable without scripts, in a tab or in a frame of amoCRM.
//!
//! ```text
//! request ─▶ Member (session, account, role) ─▶ handler ─▶ PageContext + template ─▶ html (CSP with a nonce)
//!                                            └▶ Error ─▶ errors::pages ─▶ an error page
//! ```
//!
//! Every action is a form, answered by a redirect to a page that shows the result.

mod account;
mod alerts;
mod assets;
mod audit;
mod chart;
mod choice;
mod confirm;
mod consent_button;
mod context;
mod conversations;
mod counts;
mod crm_rights;
pub mod csv;
mod data;
mod errors;
mod events;
pub mod fields;
mod html;
mod import;
mod keys;
pub mod markup;
mod me;
mod member;
mod message;
mod messages;
mod navigation;
mod notice;
mod overview;
mod page;
mod pages;
pub mod plot;
mod reasons;
mod reports;
mod rights;
mod sign_in;
mod sources;
mod strips;
mod suggest;
mod team;
mod templates;
mod theme;
mod undelivered;
mod visitor;
mod webhooks;
mod wizard;

use actix_web::middleware::from_fn;
use actix_web::{HttpResponse, web};
use base::error::Result;

pub use audit::{AuditList, AuditObject, detail_text as audit_detail, export as audit_export, what as audit_what};
pub use chart::Chart;
pub use choice::SelectOption;
pub use confirm::ConfirmPage;
use consent_button::ConsentButton;
pub use context::PanelContext;
pub use counts::{MOST as MOST_COUNTED, title as counted_title};
pub use data::AgreementShown;
pub use domain::identity::{EmptyForm, Fields, Form, MemberRole, OpenForm};
pub use errors::{keep_language, may_go_on};
pub use html::{Markup, html, html_as, nothing_kept, to};
pub use member::{Member, instead};
pub use navigation::{Nav, NavEntry, NavGroup};
pub use notice::{Notice, ToTone, Tone};
pub use overview::{Tile, chart_of};
pub use page::{PageContext, Title};
pub use rights::Right;
pub use sign_in::named;
pub use undelivered::{letter_kind, settle as settle_undelivered, table as undelivered_table};
pub use visitor::{NotProved, Visitor};

/// The shared state, as handlers get it.
pub type AppData = web::Data<PanelContext>;
/// What a handler answers: a page, a redirect, or an error that has a page of its own.
pub type Answer = Result<HttpResponse>;

/// Everything under `/panel`.
pub fn routes(config: &mut web::ServiceConfig) {
    config.service(
        web::scope("/panel")
            .wrap(from_fn(errors::pages))
            .route("/static/{file}", web::get().to(assets::get))
            .route("/push-worker.js", web::get().to(assets::push_worker))
            .route("/events", web::get().to(events::get))
            .route("/suggest", web::get().to(suggest::get))
            .route("/theme", web::post().to(theme::choose))
            .configure(sign_in::routes)
            .configure(overview::routes)
            .configure(alerts::routes)
            .configure(account::routes)
            .configure(team::routes)
            .configure(audit::routes)
            .configure(data::routes)
            .configure(me::routes)
            .configure(import::routes)
            .configure(templates::routes)
            .configure(reports::routes)
            .configure(pages::routes)
            .default_service(web::to(errors::nothing_here)),
    );
}
