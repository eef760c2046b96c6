//! What is stored beside a leased letter and needed to deliver it.

use std::collections::HashMap;

use base::message::Direction;
use base::store::{Executor, ResultRow, Row, Store};
use entity::{conversation, message, tenant_channel};
use sea_orm::DbErr;
use uuid::Uuid;

use super::Claim;
use crate::rows::{Rows, Write};

/// The stored part of a letter's context.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredContext {
    /// None if the letter is about no message (typing).
    pub message: Option<message::Model>,
    pub conversation: conversation::Model,
    /// The amoCRM side: the letter's own target, or the source's channel.
    pub channel: Option<tenant_channel::Model>,
    /// Whether a person has paused the source.
    pub is_paused: bool,
}

/// By letter.
pub type StoredContexts = HashMap<Uuid, StoredContext>;

/// The columns of an entity in a joined result, each named with a prefix, and how it is read from them.
macro_rules! joined_entity {
    ($columns:ident, $read:ident, $table:literal, $prefix:literal, $model:path {
        $first:ident, $($field:ident),+ $(,)?
    }) => {
        const $columns: &str = concat!(
            $table, ".", stringify!($first), " AS ", $prefix, stringify!($first)
            $(, ", ", $table, ".", stringify!($field), " AS ", $prefix, stringify!($field))+
        );

        fn $read(row: &impl Row) -> Result<Option<$model>, DbErr> {
            use $model as Entity;
            let Some($first) = row.get(concat!($prefix, stringify!($first)))? else { return Ok(None) };
            Ok(Some(Entity { $first, $($field: row.get(concat!($prefix, stringify!($field)))?),+ }))
        }
    };
}

joined_entity!(
    MESSAGE,
    message_of,
    "message",
    "message_",
    message::Model {
        tenant_id,
        id,
        source_id,
        conversation_id,
        direction,
        state,
        reported,
        external_id,
        amocrm_message_id,
        body,
        error,
        sent_at,
        accepted_at,
        day,
        position,
        possible_duplicate,
        client_reaction,
        manager_reaction,
        reacted_at,
    }
);
joined_entity!(
    CONVERSATION,
    conversation_of,
    "conversation",
    "conversation_",
    conversation::Model {
        tenant_id,
        id,
        source_id,
        external_id,
        amocrm_chat_id,
        contact,
        created_at,
        crm_person_id,
        crm_unbound,
        awaited,
        shared,
        contact_id,
        contact_name,
        contact_why,
        contact_seen_at,
        visit,
        shut_at,
        reach_at,
        moved_to,
        heard_at,
        free_until,
        phone_hash,
        blocked_at,
        blocked_by,
    }
);
joined_entity!(
    CHANNEL,
    channel_of,
    "tenant_channel",
    "channel_",
    tenant_channel::Model {
        tenant_id,
        channel_id,
        scope_id,
        status,
        detail,
        connected_at,
        checked_at,
        next_try_at,
        tries,
        renewed_at,
        losses,
    }
);

impl StoredContext {
    /// Reads those of these letters with one statement; of a letter whose conversation is missing there is none.
    pub async fn read(db: impl Into<Executor<'_>>, store: &Store, claims: &[Claim]) -> Result<StoredContexts, DbErr> {
        Self::of_rows(&Self::select(claims).fetch(db, store).await?, claims)
    }

    /// The statement of [`StoredContext::read`].
    pub(crate) fn select(claims: &[Claim]) -> Write {
        let to_crm = Direction::ToCrm.number();
        let text = format!(
            "SELECT rows.place, {MESSAGE}, {CONVERSATION}, {CHANNEL}, CASE WHEN source.paused AND source.paused_by <> '' \
             AND source.deleted_at IS NULL THEN source.id END AS paused_source FROM rows JOIN conversation \
             ON conversation.tenant_id = {{account}} AND conversation.id = rows.conversation_id \
             LEFT JOIN message ON message.tenant_id = {{account}} AND message.id = rows.message_id \
             LEFT JOIN source ON source.tenant_id = {{account}} AND source.id = rows.source_id \
             LEFT JOIN tenant_channel ON tenant_channel.tenant_id = {{account}} AND tenant_channel.channel_id = \
             CASE WHEN rows.direction = {to_crm} THEN rows.target ELSE source.channel_id END"
        );
        Rows::new()
            .uuid("tenant_id", claims.iter().map(|claim| claim.tenant_id))
            .uuid("conversation_id", claims.iter().map(|claim| claim.conversation_id))
            .uuid("message_id", claims.iter().map(|claim| claim.letter.message_id))
            .uuid("source_id", claims.iter().map(|claim| claim.source_id))
            .short("direction", claims.iter().map(|claim| claim.direction.number()))
            .uuid("target", claims.iter().map(|claim| claim.target))
            .long("place", (0..).take(claims.len()))
            .write(text)
    }

    /// What that statement has returned for these letters.
    pub(crate) fn of_rows(found: &[ResultRow], claims: &[Claim]) -> Result<StoredContexts, DbErr> {
        let mut contexts = StoredContexts::with_capacity(found.len());
        for row in found {
            let place = usize::try_from(row.get::<i64>("place")?).unwrap_or(usize::MAX);
            let (Some(claim), Some(conversation)) = (claims.get(place), conversation_of(row)?) else { continue };
            let is_paused = row.get::<Option<Uuid>>("paused_source")?.is_some();
            let context = Self { message: message_of(row)?, conversation, channel: channel_of(row)?, is_paused };
            contexts.insert(claim.letter.id, context);
        }
        Ok(contexts)
    }
}
