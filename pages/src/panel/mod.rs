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
mod audit;
mod bulk;
pub mod chart;
pub(crate) mod choice;
mod conversations;
pub mod csv;
mod customer;
mod data;
mod errors;
mod events;
pub mod fields;
mod held;
mod html;
mod import;
mod keys;
mod me;
mod member;
mod message;
mod message_query;
mod messages;
mod navigation;
mod notice;
mod overview;
mod page;
pub mod picture_form;
mod reasons;
mod reports;
mod rights;
mod routing;
mod sales;
mod sign_in;
mod sources;
mod suggest;
mod switcher;
mod team;
mod templates;
mod undelivered;
mod views;
mod webhooks;
mod week;
mod wizard;
mod wrong;

use actix_web::middleware::from_fn;
use actix_web::{HttpResponse, web};
use base::error::Result;

use html::ConsentButton;

pub use audit::{AuditList, AuditObject, ExportReader, audit_csv, detail_text as audit_detail, what as audit_what};
pub use chart::Chart;
pub use choice::SelectOption;
pub use data::AgreementShown;
pub use domain::identity::{EmptyForm, Fields, Form, MemberRole, OpenForm};
pub use errors::{keep_language, may_go_on};
pub use html::{ConfirmPage, Markup, html, html_as, nothing_kept, to};
pub use member::{Member, NotProved, Visitor, instead};
pub use navigation::{MOST_COUNTED, Nav, NavEntry, NavGroup, counted_title};
pub use notice::{Notice, ToTone, Tone};
pub use overview::{Tile, chart_of};
pub use page::{PageContext, PanelContext, Title};
pub use reasons::source_tone;
pub use rights::Right;
pub use sign_in::named;
pub use undelivered::{letter_kind, settle as settle_undelivered, table as undelivered_table};
pub use wrong::{Wrong, said};

/// The shared state, as handlers get it.
pub type AppData = web::Data<PanelContext>;
/// What a handler answers: a page, a redirect, or an error that has a page of its own.
pub type Answer = Result<HttpResponse>;

/// Everything under `/panel`.
pub fn routes(config: &mut web::ServiceConfig) {
    config.service(
        web::scope("/panel")
            .wrap(from_fn(errors::pages))
            .route("/static/{file}", web::get().to(html::asset))
            .route("/push-worker.js", web::get().to(html::push_worker))
            .route("/events", web::get().to(events::get))
            .route("/suggest", web::get().to(suggest::get))
            .route("/theme", web::post().to(sign_in::theme))
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
            .configure(routing::routes)
            .configure(sales::routes)
            .configure(reports::routes)
            .configure(of_sources)
            .default_service(web::to(errors::nothing_here)),
    );
}

