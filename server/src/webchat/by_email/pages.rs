//! The pages of the links that confirm an address or end the letters. Opening a link changes nothing, because programs
//! that check mail open all links; the button does.

use std::sync::Arc;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use anyhow::Context;
use askama::Template;
use base::browser::origin;
use base::error::Error;
use base::i18n::{LocalizedText, Sentence, Words};
use base::message::Visits;
use base::supervisor::detach;
use connectors::webchat::WebChatSettings;
use domain::identity::throttle::AttemptOrigin;
use domain::identity::{email_limits, mail};
use entity::{chat_email, conversation, source};
use sea_orm::EntityTrait;
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::send;
use crate::webchat::access::{self, ChatRefusal, Guest, Result};
use crate::webchat::emails::{self, Returned, TokenPurpose, after, cookie_of, of_token, over, returned};
use crate::webchat::guests::VisitorAct;
use crate::webchat::history::{self, MessageView};
use crate::webchat::submit::is_email;
use crate::webchat::visitor::Visitor;
use crate::webchat::{Answer, AppData, WebchatContext, page};

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
fn token_in(request: &HttpRequest) -> String {
    let mut pairs = url::form_urlencoded::parse(request.query_string().as_bytes());
    pairs.find(|(name, _)| name == "token").map(|(_, value)| value.into_owned()).unwrap_or_default()
}

async fn opened(app: &WebchatContext, source_id: &str, request: &HttpRequest, purpose: TokenPurpose) -> Result<Opened> {
    let source = access::source_of(app, source_id).await?;
    let token = token_in(request);
    let row = emails::of_link(app, &source, &token, purpose).await?;
    let settings = WebChatSettings::stored(&source.settings).in_language(access::words_of(request).language());
    let action = format!("/chat/{}/email/{}?token={token}", source.id, purpose.path());
    Ok(Opened { source, settings, row: row.filter(|row| !row.address.is_empty()), action })
}

impl Opened {
    fn page(&self, words: Words, status: StatusCode, key: &'static str, button: &'static str) -> Answer {
        self.page_with(words, status, key, button, String::new())
    }

    fn page_with(
        &self,
        words: Words,
        status: StatusCode,
        key: &'static str,
        button: &'static str,
        back: String,
    ) -> Answer {
        let title = send::letter_title(&self.settings, &self.source);
        let button = if button.is_empty() { String::new() } else { words.text(button).to_string() };
        let sentence = words.text(key).with("title", title.as_str());
        let shown = EmailPage { words, title, sentence, button, action: self.action.clone(), back };
        Ok(page::answer(status, shown.render().context("a page of a letter's link")?))
    }
}

/// Why there is no such page, as a page.
fn shown(words: Words, done: Result<HttpResponse>) -> Answer {
    done.or_else(|refusal| page::outside(words, refusal))
}

