//! The integrations of an account: whether they are installed, and the upload of widgets.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;
use bytes::Bytes;
use serde::Deserialize;

use super::{
    Frame, notice, own_form, render,
    shell::{Place, Shell},
    strings::fill,
};
use crate::crm::{core::Core, widget_host};

struct IntegrationRow {
    name: String,
    /// The widget's own name, as on the page of the integration; without a widget the integration's.
    title: String,
    code: String,
    state: &'static str,
    tone: &'static str,
    about: String,
    logo: Option<String>,
    href: Option<String>,
    own_page: Option<String>,
    active: bool,
}

#[derive(Template)]
#[template(path = "crm/marketplace.html")]
struct MarketplacePage<'a> {
    frame: &'a Frame,
    shell: &'a Shell,
    rows: Vec<IntegrationRow>,
    install_target: String,
    revoke_target: String,
    upload_target: String,
}

fn rows(core: &Core, frame: &Frame, host: &str) -> Vec<IntegrationRow> {
    let words = frame.words;
    core.integrations
        .iter()
        .map(|one| {
            let code = core.widget_code(one);
            core.read(|state| {
                let installed = state.accounts.get(host).and_then(|account| account.installed.get(&one.client_id));
                let active = installed.is_some_and(|installed| installed.active);
                let widget = state.widgets.get(&one.client_id);
                let (state, tone) = match installed {
                    Some(_) if active => (words.state_installed, "ok"),
                    Some(_) => (words.state_disabled, "warn"),
                    None => (words.state_new, "wait"),
                };
                let link = |path: &str| frame.link(&format!("/accounts/{host}/settings/{path}"));
                IntegrationRow {
                    title: widget
                        .map_or(one.name.as_str(), |widget| widget.text(frame.user_language, "/widget/name"))
                        .to_owned(),
                    name: one.name.clone(),
                    state,
                    tone,
                    about: widget.map_or_else(
                        || words.no_widget.to_owned(),
                        |widget| {
                            let about = fill(words.archive_version, "code", &widget.code);
                            fill(&about, "version", &widget.version)
                        },
                    ),
                    logo: widget.map(|_| format!("/accounts/{host}/widgets/{code}/images/logo_small.png")),
                    href: widget.map(|_| link(&format!("widgets/{code}"))),
                    own_page: widget.filter(|widget| active && widget.is_in("advanced_settings")).map(|_| link(&code)),
                    active,
                    code: code.clone(),
                }
            })
        })
        .collect()
}

/// `GET /accounts/{host}/marketplace`.
pub(super) async fn show(core: web::Data<Arc<Core>>, request: HttpRequest, host: web::Path<String>) -> HttpResponse {
    let frame = Frame::of(&request);
    let Some(shell) = Shell::of(&core, &frame, &request, &host, Place::Marketplace) else {
        return notice(&frame, StatusCode::NOT_FOUND, frame.words.not_found);
    };
    let page = MarketplacePage {
        frame: &frame,
        shell: &shell,
        rows: rows(&core, &frame, &host),
        install_target: frame.link(&format!("/accounts/{host}/install")),
        revoke_target: frame.link(&format!("/accounts/{host}/revoke")),
        upload_target: format!("/accounts/{host}/archive"),
    };
    render(StatusCode::OK, &page, None)
}

/// The target of an upload.
#[derive(Deserialize)]
pub(super) struct Upload {
    integration: String,
    code: String,
}

/// `POST /accounts/{host}/archive`: the raw zip; 422 with the reason if it is refused.
pub(super) async fn upload(
    core: web::Data<Arc<Core>>,
    request: HttpRequest,
    asked: web::Query<Upload>,
    zip: Bytes,
) -> HttpResponse {
    if !own_form(&request) {
        return HttpResponse::Forbidden().finish();
    }
    match widget_host::upload(&core, &asked.integration, &asked.code, &zip) {
        Ok(()) => HttpResponse::NoContent().finish(),
        Err(error) => {
            HttpResponse::UnprocessableEntity().content_type("text/plain; charset=utf-8").body(format!("{error:#}"))
        }
    }
}
