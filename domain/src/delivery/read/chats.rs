//! Conversations: lists of a source's conversations, and each conversation's ids.

use std::collections::BTreeMap;

use entity::{conversation, conversation_alias, message};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

/// Filter for conversations.
#[derive(Clone, Debug, Default)]
pub struct ConversationFilter {
    pub source_id: Option<Uuid>,
    /// Only these search results.
    pub ids: Option<Vec<Uuid>>,
}

/// Up to `rows` conversations created before `after`, newest first.
pub async fn page(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    wanted: &ConversationFilter,
    after: Option<Uuid>,
    rows: u64,
) -> Result<Vec<conversation::Model>, DbErr> {
    let mut select = conversation::Entity::of_tenant(tenant_id);
    if let Some(source_id) = wanted.source_id {
        select = select.filter(conversation::Column::SourceId.eq(source_id));
    }
    if let Some(ids) = &wanted.ids {
        select = select.filter(conversation::Column::Id.is_in(ids.iter().copied()));
    }
    if let Some(after) = after {
        select = select.filter(conversation::Column::Id.lt(after));
    }
    select.order_by_desc(conversation::Column::Id).limit(rows).all(db).await
}

/// One conversation of an account.
pub async fn one(db: &impl ConnectionTrait, tenant_id: Uuid, id: Uuid) -> Result<Option<conversation::Model>, DbErr> {
    conversation::Entity::of_tenant(tenant_id).filter(conversation::Column::Id.eq(id)).one(db).await
}

/// Number of a source's conversations.
pub async fn count(db: &impl ConnectionTrait, tenant_id: Uuid, source_id: Uuid) -> Result<u64, DbErr> {
    conversation::Entity::of_tenant(tenant_id).filter(conversation::Column::SourceId.eq(source_id)).count(db).await
}

/// When the last message of each was accepted; conversations without messages are absent.
pub async fn last_messages(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<BTreeMap<Uuid, i64>, DbErr> {
    let rows: Vec<(Uuid, i64)> = message::Entity::of_tenant(tenant_id)
        .filter(message::Column::ConversationId.is_in(ids))
        .select_only()
        .column(message::Column::ConversationId)
        .column_as(message::Column::AcceptedAt.max(), "last")
        .group_by(message::Column::ConversationId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

/// All ids of a conversation.
pub async fn aliases(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    conversation_id: Uuid,
) -> Result<Vec<conversation_alias::Model>, DbErr> {
    conversation_alias::Entity::of_tenant(tenant_id)
        .filter(conversation_alias::Column::ConversationId.eq(conversation_id))
        .order_by_asc(conversation_alias::Column::Side)
        .order_by_asc(conversation_alias::Column::ExternalId)
        .all(db)
        .await
}
