//! The context of letters, read from the database once they are leased.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Context;
use base::message::{Body, Direction, Person};
use entity::{conversation, message, source, tenant, tenant_channel};
use futures_util::future::try_join_all;
use queue::{Claim, Rows, columns_of};
use sea_orm::{FromQueryResult, QueryResult};
use uuid::Uuid;

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

/// Column prefix of each entity in the joined result.
const MESSAGE: &str = "message_";
const CONVERSATION: &str = "conversation_";
const CHANNEL: &str = "channel_";

impl LetterContext {
    /// Reads the contexts of these letters, in their order, with one statement. An error comes from the database or
    /// from a damaged row; the letter stays queued.
    pub async fn read(app: &DeliveryContext, claims: &[Claim]) -> anyhow::Result<Vec<anyhow::Result<Self>>> {
        let known = try_join_all(claims.iter().map(|claim| CachedContext::of(app, claim))).await?;
        let columns = [
            columns_of::<message::Entity>(MESSAGE),
            columns_of::<conversation::Entity>(CONVERSATION),
            columns_of::<tenant_channel::Entity>(CHANNEL),
        ];
        let text = format!(
            "SELECT rows.place, paused.id AS paused_source, {} FROM rows JOIN conversation \
             ON conversation.tenant_id = rows.tenant_id AND conversation.id = rows.conversation_id \
             LEFT JOIN message ON message.tenant_id = rows.tenant_id AND message.id = rows.message_id LEFT JOIN tenant_channel ON tenant_channel.tenant_id = rows.tenant_id \
             AND tenant_channel.channel_id = rows.channel_id LEFT JOIN source AS paused \
             ON paused.tenant_id = rows.tenant_id AND paused.id = rows.source_id AND paused.paused \
             AND paused.paused_by <> '' AND paused.deleted_at IS NULL",
            columns.join(", ")
        );
        let found = Rows::new()
            .uuid("tenant_id", claims.iter().map(|claim| claim.tenant_id))
            .uuid("conversation_id", claims.iter().map(|claim| claim.conversation_id))
            .uuid("message_id", claims.iter().map(|claim| claim.letter.message_id))
            .uuid("source_id", claims.iter().map(|claim| claim.source_id))
            .uuid("channel_id", claims.iter().zip(&known).map(|(claim, known)| known.channel_of(claim)))
            .long("place", (0..).take(claims.len()))
            .fetch(app.store.by_keys(), &app.store, &text)
            .await?;
        let mut rows: HashMap<i64, QueryResult> = HashMap::with_capacity(found.len());
        for row in found {
            rows.insert(row.try_get("", "place")?, row);
        }
        let each = (0..).zip(claims).zip(known);
        Ok(each.map(|((place, claim), known)| Self::of(claim, known, rows.get(&place))).collect())
    }

    fn of(claim: &Claim, known: CachedContext, row: Option<&QueryResult>) -> anyhow::Result<Self> {
        let row = row.context("the letter's conversation is missing")?;
        let message = if claim.letter.message_id.is_nil() { None } else { Some(MessageWithBody::of(row)?) };
        let conversation = conversation::Model::from_query_result(row, CONVERSATION)?;
        Ok(Self {
            contact: serde_json::from_str(&conversation.contact).context("the conversation's contact is damaged")?,
            message,
            conversation,
            source: known.source,
            is_paused: row.try_get::<Option<Uuid>>("", "paused_source")?.is_some(),
            tenant: known.tenant.context("the letter's tenant is missing")?,
            channel: Option::<tenant_channel::Model>::from_query_result(row, CHANNEL)?,
            reported_as: None,
        })
    }

    /// The letter's message; an error if it has none.
    pub fn message(&self) -> anyhow::Result<&MessageWithBody> {
        self.message.as_ref().context("the letter is about no message")
    }
}

impl MessageWithBody {
    fn of(row: &QueryResult) -> anyhow::Result<Self> {
        let message = Option::<message::Model>::from_query_result(row, MESSAGE)?;
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

    /// The channel used to reach amoCRM; nil if there is none.
    fn channel_of(&self, claim: &Claim) -> Uuid {
        match claim.direction {
            Direction::ToCrm => claim.target,
            Direction::ToMessenger => self.source.as_ref().map_or(Uuid::nil(), |source| source.channel_id),
        }
    }
}
