//! A letter that is settled alone, as a call of the function `settle_message` (migration/src/settle_message.sql), which is
//! its own transaction. On PostgreSQL only.

use base::message::LetterKind;
use base::store::Row;
use sea_orm::DbErr;
use uuid::Uuid;

use super::effects::{failure_text, state, took};
use super::{Attempt, Settled, SettledBatch, Settlement, TurnEffect, learned};
use crate::accept_batch::{Alias, NewLetter};
use crate::keys::LearnedKeys;
use crate::rows::FunctionCall;
use crate::{Queue, lane};

/// The function's result if all is settled and something may be due.
const DUE: i64 = 2;

/// A plain success from which at most one id of each kind was learned, with at most one letter that follows.
pub(super) struct LoneLetter<'a> {
    one: &'a Settlement,
    /// Origin, the origin's id, and event.
    key: Option<(Uuid, &'a str, i16)>,
    alias: Option<Alias>,
    next: Option<&'a NewLetter>,
}

impl<'a> LoneLetter<'a> {
    /// `settlements`: plain ones. None if it is not one, or has more of anything.
    pub fn of(settlements: &'a [Settlement]) -> Option<Self> {
        let [one] = settlements else { return None };
        let (keys, aliases): (LearnedKeys<'a>, _) =
            (learned::learned_keys(settlements), learned::learned_aliases(settlements));
        if keys.len() > 1 || aliases.len() > 1 || one.follow_ups.len() > 1 {
            return None;
        }
        let key = keys.keys().next().map(|key| (key.1, key.2, key.3));
        Some(Self { one, key, alias: aliases.into_iter().next().map(|alias| alias.1), next: one.follow_ups.first() })
    }

    fn call(&self, instance: Uuid, day: i32, accepted_at: i64, ledger_day: Option<i32>, now: &str) -> FunctionCall {
        let one = self.one;
        let (claim, learned) = (&one.claim, &one.learned);
        let is_answered = one.turn == TurnEffect::Healthy;
        let call = FunctionCall::of("settle_message")
            .with("its_tenant_id", claim.tenant_id)
            .with("its_message_id", claim.letter.message_id)
            .with("its_conversation_id", claim.conversation_id)
            .with("its_source_id", claim.source_id)
            .with("its_direction", claim.direction.number())
            .with("its_kind", claim.letter.kind.number())
            .with("its_target", claim.target)
            .with("its_lane_id", claim.lane_id)
            .with("its_epoch", claim.epoch)
            .with("its_owner", instance)
            .with("its_order_key", claim.letter.order_key)
            .with("its_seq", claim.letter.seq)
            .with("is_delivered", one.settled == Settled::Delivered)
            .with("rest", one.rest)
            .with("is_answered", is_answered)
            .with("adapts", is_answered && one.attempt.is_some())
            .with("is_hooked", one.attempt.as_ref().is_some_and(|attempt| attempt.webhook.is_some()))
            .with("new_state", state(one))
            .with("is_revived", one.settled == Settled::Delivered && claim.letter.late)
            .with("new_error", failure_text(one))
            .with("new_external_id", learned.external_id.as_deref().unwrap_or_default())
            .with("new_amocrm_message_id", learned.amocrm_message_id.as_deref().unwrap_or_default())
            .with("may_be_duplicate", one.possible_duplicate)
            .with("key_origin", self.key.map(|key| key.0))
            .with("key_id", self.key.map(|key| key.1))
            .with("key_event", self.key.map(|key| key.2))
            .with("key_day", day)
            .with("alias_side", self.alias.as_ref().map(|alias| alias.side.number()))
            .with("alias_origin", self.alias.as_ref().map(|alias| alias.origin))
            .with("alias_external_id", self.alias.as_ref().map(|alias| alias.external_id.as_str()))
            .with("chat_id", learned::chat_id(one).unwrap_or_default())
            .with("parked_id", one.crm.as_ref().and(learned.external_id.as_deref()).unwrap_or_default())
            .with("ledger_day", ledger_day)
            .with_expression("at", now);
        self.with_next(self.with_attempt(call), accepted_at)
    }

    fn with_attempt(&self, call: FunctionCall) -> FunctionCall {
        let (claim, attempt) = (&self.one.claim, self.one.attempt.as_ref());
        let webhook = attempt.and_then(|attempt| attempt.webhook);
        let text = |of: fn(&Attempt) -> &str| attempt.map(of);
        call.with("attempt_at", attempt.map(|attempt| attempt.at))
            .with("attempt_millis", attempt.map(|attempt| attempt.millis))
            .with("attempt_verdict", text(|attempt| attempt.verdict))
            .with("attempt_status", attempt.map(|attempt| attempt.status))
            .with("attempt_answer", text(|attempt| &attempt.answer))
            .with("attempt_reason", text(|attempt| &attempt.reason))
            .with("attempt_request", text(|attempt| &attempt.request))
            .with("attempt_letter_id", attempt.map(|attempt| attempt.letter_id(claim)))
            .with("attempt_webhook_id", webhook.map(|webhook| webhook.id))
            .with("attempt_event", webhook.map_or("", |webhook| webhook.event))
            .with("attempt_took", attempt.map(|attempt| took(claim, attempt)))
    }

    fn with_next(&self, call: FunctionCall, accepted_at: i64) -> FunctionCall {
        let (claim, next) = (&self.one.claim, self.next);
        let lane = next.map(|letter| lane::lane_of(claim.tenant_id, claim.conversation_id, letter).0.1);
        call.with("next_id", next.map(|letter| letter.id))
            .with("next_message_id", next.map(|letter| letter.message_id))
            .with("next_source_id", next.map(|letter| letter.source_id))
            .with("next_direction", next.map(|letter| letter.direction.number()))
            .with("next_stream", next.map(|letter| letter.stream.number()))
            .with("next_target", next.map(|letter| letter.target))
            .with("next_lane_id", lane)
            .with("next_kind", next.map(|letter| letter.kind.number()))
            .with("next_payload", next.map(|letter| letter.payload.as_str()))
            .with("next_late", next.map(|letter| letter.late))
            .with("next_accepted_at", accepted_at)
            .with("next_expires_at", next.map(|letter| letter.expires_at))
            .with("next_day", next.map(|letter| letter.day))
            .with("next_hint", next.map_or(0, |letter| letter.order_hint.unwrap_or(0)))
    }
}

impl Queue {
    /// Settles it. `None`: it takes a transaction; nothing is changed but the ids that were learned.
    pub(super) async fn settle_lone_letter(&self, lone: &LoneLetter<'_>) -> Result<Option<SettledBatch>, DbErr> {
        let store = &self.store;
        let (one, letter) = (lone.one, &lone.one.claim.letter);
        let counts = one.settled == Settled::Delivered && letter.kind == LetterKind::Message;
        let ledger_day = Some(letter.day).filter(|_| counts && !self.errs("defect.miscount"));
        let accepted_at = store.clock().millis();
        let day = base::message::day_of(accepted_at);
        let function = lone.call(self.instance, day, accepted_at, ledger_day, &store.now_sql());
        let Some(row) = function.run(store, "answer", "").await? else { return Ok(None) };
        let result: i64 = row.get("answer")?;
        Ok((result > 0).then(|| SettledBatch { valid: vec![true], may_be_due: result == DUE }))
    }
}
