//! `GET /chat/{source_id}`: the hosted page, with the conversation so far.

use std::sync::Arc;

use actix_web::cookie::Cookie;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use anyhow::Context;
use askama::Template;
use entity::source;
use serde::Deserialize;

use super::shown::Shown;
use super::visitor::{self, Visitor};
use super::words;
use super::{history, reactions};
use crate::app::App;
use crate::error::{Error, Result};
use crate::words::{Language, Sentence, Words};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
                      media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

#[derive(Template)]
#[template(path = "chat/page.html")]
struct Page<'a> {
    words: Words,
    script_words: String,
    /// The reactions that are offered, with spaces between.
    emoji: String,
    title: String,
    greeting: String,
    source_id: String,
    lines: &'a [Shown],
    /// The stream goes on after this position.
    after: i64,
    /// The id of the message that the form would send: sent twice, it is stored once.
    form_id: String,
    /// What the form holds already.
    text: &'a str,
    notice: &'a str,
}

#[derive(Template)]
#[template(path = "chat/closed.html")]
struct Closed {
    words: Words,
    sentence: Sentence,
}

/// Of the source's settings what the page shows.
#[derive(Default, Deserialize)]
struct Settings {
    title: Option<String>,
    greeting: Option<String>,
}

impl Page<'_> {
    /// A message for the script, but for its text, which stands on the page.
    fn json(line: &Shown) -> String {
        serde_json::to_string(&Shown { text: String::new(), ..line.clone() }).unwrap_or_default()
    }
}

/// A form that was not taken, shown again with its text.
pub struct Unsent<'a> {
    pub status: StatusCode,
    pub text: &'a str,
    pub notice: &'a str,
}

/// `GET /chat/{source_id}`.
pub async fn get(app: web::Data<App>, source_id: web::Path<String>, request: HttpRequest) -> Result<HttpResponse> {
    let words = words_of(&request);
    let source = match super::source_of(&app, &source_id).await {
        Ok(source) => source,
        Err(Error::NotFound) => return closed(words, StatusCode::NOT_FOUND, words.say("chat-closed")),
        Err(other) => return Err(other),
    };
    // The cookie's path is compared letter by letter.
    let canonical = source.id.to_string();
    if *source_id != canonical {
        let place = (header::LOCATION, format!("/chat/{canonical}"));
        return Ok(HttpResponse::PermanentRedirect().insert_header(place).finish());
    }
    let visitor = Visitor::of(&request, source.id);
    let cookie = visitor.is_none().then(|| visitor::new_cookie(source.id, &app.config.server.public_url));
    show(&app, &source, visitor.as_ref(), words, cookie, None).await
}

/// The page for a visitor; with a form that was not taken, if there was one.
pub async fn show(
    app: &Arc<App>,
    source: &source::Model,
    visitor: Option<&Visitor>,
    words: Words,
    cookie: Option<Cookie<'_>>,
    unsent: Option<Unsent<'_>>,
) -> Result<HttpResponse> {
    let conversation_id = match visitor {
        Some(visitor) => history::conversation_of(app, source, visitor).await?,
        None => None,
    };
    let (lines, after) = match conversation_id {
        Some(conversation_id) => history::read(app, words, source.tenant_id, conversation_id).await?,
        None => (Vec::new(), 0),
    };
    let settings: Settings = serde_json::from_str(&source.settings).unwrap_or_default();
    let own = |text: Option<String>| text.filter(|text| !text.is_empty());
    let page = Page {
        words,
        script_words: words::of_script(words).to_string(),
        emoji: reactions::offered(app, source.channel_id).join(" "),
        title: own(settings.title).unwrap_or_else(|| words.say("chat-title").to_string()),
        greeting: own(settings.greeting).unwrap_or_else(|| words.say("chat-greeting").to_string()),
        source_id: source.id.to_string(),
        lines: &lines,
        after,
        form_id: app.clock.uuid_v7().to_string(),
        text: unsent.as_ref().map_or("", |unsent| unsent.text),
        notice: unsent.as_ref().map_or("", |unsent| unsent.notice),
    };
    let html = page.render().context("the chat's page")?;
    let mut answer = answer(unsent.map_or(StatusCode::OK, |unsent| unsent.status), html);
    if let Some(cookie) = cookie {
        answer.add_cookie(&cookie).context("the visitor's cookie")?;
    }
    Ok(answer)
}

/// A page with one sentence.
pub fn closed(words: Words, status: StatusCode, sentence: Sentence) -> Result<HttpResponse> {
    let html = Closed { words, sentence }.render().context("the closed chat's page")?;
    Ok(answer(status, html))
}

/// The words of a visitor's language.
pub fn words_of(request: &HttpRequest) -> Words {
    Words::new(Language::of_request(request))
}

fn answer(status: StatusCode, html: String) -> HttpResponse {
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::VARY, "Cookie, Accept-Language"))
        .body(html)
}
