//! Messages found in amoCRM's history without a hook: marked, and held for a person if too old to be sent
//! automatically.

use base::store::{Executor, Store};
use entity::dead_letter;
use sea_orm::DbErr;

use super::accept_batch::{HistoryMessage, NewItem, NewLetter};
use super::rows::Rows;
use super::{dead, lane};

/// Marks such messages among new entries, and inserts the held ones as dead letters.
pub(super) async fn insert(tx: Executor<'_>, store: &Store, fresh: &[NewItem<'_>]) -> Result<(), DbErr> {
    let found: Vec<(&NewItem<'_>, &HistoryMessage)> =
        fresh.iter().filter_map(|one| Some((one, one.entry.found.as_ref()?))).collect();
    Rows::new()
        .uuid("tenant_id", found.iter().map(|(one, _)| one.tenant_id))
        .uuid("message_id", found.iter().map(|(one, _)| one.entry.id))
        .long("at", found.iter().map(|(one, _)| one.entry.accepted_at))
        .flag("held", found.iter().map(|(_, found)| found.held.is_some()))
        .execute(
            tx,
            store,
            "INSERT INTO found_message (tenant_id, message_id, at, held) \
             SELECT tenant_id, message_id, at, held FROM rows WHERE true ON CONFLICT DO NOTHING",
        )
        .await?;
    let held = found.iter().filter_map(|(one, found)| Some(dead_letter(one, found.held.as_ref()?)));
    dead::insert(tx, store, held.collect()).await
}

/// The dead letter that a person may send. Its age counts from when the message was written.
fn dead_letter(one: &NewItem<'_>, letter: &NewLetter) -> dead_letter::Model {
    let ((_, lane_id), _) = lane::lane_of(one.tenant_id, one.conversation_id, letter);
    let written_at = one.entry.message.as_ref().map_or(one.entry.accepted_at, |message| message.sent_at);
    dead_letter::Model {
        tenant_id: one.tenant_id,
        id: letter.id,
        lane_id,
        conversation_id: one.conversation_id,
        source_id: letter.source_id,
        message_id: letter.message_id,
        target: letter.target,
        direction: letter.direction.number(),
        stream: letter.stream.number(),
        kind: letter.kind.number(),
        payload: letter.payload.clone(),
        reason: HistoryMessage::REASON.to_owned(),
        detail: String::new(),
        attempts: 0,
        first_at: written_at,
        last_at: one.entry.accepted_at,
        day: letter.day,
    }
}
