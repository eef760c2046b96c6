//! A chat that a program starts without a message.

use base::error::Result;
use base::message::{LetterKind, Person, Stream};
use entity::{conversation, source};
use queue::accept_batch::{AcceptItem, Conversation, DedupeKey, EventKind, ItemOutcome};
use sea_orm::{ColumnTrait, QueryFilter};
use uuid::Uuid;

use super::door::store;
use super::messenger::{cleaned_person, conversation_identity, new_conversation};
use crate::contact;
use crate::delivery::letters::{TO_CRM_LIFE, crm_letter};
use crate::intake::IntakeContext;
use crate::intake::phone::complete_person;

/// Stores the chat, to be created in amoCRM. Returns our id of the conversation, and whether it was known: then only
/// new details of its customer are stored.
pub async fn start(
    app: &IntakeContext,
    source: &source::Model,
    conversation_id: &str,
    customer: Person,
) -> Result<(Uuid, bool)> {
    let mut customer = cleaned_person(customer);
    complete_person(app, source.tenant_id, &mut customer).await?;
    let alias = conversation_identity(source, conversation_id);
    let known = app.lookup.conversation(source.tenant_id, alias.clone()).await?;
    let conversation = match &known {
        Some(known) => {
            let row = read(app, source, known.conversation_id).await?;
            if let Some(row) = &row {
                contact::store_provided(&app.tenants, source, row, &customer).await?;
            }
            if row.is_none_or(|row| !row.amocrm_chat_id.is_empty()) {
                return Ok((known.conversation_id, true));
            }
            Conversation::Known(known.conversation_id)
        }
        None => Conversation::Open(Box::new(new_conversation(app, source, conversation_id, customer)?)),
    };
    let (id, now) = (app.clock.uuid_v7(), app.clock.millis());
    let kind = (LetterKind::Chat, Stream::Messages);
    let whose = (source.channel_id, source.id);
    let expires_at = now + TO_CRM_LIFE.num_milliseconds();
    let letter = crm_letter(&app.delivery, whose, Uuid::nil(), kind, String::new(), expires_at);
    let external_id = format!("chat:{conversation_id}");
    let key = DedupeKey { origin: source.id, external_id, event: EventKind::Opened };
    let entry = AcceptItem { letters: vec![letter], ..AcceptItem::bare(key, id, now, conversation) };
    let outcome = store(app, source.tenant_id, None, entry).await?;
    let stored = app.lookup.conversation(source.tenant_id, alias).await?;
    let conversation_id =
        stored.map(|stored| stored.conversation_id).or(known.as_ref().map(|known| known.conversation_id));
    let duplicate = known.is_some() || matches!(outcome, ItemOutcome::Duplicate { .. });
    Ok((conversation_id.unwrap_or_else(|| outcome.message_id()), duplicate))
}

async fn read(app: &IntakeContext, source: &source::Model, id: Uuid) -> Result<Option<conversation::Model>> {
    let rows = conversation::Entity::of_tenant(source.tenant_id).filter(conversation::Column::Id.eq(id));
    Ok(rows.one(app.store.read()).await?)
}
