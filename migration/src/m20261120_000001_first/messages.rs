//! Conversations, messages, and what keeps them from coming twice.

use sea_orm_migration::prelude::*;

use crate::table::{column, create};

pub(super) async fn create_all(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create(
        manager,
        "conversation",
        &["tenant_id", "id"],
        vec![
            column("tenant_id").uuid().not_null().to_owned(),
            column("id").uuid().not_null().to_owned(),
            column("source_id").uuid().not_null().to_owned(),
            column("external_id").text().not_null().to_owned(),
            column("amocrm_chat_id").text().not_null().to_owned(),
            column("contact").text().not_null().to_owned(),
            column("created_at").big_integer().not_null().to_owned(),
        ],
    )
    .await?;
    create(
        manager,
        "conversation_alias",
        &["tenant_id", "side", "origin", "external_id"],
        vec![
            column("tenant_id").uuid().not_null().to_owned(),
            column("side").small_integer().not_null().to_owned(),
            column("origin").uuid().not_null().to_owned(),
            column("external_id").text().not_null().to_owned(),
            column("conversation_id").uuid().not_null().to_owned(),
        ],
    )
    .await?;
    create(
        manager,
        "message",
        &["tenant_id", "id"],
        vec![
            column("tenant_id").uuid().not_null().to_owned(),
            column("id").uuid().not_null().to_owned(),
            column("source_id").uuid().not_null().to_owned(),
            column("conversation_id").uuid().not_null().to_owned(),
            column("direction").small_integer().not_null().to_owned(),
            column("state").small_integer().not_null().to_owned(),
            column("reported").small_integer().not_null().to_owned(),
            column("external_id").text().not_null().to_owned(),
            column("amocrm_message_id").text().not_null().to_owned(),
            column("body").text().not_null().to_owned(),
            column("error").text().not_null().to_owned(),
            column("sent_at").big_integer().not_null().to_owned(),
            column("accepted_at").big_integer().not_null().to_owned(),
            column("day").integer().not_null().to_owned(),
            column("position").big_integer().not_null().to_owned(),
            column("possible_duplicate").boolean().not_null().to_owned(),
        ],
    )
    .await?;
    create(
        manager,
        "raw_hook",
        &["tenant_id", "id"],
        vec![
            column("tenant_id").uuid().not_null().to_owned(),
            column("id").uuid().not_null().to_owned(),
            column("kind").text().not_null().to_owned(),
            column("target").text().not_null().to_owned(),
            column("received_at").big_integer().not_null().to_owned(),
            column("headers").text().not_null().to_owned(),
            column("body").blob().not_null().to_owned(),
            column("quarantine").text().not_null().to_owned(),
        ],
    )
    .await?;
    create(
        manager,
        "dedupe",
        &["tenant_id", "origin", "external_id", "event"],
        vec![
            column("tenant_id").uuid().not_null().to_owned(),
            column("origin").uuid().not_null().to_owned(),
            column("external_id").text().not_null().to_owned(),
            column("event").small_integer().not_null().to_owned(),
            column("message_id").uuid().not_null().to_owned(),
            column("fingerprint").big_integer().not_null().to_owned(),
            column("day").integer().not_null().to_owned(),
        ],
    )
    .await?;
    Ok(())
}
