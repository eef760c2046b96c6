//! What a customer does beside writing: typing and reacting.

use anyhow::Context;
use entity::source;
use uuid::Uuid;

use crate::app::App;
use crate::delivery::queue::letters::{STATUS_MILLIS, amojo_pool};
use crate::delivery::queue::parcel::{Alias, Conversation, DedupeKey, Entry, Event, Hurry, NewLetter, Parcel, Side};
use crate::error::{Error, Result};
use crate::lookup::About;
use crate::message::{Direction, LetterKind, Person, Reaction, Stream, Typing, day_of};

/// How long amoCRM shows that somebody types (chats-api §3.7).
const TYPING_MILLIS: i64 = 5_000;
/// More often it is not told.
const TYPING_EVERY_MILLIS: i64 = 3_000;

/// The customer types. Told within seconds or never; repeats within three seconds are one.
pub async fn typing(app: &App, source: &source::Model, conversation_id: &str, sender: Person) -> Result<()> {
    let alias = Alias { side: Side::Messenger, origin: source.id, external_id: conversation_id.to_owned() };
    let known = app.lookup.conversation(source.tenant_id, alias).await?.ok_or(Error::NotFound)?;
    let now = app.clock.millis();
    let typing = Typing { sender, until: now + TYPING_MILLIS };
    let payload = serde_json::to_string(&typing).context("typing as JSON")?;
    let letter = letter(app, source, Uuid::nil(), LetterKind::Typing, payload, typing.until);
    let key = DedupeKey {
        origin: source.id,
        external_id: format!("{}:{}", known.conversation_id, now.div_euclid(TYPING_EVERY_MILLIS)),
        event: Event::Typing,
    };
    store(app, source, key, Conversation::Known(known.conversation_id), letter).await
}

/// The customer reacts to a message, or takes the reaction back (`emoji` none).
pub async fn reaction(
    app: &App,
    source: &source::Model,
    about: &About,
    sender: Person,
    emoji: Option<String>,
) -> Result<()> {
    let found = about.find(app, source).await?.ok_or(Error::NotFound)?;
    let payload = serde_json::to_string(&Reaction { sender, emoji }).context("a reaction as JSON")?;
    let expires_at = app.clock.millis() + STATUS_MILLIS;
    let letter = letter(app, source, found.id, LetterKind::Reaction, payload, expires_at);
    let key = DedupeKey { origin: source.id, external_id: letter.id.to_string(), event: Event::Reaction };
    store(app, source, key, Conversation::Known(found.conversation_id), letter).await
}

fn letter(
    app: &App,
    source: &source::Model,
    message_id: Uuid,
    kind: LetterKind,
    payload: String,
    expires_at: i64,
) -> NewLetter {
    NewLetter {
        id: app.clock.uuid_v7(),
        message_id,
        source_id: source.id,
        direction: Direction::ToCrm,
        stream: Stream::Receipts,
        target: source.channel_id,
        pool: amojo_pool(app, source.channel_id),
        kind,
        payload,
        order_hint: None,
        expires_at,
        day: day_of(app.clock.millis()),
        late: false,
    }
}

async fn store(
    app: &App,
    source: &source::Model,
    key: DedupeKey,
    conversation: Conversation,
    letter: NewLetter,
) -> Result<()> {
    let entry =
        Entry { letters: vec![letter], ..Entry::bare(key, app.clock.uuid_v7(), app.clock.millis(), conversation) };
    let parcel = Parcel { tenant_id: source.tenant_id, hurry: Hurry::Other, raw: None, entries: vec![entry] };
    app.writer.accept(parcel).await?;
    Ok(())
}
