//! `POST /chat/{source_id}/email`: the visitor asks for answers by e-mail. Nothing but one letter goes to the address
//! until its reader has confirmed it.

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use base::error::Error;
use base::i18n::LocalizedText;
use base::supervisor::detach;
use domain::identity::throttle::AttemptOrigin;
use domain::identity::{email_limits, mail};
use serde::Deserialize;
use serde_json::json;

use super::{after, row, send};
use crate::webchat::access::{self, ChatRefusal, Guest, Result};
use crate::webchat::guests::VisitorAct;
use crate::webchat::submit::is_email;
use crate::webchat::{WebchatContext, body, form, history, page};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EmailIn {
    email: String,
}

/// `{"email":"anna@example.com"}` → 202, the address has to be confirmed; 200, it is already. A form gets a page.
pub async fn post(
    app: web::Data<WebchatContext>,
    guest: Result<Guest>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse> {
    if body::media_type(&request) == "application/json" {
        let guest = guest?;
        let given: EmailIn = body::from_json(&body::read(payload).await?)?;
        let state = ask(&app, &guest, &given.email).await?;
        let mut answer = if state == AddressState::Asked { HttpResponse::Accepted() } else { HttpResponse::Ok() };
        return Ok(answer.insert_header((header::CACHE_CONTROL, "no-store")).json(json!({"state": state.word()})));
    }
    let words = access::words_of(&request);
    let guest = match guest {
        Ok(guest) => guest,
        Err(refusal) => return form::outside(words, refusal),
    };
    let given = body::read(payload).await?;
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

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AddressState {
    /// The letter with the link is on its way.
    Asked,
    /// Its reader confirmed it earlier.
    Confirmed,
}

impl AddressState {
    const fn word(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Confirmed => "confirmed",
        }
    }
}

async fn ask(app: &web::Data<WebchatContext>, guest: &Guest, email: &str) -> Result<AddressState> {
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
    let known = row::of(app, source.tenant_id, conversation_id).await?;
    if let Some(known) = known.filter(|known| known.confirmed_at > 0)
        && row::address(app, &known)? == email
    {
        return Ok(AddressState::Confirmed);
    }
    let origin = AttemptOrigin::from(guest.address);
    let chat = (source.tenant_id, source.id);
    let confirmed = row::confirmed(app, source.tenant_id).await?;
    let counted = email_limits::chat_answers(&app.identity, chat, confirmed, &guest.visitor.id, email, &origin).await?;
    counted.map_err(|wait| ChatRefusal::TooFast(wait.seconds))?;
    let ids = (source.tenant_id, source.id, conversation_id);
    let mut new = row::new(app, ids, email, guest.place.words.language().code());
    // What is in the chat now is before the visitor's eyes.
    new.after_position = history::last_position(app, (source.tenant_id, conversation_id)).await?;
    row::store(app, &new).await?;
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
