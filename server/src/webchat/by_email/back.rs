//! `/chat/{source_id}/email/back`: the link back. Its token becomes a cookie of the chat's own page, which opens the
//! conversation of the letter in this browser until the link expires or the browser is closed. The browser's own
//! visitor is kept beside it.
//!
//! ```text
//! GET  from a mail program, in a browser that has no other conversation here ─▶ cookie, the chat's page
//! GET  otherwise ─▶ a page that shows the conversation and says that it is another one ─▶ POST ─▶ the same
//! ```

use std::sync::Arc;

use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use anyhow::Context;
use askama::Template;
use base::browser::{cookie, origin};
use base::i18n::{Sentence, Words};
use connectors::webchat::WebChatSettings;
use entity::{conversation, source};
use sea_orm::{DbErr, EntityTrait};
use url::Url;
use uuid::Uuid;

use super::letter;
use super::pages::{shown, token_in};
use super::token::{self, TokenPurpose};
use crate::webchat::access::{self, ChatRefusal, Result};
use crate::webchat::message_view::MessageView;
use crate::webchat::visitor::Visitor;
use crate::webchat::{WebchatContext, history, page};

const COOKIE: &str = "parom_return";
/// Characters of a message on the page that asks.
const FIRST_CHARACTERS: usize = 200;

/// Who came back by a letter's link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::webchat) enum Returned {
    /// No link was opened in this browser.
    No,
    As(Visitor),
    /// The link has expired or was replaced.
    Over,
}

/// `GET /email/back?token=…`: opens the conversation, or asks first; 410 if the link is not valid.
pub async fn get(
    app: web::Data<WebchatContext>,
    source_id: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let words = access::words_of(&request);
    let came = async {
        let Some(letter) = BackLink::of(&app, &source_id, &request).await? else { return dead(words) };
        match letter.present(&app, &request).await? {
            Some(present) if present == letter.visitor => letter.opens(&app, &request),
            None if is_from_no_page(&request) => letter.opens(&app, &request),
            present => letter.asks(&app, words, present).await,
        }
    };
    shown(words, came.await)
}

/// `POST /email/back?token=…`: the button of the page that [`get`] shows.
pub async fn post(
    app: web::Data<WebchatContext>,
    source_id: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let words = access::words_of(&request);
    let came = async {
        if !origin::is_own(request.headers(), &app.config.server.public_url) {
            return Err(ChatRefusal::Foreign);
        }
        match BackLink::of(&app, &source_id, &request).await? {
            Some(letter) => letter.opens(&app, &request),
            None => dead(words),
        }
    };
    shown(words, came.await)
}

fn dead(words: Words) -> Result<HttpResponse> {
    page::closed(words, StatusCode::GONE, words.text("chat-mail-dead"))
}

/// Whether the browser says that no page led here: a mail program or the address bar did. A browser that does not say it
/// is asked too: another site's link could move its person into a stranger's conversation.
fn is_from_no_page(request: &HttpRequest) -> bool {
    request.headers().get("sec-fetch-site").is_some_and(|site| site == "none")
}

/// A valid link back, and whose conversation it opens.
struct BackLink {
    source: Arc<source::Model>,
    token: String,
    visitor: Visitor,
}

impl BackLink {
    async fn of(app: &WebchatContext, source_id: &str, request: &HttpRequest) -> Result<Option<Self>> {
        let source = access::source_of(app, source_id).await?;
        let token = token_in(request);
        let found = of_token(app, &source, &token).await?;
        Ok(match found {
            Returned::As(visitor) => Some(Self { source, token, visitor }),
            _ => None,
        })
    }

    /// Whose conversation this browser has now: that of another letter, or its own.
    async fn present(&self, app: &WebchatContext, request: &HttpRequest) -> Result<Option<Visitor>> {
        Ok(match visitor(app, request, &self.source).await? {
            Returned::As(visitor) => Some(visitor),
            Returned::No | Returned::Over => Visitor::of(request, self.source.id),
        })
    }

    fn opens(&self, app: &WebchatContext, request: &HttpRequest) -> Result<HttpResponse> {
        let (source_id, public_url) = (self.source.id, &app.config.server.public_url);
        let mut answer = HttpResponse::SeeOther();
        answer.insert_header((header::LOCATION, format!("/chat/{source_id}#end")));
        answer.insert_header((header::CACHE_CONTROL, "no-store"));
        answer.insert_header((header::REFERRER_POLICY, "no-referrer"));
        // In the browser that wrote it the visitor's own secret is enough, and lasts longer.
        if Visitor::of(request, source_id).as_ref() == Some(&self.visitor) {
            answer.cookie(over(source_id, public_url));
        } else {
            answer.cookie(cookie_of(source_id, public_url, self.token.clone()));
        }
        Ok(answer.finish())
    }

    /// The page with the button, for a browser that has this visitor's conversation.
    async fn asks(&self, app: &Arc<WebchatContext>, words: Words, present: Option<Visitor>) -> Result<HttpResponse> {
        let settings = WebChatSettings::stored(&self.source.settings).in_language(words.language());
        let (source_id, tenant_id) = (self.source.id, self.source.tenant_id);
        let is_another = match present {
            Some(present) => history::conversation_of(app, &self.source, &present).await?.is_some(),
            None => false,
        };
        let first = match history::conversation_of(app, &self.source, &self.visitor).await? {
            Some(conversation_id) => history::first(app, words, (tenant_id, conversation_id)).await?,
            None => Vec::new(),
        };
        let asked = AskBack {
            words,
            title: letter::title(&settings, &self.source),
            sentence: words.text(if is_another { "chat-mail-another" } else { "chat-mail-open" }),
            lines: first.into_iter().map(|line| recognised(words, line)).collect(),
            action: format!("/chat/{source_id}/email/back?token={}", self.token),
            own: if is_another { format!("/chat/{source_id}") } else { String::new() },
        };
        Ok(page::answer(StatusCode::OK, asked.render().context("the page of a link back")?))
    }
}

/// The page before a link back opens a conversation.
#[derive(Template)]
#[template(path = "chat/back.html")]
struct AskBack {
    words: Words,
    title: String,
    sentence: Sentence,
    /// How the conversation begins, so that its person knows whether it is theirs.
    lines: Vec<String>,
    action: String,
    /// The way to this browser's own conversation; empty: it has none.
    own: String,
}

/// As much of a message as its writer needs to recognise it.
fn recognised(words: Words, line: MessageView) -> String {
    let kind = || line.file.map(|file| words.text_of("messages-kind-", file.kind).to_string());
    let text = if line.text.is_empty() { kind().unwrap_or_default() } else { line.text };
    text.chars().take(FIRST_CHARACTERS).collect()
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
