//! The stored data about a chat's contact, in the conversation's row.

use base::store::finish_tx;
use entity::{contact_task, conversation};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::ContactOutcome;
use crate::tenant::TenantContext;

/// Stores an outcome and ends the planned task, in one commit.
pub(super) async fn keep(
    app: &TenantContext,
    tenant_id: Uuid,
    conversation_id: Uuid,
    outcome: &ContactOutcome,
) -> Result<(), DbErr> {
    let tx = app.store.write_tx().await?;
    let done = async {
        write(&tx, app.clock.millis(), tenant_id, conversation_id, outcome).await?;
        end(&tx, tenant_id, conversation_id).await
    };
    let done = done.await;
    finish_tx(tx, done).await
}

/// The contact of a group has its current title, unless the title changed meanwhile.
pub(super) async fn renamed(db: &impl ConnectionTrait, task: &contact_task::Model) -> Result<(), DbErr> {
    contact_task::Entity::update_many()
        .col_expr(contact_task::Column::RenamedFrom, Expr::value(""))
        .filter(contact_task::Column::TenantId.eq(task.tenant_id))
        .filter(contact_task::Column::ConversationId.eq(task.conversation_id))
        .filter(contact_task::Column::RenamedFrom.eq(task.renamed_from.as_str()))
        .exec(db)
        .await?;
    Ok(())
}

/// Ends the planned task; one that has a contact to rename stays for that.
pub(super) async fn end(db: &impl ConnectionTrait, tenant_id: Uuid, conversation_id: Uuid) -> Result<(), DbErr> {
    contact_task::Entity::delete_many()
        .filter(contact_task::Column::TenantId.eq(tenant_id))
        .filter(contact_task::Column::ConversationId.eq(conversation_id))
        .filter(contact_task::Column::RenamedFrom.eq(""))
        .exec(db)
        .await?;
    Ok(())
}

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
