//! Conversations started by managers, and the ids by which the messenger names their dialogue: in the first message,
//! or in a status. (The answer to `conversation.started` is settled with the letter.)

use anyhow::Context;
use base::error::Result;
use base::message::{Direction, Person};
use base::phone::Phone;
use entity::{conversation, message, source};
use queue::accept_batch::{AcceptItem, Conversation, DedupeKey, EventKind, OpenedDialogue};
use sea_orm::{ColumnTrait, DbErr, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::message::Incoming;
use crate::contact::phone_hash;
use crate::intake::door::store;
use crate::intake::{IntakeContext, clean};
use crate::lookup::MessageKey;

/// The messenger's ids for a conversation started by a manager.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DialogueIds {
    /// Of the dialogue.
    pub conversation_id: String,
    /// Of the customer; none if not reported.
    pub receiver_id: Option<String>,
    /// Of the message that the status is about.
    pub message_id: Option<String>,
}

/// Stores the ids that a status reports for a manager's message. A conversation that already has its dialogue keeps
/// it.
pub async fn tell(app: &IntakeContext, source: &source::Model, about: &MessageKey, named: DialogueIds) -> Result<()> {
    let Some(found) = about.find(&app.store, source).await? else { return Ok(()) };
    let Some(row) = unnamed(app, source, &found).await? else { return Ok(()) };
    let known: Person = serde_json::from_str(&row.contact).context("a conversation's contact is damaged")?;
    let person = Person { id: named.receiver_id.map_or(known.id.clone(), |id| clean(&id)), ..known };
    let given = named.message_id.map(|id| (found.id, clean(&id)));
    let opened = OpenedDialogue { message: given, ..opened(source, &row, &named.conversation_id, &person)? };
    let key = DedupeKey { origin: source.id, external_id: row.id.to_string(), event: EventKind::Opened };
    let entry = AcceptItem::bare(key, app.clock.uuid_v7(), app.clock.millis(), Conversation::Known(row.id));
    store(app, source.tenant_id, None, AcceptItem { opened: Some(opened), ..entry }).await?;
    Ok(())
}

/// The conversation, started by a manager, that this message of an unknown dialogue answers: the one whose message it
/// quotes, else the last one started to its customer's phone.
pub(super) async fn answered(
    app: &IntakeContext,
    source: &source::Model,
    incoming: &Incoming,
) -> Result<Option<(Uuid, OpenedDialogue)>> {
    let row = match quoted(app, source, incoming).await? {
        Some(row) => Some(row),
        None => by_phone(app, source, incoming.customer()).await?,
    };
    let Some(row) = row else { return Ok(None) };
    let known: Person = serde_json::from_str(&row.contact).context("a conversation's contact is damaged")?;
    let given = super::content::cleaned_person(incoming.customer().clone());
    let person = Person { phone: given.phone.or(known.phone), email: given.email.or(known.email), ..given };
    let opened = opened(source, &row, &incoming.conversation_id, &person)?;
    Ok(Some((row.id, opened)))
}

async fn quoted(
    app: &IntakeContext,
    source: &source::Model,
    incoming: &Incoming,
) -> Result<Option<conversation::Model>, DbErr> {
    let Some(about) = incoming.body.reply_to.as_ref().and_then(MessageKey::of_quote) else { return Ok(None) };
    match about.find(&app.store, source).await? {
        Some(found) => unnamed(app, source, &found).await,
        None => Ok(None),
    }
}

async fn by_phone(
    app: &IntakeContext,
    source: &source::Model,
    customer: &Person,
) -> Result<Option<conversation::Model>, DbErr> {
    let Some(phone) = customer.phone.as_deref().and_then(|phone| Phone::parse(phone, None)) else { return Ok(None) };
    conversation::Entity::of_tenant(source.tenant_id)
        .filter(conversation::Column::SourceId.eq(source.id))
        .filter(conversation::Column::Awaited.is_in(phone.keys()))
        .filter(conversation::Column::Awaited.ne(""))
        .order_by_desc(conversation::Column::Id)
        .one(app.store.read())
        .await
}

/// The conversation of a manager's message, if the messenger has not named it.
async fn unnamed(
    app: &IntakeContext,
    source: &source::Model,
    found: &message::Model,
) -> Result<Option<conversation::Model>, DbErr> {
    if found.direction != Direction::ToMessenger.number() {
        return Ok(None);
    }
    conversation::Entity::of_tenant(source.tenant_id)
        .filter(conversation::Column::Id.eq(found.conversation_id))
        .filter(conversation::Column::ExternalId.eq(""))
        .filter(conversation::Column::AmocrmChatId.ne(""))
        .one(app.store.read())
        .await
}

fn opened(
    source: &source::Model,
    row: &conversation::Model,
    conversation_id: &str,
    person: &Person,
) -> anyhow::Result<OpenedDialogue> {
    Ok(OpenedDialogue {
        source_id: source.id,
        channel_id: source.channel_id,
        external_id: clean(conversation_id),
        amocrm_chat_id: row.amocrm_chat_id.clone(),
        contact: serde_json::to_string(person).context("a person as JSON")?,
        phone_hash: phone_hash(person),
        message: None,
    })
}
