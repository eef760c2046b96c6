//! A message that is stored alone, as a call of the function `accept_message` (migration/src/accept_message.sql), which
//! is its own transaction. On PostgreSQL only.

use base::message::{State, day_of};
use base::store::Row;
use sea_orm::DbErr;
use uuid::Uuid;

use super::leasing::{LeasedLane, claim};
use super::new_chats::{ChatsOfOne, NewChats};
use super::{Accepted, NewItem, contexts};
use crate::accept_batch::{AcceptBatch, ItemOutcome, NewLetter, NewMessage, RawHook};
use crate::lease::context::conversation_and_channel;
use crate::lease::{LeaseCall, StoredContext};
use crate::rows::FunctionCall;
use crate::{Queue, StoredContexts, lane};

/// The function's result if all is stored.
const STORED: i64 = 1;
/// The rows that the function returns whole, with their columns under their own names.
const CONTEXT: &str = ", LATERAL (SELECT (answer.of_conversation).*) AS conversation, \
     LATERAL (SELECT (answer.of_channel).*) AS tenant_channel";

/// A message with one letter, and nothing that the function does not store.
pub(super) struct LoneMessage<'a> {
    one: &'a NewItem<'a>,
    message: &'a NewMessage,
    letter: &'a NewLetter,
    raw: Option<&'a RawHook>,
    chats: ChatsOfOne<'a>,
}

