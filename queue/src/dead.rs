//! Dead letters: letters without further automatic attempts.

use base::store::{Executor, Store};
use entity::dead_letter;
use sea_orm::DbErr;

use super::rows::Rows;

/// Inserts them; existing ones are unchanged.
pub(super) async fn insert(tx: Executor<'_>, store: &Store, dead: Vec<dead_letter::Model>) -> Result<(), DbErr> {
    Rows::new()
        .uuid("tenant_id", dead.iter().map(|one| one.tenant_id))
        .uuid("id", dead.iter().map(|one| one.id))
        .uuid("lane_id", dead.iter().map(|one| one.lane_id))
        .uuid("conversation_id", dead.iter().map(|one| one.conversation_id))
        .uuid("source_id", dead.iter().map(|one| one.source_id))
        .uuid("message_id", dead.iter().map(|one| one.message_id))
        .uuid("target", dead.iter().map(|one| one.target))
        .short("direction", dead.iter().map(|one| one.direction))
        .short("stream", dead.iter().map(|one| one.stream))
        .short("kind", dead.iter().map(|one| one.kind))
        .text("payload", dead.iter().map(|one| one.payload.as_str()))
        .text("reason", dead.iter().map(|one| one.reason.as_str()))
        .text("detail", dead.iter().map(|one| one.detail.as_str()))
        .int("attempts", dead.iter().map(|one| one.attempts))
        .long("first_at", dead.iter().map(|one| one.first_at))
        .long("last_at", dead.iter().map(|one| one.last_at))
        .int("day", dead.iter().map(|one| one.day))
        .execute(
            tx,
            store,
            "INSERT INTO dead_letter (tenant_id, id, lane_id, conversation_id, source_id, message_id, target, direction, \
             stream, kind, payload, reason, detail, attempts, first_at, last_at, day) \
             SELECT tenant_id, id, lane_id, conversation_id, source_id, message_id, target, direction, stream, kind, payload, \
             reason, detail, attempts, first_at, last_at, day FROM rows WHERE true ON CONFLICT DO NOTHING",
        )
        .await?;
    Ok(())
}
