//! Requests without access to a page: without a session, or before the second step that the account requires.

use actix_web::error::InternalError;
use actix_web::http::{Method, StatusCode, header};
use actix_web::{HttpRequest, HttpResponse};

use super::to;
use crate::identity::realm::{self, FormRejected, LIVE, Realm};
use crate::panel::PanelContext;
use crate::panel::html::nothing_kept;

/// The account requires two-step sign-in: all pages redirect to its setup.
pub(super) fn second_step_first(request: &HttpRequest) -> actix_web::Error {
    if request.headers().contains_key(LIVE) || request.path() == "/panel/events" {
        return instead(nothing_kept(StatusCode::UNAUTHORIZED).finish());
    }
    instead(to("/panel/me/two-step"))
}

/// Without a session, pages redirect to the sign-in and back, and forms are refused.
pub(super) fn without_session(app: &PanelContext, request: &HttpRequest) -> actix_web::Error {
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return FormRejected::NoSession.into();
    }
    if request.headers().contains_key(LIVE) || request.path() == "/panel/events" {
        return instead(nothing_kept(StatusCode::UNAUTHORIZED).finish());
    }
    let was_in = Realm::Panel.token(&app.identity, request).is_some();
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    let path = request.uri().path_and_query().map_or("/panel", |path| path.as_str());
    if path != "/panel" {
        query.append_pair("to", path);
    }
    if was_in {
        query.append_pair("ended", "1");
    }
    let query = query.finish();
    let place = if query.is_empty() { "/panel/sign-in".to_owned() } else { format!("/panel/sign-in?{query}") };
    let mut answer = to(&place);
    if was_in {
        answer.headers_mut().insert(header::SET_COOKIE, Realm::Panel.clear(&app.identity, realm::is_framed(request)));
    }
    instead(answer)
}

pub(super) fn instead(answer: HttpResponse) -> actix_web::Error {
    InternalError::from_response("answered before the page", answer).into()
}
