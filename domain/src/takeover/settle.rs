//! Messages that the shadow stored become messages that are sent: as history, or, if only Parom had them, as new ones.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use base::error::Result;
use base::message::{Body, LetterKind, Person};
use base::millis::{DAY, MINUTE};
use connectors::SwitchOff;
use entity::{conversation, message};
use queue::SeenMessage;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::delivery::letters::crm_letter;
use crate::delivery::read::{first_id_at, made_at};
use crate::source::takeover::{Takeover, TakeoverStep};

use super::compare::{APART, Seen, events, paired, seen};
use super::{Effect, Next, Run};

/// Chats of one attempt, the messages of each that become history, and how old these may be.
const CHATS: u64 = 50;
const HISTORY: u64 = 20;
const HISTORY_DAYS: i64 = 14;
/// Messages that are settled at a time.
const SETTLED: u64 = 500;
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

    /// Settles what came during the switch, and for a day what comes late of that time.
    pub(super) async fn settle(&self, takeover: &mut Takeover) -> Result<Next> {
        let over_at = Self::over_at(takeover);
        if let Some(from) = takeover.off_from
            && let Some(again) = self.settled(from, i64::MAX).await?
        {
            return Ok(again);
        }
        let now = self.app.clock.millis();
        if now >= over_at {
            return Ok(Next::Step(TakeoverStep::Done, Effect::Close));
        }
        let shared = self.others.iter().any(|one| one.off != SwitchOff::ByRegistering);
        Ok(Next::At(if shared { over_at.min(now + AGAIN) } else { over_at }))
    }

    /// The same for the time in which the source stopped and the others did not receive yet.
    pub(super) async fn settle_back(&self, takeover: &mut Takeover) -> Result<Next> {
        let now = self.app.clock.millis();
        if let (Some(from), Some(to)) = (takeover.back_from, takeover.back_at) {
            // amoCRM shows by then what the others have got.
            let at = to + APART.num_milliseconds();
            if now < at {
                return Ok(Next::At(at));
            }
            if let Some(again) = self.settled(from, to + CLOCKS).await? {
                return Ok(again);
            }
        }
        Ok(Next::Step(TakeoverStep::Unmirror, Effect::None))
    }

    /// Sends what the shadow received in this time: messages that amoCRM has from the other service as history, the others
    /// as new. Returns when to go on; none if nothing is left.
    async fn settled(&self, from: i64, to: i64) -> Result<Option<Next>> {
        let (app, source) = (self.app, self.source);
        let mut rows = seen(source)
            .filter(message::Column::Id.gte(first_id_at(from)))
            .filter(message::Column::Id.lt(first_id_at(to)))
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
        let mut ours = rows.iter().map(Seen::of).collect::<anyhow::Result<Vec<_>>>()?;
        ours.sort_by_key(|one| one.at);
        let times = || ours.iter().map(|one| one.at);
        let within = times().min().unwrap_or(now)..times().max().unwrap_or(now) + 1;
        let (theirs, _) = events(&app.sources, source, within).await?;
        let mut known = self.contacts(&rows).await?;
        let theirs_too: BTreeSet<Uuid> = paired(&ours, &theirs, &mut known).into_keys().collect();
        for (conversation_id, contact_id) in known {
            self.know_contact(conversation_id, contact_id).await?;
        }
        let is_outgoing = |id: Uuid| ours.iter().any(|one| one.id == id && one.is_outgoing);
        let is_new = |row: &message::Model| !theirs_too.contains(&row.id) && !is_outgoing(row.id);
        let letters = rows.iter().map(|row| self.sent(row, !is_new(row))).collect::<anyhow::Result<Vec<_>>>()?;
        app.queue.send_seen(source.tenant_id, &letters).await?;
        Ok(Some(Next::Again))
    }

    /// The known contacts of these messages' chats.
    async fn contacts(&self, rows: &[message::Model]) -> Result<BTreeMap<Uuid, i64>> {
        let ids: BTreeSet<Uuid> = rows.iter().map(|row| row.conversation_id).collect();
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
