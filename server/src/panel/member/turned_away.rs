//! Requests without access to a page: without a session, before the second step that the account requires, or of
//! another conversation than the session shows.

use actix_web::error::InternalError;
use actix_web::http::{Method, StatusCode, header};
use actix_web::{HttpRequest, HttpResponse};
use base::error::Result;
use entity::message;
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter};
use uuid::Uuid;

use crate::identity::realm::{self, FormRejected, LIVE, Realm};
use crate::panel::PanelContext;
use crate::panel::html::{nothing_kept, to};

/// The account requires two-step sign-in: all pages redirect to its setup.
pub(super) fn second_step_first(request: &HttpRequest) -> actix_web::Error {
    if request.headers().contains_key(LIVE) || request.match_info().as_str() == "/panel/events" {
        return instead(nothing_kept(StatusCode::UNAUTHORIZED).finish());
    }
    instead(to("/panel/me/two-step"))
}

/// Without a session, pages redirect to the sign-in and back, and forms are refused.
pub(super) fn without_session(app: &PanelContext, request: &HttpRequest) -> actix_web::Error {
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return FormRejected::NoSession.into();
    }
    if request.headers().contains_key(LIVE) || request.match_info().as_str() == "/panel/events" {
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

/// A response in the place of a page.
pub fn instead(answer: HttpResponse) -> actix_web::Error {
    InternalError::from_response("answered before the page", answer).into()
}

/// Sessions from a lead card see one conversation; everything else is 404.
pub(super) async fn is_of_conversation(app: &PanelContext, path: &str, tenant_id: Uuid, only: Uuid) -> Result<bool> {
    let mut parts = path.trim_start_matches("/panel").trim_start_matches('/').split('/');
    let (place, id) = (parts.next().unwrap_or_default(), parts.next().and_then(|id| id.parse::<Uuid>().ok()));
    match (place, id) {
        ("events" | "language" | "theme", None) => Ok(true),
        ("conversations", Some(id)) => Ok(id == only),
        ("messages", Some(id)) => {
            let found = message::Entity::of_tenant(tenant_id)
                .filter(message::Column::Id.eq(id))
                .filter(message::Column::ConversationId.eq(only))
                .count(app.store.read())
                .await?;
            Ok(found > 0)
        }
        _ => Ok(false),
    }
}