impl<'a> LoneMessage<'a> {
    /// None if there is anything else in the batches.
    pub fn of(batches: &[&'a AcceptBatch], fresh: &'a [NewItem<'a>], chats: &NewChats<'a>) -> Option<Self> {
        let ([batch], [one]) = (batches, fresh) else { return None };
        let (message, [letter]) = (one.entry.message.as_ref()?, one.entry.letters.as_slice()) else { return None };
        let is_plain = one.entry.change.is_none()
            && one.entry.media.is_empty()
            && message.failure.is_none()
            && message.state != State::Failed
            && letter.message_id == one.entry.id
            && letter.source_id == message.source_id
            && letter.direction == message.direction;
        let chats = chats.of_one_message().filter(|_| is_plain)?;
        Some(Self { one, message, letter, raw: batch.raw.as_ref(), chats })
    }

    fn call(&self, instance: Uuid, lease: &LeaseCall, created_at: i64, now: &str) -> FunctionCall {
        let Self { one, message, letter, raw, chats } = self;
        let (tenant_id, entry) = (one.tenant_id, one.entry);
        let (lane, _) = lane::lane_of(tenant_id, one.conversation_id, letter);
        let call = FunctionCall::of("accept_message")
            .with("its_tenant_id", tenant_id)
            .with("its_origin", entry.key.origin)
            .with("its_key", entry.key.external_id.as_str())
            .with("its_erased_key", entry.key.erased_id())
            .with("its_event", entry.key.event.number())
            .with("its_fingerprint", entry.fingerprint)
            .with("its_id", entry.id)
            .with("its_source_id", message.source_id)
            .with("its_conversation_id", one.conversation_id)
            .with("its_direction", message.direction.number())
            .with("its_state", message.state.number())
            .with("its_external_id", message.external_id.as_str())
            .with("its_amocrm_message_id", message.amocrm_message_id.as_str())
            .with("its_body", message.body.as_str())
            .with("its_sent_at", message.sent_at)
            .with("its_accepted_at", entry.accepted_at)
            .with("its_day", day_of(entry.accepted_at))
            .with("raw_id", raw.map(|raw| raw.id))
            .with("raw_kind", raw.map(|raw| raw.kind))
            .with("raw_target", raw.map(|raw| raw.target.as_str()))
            .with("raw_received_at", raw.map(|raw| raw.received_at))
            .with("raw_headers", raw.map(|raw| raw.headers.as_str()))
            .with("raw_body", raw.map(|raw| raw.body.to_vec()))
            .with("raw_quarantine", raw.map(|raw| raw.quarantine.as_str()));
        let (opened, identity) = (chats.opened.map(|opened| opened.1), chats.opened.map(|opened| opened.0));
        let heard_at = chats.opened.map_or(entry.heard_at.unwrap_or(0), |opened| opened.2);
        let call = call
            .with("opens_side", identity.map(|alias| alias.side.number()))
            .with("opens_origin", identity.map(|alias| alias.origin))
            .with("opens_alias", identity.map(|alias| alias.external_id.as_str()))
            .with("opens_source_id", opened.map(|new| new.source_id))
            .with("opens_external_id", opened.map(|new| new.external_id.as_str()))
            .with("opens_chat", opened.map(|new| new.amocrm_chat_id.as_str()))
            .with("opens_contact", opened.map(|new| new.contact.as_str()))
            .with("opens_phone_hash", opened.map(|new| new.phone_hash.as_str()))
            .with("opens_at", created_at)
            .with("alias_side", chats.named.map(|alias| alias.side.number()))
            .with("alias_origin", chats.named.map(|alias| alias.origin))
            .with("alias_external_id", chats.named.map(|alias| alias.external_id.as_str()))
            .with("news_chat", entry.crm_chat.as_ref().map_or("", |alias| alias.external_id.as_str()))
            .with("news_heard_at", heard_at);
        let wish = lease.wishes.get(&(tenant_id, letter.target));
        let (lower, upper) = wish.and_then(|wish| wish.rate.bounds).unwrap_or((-1, -1));
        call.with("letter_id", letter.id)
            .with("letter_kind", letter.kind.number())
            .with("letter_payload", letter.payload.as_str())
            .with("letter_late", letter.late)
            .with("letter_expires_at", letter.expires_at)
            .with("letter_day", letter.day)
            .with("letter_hint", letter.order_hint.unwrap_or(0))
            .with("its_lane_id", lane.1)
            .with("its_stream", letter.stream.number())
            .with("its_target", letter.target)
            .with("has_slot", wish.is_some_and(|wish| wish.limit > 0))
            .with("per_second", wish.map_or(0, |wish| wish.rate.per_second))
            .with("burst", wish.map_or(0, |wish| wish.rate.burst))
            .with("lower_bound", lower)
            .with("upper_bound", upper)
            .with("its_owner", instance)
            .with("its_claim", lease.number)
            .with("lease", lease.lease)
            .with_expression("at", now)
    }
}

impl Queue {
    /// Stores it and leases its letter, if nothing is in the way. `None`: it is known, or it cannot be stored in this way;
    /// nothing is changed.
    pub(super) async fn accept_lone_message(
        &self,
        lone: &LoneMessage<'_>,
        call: &LeaseCall,
    ) -> Result<Option<Accepted>, DbErr> {
        let store = &self.store;
        let columns = format!(
            "result, leased, of_source, epoch, starts, order_key, seq, paused_source, {}",
            conversation_and_channel()
        );
        let function = lone.call(self.instance, call, store.clock().millis(), &store.now_sql());
        let Some(row) = function.run(store, &columns, CONTEXT).await? else { return Ok(None) };
        if row.get::<i64>("result")? != STORED {
            return Ok(None);
        }
        let (one, letter) = (lone.one, lone.letter);
        let receipts = vec![vec![ItemOutcome::New { message_id: one.entry.id }]];
        let mut accepted = Accepted { receipts, claims: Vec::new(), contexts: StoredContexts::new() };
        if row.get("leased")? {
            let lane = LeasedLane {
                source_id: row.get("of_source")?,
                epoch: row.get("epoch")?,
                starts: row.get("starts")?,
                order_key: row.get("order_key")?,
                seq: row.get("seq")?,
            };
            let (key, seed) = lane::lane_of(one.tenant_id, one.conversation_id, letter);
            accepted.claims.push(claim(key, &seed, &lane, letter, one.entry.accepted_at, call));
            if let Some(context) = StoredContext::of(&row, contexts::message_row(one))? {
                accepted.contexts.insert(letter.id, context);
            }
        }
        Ok(Some(accepted))
    }
}
