//! The contexts of letters that the statement which stores them has leased: of the conversation it reads what was there
//! before, and the message is the one that it stores.

use std::collections::HashMap;

use base::message::{Failure, day_of};
use base::store::Row;
use entity::message;
use sea_orm::DbErr;
use uuid::Uuid;

use super::NewItem;
use super::leasing::LANES;
use crate::conversation::learn_news;
use crate::lease::context::{columns, joined};
use crate::{Claim, StoredContext, StoredContexts};

/// What follows the result in the statement's answer: a row for each leased lane, or one of NULLs.
///
/// `is_read`: its context is that of the lease. The statement reads what was committed when it began; if the lane was leased
/// then, the settlement of its last letter may have changed the conversation since.
pub(super) fn answer() -> String {
    format!(
        ", leased.tenant_id AS of_tenant, leased.lane_id AS of_lane, leased.source_id AS of_source, leased.epoch, \
         leased.starts, leased.last_key, leased.next_seq, seen.owner IS NULL AND \
         coalesce(seen.epoch, 0) = leased.epoch - 1 AS is_read, {columns} FROM (SELECT 1) AS one LEFT JOIN \
         (SELECT of_tenant AS tenant_id, of_lane AS lane_id, of_source AS source_id, of_target AS target, \
         of_conversation AS conversation_id, of_direction AS direction, epoch, starts, last_key, next_seq FROM {LANES} \
         WHERE leased) AS leased ON true LEFT JOIN lane AS seen ON seen.tenant_id = leased.tenant_id \
         AND seen.lane_id = leased.lane_id LEFT JOIN conversation ON conversation.tenant_id = leased.tenant_id \
         AND conversation.id = leased.conversation_id{joined}",
        columns = columns(),
        joined = joined("leased"),
    )
}

/// The contexts in that answer, with what the statement changes in the conversation. None of a letter about an earlier
/// message, and of a new conversation.
pub(super) fn contexts(found: &[impl Row], claims: &[Claim], fresh: &[NewItem<'_>]) -> Result<StoredContexts, DbErr> {
    let of_lane: HashMap<_, _> = claims.iter().map(|claim| ((claim.tenant_id, claim.lane_id), claim)).collect();
    let mut contexts = StoredContexts::new();
    for row in found {
        let Some(tenant_id) = row.get::<Option<Uuid>>("of_tenant")? else { continue };
        let Some(claim) = of_lane.get(&(tenant_id, row.get("of_lane")?)) else { continue };
        let message_id = claim.letter.message_id;
        let message = fresh.iter().find(|one| one.entry.id == message_id).and_then(message_row);
        if row.get("is_read")? && (message.is_some() || message_id.is_nil()) {
            let Some(mut context) = StoredContext::of(row, message)? else { continue };
            learn_news(&mut context.conversation, fresh);
            contexts.insert(claim.letter.id, context);
        }
    }
    Ok(contexts)
}

/// The row of a new message, as [`super::new_messages`] writes it.
pub(super) fn message_row(one: &NewItem<'_>) -> Option<message::Model> {
    let message = one.entry.message.as_ref()?;
    Some(message::Model {
        tenant_id: one.tenant_id,
        id: one.entry.id,
        source_id: message.source_id,
        conversation_id: one.conversation_id,
        direction: message.direction.number(),
        state: message.state.number(),
        reported: 0,
        external_id: message.external_id.clone(),
        amocrm_message_id: message.amocrm_message_id.clone(),
        body: message.body.clone(),
        error: Failure::stored(message.failure.as_ref()),
        sent_at: message.sent_at,
        accepted_at: one.entry.accepted_at,
        day: day_of(one.entry.accepted_at),
        position: 0,
        possible_duplicate: false,
        client_reaction: String::new(),
        manager_reaction: String::new(),
        reacted_at: 0,
    })
}
