//! The context of letters: read by the commit that leases them, or from the database once they are leased.

use std::sync::Arc;

use anyhow::Context;
use base::message::{Body, Person};
use connectors::Gaps;
use entity::{conversation, message, source, tenant, tenant_channel};
use futures_util::future::try_join_all;
use queue::{Claim, StoredContext};

use crate::delivery::DeliveryContext;

/// A message with its body read.
pub struct MessageWithBody {
    pub message: message::Model,
    pub body: Body,
}

/// A leased letter's context.
pub struct LetterContext {
    /// The letter's message; none if it has none (typing).
    message: Option<MessageWithBody>,
    pub conversation: conversation::Model,
    pub contact: Person,
    /// None if the message never had a source.
    pub source: Option<Arc<source::Model>>,
    /// Whether a person has paused the source. Read with the letter: a cached source may be seconds old.
    pub is_paused: bool,
    pub tenant: Arc<tenant::Model>,
    /// The amoCRM side: the letter's own target, or the source's channel.
    pub channel: Option<tenant_channel::Model>,
    /// The messenger's id of a message whose answer was lost, if a report of the messenger named its letter meanwhile.
    pub reported_as: Option<String>,
}

impl LetterContext {
    /// Reads the contexts of these letters, in their order, with one statement. An error comes from the database or
    /// from a damaged row; the letter stays queued.
    pub async fn read(app: &DeliveryContext, claims: &[Claim]) -> anyhow::Result<Vec<anyhow::Result<Self>>> {
        let known = try_join_all(claims.iter().map(|claim| CachedContext::of(app, claim))).await?;
        let mut stored = StoredContext::read(app.store.by_keys(), &app.store, claims).await?;
        let each = claims.iter().zip(known).map(|(claim, known)| {
            let stored = stored.remove(&claim.letter.id).context("the letter's conversation is missing")?;
            Self::of(claim, known, stored)
        });
        Ok(each.collect())
    }

    /// The context of a letter whose stored part was read by the commit that leased it.
    pub async fn with(app: &DeliveryContext, claim: &Claim, stored: StoredContext) -> anyhow::Result<Self> {
        Self::of(claim, CachedContext::of(app, claim).await?, stored)
    }

    fn of(claim: &Claim, known: CachedContext, stored: StoredContext) -> anyhow::Result<Self> {
        let StoredContext { message, conversation, channel, is_paused } = stored;
        let message = if claim.letter.message_id.is_nil() { None } else { Some(MessageWithBody::of(message)?) };
        Ok(Self {
            contact: serde_json::from_str(&conversation.contact).context("the conversation's contact is damaged")?,
            message,
            conversation,
            source: known.source,
            is_paused,
            tenant: known.tenant.context("the letter's tenant is missing")?,
            channel,
            reported_as: None,
        })
    }

    /// What the messenger's call may have left out.
    pub fn gaps(&mut self) -> Gaps<'_> {
        Gaps { contact: &mut self.contact, body: self.message.as_mut().map(|message| &mut message.body) }
    }

    /// The letter's message; an error if it has none.
    pub fn message(&self) -> anyhow::Result<&MessageWithBody> {
        self.message.as_ref().context("the letter is about no message")
    }
}

impl MessageWithBody {
    fn of(message: Option<message::Model>) -> anyhow::Result<Self> {
        let message = message.context("the letter's message is missing")?;
        let body = serde_json::from_str(&message.body).context("the message's body is damaged")?;
        Ok(Self { message, body })
    }
}

/// The part that usually comes from the in-memory cache.
struct CachedContext {
    tenant: Option<Arc<tenant::Model>>,
    source: Option<Arc<source::Model>>,
}

impl CachedContext {
    async fn of(app: &DeliveryContext, claim: &Claim) -> anyhow::Result<Self> {
        let source = if claim.source_id.is_nil() { None } else { app.lookup.source(claim.source_id).await? };
        Ok(Self { tenant: app.lookup.tenant(claim.tenant_id).await?, source })
    }
}
