//! The list of accounts.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

use super::{Frame, notice, own_form, render, see_other};
use crate::crm::{core::Core, hosts, installation};

struct AccountRow {
    name: String,
    host: String,
    id: i64,
    href: String,
    marketplace: String,
    customer_page: Option<String>,
}

#[derive(Template)]
#[template(path = "crm/accounts.html")]
struct AccountsPage<'a> {
    frame: &'a Frame,
    rows: Vec<AccountRow>,
    add_target: String,
}

/// `GET /`.
pub(super) async fn list(core: web::Data<Arc<Core>>, request: HttpRequest) -> HttpResponse {
    let frame = Frame::of(&request);
    let rows = core.read(|state| {
        state
            .accounts
            .values()
            .map(|account| AccountRow {
                name: account.name.clone(),
                host: account.host.clone(),
                id: account.id,
                href: frame.link(&format!("/accounts/{}/", account.host)),
                marketplace: frame.link(&format!("/accounts/{}/marketplace", account.host)),
                customer_page: account.customer_page.clone(),
            })
            .collect()
    });
    let page = AccountsPage { frame: &frame, rows, add_target: frame.link("/accounts") };
    render(StatusCode::OK, &page, None)
}

/// The form that adds an account.
#[derive(Deserialize)]
pub(super) struct NewAccount {
    host: String,
}

/// `POST /accounts`.
pub(super) async fn add(core: web::Data<Arc<Core>>, request: HttpRequest, form: web::Form<NewAccount>) -> HttpResponse {
    let frame = Frame::of(&request);
    if !own_form(&request) {
        return HttpResponse::Forbidden().finish();
    }
    let host = form.host.trim().to_ascii_lowercase();
    if !hosts::is_host(&host) {
        return notice(&frame, StatusCode::BAD_REQUEST, frame.words.host_wrong);
    }
    let now = core.now();
    core.change(|state| {
        state.ensure_account(&host, now);
    });
    see_other(&frame.link("/"))
}

/// The form of an account's buttons.
#[derive(Deserialize)]
pub(super) struct Chosen {
    integration: String,
}

/// `POST /accounts/{host}/install`: installs as from the marketplace.
pub(super) async fn install(
    core: web::Data<Arc<Core>>,
    request: HttpRequest,
    host: web::Path<String>,
    form: web::Form<Chosen>,
) -> HttpResponse {
    if !own_form(&request) {
        return HttpResponse::Forbidden().finish();
    }
    installation::install(&core, &host, &form.integration).await;
    see_other(&Frame::of(&request).link(&format!("/accounts/{host}/marketplace")))
}

/// `POST /accounts/{host}/revoke`: disables the integration.
pub(super) async fn revoke(
    core: web::Data<Arc<Core>>,
    request: HttpRequest,
    host: web::Path<String>,
    form: web::Form<Chosen>,
) -> HttpResponse {
    if !own_form(&request) {
        return HttpResponse::Forbidden().finish();
    }
    installation::revoke(&core, &host, &form.integration).await;
    see_other(&Frame::of(&request).link(&format!("/accounts/{host}/marketplace")))
}
