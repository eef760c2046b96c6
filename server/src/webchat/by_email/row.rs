//! The rows of `chat_email`.

use base::vault::Place;
use entity::chat_email::{self, Column};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, UpdateMany};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::token::CONFIRM_LIFE;
use crate::webchat::WebchatContext;

/// While a stream is open, its visitor's letter is put off so far; a stream looks four times as often.
const HERE: i64 = 60_000;

/// The row of a conversation.
pub(in crate::webchat) async fn of(
    app: &WebchatContext,
    tenant_id: Uuid,
    conversation_id: Uuid,
) -> Result<Option<chat_email::Model>, DbErr> {
    chat_email::Entity::find_by_id((tenant_id, conversation_id)).one(app.store.write()).await
}

/// How many addresses of an account are confirmed.
pub(super) async fn confirmed(app: &WebchatContext, tenant_id: Uuid) -> Result<u64, DbErr> {
    let confirmed = chat_email::Entity::of_tenant(tenant_id).filter(Column::ConfirmedAt.gt(0_i64));
    confirmed.count(app.store.read()).await
}

/// Stores a new request; it replaces an earlier one, whose links end.
pub(super) async fn store(app: &WebchatContext, row: &chat_email::Model) -> Result<(), DbErr> {
    let replaced = [
        Column::SourceId,
        Column::LinkId,
        Column::Address,
        Column::Language,
        Column::AskedAt,
        Column::ConfirmedAt,
        Column::AfterPosition,
        Column::AnsweredAt,
        Column::MailedAt,
        Column::NextAt,
        Column::Tries,
    ];
    let known = OnConflict::columns([Column::TenantId, Column::ConversationId]).update_columns(replaced).to_owned();
    chat_email::Entity::insert(row.clone().into_active_model())
        .on_conflict(known)
        .exec_without_returning(app.store.write())
        .await?;
    Ok(())
}

fn this(row: &chat_email::Model) -> UpdateMany<chat_email::Entity> {
    chat_email::Entity::update_many()
        .filter(Column::TenantId.eq(row.tenant_id))
        .filter(Column::ConversationId.eq(row.conversation_id))
        .filter(Column::LinkId.eq(row.link_id))
}

/// Confirms the address; `after`: milliseconds until the first answers are sent. Confirming again changes nothing.
pub(super) async fn confirm(app: &WebchatContext, row: &chat_email::Model, after: i64) -> Result<(), DbErr> {
    let now = app.clock.millis();
    this(row)
        .col_expr(Column::ConfirmedAt, Expr::value(now))
        .col_expr(Column::MailedAt, Expr::value(0_i64))
        .col_expr(Column::Tries, Expr::value(0_i32))
        .col_expr(Column::NextAt, Expr::value(Some(now + after)))
        .filter(Column::ConfirmedAt.eq(0_i64))
        .exec(app.store.write())
        .await?;
    Ok(())
}

/// Ends the letters and forgets the address. Links back keep working until they expire.
pub(super) async fn end(app: &WebchatContext, row: &chat_email::Model) -> Result<(), DbErr> {
    this(row)
        .col_expr(Column::Address, Expr::value(Vec::<u8>::new()))
        .col_expr(Column::ConfirmedAt, Expr::value(0_i64))
        .col_expr(Column::NextAt, Expr::value(Option::<i64>::None))
        .exec(app.store.write())
        .await?;
    Ok(())
}

/// The visitor reads the chat now, at whichever process: nothing is sent meanwhile.
pub(in crate::webchat) async fn is_read(
    app: &WebchatContext,
    (tenant_id, conversation_id): (Uuid, Uuid),
) -> Result<(), DbErr> {
    let now = app.clock.millis();
    chat_email::Entity::update_many()
        .col_expr(Column::NextAt, Expr::value(Some(now + HERE)))
        .filter(Column::TenantId.eq(tenant_id))
        .filter(Column::ConversationId.eq(conversation_id))
        .filter(Column::ConfirmedAt.gt(0_i64))
        .filter(Column::NextAt.lt(now + HERE / 2))
        .exec(app.store.write())
        .await?;
    Ok(())
}

/// A new row, unconfirmed; the letter that asks to confirm the address is due at once.
pub(super) fn new(app: &WebchatContext, ids: (Uuid, Uuid, Uuid), address: &str, language: &str) -> chat_email::Model {
    let (tenant_id, source_id, conversation_id) = ids;
    let row = conversation_id.to_string();
    let now = app.clock.millis();
    chat_email::Model {
        tenant_id,
        conversation_id,
        source_id,
        link_id: Uuid::new_v4(),
        address: app.vault.seal_text(tenant_id, Place::ChatEmail, &row, &SecretString::from(address)),
        language: language.to_owned(),
        asked_at: now,
        confirmed_at: 0,
        after_position: 0,
        answered_at: 0,
        mailed_at: 0,
        next_at: Some(now),
        tries: 0,
    }
}

/// The address; empty if the letters were ended.
pub(in crate::webchat) fn address(app: &WebchatContext, row: &chat_email::Model) -> anyhow::Result<String> {
    if row.address.is_empty() {
        return Ok(String::new());
    }
    let place = row.conversation_id.to_string();
    let address = app.vault.open_text(row.tenant_id, Place::ChatEmail, &place, &row.address)?;
    Ok(address.expose_secret().to_owned())
}

/// When an address that was not confirmed is deleted.
pub(super) fn expires_at(row: &chat_email::Model) -> i64 {
    row.asked_at + CONFIRM_LIFE
}
