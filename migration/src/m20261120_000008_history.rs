//! Hooks that never came: who listened until when, when each channel's chats are compared with amoCRM's history, and what
//! was found there.

use sea_orm_migration::prelude::*;

use crate::table::{column, create, run};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(
            manager,
            "heartbeat",
            &["tenant_id", "instance"],
            vec![
                column("tenant_id").uuid().not_null().to_owned(),
                column("instance").uuid().not_null().to_owned(),
                column("beat_at").big_integer().not_null().to_owned(),
                column("ended").boolean().not_null().to_owned(),
                column("spooled").big_integer().not_null().to_owned(),
            ],
        )
        .await?;
        create(
            manager,
            "history_look",
            &["tenant_id", "channel_id"],
            vec![
                column("tenant_id").uuid().not_null().to_owned(),
                column("channel_id").uuid().not_null().to_owned(),
                column("next_at").big_integer().not_null().to_owned(),
                column("epoch").big_integer().not_null().to_owned(),
                column("interrupted_at").big_integer().null().to_owned(),
                column("began_at").big_integer().null().to_owned(),
                column("since").big_integer().not_null().to_owned(),
                column("cursor_at").big_integer().not_null().to_owned(),
                column("cursor_id").uuid().not_null().to_owned(),
                column("again").boolean().not_null().to_owned(),
                column("tries").integer().not_null().to_owned(),
                column("chats").big_integer().not_null().to_owned(),
                column("sent").big_integer().not_null().to_owned(),
                column("held").big_integer().not_null().to_owned(),
                column("ended_at").big_integer().null().to_owned(),
                column("last_chats").big_integer().not_null().to_owned(),
                column("last_sent").big_integer().not_null().to_owned(),
                column("last_held").big_integer().not_null().to_owned(),
                column("found").big_integer().not_null().to_owned(),
            ],
        )
        .await?;
        create(
            manager,
            "found_message",
            &["tenant_id", "message_id"],
            vec![
                column("tenant_id").uuid().not_null().to_owned(),
                column("message_id").uuid().not_null().to_owned(),
                column("at").big_integer().not_null().to_owned(),
                column("held").boolean().not_null().to_owned(),
            ],
        )
        .await?;
        run(manager, INDEX).await
    }
}

/// The worker looks for what is due in all accounts.
const INDEX: &str = "CREATE INDEX history_look_due ON history_look (next_at)";
