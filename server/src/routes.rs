//! All routes of the server.

use actix_web::{guard, web};
use domain::intake;

use crate::{api, oauth, webchat};

pub use answers::{nothing_here, with_common_headers};
pub use measured::measure;

mod answers;
mod measured;

/// Routes of the public address.
pub fn public(config: &mut web::ServiceConfig) {
    config
        .route("/", web::get().to(answers::home))
        .route("/", web::head().to(answers::home))
        .route("/location/{scope_id}", web::post().to(intake::crm::hook))
        .route("/crm/hooks/{token}", web::post().to(intake::crm::account::hook))
        .route("/crm/salesbot", web::post().to(intake::crm::salesbot::hook))
        .route("/hooks/{kind}", web::get().to(intake::messenger::vendor_app::handshake))
        .route("/hooks/{kind}", web::post().to(intake::messenger::vendor_app::hook))
        .route("/hooks/{kind}/{source_id}", web::get().to(intake::messenger::handshake))
        .route("/hooks/{kind}/{source_id}", web::post().to(intake::messenger::hook))
        .route("/hooks/{kind}/{source_id}/{secret}", web::post().to(intake::messenger::hook_with_secret))
        .route("/healthz", web::get().to(answers::health))
        .route("/healthz", web::head().to(answers::health))
        .route("/.well-known/security.txt", web::get().to(answers::security_contact))
        .route("/.well-known/security.txt", web::head().to(answers::security_contact))
        .service(web::redirect("/llms.txt", "/api/llms.txt"))
        .configure(oauth::routes)
        .configure(webchat::routes)
        .configure(pages::service_status::routes)
        .configure(domain::brand::routes)
        .configure(pages::legal::routes)
        .configure(domain::media::routes)
        .configure(crate::widget_api::routes)
        .configure(pages::panel::routes)
        .configure(pages::admin::routes)
        .configure(api::docs::problems::routes)
        .configure(api::routes);
}

/// Routes for operators.
pub fn operators(config: &mut web::ServiceConfig) {
    config
        .route("/healthz", web::get().to(answers::workers_live))
        .route("/healthz", web::head().to(answers::workers_live))
        .route("/readyz", web::get().to(answers::ready))
        .route("/readyz", web::head().to(answers::ready))
        .route("/metrics", web::get().to(answers::metrics))
        .route("/metrics", web::head().to(answers::metrics));
}

/// Operators' routes on the public port, only for this machine and trusted proxies themselves: forwarded requests get
/// 404. To monitor from elsewhere set `server.ops_listen`.
pub fn operators_of_this_machine(config: &mut web::ServiceConfig) {
    let near = || guard::fn_guard(answers::is_near);
    config
        .route("/readyz", web::get().guard(near()).to(answers::ready))
        .route("/readyz", web::head().guard(near()).to(answers::ready))
        .route("/metrics", web::get().guard(near()).to(answers::metrics))
        .route("/metrics", web::head().guard(near()).to(answers::metrics));
}
