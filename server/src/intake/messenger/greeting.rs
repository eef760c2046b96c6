//! The greeting of a source's bot: sent once to each customer who starts a conversation.
//!
//! ```text
//! start ─▶ to the customer, at once
//! the customer's first message ─▶ to amoCRM, then the greeting with its own time, which places it above
//! ```
//!
//! People who only look at a bot create nothing in amoCRM: a chat begins there when its customer writes.

use anyhow::Context;
use base::message::{Body, Content, Direction, LetterKind, Person, Role, State, Stream};
use entity::message;
use queue::accept_batch::{AcceptItem, Conversation, DedupeKey, EventKind, NewMessage};
use sea_orm::{ColumnTrait, QueryFilter};
use uuid::Uuid;

use super::content::cleaned_person;
use super::conversations;
use super::events::is_known;
use super::source::CalledSource;
use crate::delivery::letters::{TO_CRM_LIFE, TO_MESSENGER_LIFE, crm_letter, messenger_letter};
use crate::intake::clean;
use crate::intake::door::{StoreError, store};
use crate::lookup::known_message;

/// Sends the greeting, if the source has one and this conversation has not had it.
pub(super) async fn send(line: &CalledSource, conversation_id: &str, customer: &Person) -> Result<(), StoreError> {
    let (app, source) = (&line.app, &line.source);
    let Some(greeting) = line.connector.greeting(&line.settings, line.words) else { return Ok(()) };
    let Some(known) = conversations::find(line, conversation_id).await? else { return Ok(()) };
    let customer = cleaned_person(Person { avatar_reference: None, ..customer.clone() });
    let text = greeting.text.replace("{name}", customer.name.as_deref().unwrap_or_default());
    let bot = Person { id: "greeting".to_owned(), role: Role::Bot, ..Person::default() };
    let body = Body {
        receiver: Some(customer),
        ask_phone: greeting.ask_phone,
        ..Body::new(bot, Content::Text { text: clean(&text) })
    };
    let (id, now) = (app.clock.uuid_v7(), app.clock.millis());
    let message = NewMessage {
        source_id: source.id,
        direction: Direction::ToMessenger,
        state: State::Queued,
        external_id: String::new(),
        amocrm_message_id: String::new(),
        body: serde_json::to_string(&body).context("a message body as JSON")?,
        failure: None,
        sent_at: now,
    };
    let kind = (LetterKind::Message, Stream::Messages);
    let letter =
        messenger_letter(&app.delivery, source, id, kind, String::new(), now + TO_MESSENGER_LIFE.num_milliseconds());
    let bare = AcceptItem::bare(key(line, conversation_id, EventKind::Sent), id, now, Conversation::Known(known));
    store(app, source.tenant_id, None, AcceptItem { message: Some(message), letters: vec![letter], ..bare }).await?;
    Ok(())
}

/// Sends the greeting to amoCRM, once its customer has written there. A channel without a bot cannot show it.
pub(super) async fn show(line: &CalledSource, conversation_id: &str) -> Result<(), StoreError> {
    let (app, source) = (&line.app, &line.source);
    let has_bot =
        app.integrations.channel(&source.channel_id.to_string()).is_some_and(|(_, channel)| channel.bot.is_some());
    if !has_bot || line.connector.greeting(&line.settings, line.words).is_none() {
        return Ok(());
    }
    let shown = key(line, conversation_id, EventKind::Message);
    if is_known(line, &shown.external_id, EventKind::Message).await? {
        return Ok(());
    }
    let Some(sent) = sent(line, &shown.external_id).await? else { return Ok(()) };
    let (id, now) = (app.clock.uuid_v7(), app.clock.millis());
    let message = NewMessage {
        source_id: source.id,
        direction: Direction::ToCrm,
        state: State::Queued,
        external_id: shown.external_id.clone(),
        amocrm_message_id: String::new(),
        body: sent.body,
        failure: None,
        sent_at: sent.sent_at,
    };
    let kind = (LetterKind::Message, Stream::Messages);
    let whose = (source.channel_id, source.id);
    let letter = crm_letter(&app.delivery, whose, id, kind, String::new(), now + TO_CRM_LIFE.num_milliseconds());
    let bare = AcceptItem::bare(shown, id, now, Conversation::Known(sent.conversation_id));
    store(app, source.tenant_id, None, AcceptItem { message: Some(message), letters: vec![letter], ..bare }).await?;
    Ok(())
}

/// One greeting per conversation, and one copy of it in amoCRM.
fn key(line: &CalledSource, conversation_id: &str, event: EventKind) -> DedupeKey {
    DedupeKey { origin: line.source.id, external_id: format!("greeting:{conversation_id}"), event }
}

/// The greeting that this conversation had.
async fn sent(line: &CalledSource, key: &str) -> Result<Option<message::Model>, StoreError> {
    let (store, tenant_id) = (&line.app.store, line.source.tenant_id);
    let Some(id) = known_message(store, tenant_id, line.source.id, key, &[EventKind::Sent]).await? else {
        return Ok(None);
    };
    Ok(of_id(line, tenant_id, id).await?)
}

async fn of_id(line: &CalledSource, tenant_id: Uuid, id: Uuid) -> Result<Option<message::Model>, sea_orm::DbErr> {
    message::Entity::of_tenant(tenant_id).filter(message::Column::Id.eq(id)).one(line.app.store.read()).await
}
