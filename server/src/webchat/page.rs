//! `GET /chat/{source_id}`: the hosted page, with the conversation so far.

use actix_web::cookie::Cookie;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use anyhow::Context;
use askama::Template;
use base::error::Error;
use base::i18n::{Sentence, Words};
use connectors::webchat::WebChatSettings;
use serde::Serialize;

use super::access::{self, ChatAccess, Result};
use super::appearance::{Appearance, company};
use super::by_email::{self, Returned};
use super::form::ChatForm;
use super::history;
use super::message_view::MessageView;
use super::visitor::{self, Visitor};
use crate::webchat::WebchatContext;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
                      media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

#[derive(Template)]
#[template(path = "chat/page.html")]
struct ChatPage<'a> {
    words: Words,
    look: &'a Appearance,
    /// The script's input as JSON.
    given: String,
    source_id: String,
    lines: &'a [MessageView],
    /// There are no messages yet, and there are questions to answer first.
    asks: bool,
    questions: Vec<FirstQuestion<'a>>,
    /// The id of the message that the form sends: a form sent twice is stored once.
    form_id: String,
    /// The same for the file form.
    file_id: String,
    /// Initial text of the form.
    text: &'a str,
    notice: &'a str,
}

/// A question before the first message.
struct FirstQuestion<'a> {
    name: &'static str,
    /// The field's `type`.
    input: &'static str,
    label: &'a str,
    value: String,
}

impl<'a> FirstQuestion<'a> {
    fn of(name: &str, look: &'a Appearance, form: Option<&ChatForm>) -> Option<Self> {
        let (name, input) = match name {
            "name" => ("name", "text"),
            "phone" => ("phone", "tel"),
            "email" => ("email", "email"),
            _ => return None,
        };
        let value = form.map_or("", |form| form.get(name)).to_owned();
        Some(Self { name, input, label: look.label(name), value })
    }

    /// The field's `autocomplete` attribute.
    fn autocomplete(&self) -> &'static str {
        if self.name == "phone" { "tel" } else { self.name }
    }
}

/// The script's input.
#[derive(Serialize)]
struct Given<'a> {
    #[serde(flatten)]
    look: &'a Appearance,
    base: String,
    source: String,
    /// The stream continues after this position.
    after: i64,
    /// There are messages.
    started: bool,
}

#[derive(Template)]
#[template(path = "chat/closed.html")]
struct Closed {
    words: Words,
    sentence: Sentence,
}

impl ChatPage<'_> {
    /// A message for the script, without its text, which is on the page.
    fn json(line: &MessageView) -> String {
        serde_json::to_string(&MessageView { text: String::new(), ..line.clone() }).unwrap_or_default()
    }
}

/// A rejected form, shown again with its input.
pub struct Unsent<'a> {
    pub status: StatusCode,
    pub form: &'a ChatForm,
    pub notice: &'a str,
}

/// `GET /chat/{source_id}`.
pub async fn get(
    app: web::Data<WebchatContext>,
    source_id: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let words = access::words_of(&request);
    let source = match access::source_of(&app, &source_id).await {
        Ok(source) => source,
        Err(Error::NotFound) => return closed(words, StatusCode::NOT_FOUND, words.text("chat-closed")),
        Err(other) => return Err(other.into()),
    };
    // Browsers compare the cookie's path literally.
    let canonical = source.id.to_string();
    if *source_id != canonical {
        let place = (header::LOCATION, format!("/chat/{canonical}"));
        return Ok(HttpResponse::PermanentRedirect().insert_header(place).finish());
    }
    let (visitor, is_over) = match by_email::visitor(&app, &request, &source).await? {
        Returned::As(visitor) => (Some(visitor), false),
        returned => (Visitor::of(&request, source.id), returned == Returned::Over),
    };
    let over = is_over.then(|| by_email::over(source.id, &app.config.server.public_url));
    let cookie = visitor::cookie_to_set(&request, source.id, &app.config.server.public_url);
    let settings = WebChatSettings::stored(&source.settings).in_language(words.language()).into();
    let place = ChatAccess { source, settings, words, on_site: false };
    let mut answer = show(&app, &place, visitor.as_ref(), cookie, None).await?;
    if let Some(over) = over {
        answer.add_cookie(&over).context("the cookie of a letter's link")?;
    }
    Ok(answer)
}

/// The page for a visitor, with a rejected form if there was one.
pub async fn show(
    app: &web::Data<WebchatContext>,
    place: &ChatAccess,
    visitor: Option<&Visitor>,
    cookie: Option<Cookie<'_>>,
    unsent: Option<Unsent<'_>>,
) -> Result<HttpResponse> {
    let (source, words) = (&place.source, place.words);
    let history = history::load(app, place, visitor).await?;
    let look = Appearance { mail: history.mail, ..Appearance::of(app, place, &company(app, place).await?) };
    let form = unsent.as_ref().map(|unsent| unsent.form);
    let given = Given {
        look: &look,
        base: format!("/chat/{}", source.id),
        source: source.id.to_string(),
        after: history.after,
        started: history.started,
    };
    let page = ChatPage {
        words,
        given: serde_json::to_string(&given).context("what the chat's script is given")?,
        source_id: source.id.to_string(),
        lines: &history.lines,
        asks: !(history.started || look.ask.is_empty() && look.consent.is_empty()),
        questions: look.ask.iter().filter_map(|name| FirstQuestion::of(name, &look, form)).collect(),
        form_id: app.clock.uuid_v7().to_string(),
        file_id: app.clock.uuid_v7().to_string(),
        text: form.map_or("", |form| form.text.as_str()),
        notice: unsent.as_ref().map_or("", |unsent| unsent.notice),
        look: &look,
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

/// A page without anything from other sites.
pub fn answer(status: StatusCode, html: String) -> HttpResponse {
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::VARY, "Cookie, Accept-Language"))
        .body(html)
}
