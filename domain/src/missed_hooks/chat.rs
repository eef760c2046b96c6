//! Compares one chat with amoCRM's history, within the rate limit of its channel.

use std::collections::BTreeSet;
use std::sync::Arc;

use amocrm::Error as CrmError;
use amocrm::chats::{ChatPerson, ChatUser, Chats, NewChat, PastMessage, SourceRef};
use anyhow::Context;
use base::config::ConfiguredChannel;
use base::message::{CrmIds, Direction, Person, SharedDialogue, State};
use base::rate_limit::Budget;
use chrono::TimeDelta;
use entity::{conversation, dedupe, message, tenant_channel, turn};
use queue::accept_batch::{AcceptBatch, AcceptItem, Alias, Conversation, DedupeKey, EventKind, Priority, Side};
use queue::{RATE, TargetRate};
use sea_orm::{ColumnTrait, DbErr, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::delivery::letters::{Scoped, amojo_rate};
use crate::delivery::read::first_id_at;
use crate::intake::crm::message::{HistoryChat, TakenIn, take_in};
use crate::intake::{IntakeContext, clean};
use crate::lookup::ConnectedScope;
use crate::tenant::{self, ChannelStatus, users};

/// Maximum pages of one chat: at one call in twenty seconds they end before the channel's claim does.
const PAGES: u32 = 20;
/// Maximum difference between amoCRM's clock and ours.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::minutes(1);
/// A hook of a message this recent may still arrive.
const ON_ITS_WAY: TimeDelta = TimeDelta::seconds(10);

/// The result for a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Looked {
    /// The messages that were found are stored.
    Compared(TakenIn),
    /// A hook may still arrive for something found: compare again after this many milliseconds.
    Again { millis: i64 },
}

