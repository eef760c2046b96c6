//! Quoted and forwarded messages in amoCRM's format (chats-api §3.4.4).

use amocrm::chats::{Forwards, MessageRef, Quote as CrmQuote, QuotedMessage, QuotedSender};
use base::message::{Direction, Quote};
use entity::{conversation, message};
use sea_orm::{ColumnTrait, QueryFilter};
use uuid::Uuid;

use super::content::plain;
use super::ours;
use crate::delivery::DeliveryContext;
use crate::delivery::dialogue::crm_ids;
use crate::delivery::letter_context::LetterContext;
use crate::lookup::MessageKey;

/// The quoted message; none if there is none or nothing is known about it. It must be of the same chat.
pub(super) async fn reply_to(
    app: &DeliveryContext,
    parts: &LetterContext,
    source_id: Uuid,
) -> anyhow::Result<Option<CrmQuote>> {
    let Some(quote) = &parts.message()?.body.reply_to else { return Ok(None) };
    let found = find(app, parts, quote).await?;
    let here = found.filter(|row| row.conversation_id == parts.conversation.id);
    Ok(here.and_then(|row| known(source_id, &row)).map(CrmQuote::Known).or_else(|| whole(quote)))
}

/// The forwarded message, from any chat of the source.
pub(super) async fn forwards(
    app: &DeliveryContext,
    parts: &LetterContext,
    source_id: Uuid,
) -> anyhow::Result<Option<Forwards>> {
    let Some(quote) = &parts.message()?.body.forward else { return Ok(None) };
    if let Some(row) = find(app, parts, quote).await?
        && let Some(message) = known(source_id, &row)
    {
        let from = conversation::Entity::of_tenant(row.tenant_id)
            .filter(conversation::Column::Id.eq(row.conversation_id))
            .one(app.store.read())
            .await?;
        let from = from.filter(|from| !from.external_id.is_empty());
        let bound = from.as_ref().filter(|from| !from.crm_unbound);
        return Ok(Some(Forwards {
            message: CrmQuote::Known(message),
            conversation_id: bound.map(|from| crm_ids(from, source_id).conversation()),
            conversation_ref_id: from.filter(|from| from.crm_unbound).map(|from| from.amocrm_chat_id),
        }));
    }
    Ok(whole(quote).map(|message| Forwards { message, conversation_id: None, conversation_ref_id: None }))
}

async fn find(app: &DeliveryContext, parts: &LetterContext, quote: &Quote) -> anyhow::Result<Option<message::Model>> {
    let (Some(source), Some(about)) = (parts.source.as_deref(), MessageKey::of_quote(quote)) else { return Ok(None) };
    Ok(about.find(&app.store, source).await?)
}

/// By amojo's id if known, else by ours. A message still being sent reaches amojo before this one, because both use
/// the same lane.
fn known(source_id: Uuid, row: &message::Model) -> Option<MessageRef> {
    if !row.amocrm_message_id.is_empty() {
        return Some(MessageRef::Amojo(row.amocrm_message_id.clone()));
    }
    let to_crm = row.direction == Direction::ToCrm.number();
    to_crm.then(|| MessageRef::Ours(ours(source_id, "message", &row.external_id)))
}

fn whole(quote: &Quote) -> Option<CrmQuote> {
    let content = plain(quote.content.as_ref()?);
    let name = quote.sender.as_ref().and_then(|sender| sender.name.clone());
    Some(CrmQuote::Whole(Box::new(QuotedMessage {
        content,
        at_milliseconds: quote.sent_at.unwrap_or_default(),
        // amoCRM requires a sender.
        sender: QuotedSender::Named(name.unwrap_or_else(|| "?".to_owned())),
    })))
}
