//! `POST /chat/{source_id}/receipts`: which answers arrived in the visitor's browser and which were visible on screen.
//! Only the script knows that: without it answers stay `sent`.

use actix_web::{HttpResponse, web};
use base::error::Error;
use base::i18n::LocalizedText;
use base::message::{Direction, State, StatusReport};
use entity::message;
use sea_orm::{ColumnTrait, QueryFilter};
use serde::Deserialize;
use uuid::Uuid;

use super::access::{Guest, Result};
use super::guests::VisitorAct;
use super::{body, history};
use crate::intake::messenger::status::accept;
use crate::lookup::MessageKey;
use crate::webchat::WebchatContext;

/// Ids in one request.
const BATCH: usize = 100;

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct ReceiptsIn {
    delivered: Vec<Uuid>,
    read: Vec<Uuid>,
}

/// `POST /chat/{source_id}/receipts` `{"delivered":[…],"read":[…]}` → 204. Ids of other conversations, and repeats, are
/// ignored.
pub async fn post(app: web::Data<WebchatContext>, guest: Guest, payload: web::Payload) -> Result<HttpResponse> {
    let given = read(&body::read(payload).await?)?;
    guest.pace(&app, VisitorAct::Receipt).await?;
    let source = guest.source();
    let Some(conversation_id) = history::conversation_of(&app, source, &guest.visitor).await? else {
        return Ok(HttpResponse::NoContent().finish());
    };
    let own = message::Entity::of_tenant(source.tenant_id)
        .filter(message::Column::ConversationId.eq(conversation_id))
        .filter(message::Column::Direction.eq(Direction::ToMessenger.number()))
        .filter(message::Column::Position.gt(0))
        .filter(message::Column::Id.is_in(given.delivered.iter().chain(&given.read).copied()))
        .all(app.store.read())
        .await?;
    for message in own {
        let state = if given.read.contains(&message.id) { State::Read } else { State::Delivered };
        if message.state >= state.number() {
            continue;
        }
        match accept(&app.intake, source, MessageKey::Ours(message.id), StatusReport { state, failure: None }).await {
            Ok(_) | Err(Error::Conflict { .. } | Error::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(HttpResponse::NoContent().finish())
}

fn read(body: &[u8]) -> Result<ReceiptsIn, Error> {
    let given: ReceiptsIn = serde_json::from_slice(body).map_err(|error| {
        Error::Malformed(LocalizedText::new("said-json-none").with("line", error.line()).with("column", error.column()))
    })?;
    if given.delivered.len() + given.read.len() > BATCH {
        return Err(Error::field("", LocalizedText::new("said-most-ids").with("most", BATCH)));
    }
    Ok(given)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receipts_are_ids_and_not_too_many() {
        let id = Uuid::from_u128(1);
        let given = read(format!(r#"{{"read":["{id}"]}}"#).as_bytes()).unwrap();
        assert_eq!((given.delivered.len(), given.read), (0, vec![id]));
        assert!(matches!(read(b"[]x"), Err(Error::Malformed(_))));
        assert!(matches!(read(br#"{"failed":[]}"#), Err(Error::Malformed(_))));
        let many: Vec<Uuid> = (0..101).map(Uuid::from_u128).collect();
        let body = serde_json::to_vec(&serde_json::json!({"delivered": many})).unwrap();
        assert!(matches!(read(&body), Err(Error::Invalid(_))));
    }
}
