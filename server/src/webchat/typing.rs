//! `POST /chat/{source_id}/typing`: the customer is typing.

use actix_web::{HttpResponse, web};
use base::error::Error;
use base::message::{Person, Role};

use super::access::{Guest, Result};
use super::guests::VisitorAct;
use crate::intake::messenger;
use crate::webchat::WebchatContext;

/// `POST /chat/{source_id}/typing` → 204. Ignored before the first message.
pub async fn post(app: web::Data<WebchatContext>, guest: Guest) -> Result<HttpResponse> {
    guest.pace(&app, VisitorAct::Receipt).await?;
    let sender = Person { id: guest.visitor.id.clone(), role: Role::Client, ..Person::default() };
    match messenger::typing(&app.intake, guest.source(), &guest.visitor.id, sender).await {
        Ok(()) | Err(Error::NotFound) => Ok(HttpResponse::NoContent().finish()),
        Err(error) => Err(error.into()),
    }
}