/// Paths are relative to `/panel`.
fn of_sources(config: &mut web::ServiceConfig) {
    config
        .route("/sources", web::get().to(sources::list))
        .route("/sources/new", web::get().to(wizard::choose))
        .route("/sources/new", web::post().to(wizard::post_choose))
        .route("/sources/new/leave", web::get().to(wizard::ask_leave))
        .route("/sources/new/leave", web::post().to(wizard::leave))
        .route("/sources/new/{kind}/access", web::get().to(wizard::access))
        .route("/sources/new/{kind}/access", web::post().to(wizard::post_access))
        .route("/sources/new/{kind}/consent", web::get().to(wizard::consent))
        .route("/sources/new/{kind}/consented", web::get().to(wizard::consented))
        .route("/sources/new/{kind}/line", web::get().to(wizard::line))
        .route("/sources/new/{kind}/line", web::post().to(wizard::post_line))
        .route("/sources/new/{kind}/routing", web::get().to(wizard::routing))
        .route("/sources/new/{kind}/routing", web::post().to(wizard::post_routing))
        .route("/sources/new/{kind}/test", web::get().to(wizard::test))
        .route("/sources/strays/{id}/adopt", web::post().to(sources::adopt))
        .route("/sources/strays/{id}/remove", web::post().to(sources::remove_stray))
        .route("/sources/{id}", web::get().to(sources::get))
        .route("/sources/{id}", web::post().to(sources::save))
        .route("/sources/{id}/settings", web::get().to(sources::settings))
        .route("/sources/{id}/access", web::get().to(sources::access))
        .route("/sources/{id}/access", web::post().to(sources::change_access))
        .route("/sources/{id}/consent", web::get().to(wizard::consent_again))
        .route("/sources/{id}/hours", web::get().to(sources::hours))
        .route("/sources/{id}/hours", web::post().to(sources::save_hours))
        .route("/sources/{id}/logo", web::post().to(sources::set_logo))
        .route("/sources/{id}/abilities", web::get().to(sources::abilities))
        .route("/sources/{id}/shadow", web::get().to(sources::shadow))
        .route("/sources/{id}/takeover", web::get().to(sources::takeover))
        .route("/sources/{id}/takeover", web::post().to(sources::start_takeover))
        .route("/sources/{id}/takeover/back", web::post().to(sources::give_back))
        .route("/sources/{id}/takeover/report", web::get().to(sources::takeover_report))
        .route("/sources/{id}/takeover/report.csv", web::get().to(sources::takeover_csv))
        .route("/sources/{id}/services", web::get().to(sources::services))
        .route("/sources/{id}/services", web::post().to(sources::save_services))
        .route("/sources/{id}/test", web::get().to(sources::test))
        .route("/sources/{id}/test", web::post().to(sources::run_test))
        .route("/sources/{id}/history", web::post().to(sources::bring_history))
        .route("/sources/{id}/pause", web::get().to(sources::ask_pause))
        .route("/sources/{id}/pause", web::post().to(sources::pause))
        .route("/sources/{id}/resume", web::get().to(sources::ask_resume))
        .route("/sources/{id}/resume", web::post().to(sources::resume))
        .route("/sources/{id}/delete", web::get().to(sources::ask_delete))
        .route("/sources/{id}/delete", web::post().to(sources::delete))
        .route("/sources/{id}/restore", web::post().to(sources::restore))
        .route("/sources/{id}/take-back", web::post().to(sources::take_back))
        .route("/sources/{id}/secret", web::get().to(sources::ask_secret))
        .route("/sources/{id}/secret", web::post().to(sources::rotate))
        .route("/sources/{id}/secret/made", web::get().to(sources::secret_made))
        .configure(of_messages)
        .configure(of_developers);
}

fn of_messages(config: &mut web::ServiceConfig) {
    config
        .route("/messages", web::get().to(messages::list))
        .route("/messages.csv", web::get().to(messages::download))
        .route("/messages/bulk", web::post().to(bulk::ask))
        .configure(views::routes)
        .route("/messages/{id}", web::get().to(message::get))
        .route("/messages/{id}/again", web::get().to(message::ask_resend))
        .route("/messages/{id}/again", web::post().to(message::resend))
        .route("/messages/{id}/now", web::post().to(message::now))
        .route("/messages/{id}/stop", web::get().to(message::ask_stop))
        .route("/messages/{id}/stop", web::post().to(message::stop))
        .route("/messages/{id}/text", web::get().to(message::back))
        .route("/messages/{id}/text", web::post().to(message::text))
        .route("/messages/{id}/report", web::get().to(message::report))
        .route("/conversations", web::get().to(conversations::list))
        .route("/conversations/{id}", web::get().to(conversations::get))
        .configure(customer::routes)
        .configure(held::routes)
        .route("/undelivered", web::get().to(undelivered::list))
        .route("/undelivered.csv", web::get().to(undelivered::download))
        .route("/undelivered/confirm", web::post().to(undelivered::ask))
        .route("/undelivered/decide", web::post().to(undelivered::decide))
        .route("/undelivered/stop/{id}", web::post().to(undelivered::stop));
}

fn of_developers(config: &mut web::ServiceConfig) {
    config
        .route("/keys", web::get().to(keys::list))
        .route("/keys", web::post().to(keys::create))
        .route("/keys/new", web::get().to(keys::form))
        .route("/keys/made", web::get().to(keys::made))
        .route("/keys/{id}/take", web::post().to(keys::take))
        .route("/keys/{id}/revoke", web::get().to(keys::ask))
        .route("/keys/{id}/revoke", web::post().to(keys::revoke))
        .route("/webhooks", web::get().to(webhooks::list))
        .route("/webhooks/signature", web::get().to(webhooks::form))
        .route("/webhooks/signature", web::post().to(webhooks::check))
        .route("/webhooks/{id}", web::get().to(webhooks::get))
        .route("/webhooks/{id}/again", web::post().to(webhooks::resend));
}
