//! `POST /chat/{source_id}/messages`: a visitor's message in. The id is made before the first try – by the script, or
//! for the form with its page – so that every repeat is recognised.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use entity::source;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use uuid::Uuid;

use super::guests::Act;
use super::page::{self, Unsent};
use super::visitor::Visitor;
use crate::app::App;
use crate::browser::origin;
use crate::delivery::queue::parcel::Outcome;
use crate::error::{Error, Result};
use crate::intake::message::{Incoming, accept};
use crate::message::{Body, Content, Person, Role};
use crate::words::{Language, Said, Sentence, Words};

/// A larger body is refused. The longest text fits in, written as forms or JSON escapes write it: 12 bytes a character.
const BODY_BYTES: usize = 64 * 1024;
/// A body that takes longer is dropped.
const BODY_WITHIN: Duration = Duration::from_secs(10);
/// Characters of a row's id.
const ROW_LENGTH: usize = 255;
/// Characters of a text.
const TEXT_LENGTH: usize = 4096;

/// What is sent.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct MessageIn {
    id: Uuid,
    text: String,
    /// The row of a list that was chosen; the text is its title.
    #[serde(default)]
    callback_data: Option<String>,
}

/// `POST /chat/{source_id}/messages`.
pub async fn post(
    app: web::Data<App>,
    source_id: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse> {
    let form = match media_type(&request) {
        "application/json" => false,
        "application/x-www-form-urlencoded" => true,
        _ => return Err(Error::MediaType(Said::new("said-json-type"))),
    };
    let words = page::words_of(&request);
    let source = match super::source_of(&app, &source_id).await {
        Err(Error::NotFound) if form => return page::closed(words, StatusCode::NOT_FOUND, words.say("chat-closed")),
        other => other?,
    };
    if !origin::is_own(request.headers(), &app.config.server.public_url) {
        return Ok(super::foreign());
    }
    let visitor = match Visitor::of(&request, source.id) {
        Some(visitor) => visitor,
        None if form => return page::closed(words, StatusCode::FORBIDDEN, words.say("chat-cookies")),
        None => return Ok(super::unknown_visitor()),
    };
    let body = read(payload).await?;
    let message = if form { from_form(&body)? } else { from_json(&body)? };
    let text = message.text.clone();
    let again = async |status, notice: Sentence| {
        let unsent = Unsent { status, text: &text, notice: &notice.to_string() };
        page::show(&app, &source, Some(&visitor), words, None, Some(unsent)).await
    };
    if let Err(seconds) = app.guests.pace(&visitor.id, Act::Write, app.clock.millis()).await {
        return if form {
            let mut answer =
                again(StatusCode::TOO_MANY_REQUESTS, words.say("chat-too-fast").with("count", seconds)).await?;
            answer.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from(seconds));
            Ok(answer)
        } else {
            Ok(super::too_fast(seconds))
        };
    }
    match store(&app, &source, &visitor, message).await {
        Ok(_) if form => {
            Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, format!("/chat/{}#end", source.id))).finish())
        }
        Ok(answer) => Ok(answer),
        Err(Error::Conflict { .. }) if form => again(StatusCode::CONFLICT, words.say("chat-conflict")).await,
        Err(Error::Invalid(_)) if form => {
            let notice = if text.trim().is_empty() { "chat-empty" } else { "chat-too-long" };
            again(StatusCode::UNPROCESSABLE_ENTITY, words.say(notice)).await
        }
        Err(other) => Err(other),
    }
}

async fn store(app: &App, source: &source::Model, visitor: &Visitor, message: MessageIn) -> Result<HttpResponse> {
    let text = checked(&message.text)?;
    if message.callback_data.as_ref().is_some_and(|row| row.chars().count() > ROW_LENGTH) {
        return Err(Error::field("/callback_data", Said::new("said-most-characters").with("most", ROW_LENGTH)));
    }
    let external_id = message.id.to_string();
    let sender = Person {
        id: visitor.id.clone(),
        role: Role::Client,
        name: Some(name_of(app, source, visitor).await),
        ..Person::default()
    };
    let incoming = Incoming {
        external_id: external_id.clone(),
        conversation_id: visitor.id.clone(),
        sent_at: None,
        body: Body { callback_data: message.callback_data, ..Body::new(sender, Content::Text { text }) },
    };
    let outcome = accept(app, source, incoming, None).await?;
    app.guests.say_spoke(&visitor.id);
    let (mut answer, duplicate) = match outcome {
        Outcome::New { .. } => (HttpResponse::Accepted(), false),
        Outcome::Duplicate { same: true, .. } => (HttpResponse::Ok(), true),
        Outcome::Duplicate { same: false, .. } => {
            return Err(Error::Conflict { problem: "message_conflict", detail: Said::new("said-message-said-else") });
        }
    };
    Ok(answer.json(json!({
        "id": outcome.message_id(),
        "external_id": external_id,
        "status": "queued",
        "duplicate": duplicate,
    })))
}

