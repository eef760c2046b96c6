//! An answer in a site's chat whose visitor may have left: the letter about it becomes due (`chat_email`).

use base::message::{Direction, LetterKind};
use chrono::TimeDelta;
use connectors::kinds::is_web_chat;
use connectors::webchat::WebChatSettings;
use entity::chat_email::{self, Column};
use queue::{Settled, Settlement};
use sea_orm::sea_query::{Expr, Func};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};

use crate::delivery::DeliveryContext;

/// Makes the next letter due, unless an earlier one is. Chats without answers by e-mail cost nothing.
pub(super) async fn note(app: &DeliveryContext, settlement: &Settlement) {
    let claim = &settlement.claim;
    let is_answer = claim.direction == Direction::ToMessenger && claim.letter.kind == LetterKind::Message;
    if !is_answer || !matches!(settlement.settled, Settled::Delivered) {
        return;
    }
    let source = app.lookup.source(claim.source_id).await.ok().flatten();
    let Some(source) = source.filter(|source| is_web_chat(&source.kind)) else { return };
    let Some(minutes) = WebChatSettings::stored(&source.settings).email_answers_after else { return };
    if let Err(error) = answered(app, settlement, TimeDelta::minutes(i64::from(minutes))).await {
        tracing::warn!(tenant.id = %claim.tenant_id, source.id = %claim.source_id, %error, "an answer in a chat is in no letter to its visitor");
    }
}

async fn answered(app: &DeliveryContext, settlement: &Settlement, after: TimeDelta) -> Result<(), DbErr> {
    let now = app.clock.millis();
    let due = Func::coalesce([Expr::col(Column::NextAt), Expr::value(now + after.num_milliseconds())]);
    chat_email::Entity::update_many()
        .col_expr(Column::AnsweredAt, Expr::value(now))
        .col_expr(Column::NextAt, due.into())
        .filter(Column::TenantId.eq(settlement.claim.tenant_id))
        .filter(Column::ConversationId.eq(settlement.claim.conversation_id))
        .filter(Column::ConfirmedAt.gt(0))
        .exec(app.store.write())
        .await?;
    Ok(())
}
