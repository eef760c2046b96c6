//! Sends a webhook again at its developer's request. One that was given up or waits is retried under its old id; one
//! that was delivered is sent again outside the message lanes, marked as a repeat.

use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::message::{LetterKind, Stream};
use entity::{attempt, source};
use queue::accept_batch::{AcceptBatch, AcceptItem, Conversation, DedupeKey, EventKind, Priority};
use uuid::Uuid;

use super::read::story::{self, Story};
use super::{dead, manual};
use crate::delivery::DeliveryContext;
use crate::delivery::letters::{TO_MESSENGER_LIFE, messenger_letter};

/// Sends the webhook of an attempt again; durable on return. 409 `webhook_not_kept` for transient events (reactions)
/// and for messages whose content is no longer stored.
pub async fn resend(app: &DeliveryContext, source: &source::Model, tried: &attempt::Model) -> Result<()> {
    let is_message = [LetterKind::Message.number(), LetterKind::Resend.number()].contains(&tried.kind);
    let story = match is_message {
        true => story::read(app.store.read(), source.tenant_id, tried.message_id).await?,
        false => None,
    };
    let Some(story) = story else {
        return Err(Error::Conflict {
            problem: "webhook_not_kept",
            detail: LocalizedText::new("said-webhook-not-kept"),
        });
    };
    if let Some(given_up) = story.dead_message() {
        dead::retry(app, source.tenant_id, given_up.id).await?;
    } else if story.waiting.is_some() {
        manual::try_now(app, &story).await?;
    } else {
        send_as_new(app, source, &story, tried.letter_id).await?;
    }
    Ok(())
}

async fn send_as_new(app: &DeliveryContext, source: &source::Model, story: &Story, webhook_id: Uuid) -> Result<()> {
    let expires_at = app.clock.millis() + TO_MESSENGER_LIFE.num_milliseconds();
    let kind = (LetterKind::Resend, Stream::Receipts);
    let letter = messenger_letter(app, source, story.message.id, kind, webhook_id.to_string(), expires_at);
    let key = DedupeKey { origin: source.id, external_id: letter.id.to_string(), event: EventKind::Resent };
    let conversation = Conversation::Known(story.message.conversation_id);
    let entry = AcceptItem::bare(key, app.clock.uuid_v7(), app.clock.millis(), conversation);
    let entries = vec![AcceptItem { letters: vec![letter], ..entry }];
    app.writer
        .accept(AcceptBatch { tenant_id: source.tenant_id, priority: Priority::Normal, raw: None, entries })
        .await?;
    Ok(())
}