/// The name by which managers see a visitor who told none, in the account's language.
async fn name_of(app: &App, source: &source::Model, visitor: &Visitor) -> String {
    let tenant = app.lookup.tenant(source.tenant_id).await.ok().flatten();
    let language = tenant.map_or(Language::En, |tenant| crate::tenant::language(&app.config, &tenant));
    Words::new(language).say("chat-visitor").with("code", visitor.code()).to_string()
}

fn media_type(request: &HttpRequest) -> &str {
    let value = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim()
}

/// A body up to [`BODY_BYTES`], within its time.
pub async fn read(payload: web::Payload) -> Result<Bytes> {
    let whole = tokio::time::timeout(BODY_WITHIN, payload.to_bytes_limited(BODY_BYTES)).await;
    let whole = whole.map_err(|_| Error::Malformed(Said::new("said-body-slow")))?;
    let body = whole.map_err(|_| Error::TooLarge(BODY_BYTES))?;
    body.map_err(|_| Error::Malformed(Said::new("said-body-broke")))
}

/// What the page's script sends.
pub fn from_json<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    serde_json::from_slice(body).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => {
            Error::field("", Said::new("said-chat-body").with("reason", error.to_string()))
        }
        _ => Error::Malformed(Said::new("said-json-none").with("line", error.line()).with("column", error.column())),
    })
}

fn from_form(body: &[u8]) -> Result<MessageIn> {
    let field = |name| url::form_urlencoded::parse(body).find(|(key, _)| key == name).map(|(_, value)| value);
    let id = field("id").unwrap_or_default();
    let id = Uuid::try_parse(&id).map_err(|_| Error::field("/id", Said::new("said-chat-id")))?;
    Ok(MessageIn { id, text: field("text").unwrap_or_default().into_owned(), callback_data: None })
}

/// The text as it is stored: line ends as scripts have them, no space around.
fn checked(text: &str) -> Result<String> {
    let text = text.replace("\r\n", "\n");
    let text = text.trim();
    match text.chars().count() {
        0 => Err(Error::field("/text", Said::new("said-empty"))),
        length if length > TEXT_LENGTH => {
            Err(Error::field("/text", Said::new("said-most-characters").with("most", TEXT_LENGTH)))
        }
        _ => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0192f0c1-2b3c-4d5e-8f60-718293a4b5c6";

    #[test]
    fn json_is_an_id_and_a_text_and_nothing_else() {
        let message = from_json::<MessageIn>;
        let read = message(format!(r#"{{"id":"{}","text":"Hi"}}"#, ID.to_uppercase()).as_bytes()).unwrap();
        assert_eq!(read, MessageIn { id: ID.parse().unwrap(), text: "Hi".into(), callback_data: None });
        let chosen = message(format!(r#"{{"id":"{ID}","text":"One","callback_data":"k1"}}"#).as_bytes()).unwrap();
        assert_eq!(chosen.callback_data.as_deref(), Some("k1"));
        assert!(matches!(message(b"{"), Err(Error::Malformed(_))));
        assert!(matches!(message(b"\xff"), Err(Error::Malformed(_))));
        for wrong in [
            r#"{"text":"Hi"}"#.to_owned(),
            r#"{"id":"7","text":"Hi"}"#.to_owned(),
            format!(r#"{{"id":"{ID}","text":7}}"#),
            format!(r#"{{"id":"{ID}","text":"Hi","role":"manager"}}"#),
        ] {
            assert!(matches!(message(wrong.as_bytes()), Err(Error::Invalid(_))), "{wrong}");
        }
    }

    #[test]
    fn a_form_brings_the_id_of_its_page() {
        let read = from_form(format!("id={ID}&text=one%0D%0Atwo+%D1%8F").as_bytes()).unwrap();
        assert_eq!(read.id.to_string(), ID);
        assert_eq!(checked(&read.text).unwrap(), "one\ntwo я");
        assert!(from_form(b"text=Hi").is_err());
    }

    #[test]
    fn a_text_has_between_1_and_4096_characters_without_the_space_around() {
        assert_eq!(checked("  a \n b\n").unwrap(), "a \n b");
        assert!(checked(" \n\t ").is_err());
        assert!(checked(&format!(" {} ", "я".repeat(4096))).is_ok());
        assert!(checked(&"a".repeat(4097)).is_err());
    }
}
