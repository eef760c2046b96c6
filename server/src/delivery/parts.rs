//! What a letter is about, read from the database once it is leased.

use std::sync::Arc;

use anyhow::Context;
use entity::{conversation, message, source, tenant, tenant_channel};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter};
use uuid::Uuid;

use super::queue::Claim;
use crate::app::App;
use crate::message::{Body, Direction, Person};

/// A message with its body read.
pub struct Told {
    pub message: message::Model,
    pub body: Body,
}

/// A leased letter with everything it names.
pub struct Parts {
    /// The message it is about; none: it is about no message (typing).
    told: Option<Told>,
    pub conversation: conversation::Model,
    pub contact: Person,
    /// None: the message never had one.
    pub source: Option<Arc<source::Model>>,
    pub tenant: Arc<tenant::Model>,
    /// The amoCRM side: the letter's own target, or the source's channel.
    pub channel: Option<tenant_channel::Model>,
}

impl Parts {
    /// Reads them. An error is the database's or a damaged row; the letter stays where it is.
    pub async fn read(app: &App, claim: &Claim) -> anyhow::Result<Self> {
        let db = app.store.read();
        let tenant_id = claim.tenant_id;
        let told = match claim.letter.message_id {
            id if id.is_nil() => None,
            id => Some(Told::read(db, tenant_id, id).await?),
        };
        let conversation = conversation::Entity::of_tenant(tenant_id)
            .filter(conversation::Column::Id.eq(claim.conversation_id))
            .one(db)
            .await?
            .context("the letter's conversation is missing")?;
        let tenant = app.lookup.tenant(tenant_id).await?.context("the letter's tenant is missing")?;
        let source = if claim.source_id.is_nil() { None } else { app.lookup.source(claim.source_id).await? };
        let channel_id = match claim.direction {
            Direction::ToCrm => Some(claim.target),
            Direction::ToMessenger => source.as_ref().map(|source| source.channel_id),
        };
        let channel = match channel_id {
            Some(channel_id) => {
                tenant_channel::Entity::of_tenant(tenant_id)
                    .filter(tenant_channel::Column::ChannelId.eq(channel_id))
                    .one(db)
                    .await?
            }
            None => None,
        };
        Ok(Self {
            contact: serde_json::from_str(&conversation.contact).context("the conversation's contact is damaged")?,
            told,
            conversation,
            source,
            tenant,
            channel,
        })
    }

    /// The message it is about; an error for a letter that is about none.
    pub fn told(&self) -> anyhow::Result<&Told> {
        self.told.as_ref().context("the letter is about no message")
    }
}

impl Told {
    async fn read(db: &impl ConnectionTrait, tenant_id: Uuid, message_id: Uuid) -> anyhow::Result<Self> {
        let message = message::Entity::of_tenant(tenant_id)
            .filter(message::Column::Id.eq(message_id))
            .one(db)
            .await?
            .context("the letter's message is missing")?;
        let body = serde_json::from_str(&message.body).context("the message's body is damaged")?;
        Ok(Self { message, body })
    }
}
