//! Sends a webhook again at its developer's request. One that was given up or waits is retried under its old id; one
//! that was delivered is sent again outside the message lanes, marked as a repeat.

use base::error::{Error, Result};
use base::message::{LetterKind, Stream};
use base::words::Said;
use entity::{attempt, source};
use queue::parcel::{Conversation, DedupeKey, Entry, Event, Hurry, Parcel};
use uuid::Uuid;

use super::read::story::{self, Story};
use super::{by_hand, dead};
use crate::delivery::DeliveryContext;
use crate::delivery::letters::{TO_MESSENGER_MILLIS, messenger_letter};

/// Sends the webhook of an attempt again; durable on return. 409 `webhook_not_kept` for transient events (reactions)
/// and for messages whose content is no longer stored.
pub async fn resend(app: &DeliveryContext, source: &source::Model, tried: &attempt::Model) -> Result<()> {
    let is_message = [LetterKind::Message.number(), LetterKind::Resend.number()].contains(&tried.kind);
    let story = match is_message {
        true => story::read(app.store.read(), source.tenant_id, tried.message_id).await?,
        false => None,
    };
    let Some(story) = story else {
        return Err(Error::Conflict { problem: "webhook_not_kept", detail: Said::new("said-webhook-not-kept") });
    };
    if let Some(given_up) = story.dead_message() {
        dead::retry(app, source.tenant_id, given_up.id).await?;
    } else if story.waiting.is_some() {
        by_hand::try_now(app, &story).await?;
    } else {
        again(app, source, &story, tried.letter_id).await?;
    }
    Ok(())
}

async fn again(app: &DeliveryContext, source: &source::Model, story: &Story, webhook_id: Uuid) -> Result<()> {
    let expires_at = app.clock.millis() + TO_MESSENGER_MILLIS;
    let kind = (LetterKind::Resend, Stream::Receipts);
    let letter = messenger_letter(app, source, story.message.id, kind, webhook_id.to_string(), expires_at);
    let key = DedupeKey { origin: source.id, external_id: letter.id.to_string(), event: Event::Resent };
    let conversation = Conversation::Known(story.message.conversation_id);
    let entry = Entry::bare(key, app.clock.uuid_v7(), app.clock.millis(), conversation);
    let entries = vec![Entry { letters: vec![letter], ..entry }];
    app.writer.accept(Parcel { tenant_id: source.tenant_id, hurry: Hurry::Other, raw: None, entries }).await?;
    Ok(())
}
