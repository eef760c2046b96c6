//! Sends a webhook again at its developer's request. One that was given up or waits is retried under its old id; one
//! that was delivered is sent again outside the message lanes, marked as a repeat.

use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::message::{Content, LetterKind, Stream};
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
    let story = story.ok_or_else(not_kept)?;
    if let Some(given_up) = story.dead_message() {
        dead::retry(app, source.tenant_id, given_up.id).await?;
    } else if story.waiting.is_some() {
        manual::try_now(app, &story).await?;
    } else {
        send_as_new(app, source, &story, tried.letter_id).await?;
    }
    Ok(())
}

fn not_kept() -> Error {
    Error::Conflict { problem: "webhook_not_kept", detail: LocalizedText::new("said-webhook-not-kept") }
}

/// The receiver takes a repeat for the message itself, so one whose text was erased must not be sent.
fn is_erased(story: &Story) -> bool {
    story.body.expired || matches!(&story.body.content, Content::Text { text } if text.is_empty())
}

async fn send_as_new(app: &DeliveryContext, source: &source::Model, story: &Story, webhook_id: Uuid) -> Result<()> {
    if is_erased(story) {
        return Err(not_kept());
    }
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
