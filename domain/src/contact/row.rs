//! The stored data about a chat's contact, in the conversation's row.

use entity::conversation;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::ContactOutcome;

/// Writes an outcome; a conversation that was erased meanwhile stays empty.
pub(super) async fn write(
    db: &impl ConnectionTrait,
    now: i64,
    tenant_id: Uuid,
    conversation_id: Uuid,
    outcome: &ContactOutcome,
) -> Result<(), DbErr> {
    use conversation::Column;
    let (id, name) = outcome.card.as_ref().map_or((0, ""), |card| (card.id, card.name.as_str()));
    let is_not_erased = Condition::any().add(Column::ExternalId.ne("")).add(Column::AmocrmChatId.ne(""));
    conversation::Entity::update_many()
        .col_expr(Column::ContactId, Expr::value(id))
        .col_expr(Column::ContactName, Expr::value(name))
        .col_expr(Column::ContactWhy, Expr::value(outcome.why.word()))
        .col_expr(Column::ContactSeenAt, Expr::value(now))
        .filter(Column::TenantId.eq(tenant_id))
        .filter(Column::Id.eq(conversation_id))
        .filter(is_not_erased)
        .exec(db)
        .await?;
    Ok(())
}

/// Records that amoCRM was asked and knows of no contact.
pub(super) async fn seen(
    db: &impl ConnectionTrait,
    now: i64,
    tenant_id: Uuid,
    conversation_id: Uuid,
) -> Result<(), DbErr> {
    conversation::Entity::update_many()
        .col_expr(conversation::Column::ContactSeenAt, Expr::value(now))
        .filter(conversation::Column::TenantId.eq(tenant_id))
        .filter(conversation::Column::Id.eq(conversation_id))
        .exec(db)
        .await?;
    Ok(())
}

/// Makes the next check ask amoCRM, however fresh the last answer is.
pub(super) async fn doubt(db: &impl ConnectionTrait, tenant_id: Uuid, conversation_id: Uuid) -> Result<(), DbErr> {
    conversation::Entity::update_many()
        .col_expr(conversation::Column::ContactSeenAt, Expr::value(0_i64))
        .filter(conversation::Column::TenantId.eq(tenant_id))
        .filter(conversation::Column::Id.eq(conversation_id))
        .exec(db)
        .await?;
    Ok(())
}
