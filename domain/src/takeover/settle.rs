//! Messages that the shadow stored become messages that are sent: as history, or, if only Parom had them, as new ones.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use anyhow::Context;
use base::error::Result;
use base::message::{Body, Direction, LetterKind, Person};
use base::millis::{DAY, MINUTE};
use connectors::{Shadow, SwitchOff};
use entity::{conversation, message};
use queue::SeenMessage;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::delivery::letters::crm_letter;
use crate::delivery::read::{first_id_at, made_at};
use crate::intake::enquiry::begin_late;
use crate::source::takeover::{Takeover, TakeoverStep};

use super::compare::{APART, Seen, paired, seen, theirs};
use super::{Effect, Next, Run};

/// Chats of one attempt, the messages of each that become history, and how old these may be.
const CHATS: u64 = 50;
const HISTORY: u64 = 20;
const HISTORY_DAYS: i64 = 14;
/// Messages that are settled at a time.
const SETTLED: u64 = 500;
/// Messages around those, which are only compared.
const AROUND: u64 = 2_000;
/// How often it is looked for late messages of the time that was shared.
const AGAIN: i64 = 5 * MINUTE;
/// Until so long after the others receive again a message may have come to Parom alone.
const CLOCKS: i64 = 2_000;

impl Run<'_> {
    /// Sends the last messages of chats that amoCRM knows: those whose contact was found, and those that Parom had before.
    pub(super) async fn history(&self, takeover: &mut Takeover) -> Result<Next> {
        let before = takeover.off_from.unwrap_or(takeover.begun_at);
        let place: Uuid = takeover.place.parse().unwrap_or_default();
        let chats = conversation::Entity::of_tenant(self.source.tenant_id)
            .filter(conversation::Column::SourceId.eq(self.source.id))
            .filter(conversation::Column::Id.gt(place))
            .order_by_asc(conversation::Column::Id)
            .limit(CHATS)
            .all(self.app.store.read())
            .await?;
        let Some(last) = chats.last().map(|chat| chat.id) else {
            return Ok(Next::Step(TakeoverStep::Settle, Effect::None));
        };
        for chat in chats.iter().filter(|chat| !chat.amocrm_chat_id.is_empty() || has_contact(chat)) {
            let mut rows = seen(self.source)
                .filter(message::Column::ConversationId.eq(chat.id))
                .filter(message::Column::Id.gte(first_id_at(before - HISTORY_DAYS * DAY)))
                .filter(message::Column::Id.lt(first_id_at(before)))
                .order_by_desc(message::Column::Id)
                .limit(HISTORY)
                .all(self.app.store.read())
                .await?;
            rows.reverse();
            let letters = rows.iter().map(|row| self.sent(row, true)).collect::<anyhow::Result<Vec<_>>>()?;
            self.app.queue.send_seen(self.source.tenant_id, &letters).await?;
        }
        takeover.place = last.to_string();
        Ok(Next::Again)
    }

    fn sent(&self, row: &message::Model, is_history: bool) -> anyhow::Result<SeenMessage> {
        let mut body: Body = serde_json::from_str(&row.body).context("the body of a stored message")?;
        body.silent |= is_history;
        body.link_contact = true;
        let letter =
            crm_letter(self.app, self.source.channel_id, self.source.id, row.id, LetterKind::Message, String::new());
        Ok(SeenMessage { conversation_id: row.conversation_id, body: serde_json::to_string(&body)?, letter })
    }

    /// Settles what came during the switch, and for a day what comes late of that time: a messenger repeats what it could not
    /// bring. Once the line is given back: until the others received again.
    pub(super) async fn settle(&self, takeover: &mut Takeover) -> Result<Next> {
        let (to, over_at, effect) = match takeover.returned_at {
            None => (i64::MAX, Self::over_at(takeover), Effect::Close),
            Some(at) => (takeover.back_at.map_or(0, |at| at + CLOCKS), at + DAY, Effect::None),
        };
        if let Some(from) = takeover.off_from
            && let Some(again) = self.settled(from, to).await?
        {
            return Ok(again);
        }
        let now = self.app.clock.millis();
        if now >= over_at || takeover.off_from.is_none() {
            return Ok(Next::Step(TakeoverStep::Done, effect));
        }
        let shared = self.others.iter().any(|one| one.off != SwitchOff::ByRegistering);
        Ok(Next::At(if shared { over_at.min(now + AGAIN) } else { over_at }))
    }

    /// The same for the time in which the source stopped and the others did not receive yet.
    pub(super) async fn settle_back(&self, takeover: &mut Takeover) -> Result<Next> {
        let now = self.app.clock.millis();
        // What came during the switch may not be settled yet.
        if let (Some(from), Some(to)) = (takeover.off_from, takeover.back_at) {
            // By then amoCRM shows what the others have got, and the messenger has repeated what it could not bring while no
            // process was there.
            let looked = takeover.place.parse().unwrap_or(now);
            takeover.place = looked.to_string();
            let at = looked + APART.num_milliseconds();
            if now < at {
                return Ok(Next::At(at));
            }
            if let Some(again) = self.settled(from, to + CLOCKS).await? {
                return Ok(again);
            }
        }
        Ok(Next::Step(TakeoverStep::Unmirror, Effect::None))
    }

    /// Sends what the shadow received since `from` of what was sent before `to`: messages that amoCRM has from the other
    /// service as history, the others as new. Returns when to go on; none if nothing is left.
    async fn settled(&self, from: i64, to: i64) -> Result<Option<Next>> {
        let (app, source) = (self.app, self.source);
        let mut rows = seen(source)
            .filter(message::Column::Id.gte(first_id_at(from)))
            .filter(message::Column::SentAt.lt(to))
            .order_by_asc(message::Column::Id)
            .limit(SETTLED)
            .all(app.store.read())
            .await?;
        let Some(first) = rows.first().map(|row| made_at(row.id)) else { return Ok(None) };
        // amoCRM may show the other service's message later than Parom has it.
        let (now, wait) = (app.clock.millis(), APART.num_milliseconds());
        rows.retain(|row| made_at(row.id) + wait <= now);
        if rows.is_empty() {
            return Ok(Some(Next::At(first + wait)));
        }
        let theirs_too = self.theirs_too(&rows).await?;
        begin_late(app, source.tenant_id, &rows, |id| !theirs_too.contains(&id)).await?;
        let letters = rows.iter().map(|row| self.sent(row, theirs_too.contains(&row.id)));
        let letters = letters.collect::<anyhow::Result<Vec<_>>>()?;
        app.queue.send_seen(source.tenant_id, &letters).await?;
        Ok(Some(Next::Again))
    }

    /// Which of these the other service has, as amoCRM's events show, or has sent.
    async fn theirs_too(&self, rows: &[message::Model]) -> Result<BTreeSet<Uuid>> {
        let mut ours = rows.iter().map(Seen::of).collect::<anyhow::Result<Vec<_>>>()?;
        let outgoing: BTreeSet<Uuid> = ours.iter().filter(|one| one.is_outgoing).map(|one| one.id).collect();
        if self.connector.shadow() == Shadow::Nothing {
            // No message goes to both.
            return Ok(outgoing);
        }
        let times = || rows.iter().map(|row| row.sent_at);
        let within = times().min().unwrap_or_default()..times().max().unwrap_or_default() + 1;
        // Messages shortly before and after have events of their own.
        let around = self.around(within.clone()).await?;
        let mut known = self.contacts(rows.iter().chain(&around)).await?;
        let others = around.iter().filter(|one| rows.iter().all(|row| row.id != one.id));
        ours.extend(others.map(Seen::of).collect::<anyhow::Result<Vec<_>>>()?);
        let (theirs, _) = theirs(&self.app.sources, self.source, within).await?;
        let pairs = paired(&ours, &theirs, &mut known);
        for (conversation_id, contact_id) in known {
            self.know_contact(conversation_id, contact_id).await?;
        }
        Ok(pairs.into_keys().chain(outgoing).collect())
    }

    /// All messages from the messenger that were sent around a time.
    async fn around(&self, time: Range<i64>) -> Result<Vec<message::Model>> {
        let apart = APART.num_milliseconds();
        let rows = message::Entity::of_tenant(self.source.tenant_id)
            .filter(message::Column::SourceId.eq(self.source.id))
            .filter(message::Column::Direction.eq(Direction::ToCrm.number()))
            .filter(message::Column::Id.gte(first_id_at(time.start - apart)))
            .filter(message::Column::SentAt.between(time.start - apart, time.end + apart))
            .order_by_asc(message::Column::Id)
            .limit(AROUND);
        Ok(rows.all(self.app.store.read()).await?)
    }

    /// The known contacts of these messages' chats.
    async fn contacts(&self, rows: impl Iterator<Item = &message::Model>) -> Result<BTreeMap<Uuid, i64>> {
        let ids: BTreeSet<Uuid> = rows.map(|row| row.conversation_id).collect();
        let chats = conversation::Entity::of_tenant(self.source.tenant_id)
            .filter(conversation::Column::Id.is_in(ids))
            .all(self.app.store.read())
            .await?;
        Ok(chats.iter().filter_map(|chat| Some((chat.id, contact_of(chat)?))).collect())
    }
}

/// The contact to which the chat is linked, or will be.
fn contact_of(chat: &conversation::Model) -> Option<i64> {
    let named = || serde_json::from_str::<Person>(&chat.contact).ok()?.crm_contact_id;
    Some(chat.contact_id).filter(|id| *id > 0).or_else(named)
}

fn has_contact(chat: &conversation::Model) -> bool {
    contact_of(chat).is_some()
}
