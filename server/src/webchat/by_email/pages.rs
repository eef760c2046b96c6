//! The pages of the links that confirm an address or end the letters. Opening a link changes nothing, because programs
//! that check mail open all links; the button does.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use anyhow::Context;
use askama::Template;
use base::error::Error;
use base::i18n::{Sentence, Words};
use base::message::Visits;
use connectors::webchat::WebChatSettings;
use entity::{chat_email, conversation, source};
use sea_orm::EntityTrait;
use url::Url;

use super::token::{self, TokenPurpose};
use super::{after, letter, row};
use crate::webchat::access::{self, Result};
use crate::webchat::{WebchatContext, form, page};

#[derive(Template)]
#[template(path = "chat/by_email.html")]
struct EmailPage {
    words: Words,
    title: String,
    sentence: Sentence,
    /// The text of the button; empty: there is none.
    button: String,
    /// Where the button posts to.
    action: String,
    /// The way back to the chat; empty: none is known.
    back: String,
}

/// The parts that every page of a link needs.
struct Opened {
    source: std::sync::Arc<source::Model>,
    settings: WebChatSettings,
    row: Option<chat_email::Model>,
    action: String,
}

/// The query's token; empty if there is none.
pub(super) fn token_in(request: &HttpRequest) -> String {
    let mut pairs = url::form_urlencoded::parse(request.query_string().as_bytes());
    pairs.find(|(name, _)| name == "token").map(|(_, value)| value.into_owned()).unwrap_or_default()
}

async fn opened(app: &WebchatContext, source_id: &str, request: &HttpRequest, purpose: TokenPurpose) -> Result<Opened> {
    let source = access::source_of(app, source_id).await?;
    let token = token_in(request);
    let row = token::row(app, &source, &token, purpose).await?;
    let settings = WebChatSettings::stored(&source.settings).in_language(access::words_of(request).language());
    let action = format!("/chat/{}/email/{}?token={token}", source.id, purpose.path());
    Ok(Opened { source, settings, row: row.filter(|row| !row.address.is_empty()), action })
}

impl Opened {
    fn page(&self, words: Words, status: StatusCode, key: &'static str, button: &'static str) -> Result<HttpResponse> {
        self.page_with(words, (status, key, button), String::new())
    }

    fn page_with(
        &self,
        words: Words,
        (status, key, button): (StatusCode, &'static str, &'static str),
        back: String,
    ) -> Result<HttpResponse> {
        let title = letter::title(&self.settings, &self.source);
        let button = if button.is_empty() { String::new() } else { words.text(button).to_string() };
        let sentence = words.text(key).with("title", title.as_str());
        let shown = EmailPage { words, title, sentence, button, action: self.action.clone(), back };
        Ok(page::answer(status, shown.render().context("a page of a letter's link")?))
    }
}

/// Why there is no such page, as a page.
pub(super) fn shown(words: Words, done: Result<HttpResponse>) -> Result<HttpResponse> {
    done.or_else(|refusal| form::outside(words, refusal))
}

/// `GET /email/confirm`: the page with the button.
pub async fn confirm(
    app: web::Data<WebchatContext>,
    source_id: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let words = access::words_of(&request);
    let page = async {
        let opened = opened(&app, &source_id, &request, TokenPurpose::Confirm).await?;
        match &opened.row {
            None => opened.page(words, StatusCode::GONE, "chat-mail-dead", ""),
            Some(row) if row.confirmed_at > 0 => done(&app, &opened, words, row).await,
            Some(_) => opened.page(words, StatusCode::OK, "chat-mail-confirm", "chat-mail-confirm-yes"),
        }
    };
    shown(words, page.await)
}

/// `POST /email/confirm`: its button.
pub async fn confirmed(
    app: web::Data<WebchatContext>,
    source_id: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let words = access::words_of(&request);
    let page = async {
        let opened = opened(&app, &source_id, &request, TokenPurpose::Confirm).await?;
        let (Some(row), Some(after)) = (&opened.row, after(&app, &opened.settings)) else {
            return opened.page(words, StatusCode::GONE, "chat-mail-dead", "");
        };
        row::confirm(&app, row, after).await?;
        done(&app, &opened, words, row).await
    };
    shown(words, page.await)
}

async fn done(app: &WebchatContext, opened: &Opened, words: Words, row: &chat_email::Model) -> Result<HttpResponse> {
    let back = chat_page(app, opened, row).await?;
    opened.page_with(words, (StatusCode::OK, "chat-mail-on", ""), back)
}

/// The page of the site on which the visitor wrote, if the chat may be there; else the chat's own page. Neither opens
/// the conversation: who confirms an address has not shown yet that the conversation is theirs.
async fn chat_page(app: &WebchatContext, opened: &Opened, row: &chat_email::Model) -> Result<String, Error> {
    let found = conversation::Entity::find_by_id((row.tenant_id, row.conversation_id)).one(app.store.read()).await?;
    let visits = found.and_then(|conversation| Visits::stored(&conversation.visit));
    let page = visits.and_then(|visits| Url::parse(&visits.last.url).ok());
    let page = page.filter(|page| opened.settings.allows(&page.origin().ascii_serialization()));
    Ok(page.map_or_else(|| format!("/chat/{}", opened.source.id), String::from))
}

/// `GET /email/end`: the page with the button.
pub async fn end(
    app: web::Data<WebchatContext>,
    source_id: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let words = access::words_of(&request);
    let page = async {
        let opened = opened(&app, &source_id, &request, TokenPurpose::End).await?;
        match opened.row {
            None => opened.page(words, StatusCode::OK, "chat-mail-ended", ""),
            Some(_) => opened.page(words, StatusCode::OK, "chat-mail-end", "chat-mail-end-yes"),
        }
    };
    shown(words, page.await)
}

/// `POST /email/end`: its button, and one click in a mail program, which sends neither cookie nor origin.
pub async fn ended(
    app: web::Data<WebchatContext>,
    source_id: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let words = access::words_of(&request);
    let page = async {
        let opened = opened(&app, &source_id, &request, TokenPurpose::End).await?;
        if let Some(row) = &opened.row {
            row::end(&app, row).await?;
        }
        opened.page(words, StatusCode::OK, "chat-mail-ended", "")
    };
    shown(words, page.await)
}
