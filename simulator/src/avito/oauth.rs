//! The OAuth server: `/token` for both kinds of credentials, and the page where a seller authorizes an application.
//!
//! Avito's files do not define the answers to wrong requests; these are the answers of RFC 6749 §5.2.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, http::header, web};
use askama::Template;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    api::{self, Refusal},
    avito::Avito,
    core::Core,
    state::{Grant, State},
};

/// The lifetime of a code in milliseconds. Avito does not publish it.
const CODE: i64 = 600_000;

/// Adds the routes.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/token", web::post().to(token))
        .route("/token/", web::post().to(token))
        .route("/oauth", web::get().to(ask))
        .route("/oauth", web::post().to(allow));
}

async fn token(core: web::Data<Arc<Core>>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(&body).into_owned().collect();
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_form = kind.starts_with("application/x-www-form-urlencoded");
    let operation = "getAccessToken";
    api::answered(&core, operation, request.path(), |state| {
        if is_form {
            (None, grant(state, &fields, core.options.token_seconds))
        } else {
            (None, Err(wrong("invalid_request")))
        }
    })
    .await
}

fn wrong(error: &str) -> Refusal {
    let status = if error == "invalid_client" { 401 } else { 400 };
    Refusal { status, body: json!({"error": error}), retry_after: None }
}

fn grant(state: &mut State, fields: &[(String, String)], seconds: i64) -> Result<Value, Refusal> {
    let field = |name: &str| fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
    let (client, secret) = (field("client_id"), field("client_secret"));
    let now = state.now;
    match field("grant_type") {
        "client_credentials" => {
            let known = state.sellers.values().find(|one| one.client_id == client && one.client_secret == secret);
            let seller = known.ok_or_else(|| wrong("invalid_client"))?.id;
            Ok(issued(state, Grant { seller, app: None, scope: Vec::new(), expires_at: 0 }, seconds))
        }
        kind @ ("authorization_code" | "refresh_token") => {
            let is_known = state.apps.get(client).is_some_and(|app| app.client_secret == secret);
            if !is_known {
                return Err(wrong("invalid_client"));
            }
            // Both can be used once: the documents require replacing the refresh token each time.
            let given = if kind == "refresh_token" {
                state.refresh_tokens.remove(field("refresh_token"))
            } else {
                state.codes.remove(field("code"))
            };
            let good = given.filter(|grant| grant.app.as_deref() == Some(client) && grant.expires_at > now);
            Ok(issued(state, good.ok_or_else(|| wrong("invalid_grant"))?, seconds))
        }
        _ => Err(wrong("unsupported_grant_type")),
    }
}

/// Issues the tokens; only applications get a refresh token.
fn issued(state: &mut State, grant: Grant, seconds: i64) -> Value {
    let (token, scope) = (state.next_id(), grant.scope.join(","));
    let mut answer = json!({"access_token": token, "expires_in": seconds, "token_type": "Bearer"});
    if grant.app.is_some() {
        let refresh = state.next_id();
        answer["refresh_token"] = json!(refresh);
        answer["scope"] = json!(scope);
        state.refresh_tokens.insert(refresh, Grant { expires_at: i64::MAX, ..grant.clone() });
    }
    let expires_at = state.now + seconds * 1000;
    state.tokens.insert(token, Grant { expires_at, ..grant });
    answer
}

/// The query of a browser that opens the consent page.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    response_type: String,
    client_id: String,
    scope: String,
    state: String,
    /// Chosen on the page; 0 if the seller declines.
    seller: i64,
}

#[derive(Template)]
#[template(path = "avito/consent.html")]
struct ConsentPage {
    app: String,
    asked: Asked,
    sellers: Vec<(i64, String)>,
}

/// `GET /oauth?response_type=code&client_id=…&scope=…&state=…`.
async fn ask(core: web::Data<Arc<Core>>, asked: web::Query<Asked>) -> HttpResponse {
    let asked = asked.into_inner();
    let found = core.read(|state| {
        let app = state.apps.get(&asked.client_id)?;
        let sellers = state.sellers.values().map(|seller| (seller.id, seller.name.clone())).collect();
        Some((app.name.clone(), sellers))
    });
    match found {
        Some((app, sellers)) if asked.response_type == "code" => {
            super::pages::render(StatusCode::OK, &ConsentPage { app, asked, sellers })
        }
        _ => HttpResponse::BadRequest().finish(),
    }
}

/// The seller agrees: the browser returns to the application with a code.
async fn allow(core: web::Data<Arc<Core>>, request: HttpRequest, form: web::Form<Asked>) -> HttpResponse {
    if !super::pages::is_own(&request) {
        return HttpResponse::Forbidden().finish();
    }
    match agreed(&core, &form) {
        Some(back) => HttpResponse::Found().insert_header((header::LOCATION, back)).finish(),
        None => HttpResponse::BadRequest().finish(),
    }
}

/// The address to which the browser returns.
fn agreed(core: &Core, asked: &Asked) -> Option<String> {
    if asked.seller == 0 {
        return declined(core, asked);
    }
    let (back, code) = core.change(|state| {
        let back = state.apps.get(&asked.client_id)?.redirect_uri.clone();
        state.sellers.get(&asked.seller)?;
        let code = state.next_id();
        let scope = asked.scope.split([',', ' ']).filter(|one| !one.is_empty()).map(str::to_owned).collect();
        let expires_at = state.now + CODE;
        let app = Some(asked.client_id.clone());
        state.codes.insert(code.clone(), Grant { seller: asked.seller, app, scope, expires_at });
        Some((back, code))
    })?;
    let mut back = url::Url::parse(&back).ok()?;
    back.query_pairs_mut().append_pair("code", &code);
    if !asked.state.is_empty() {
        back.query_pairs_mut().append_pair("state", &asked.state);
    }
    Some(back.into())
}

/// Avito's files do not define the answer to a refusal; this is RFC 6749 §4.1.2.1.
fn declined(core: &Core, asked: &Asked) -> Option<String> {
    let back = core.read(|state| Some(state.apps.get(&asked.client_id)?.redirect_uri.clone()))?;
    let mut back = url::Url::parse(&back).ok()?;
    back.query_pairs_mut().append_pair("error", "access_denied").append_pair("state", &asked.state);
    Some(back.into())
}

impl Avito {
    /// A seller authorizes an application; returns the address to which the browser returns.
    pub fn consent(&self, client_id: &str, scope: &str, state: &str, seller: i64) -> Option<String> {
        let own = |text: &str| text.to_owned();
        let (client_id, scope, state) = (own(client_id), own(scope), own(state));
        agreed(&self.core, &Asked { response_type: own("code"), client_id, scope, state, seller })
    }
}
