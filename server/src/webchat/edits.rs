//! `POST /chat/{source_id}/edits`: a visitor corrects a text shortly after it was sent.

use actix_web::{HttpResponse, web};
use base::error::Error;
use base::message::{Content, Direction};
use chrono::TimeDelta;
use domain::intake::messenger::edit::{self, MessageChange};
use domain::lookup::MessageKey;
use serde::Deserialize;
use uuid::Uuid;

use super::access::{self, Guest};
use super::guests::VisitorAct;
use super::{history, submit};
use crate::webchat::{Answer, AppData};

/// How long a text can be corrected; the script offers it as long (reply.js).
const WITHIN: TimeDelta = TimeDelta::minutes(15);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EditIn {
    /// The page's id of the message.
    id: Uuid,
    text: String,
}

/// `{"id":"…","text":"…"}` → 204; 404 for what is no text of this visitor, or is older.
pub async fn post(app: AppData, guest: Guest, payload: web::Payload) -> Answer {
    let given: EditIn = access::from_json(&access::read_body(payload).await?)?;
    guest.pace(&app, VisitorAct::Write).await?;
    let content = Content::Text { text: submit::checked(&given.text)? };
    let source = guest.source();
    let conversation_id = history::conversation_of(&app, source, &guest.visitor).await?.ok_or(Error::NotFound)?;
    let since = app.clock.millis() - WITHIN.num_milliseconds();
    let found = history::find(&app, source.tenant_id, conversation_id, given.id).await?;
    let is_new = |row: &entity::message::Model| row.direction == Direction::ToCrm.number() && row.accepted_at >= since;
    let row = found.filter(is_new).ok_or(Error::NotFound)?;
    if !matches!(history::body_of(&row)?.content, Content::Text { .. }) {
        return Err(Error::NotFound.into());
    }
    submit::count_text(&app, &guest, &content).await?;
    let change = MessageChange::Says { content: Box::new(content), at: None };
    edit::accept(&app.intake, source, &MessageKey::Ours(row.id), change).await?;
    Ok(HttpResponse::NoContent().finish())
}
