//! Requests of a widget page's script: the archive's files, tokens, and the three buttons.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Frame, own_form, shell};
use crate::crm::{core::Core, disposable, exchange::Then, installation, single_source::SingleSource};

/// `GET /accounts/{host}/widgets/{code}/{file}`.
pub(super) async fn file(core: web::Data<Arc<Core>>, path: web::Path<(String, String, String)>) -> HttpResponse {
    let (_, code, file) = path.into_inner();
    let bytes = core.integration_of_code(&code).and_then(|one| {
        core.read(|state| state.widgets.get(&one.client_id).and_then(|widget| widget.file(&file).cloned()))
    });
    let Some(bytes) = bytes else {
        return HttpResponse::NotFound().finish();
    };
    let kind = match file.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("gif") => "image/gif",
        Some("svg") => "image/svg+xml",
        Some("twig") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };
    HttpResponse::Ok()
        .content_type(kind)
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(bytes)
}

/// `GET /accounts/{host}/ajax/v2/integrations/{client_uuid}/disposable_token` → `{"token":"…"}`, for the signed-in
/// user. Public widgets were seen to call this address of amoCRM; the header keeps other sites out.
pub(super) async fn token(
    core: web::Data<Arc<Core>>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
) -> HttpResponse {
    let (host, client_id) = path.into_inner();
    let by_script = request.headers().get("X-Requested-With").is_some_and(|value| value == "XMLHttpRequest");
    if !by_script {
        return HttpResponse::Forbidden().finish();
    }
    let token = core.integration(&client_id).and_then(|one| {
        let user_id = core.read(|state| state.accounts.get(&host).map(|account| account.signed_in))?;
        disposable::token(&core, &host, user_id, one)
    });
    match token {
        Some(token) => {
            HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(json!({"token": token}))
        }
        None => HttpResponse::NotFound().finish(),
    }
}

/// The form of a button.
#[derive(Deserialize)]
pub(super) struct Pressed {
    #[serde(default)]
    fields: Map<String, Value>,
}

/// `POST /accounts/{host}/widgets/{code}/{install|save|disable}`: 204, or 403 without administrator's rights.
pub(super) async fn press(
    core: web::Data<Arc<Core>>,
    request: HttpRequest,
    path: web::Path<(String, String, String)>,
    pressed: web::Json<Pressed>,
) -> HttpResponse {
    let (host, code, action) = path.into_inner();
    if !own_form(&request) {
        return HttpResponse::Forbidden().finish();
    }
    if !shell::administers(&core, &host) {
        let words = Frame::of(&request).words.only_admin;
        return HttpResponse::Forbidden().content_type("text/plain; charset=utf-8").body(words);
    }
    let Some(integration) = core.integration_of_code(&code) else {
        return HttpResponse::NotFound().finish();
    };
    let own = SingleSource::of(&core, integration);
    let fields = pressed.into_inner().fields;
    let known = core.change(|state| {
        let account = state.accounts.get_mut(&host)?;
        if action == "install" {
            own.activate(account);
        }
        if let Some(installed) = account.installed.get_mut(&integration.client_id) {
            installed.settings = fields;
        }
        Some(())
    });
    match (known, action.as_str()) {
        (Some(()), "install") => {
            installation::in_background(&core, Then::Installs { host, integration: integration.name.clone() });
        }
        (Some(()), "disable") => {
            installation::in_background(&core, Then::SwitchesOff { host, integration: integration.name.clone() });
        }
        (Some(()), "save") => {}
        _ => return HttpResponse::NotFound().finish(),
    }
    HttpResponse::NoContent().finish()
}