/// Why a chat could not be compared.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotCompared {
    #[error(transparent)]
    Crm(#[from] CrmError),
    #[error(transparent)]
    Ours(#[from] anyhow::Error),
    #[error("the server stops")]
    Stopped,
}

impl From<DbErr> for NotCompared {
    fn from(error: DbErr) -> Self {
        Self::Ours(error.into())
    }
}

/// Which messages to look for.
#[derive(Clone, Copy, Debug)]
pub(super) struct HistoryQuery {
    /// None written before this, in milliseconds since 1970.
    pub since: i64,
    /// Pages are read back to this time even if some of their messages are known: since then hooks may have been
    /// missed between others that arrived.
    pub back_to: Option<i64>,
    /// Also those whose hook may still arrive.
    pub newest: bool,
}

/// Stores what managers wrote in a chat since then without a hook.
pub(super) async fn compare(
    place: &ComparedChannel<'_>,
    conversation_id: Uuid,
    wanted: HistoryQuery,
) -> Result<Looked, NotCompared> {
    let nothing = Looked::Compared(TakenIn::default());
    let found = conversation::Entity::of_tenant(place.key().0)
        .filter(conversation::Column::Id.eq(conversation_id))
        .one(place.app.store.read())
        .await?;
    let Some(row) = found else { return Ok(nothing) };
    let Some(chat) = chat_of(place, &row, wanted.since).await? else { return Ok(nothing) };
    let missing = missing(place, &chat, wanted).await?;
    let now = place.app.clock.millis();
    let youngest = missing.iter().filter_map(PastMessage::at_milliseconds).max();
    match youngest
        .map(|at| at.min(now) + ON_ITS_WAY.num_milliseconds() - now)
        .filter(|left| *left > 0 && !wanted.newest)
    {
        Some(millis) => Ok(Looked::Again { millis }),
        None if missing.is_empty() => Ok(nothing),
        None => Ok(Looked::Compared(take_in(place.app, &place.scope, &chat, missing).await?)),
    }
}

/// The chat's ids at amoCRM. None if amoCRM has no such chat yet, or the customer was erased.
async fn chat_of(
    place: &ComparedChannel<'_>,
    row: &conversation::Model,
    since: i64,
) -> Result<Option<HistoryChat>, NotCompared> {
    let apart = if row.shared == SharedDialogue::Apart.number() { row.amocrm_chat_id.as_str() } else { "" };
    let ids = CrmIds::new(row.source_id, &row.external_id, apart);
    let ours = (!row.crm_unbound && !row.external_id.is_empty()).then(|| ids.conversation());
    if !row.amocrm_chat_id.is_empty() {
        return Ok(Some(HistoryChat { id: row.amocrm_chat_id.clone(), client_id: ours }));
    }
    // Creating a chat before its first message is up to its source's contact rule.
    let Some(ours) = ours.filter(|_| row.source_id != Uuid::nil()) else { return Ok(None) };
    if !is_there(place, row, since).await? {
        return Ok(None);
    }
    let new = new_chat(place, row, ids, &ours).await?;
    turn(place).await?;
    let id = place.scoped().chat_id("", || new).await?;
    learn(place, row, &id).await?;
    Ok(Some(HistoryChat { id, client_id: Some(ours) }))
}

/// Waits for the rate limit.
async fn turn(place: &ComparedChannel<'_>) -> Result<(), NotCompared> {
    if place.pace().await { Ok(()) } else { Err(NotCompared::Stopped) }
}

/// Whether amoCRM accepted a message of this chat.
async fn is_there(place: &ComparedChannel<'_>, row: &conversation::Model, since: i64) -> Result<bool, DbErr> {
    let taken = message::Entity::of_tenant(row.tenant_id)
        .filter(message::Column::Id.gte(first_id_at(since)))
        .filter(message::Column::ConversationId.eq(row.id))
        .filter(message::Column::Direction.eq(Direction::ToCrm.number()))
        .filter(message::Column::State.eq(State::Delivered.number()));
    let one: Option<Uuid> =
        taken.select_only().column(message::Column::Id).into_tuple().one(place.app.store.read()).await?;
    Ok(one.is_some())
}

async fn new_chat(
    place: &ComparedChannel<'_>,
    row: &conversation::Model,
    ids: CrmIds<'_>,
    ours: &str,
) -> Result<NewChat, NotCompared> {
    let person: Person = serde_json::from_str(&row.contact).context("a conversation's contact is damaged")?;
    let source = place.app.lookup.source(row.source_id).await?;
    let named = [&person.name, &person.phone, &person.email].into_iter().flatten().next().cloned();
    Ok(NewChat {
        conversation_id: ours.to_owned(),
        source: source.map(|source| SourceRef { external_id: source.external_id.clone() }),
        user: ChatUser {
            id: ids.person(&person.id),
            name: named.unwrap_or(person.id),
            phone: person.phone,
            email: person.email,
            profile_link: person.profile_url,
            ..ChatUser::default()
        },
    })
}

/// Stores amojo's id of a chat, so that it is not requested again and hooks find the chat by it.
async fn learn(place: &ComparedChannel<'_>, row: &conversation::Model, chat_id: &str) -> Result<(), NotCompared> {
    let app = place.app;
    let (tenant_id, channel_id) = place.key();
    let alias = Alias { side: Side::Crm, origin: channel_id, external_id: clean(chat_id) };
    let key = DedupeKey { origin: channel_id, external_id: alias.external_id.clone(), event: EventKind::Chat };
    let entry = AcceptItem::bare(key, app.clock.uuid_v7(), app.clock.millis(), Conversation::Known(row.id));
    let entries = vec![AcceptItem { crm_chat: Some(alias), ..entry }];
    let batch = AcceptBatch { tenant_id, priority: Priority::Normal, raw: None, entries };
    app.writer.accept(batch).await.map_err(anyhow::Error::from)?;
    Ok(())
}

/// Managers' messages that are wanted and unknown, oldest first. An older page is read only if the previous ones had
/// no known message, or to reach the time since when hooks may have been missed.
async fn missing(
    place: &ComparedChannel<'_>,
    chat: &HistoryChat,
    wanted: HistoryQuery,
) -> Result<Vec<PastMessage>, NotCompared> {
    let mut pages = place.scoped().history(&chat.id, PAGES);
    let mut missing = Vec::new();
    loop {
        turn(place).await?;
        let Some(page) = pages.next().await? else { break };
        let rows = page.len();
        let oldest = page.iter().filter_map(PastMessage::at_milliseconds).min();
        let is_far_enough = wanted
            .back_to
            .is_none_or(|back_to| oldest.is_none_or(|at| at < back_to - CLOCKS_DIFFER.num_milliseconds()));
        let unknown = unknown(place, page, wanted.since).await?;
        let is_wholly_unknown = unknown.len() == rows;
        missing.extend(unknown);
        if !is_wholly_unknown && is_far_enough {
            break;
        }
    }
    let mut of_managers = Vec::with_capacity(missing.len());
    for message in missing {
        if !is_bots(place, message.sender.as_ref()).await {
            of_managers.push(message);
        }
    }
    // Their times may be the same: then amoCRM's order, which is newest first, decides.
    of_managers.reverse();
    of_managers.sort_by_key(PastMessage::at_milliseconds);
    Ok(of_managers)
}

/// The messages of a page that are unknown here: not ours, not the customer's, without a hook, not too old.
async fn unknown(place: &ComparedChannel<'_>, page: Vec<PastMessage>, since: i64) -> Result<Vec<PastMessage>, DbErr> {
    let is_clients = |row: &PastMessage| row.sender.as_ref().is_some_and(|sender| sender.client_id.is_some());
    let mut rows = page;
    rows.retain(|row| {
        row.message.client_id.is_none() && !is_clients(row) && row.at_milliseconds().is_none_or(|at| at >= since)
    });
    if rows.is_empty() {
        return Ok(rows);
    }
    let (tenant_id, channel_id) = place.key();
    let known: BTreeSet<String> = dedupe::Entity::of_tenant(tenant_id)
        .filter(dedupe::Column::Origin.eq(channel_id))
        .filter(dedupe::Column::ExternalId.is_in(rows.iter().map(|row| clean(&row.message.id))))
        .filter(dedupe::Column::Event.eq(EventKind::Message.number()))
        .select_only()
        .column(dedupe::Column::ExternalId)
        .into_tuple::<String>()
        .all(place.app.store.read())
        .await?
        .into_iter()
        .collect();
    rows.retain(|row| !known.contains(&clean(&row.message.id)));
    Ok(rows)
}

/// Messages of the channel's bot, the Salesbot and the like are skipped, because they are outdated by now.
async fn is_bots(place: &ComparedChannel<'_>, sender: Option<&ChatPerson>) -> bool {
    let Some(sender) = sender else { return false };
    let (id, name) = (sender.id.as_deref().unwrap_or_default(), sender.name.as_deref().unwrap_or_default());
    place.channel.bot.as_ref().is_some_and(|bot| bot.id == id)
        || users::is_bot(&place.app.tenants, place.scope.tenant.tenant_id, id, name).await
}

/// The percentage of a scope's requests that comparisons may use (issue 4, item 7).
const SHARE_PERCENT: i64 = 5;

/// A connected channel of an account.
pub(super) struct ComparedChannel<'a> {
    pub app: &'a Arc<IntakeContext>,
    pub scope: Arc<ConnectedScope>,
    pub channel: ConfiguredChannel,
    chats: Chats,
}

