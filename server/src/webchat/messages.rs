//! `POST /chat/{source_id}/messages`: a visitor's message. The id is generated before the first attempt, by the script
//! or, for the form, with its page, so that every repeat is recognised.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use base::error::Error;
use base::i18n::LocalizedText;
use base::message::Content;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::access::{self, ChatRefusal, Guest, Result};
use super::body;
use super::form::{self, ChatForm};
use super::guests::VisitorAct;
use super::submit::{Around, CustomerAnswers, Saying, SubmittedMessage, VisitIn, checked, say};
use crate::webchat::WebchatContext;

/// The script's request.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChatMessageIn {
    id: Uuid,
    text: String,
    #[serde(default)]
    callback_data: Option<String>,
    #[serde(default)]
    about: Option<CustomerAnswers>,
    #[serde(default)]
    visit: Option<VisitIn>,
    #[serde(default)]
    consent: bool,
}

impl ChatMessageIn {
    fn saying(self) -> Result<Saying, Error> {
        let Self { id, text, callback_data, about, visit, consent } = self;
        let content = Content::Text { text: checked(&text)? };
        Ok(Saying { id, content, callback_data, around: Around { about, visit, consent } })
    }
}

/// `POST /chat/{source_id}/messages`.
pub async fn post(
    app: web::Data<WebchatContext>,
    guest: Result<Guest>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse> {
    match body::media_type(&request) {
        "application/json" => {
            let guest = guest?;
            let message: ChatMessageIn = body::from_json(&body::read(payload).await?)?;
            guest.pace(&app, VisitorAct::Write).await?;
            let id = message.id;
            let stored = say(&app, &guest, message.saying()?).await?;
            Ok(answer(id, stored, Value::Null))
        }
        "application/x-www-form-urlencoded" => {
            let guest = match guest {
                Ok(guest) => guest,
                Err(refusal) => return form::outside(access::words_of(&request), refusal),
            };
            let form = ChatForm::read(&body::read(payload).await?);
            let done = from_form(&app, &guest, &form).await;
            form::answered(&app, &guest, &form, done).await
        }
        _ => Err(Error::MediaType(LocalizedText::new("said-json-type")).into()),
    }
}

async fn from_form(app: &WebchatContext, guest: &Guest, form: &ChatForm) -> Result<SubmittedMessage> {
    guest.pace(app, VisitorAct::Write).await?;
    let content = Content::Text { text: checked(&form.text)? };
    say(app, guest, Saying { id: form.id()?, content, callback_data: None, around: form.around() }).await
}

/// 202 for a new message, 200 for a repeat; with the file, if it has one.
pub fn answer(id: Uuid, stored: SubmittedMessage, file: Value) -> HttpResponse {
    let mut given = json!({
        "id": stored.message_id,
        "external_id": id.to_string(),
        "status": "queued",
        "duplicate": stored.duplicate,
    });
    if let Some(given) = given.as_object_mut().filter(|_| !file.is_null()) {
        given.insert("file".to_owned(), file);
    }
    let mut answer = if stored.duplicate { HttpResponse::Ok() } else { HttpResponse::Accepted() };
    answer.insert_header((header::CACHE_CONTROL, "no-store")).json(given)
}

impl ChatRefusal {
    /// The message key of the notice above the form.
    pub fn notice(&self, text: &str) -> Option<&'static str> {
        let Self::Known(error) = self else {
            return matches!(self, Self::FileKind).then_some("chat-file-kind");
        };
        match error {
            Error::Conflict { problem: "message_conflict", .. } => Some("chat-conflict"),
            Error::TooLarge(_) => Some("chat-file-too-large"),
            Error::Full(_) => Some("chat-full"),
            Error::TooMany { .. } | Error::Conflict { problem: "media_no_room", .. } => Some("chat-files-enough"),
            Error::Invalid(fields) => Some(match fields.first().map_or("", |field| field.pointer.as_str()) {
                "/consent" => "chat-consent-needed",
                "/about/phone" => "chat-wrong-phone",
                "/about/email" => "chat-wrong-email",
                "/file" => "chat-file-none",
                _ if text.trim().is_empty() => "chat-empty",
                _ => "chat-too-long",
            }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0192f0c1-2b3c-4d5e-8f60-718293a4b5c6";

    #[test]
    fn json_has_an_id_and_a_text_and_no_unknown_field() {
        let message = body::from_json::<ChatMessageIn>;
        let read = message(format!(r#"{{"id":"{}","text":"Hi"}}"#, ID.to_uppercase()).as_bytes()).unwrap();
        assert_eq!((read.id.to_string().as_str(), read.text.as_str()), (ID, "Hi"));
        let chosen = message(format!(r#"{{"id":"{ID}","text":"One","callback_data":"k1"}}"#).as_bytes()).unwrap();
        assert_eq!(chosen.callback_data.as_deref(), Some("k1"));
        assert!(matches!(message(b"{"), Err(Error::Malformed(_))));
        assert!(matches!(message(b"\xff"), Err(Error::Malformed(_))));
        let half = message(format!(r#"{{"id":"{ID}","text":"Hi \ud83d"}}"#).as_bytes()).unwrap();
        assert_eq!(half.text, "Hi \u{fffd}");
        for wrong in [
            r#"{"text":"Hi"}"#.to_owned(),
            r#"{"id":"7","text":"Hi"}"#.to_owned(),
            format!(r#"{{"id":"{ID}","text":7}}"#),
            format!(r#"{{"id":"{ID}","text":"Hi","role":"manager"}}"#),
            format!(r#"{{"id":"{ID}","text":"Hi","about":{{"role":"manager"}}}}"#),
        ] {
            assert!(matches!(message(wrong.as_bytes()), Err(Error::Invalid(_))), "{wrong}");
        }
    }
}
