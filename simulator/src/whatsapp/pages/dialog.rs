//! The dialog of Embedded Signup: a person chooses the account whose numbers an app may use, or declines.

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web,
};
use askama::Template;
use serde::Deserialize;

use super::{Frame, is_own, render};
use crate::whatsapp::{core::Core, state::State, whatsapp::WhatsApp};

/// The query of a browser that opens the dialog.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    client_id: String,
    config_id: String,
    redirect_uri: String,
    response_type: String,
    override_default_response_type: String,
    state: String,
    /// Chosen on the page; empty if the person declines.
    waba: String,
}

/// An account that can be chosen, and its numbers.
struct Choice {
    waba: String,
    name: String,
    numbers: String,
}

#[derive(Template)]
#[template(path = "whatsapp/dialog.html")]
struct DialogPage<'a> {
    frame: &'a Frame,
    app: String,
    asked: Asked,
    choices: Vec<Choice>,
}

fn choices(state: &State) -> Vec<Choice> {
    let of = |waba: &str| {
        let phones = state.phones.values().filter(|phone| phone.waba == waba);
        phones.map(|phone| phone.display.clone()).collect::<Vec<_>>().join(", ")
    };
    let wabas = state.wabas.values();
    wabas.map(|waba| Choice { waba: waba.id.clone(), name: waba.name.clone(), numbers: of(&waba.id) }).collect()
}

/// `GET /{version}/dialog/oauth`.
pub(super) async fn ask(core: web::Data<Arc<Core>>, request: HttpRequest, asked: web::Query<Asked>) -> HttpResponse {
    let asked = asked.into_inner();
    let frame = Frame::of(&request);
    let app = core.read(|state| state.apps.get(&asked.client_id).map(|app| app.name.clone()));
    let for_code = asked.response_type == "code" && asked.override_default_response_type == "true";
    match app {
        Some(app) if for_code && !asked.config_id.is_empty() && !asked.redirect_uri.is_empty() => {
            let choices = core.read(choices);
            render(StatusCode::OK, &DialogPage { frame: &frame, app, asked, choices })
        }
        _ => HttpResponse::BadRequest().finish(),
    }
}

/// The person has chosen or declined: redirects the browser to the app.
pub(super) async fn answer(core: web::Data<Arc<Core>>, request: HttpRequest, form: web::Form<Asked>) -> HttpResponse {
    if !is_own(&request) {
        return HttpResponse::Forbidden().finish();
    }
    match answered(&core, &form) {
        Some(back) => HttpResponse::Found().insert_header((header::LOCATION, back)).finish(),
        None => HttpResponse::BadRequest().finish(),
    }
}

/// The address to which the browser returns.
fn answered(core: &Core, asked: &Asked) -> Option<String> {
    let mut back = url::Url::parse(&asked.redirect_uri).ok()?;
    if asked.waba.is_empty() {
        back.query_pairs_mut()
            .append_pair("error", "access_denied")
            .append_pair("error_code", "200")
            .append_pair("error_description", "Permissions error")
            .append_pair("error_reason", "user_denied");
    } else {
        let code = core.change(|state| {
            state.wabas.get(&asked.waba)?;
            let code = state.make_code(&asked.client_id, &asked.waba);
            if let Some(made) = state.codes.get_mut(&code) {
                made.redirect_uri = Some(asked.redirect_uri.clone());
            }
            Some(code)
        })?;
        back.query_pairs_mut().append_pair("code", &code);
    }
    back.query_pairs_mut().append_pair("state", &asked.state);
    // The real dialog's answers end like this.
    back.set_fragment(Some("_=_"));
    Some(back.into())
}

impl WhatsApp {
    /// A person authorizes an app for an account, or declines; returns the address to which the browser returns.
    pub fn answers_dialog(&self, dialog: &str, waba: Option<&str>) -> Option<String> {
        let dialog = url::Url::parse(dialog).ok()?;
        let pairs: std::collections::BTreeMap<String, String> = dialog.query_pairs().into_owned().collect();
        let text = |name: &str| pairs.get(name).cloned().unwrap_or_default();
        let asked = Asked {
            client_id: text("client_id"),
            redirect_uri: text("redirect_uri"),
            state: text("state"),
            waba: waba.unwrap_or_default().to_owned(),
            ..Asked::default()
        };
        answered(&self.core, &asked)
    }
}