impl<'a> ComparedChannel<'a> {
    /// None if it is not connected; amoCRM then sends no hooks for it.
    pub async fn find(app: &'a Arc<IntakeContext>, tenant_id: Uuid, channel_id: Uuid) -> anyhow::Result<Option<Self>> {
        let row = tenant_channel::Entity::of_tenant(tenant_id)
            .filter(tenant_channel::Column::ChannelId.eq(channel_id))
            .filter(tenant_channel::Column::Status.eq(ChannelStatus::Connected.as_str()))
            .one(app.store.read())
            .await?;
        let Some(row) = row else { return Ok(None) };
        let Some((integration, channel)) = tenant::channel_config(&app.tenants, channel_id) else { return Ok(None) };
        let Some(scope) = app.lookup.scope(&row.scope_id).await? else { return Ok(None) };
        Ok(Some(Self { app, scope, channel, chats: tenant::chats(&app.tenants, &integration)? }))
    }

    pub fn scoped(&self) -> Scoped<'_> {
        Scoped { chats: &self.chats, secret: &self.channel.secret, scope_id: &self.scope.channel.scope_id }
    }

    /// Its account and channel.
    pub fn key(&self) -> (Uuid, Uuid) {
        (self.scope.tenant.tenant_id, self.scope.channel.channel_id)
    }

    /// Waits for the scope's rate limit. False if the server stops.
    pub async fn pace(&self) -> bool {
        let waited = self.app.histories.wait(self.key(), budget(amojo_rate(&self.app.delivery)));
        metrics::counter!("parom_history_calls_total").increment(1);
        self.app.stop.run_until_cancelled(waited).await.is_some()
    }

    /// When letters to amoCRM resume (milliseconds since 1970), if they wait because amoCRM does not accept them:
    /// comparisons wait as well. None if nothing holds them.
    pub async fn stopped_until(&self) -> anyhow::Result<Option<i64>> {
        let (tenant_id, channel_id) = self.key();
        let turn = turn::Entity::of_tenant(tenant_id)
            .filter(turn::Column::Target.eq(channel_id))
            .one(self.app.store.read())
            .await?;
        let stopped = turn.filter(|turn| !turn.reason.is_empty() && turn.reason != RATE);
        let now = self.app.clock.millis();
        Ok(stopped.map(|turn| turn.ready_at.unwrap_or(i64::MAX)).filter(|until| *until > now))
    }
}

/// No bursts: one call after the other at the share of the rate.
fn budget(rate: TargetRate) -> Budget {
    let share = (rate.per_second * SHARE_PERCENT / 100).max(1);
    Budget { at_once: 1, each: (1_000_000 + share - 1) / share }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_for_missed_messages_make_five_of_a_hundred_requests() {
        for (rate, millis) in [(10.0, 2_000), (5.0, 4_000), (500.0, 40), (0.5, 40_000)] {
            assert_eq!(budget(TargetRate::of(rate)), Budget { at_once: 1, each: millis }, "{rate} a second");
        }
    }
}
