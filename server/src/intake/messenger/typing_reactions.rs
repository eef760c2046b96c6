//! Typing and reactions of customers.

use anyhow::Context;
use base::error::{Error, Result};
use base::message::{LetterKind, Person, Reaction, Stream, Typing};
use chrono::TimeDelta;
use entity::source;
use queue::STATUS_MILLIS;
use queue::accept_batch::{AcceptItem, Conversation, DedupeKey, EventKind, NewLetter};
use uuid::Uuid;

use super::route::identity;
use crate::delivery::letters::crm_letter;
use crate::intake::door::store;
use crate::intake::{IntakeContext, believed};
use crate::lookup::MessageKey;

/// How long amoCRM shows that someone is typing (chats-api §3.7).
const TYPING: TimeDelta = TimeDelta::seconds(5);
/// Minimum interval between two typing events.
const TYPING_EVERY: TimeDelta = TimeDelta::seconds(3);

/// The customer is typing. Sent within seconds or never; repeats within three seconds count once.
pub async fn typing(app: &IntakeContext, source: &source::Model, conversation_id: &str, sender: Person) -> Result<()> {
    let known =
        app.lookup.conversation(source.tenant_id, identity(source, conversation_id)).await?.ok_or(Error::NotFound)?;
    let now = app.clock.millis();
    let typing = Typing { sender, until: now + TYPING.num_milliseconds() };
    let payload = serde_json::to_string(&typing).context("typing as JSON")?;
    let kind = (LetterKind::Typing, Stream::Receipts);
    let letter = crm_letter(&app.delivery, (source.channel_id, source.id), Uuid::nil(), kind, payload, typing.until);
    let key = DedupeKey {
        origin: source.id,
        external_id: format!("{}:{}", known.conversation_id, now.div_euclid(TYPING_EVERY.num_milliseconds())),
        event: EventKind::Typing,
    };
    send(app, source, key, known.conversation_id, None, letter).await
}

/// The customer reacts to a message, or removes the reaction (`emoji` none). `at`: when, in milliseconds since 1970, if the
/// messenger names it.
pub async fn reaction(
    app: &IntakeContext,
    source: &source::Model,
    about: &MessageKey,
    sender: Person,
    emoji: Option<String>,
    at: Option<i64>,
) -> Result<()> {
    let found = about.find(&app.store, source).await?.ok_or(Error::NotFound)?;
    // A messenger counts a reaction as a sign of the customer, its removal not.
    let heard_at = emoji.is_some().then(|| believed(at, app.clock.millis()));
    let payload = serde_json::to_string(&Reaction { sender, emoji }).context("a reaction as JSON")?;
    let expires_at = app.clock.millis() + STATUS_MILLIS;
    let kind = (LetterKind::Reaction, Stream::Receipts);
    let letter = crm_letter(&app.delivery, (source.channel_id, source.id), found.id, kind, payload, expires_at);
    let key = DedupeKey { origin: source.id, external_id: letter.id.to_string(), event: EventKind::Reaction };
    send(app, source, key, found.conversation_id, heard_at, letter).await
}

async fn send(
    app: &IntakeContext,
    source: &source::Model,
    key: DedupeKey,
    conversation_id: Uuid,
    heard_at: Option<i64>,
    letter: NewLetter,
) -> Result<()> {
    let entry = AcceptItem::bare(key, app.clock.uuid_v7(), app.clock.millis(), Conversation::Known(conversation_id));
    store(app, source.tenant_id, None, AcceptItem { heard_at, letters: vec![letter], ..entry }).await?;
    Ok(())
}
