//! `GET /chat/{source_id}/email/back`: the link back. Its token becomes a cookie of the chat's own page, which opens the
//! conversation of the letter in this browser until the link expires or the browser is closed. The browser's own
//! visitor is kept beside it.

use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use base::browser::cookie;
use base::i18n::Words;
use entity::{conversation, source};
use sea_orm::{DbErr, EntityTrait};
use url::Url;
use uuid::Uuid;

use super::pages::{shown, token_in};
use super::token::{self, TokenPurpose};
use crate::webchat::access::{self, Result};
use crate::webchat::visitor::Visitor;
use crate::webchat::{WebchatContext, page};

const COOKIE: &str = "parom_return";

/// Who came back by a letter's link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::webchat) enum Returned {
    /// No link was opened in this browser.
    No,
    As(Visitor),
    /// The link has expired or was replaced.
    Over,
}

/// `GET /email/back?token=…`: sets the cookie and opens the chat's page; 410 if the link is not valid.
pub async fn get(
    app: web::Data<WebchatContext>,
    source_id: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let words = access::words_of(&request);
    shown(words, came(&app, &source_id, &request, words).await)
}

async fn came(app: &WebchatContext, source_id: &str, request: &HttpRequest, words: Words) -> Result<HttpResponse> {
    let source = access::source_of(app, source_id).await?;
    let token = token_in(request);
    let Returned::As(visitor) = of_token(app, &source, &token).await? else {
        return page::closed(words, StatusCode::GONE, words.text("chat-mail-dead"));
    };
    let path = format!("/chat/{}", source.id);
    let mut answer = HttpResponse::SeeOther();
    answer.insert_header((header::LOCATION, format!("{path}#end")));
    answer.insert_header((header::CACHE_CONTROL, "no-store"));
    answer.insert_header((header::REFERRER_POLICY, "no-referrer"));
    // In the browser that wrote it the visitor's own secret is enough, and lasts longer.
    if Visitor::of(request, source.id).as_ref() == Some(&visitor) {
        answer.cookie(over(source.id, &app.config.server.public_url));
    } else {
        answer.cookie(cookie_of(source.id, &app.config.server.public_url, token));
    }
    Ok(answer.finish())
}

/// The visitor as whom this browser came back.
pub(in crate::webchat) async fn visitor(
    app: &WebchatContext,
    request: &HttpRequest,
    source: &source::Model,
) -> Result<Returned, DbErr> {
    match cookie::value(request, COOKIE) {
        None => Ok(Returned::No),
        Some(token) => of_token(app, source, &token).await,
    }
}

async fn of_token(app: &WebchatContext, source: &source::Model, token: &str) -> Result<Returned, DbErr> {
    let Some(row) = token::row(app, source, token, TokenPurpose::Back).await? else { return Ok(Returned::Over) };
    let found = conversation::Entity::find_by_id((row.tenant_id, row.conversation_id)).one(app.store.read()).await?;
    let id = found.map(|conversation| conversation.external_id).filter(|id| !id.is_empty());
    Ok(id.map_or(Returned::Over, |id| Returned::As(Visitor { id })))
}

/// For this chat only, until the browser is closed, not readable by scripts.
fn cookie_of(source_id: Uuid, public_url: &Url, token: String) -> Cookie<'static> {
    let path = format!("/chat/{source_id}");
    Cookie::build(cookie::name(public_url, COOKIE, &path), token)
        .path(path)
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(cookie::is_secure(public_url))
        .finish()
}

/// Removes the cookie.
pub(in crate::webchat) fn over(source_id: Uuid, public_url: &Url) -> Cookie<'static> {
    let mut cookie = cookie_of(source_id, public_url, String::new());
    cookie.make_removal();
    cookie
}