/// `GET /email/confirm`: the page with the button.
pub async fn confirm(app: AppData, source_id: web::Path<String>, request: HttpRequest) -> Answer {
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
pub async fn confirmed(app: AppData, source_id: web::Path<String>, request: HttpRequest) -> Answer {
    let words = access::words_of(&request);
    let page = async {
        let opened = opened(&app, &source_id, &request, TokenPurpose::Confirm).await?;
        let (Some(row), Some(after)) = (&opened.row, after(&app, &opened.settings)) else {
            return opened.page(words, StatusCode::GONE, "chat-mail-dead", "");
        };
        emails::confirm(&app, row, after).await?;
        done(&app, &opened, words, row).await
    };
    shown(words, page.await)
}

async fn done(app: &WebchatContext, opened: &Opened, words: Words, row: &chat_email::Model) -> Answer {
    let back = chat_page(app, opened, row).await?;
    opened.page_with(words, StatusCode::OK, "chat-mail-on", "", back)
}

/// The page of the site on which the visitor wrote, if the chat may be there; else the chat's own page. Neither opens
/// the conversation: who confirms an address has not shown yet that the conversation is theirs.
async fn chat_page(app: &WebchatContext, opened: &Opened, row: &chat_email::Model) -> Result<String, Error> {
    let conversation =
        conversation::Entity::find_by_id((row.tenant_id, row.conversation_id)).one(app.store.read()).await?;
    let visits = conversation.and_then(|conversation| Visits::stored(&conversation.visit));
    let page = visits.and_then(|visits| Url::parse(&visits.last.url).ok());
    let page = page.filter(|page| opened.settings.allows(&page.origin().ascii_serialization()));
    Ok(page.map_or_else(|| format!("/chat/{}", opened.source.id), String::from))
}

/// `GET /email/end`: the page with the button.
pub async fn end(app: AppData, source_id: web::Path<String>, request: HttpRequest) -> Answer {
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
pub async fn ended(app: AppData, source_id: web::Path<String>, request: HttpRequest) -> Answer {
    let words = access::words_of(&request);
    let page = async {
        let opened = opened(&app, &source_id, &request, TokenPurpose::End).await?;
        if let Some(row) = &opened.row {
            emails::end(&app, row).await?;
        }
        opened.page(words, StatusCode::OK, "chat-mail-ended", "")
    };
    shown(words, page.await)
}

// `POST /chat/{source_id}/email`: the visitor asks for answers by e-mail. Nothing but one letter goes to the address
// until its reader has confirmed it.

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EmailIn {
    email: String,
}

/// `{"email":"anna@example.com"}` → 202, the address has to be confirmed; 200, it is already. A form gets a page.
pub async fn post_address(app: AppData, guest: Result<Guest>, request: HttpRequest, payload: web::Payload) -> Answer {
    if access::media_type(&request) == "application/json" {
        let guest = guest?;
        let given: EmailIn = access::from_json(&access::read_body(payload).await?)?;
        let state = ask(&app, &guest, &given.email).await?;
        let mut answer = if state == AddressState::Asked { HttpResponse::Accepted() } else { HttpResponse::Ok() };
        return Ok(answer.insert_header((header::CACHE_CONTROL, "no-store")).json(json!({"state": state.word()})));
    }
    let words = access::words_of(&request);
    let guest = match guest {
        Ok(guest) => guest,
        Err(refusal) => return page::outside(words, refusal),
    };
    let given = access::read_body(payload).await?;
    let email = url::form_urlencoded::parse(&given).find(|(name, _)| name == "email");
    let key = match ask(&app, &guest, &email.unwrap_or_default().1).await {
        Ok(AddressState::Asked) => (StatusCode::OK, "chat-mail-sent"),
        Ok(AddressState::Confirmed) => (StatusCode::OK, "chat-mail-on"),
        Err(ChatRefusal::TooFast(_)) => (StatusCode::TOO_MANY_REQUESTS, "chat-mail-limit"),
        Err(ChatRefusal::Known(Error::Invalid(_))) => (StatusCode::UNPROCESSABLE_ENTITY, "chat-wrong-email"),
        Err(other) => return Err(other),
    };
    page::closed(words, key.0, words.text(key.1))
}

base::worded! {
    /// What became of a request.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum AddressState, word {
        /// The letter with the link is on its way.
        Asked = "asked",
        /// Its reader confirmed it earlier.
        Confirmed = "confirmed",
    }
}

async fn ask(app: &AppData, guest: &Guest, email: &str) -> Result<AddressState> {
    if after(app, &guest.place.settings).is_none() {
        return Err(Error::NotFound.into());
    }
    guest.pace(app, VisitorAct::Write).await?;
    let email = email.trim();
    if !is_email(email) || !mail::is_address(email) {
        return Err(Error::field("/email", LocalizedText::new("chat-wrong-email")).into());
    }
    let source = guest.source();
    let Some(conversation_id) = history::conversation_of(app, source, &guest.visitor).await? else {
        return Err(Error::field("", LocalizedText::new("chat-mail-first")).into());
    };
    let known = emails::of(app, source.tenant_id, conversation_id).await?;
    if let Some(known) = known.filter(|known| known.confirmed_at > 0)
        && emails::address(app, &known)? == email
    {
        return Ok(AddressState::Confirmed);
    }
    let origin = AttemptOrigin::from(guest.address);
    let chat = (source.tenant_id, source.id);
    let confirmed = emails::confirmed(app, source.tenant_id).await?;
    let counted = email_limits::chat_answers(&app.identity, chat, confirmed, &guest.visitor.id, email, &origin).await?;
    counted.map_err(|wait| ChatRefusal::TooFast(wait.seconds))?;
    let mut new = emails::new(app, source, conversation_id, email, guest.place.words.language().code());
    // What is in the chat now is before the visitor's eyes.
    new.after_position = history::last_position(app, source.tenant_id, conversation_id).await?;
    emails::store(app, &new).await?;
    let app = app.clone().into_inner();
    // Not awaited: the time of the answer must not depend on the mail server. A process that ends before it is sent
    // leaves the row, which is due.
    detach("mail", async move {
        if let Err(error) = send::one(&app, new).await {
            tracing::warn!(%error, "a letter of a chat is delayed; it will be retried");
        }
    });
    Ok(AddressState::Asked)
}

// `/chat/{source_id}/email/back`: the link back. Its token becomes a cookie of the chat's own page, which opens the
// conversation of the letter in this browser until the link expires or the browser is closed. The browser's own
// visitor is kept beside it.
//
// ```text
// GET  from a mail program, in a browser that has no other conversation here ─▶ cookie, the chat's page
// GET  otherwise ─▶ a page that shows the conversation and says that it is another one ─▶ POST ─▶ the same
// ```

/// Characters of a message on the page that asks.
const FIRST_CHARACTERS: usize = 200;

/// `GET /email/back?token=…`: opens the conversation, or asks first; 410 if the link is not valid.
pub async fn back(app: AppData, source_id: web::Path<String>, request: HttpRequest) -> Answer {
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

/// `POST /email/back?token=…`: the button of the page that [`back`] shows.
pub async fn back_confirmed(app: AppData, source_id: web::Path<String>, request: HttpRequest) -> Answer {
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

fn dead(words: Words) -> Answer {
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
        let returned = of_token(app, &source, &token).await?;
        Ok(match returned {
            Returned::As(visitor) => Some(Self { source, token, visitor }),
            _ => None,
        })
    }

    /// Whose conversation this browser has now: that of another letter, or its own.
    async fn present(&self, app: &WebchatContext, request: &HttpRequest) -> Result<Option<Visitor>> {
        Ok(match returned(app, request, &self.source).await? {
            Returned::As(visitor) => Some(visitor),
            Returned::No | Returned::Over => Visitor::of(request, self.source.id),
        })
    }

    fn opens(&self, app: &WebchatContext, request: &HttpRequest) -> Answer {
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
    async fn asks(&self, app: &Arc<WebchatContext>, words: Words, present: Option<Visitor>) -> Answer {
        let settings = WebChatSettings::stored(&self.source.settings).in_language(words.language());
        let (source_id, tenant_id) = (self.source.id, self.source.tenant_id);
        let is_another = match present {
            Some(present) => history::conversation_of(app, &self.source, &present).await?.is_some(),
            None => false,
        };
        let first = match history::conversation_of(app, &self.source, &self.visitor).await? {
            Some(conversation_id) => history::first(app, words, tenant_id, conversation_id).await?,
            None => Vec::new(),
        };
        let asked = AskBack {
            words,
            title: send::letter_title(&settings, &self.source),
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
