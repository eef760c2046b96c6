//! A round through the chats of a channel, in batches, with its progress in the row.
//!
//! The background task sends heartbeats and compares due channels. Of several instances one has a channel, by the epoch in its
//! row.

use std::sync::Arc;
use std::time::Duration;

use amocrm::Error as CrmError;
use base::millis::HOUR;
use chrono::TimeDelta;
use entity::history_look::Model;
use entity::{message, source};
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, DbErr, ExprTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::chat::{self, ComparedChannel, HistoryQuery, Looked, NotCompared};
use super::heartbeat::{beat, is_spooled};
use super::report;
use super::row::{self, jitter};
use crate::delivery::pause;
use crate::delivery::read::first_id_at;
use crate::intake::IntakeContext;
use crate::intake::crm::message::TakenIn;

/// Chats without messages for this long are skipped.
const ACTIVE: TimeDelta = TimeDelta::days(2);
/// However long the gap, messages are not searched further back than this.
const FURTHEST: TimeDelta = TimeDelta::days(14);
/// Chats per claim.
const CHATS: u64 = 50;
/// Failed requests for a chat after which the round skips it.
const TRIES: i32 = 5;
/// This many consecutive refusals mean the scope, not its chats.
const REFUSALS: u32 = 3;
/// Delay if amoCRM asks to slow down without a time.
const SLOWER: Duration = Duration::from_secs(60);

/// Processes a claimed channel; returns how many chats were compared. An error leaves the row as last written: the
/// work continues when the claim ends.
pub(super) async fn work(app: &Arc<IntakeContext>, mut row: Model) -> anyhow::Result<usize> {
    let now = app.clock.millis();
    let Some(place) = ComparedChannel::find(app, row.tenant_id, row.channel_id).await? else {
        return later(app, row, now + HOUR).await;
    };
    if let Some(until) = place.stopped_until().await? {
        return later(app, row, Ord::min(until, now + HOUR)).await;
    }
    if row.began_at.is_none() {
        begin(&place, &mut row);
        if !row::keep(app, &row).await? {
            return Ok(0);
        }
    }
    let cursor = (row.cursor_at, row.cursor_id);
    let chats = next_chats(app, (row.tenant_id, row.channel_id), row.since, cursor, CHATS).await?;
    if chats.is_empty() {
        end(app, row).await?;
        return Ok(0);
    }
    go_through(&place, row, chats).await
}

async fn go_through(place: &ComparedChannel<'_>, mut row: Model, chats: Vec<Active>) -> anyhow::Result<usize> {
    let app = place.app;
    let (mut looked, mut refusals) = (0, 0);
    for chat in chats {
        looked += 1;
        let wanted = HistoryQuery { since: row.since, back_to: row.back_to, newest: row.again };
        match chat::compare(place, chat.conversation_id, wanted).await {
            Ok(Looked::Compared(taken)) => {
                refusals = 0;
                advance(&mut row, chat, taken);
                report::notify(place, &row, taken).await;
            }
            Ok(Looked::Again { millis }) => {
                row.again = true;
                later(app, row, app.clock.millis() + millis).await?;
                return Ok(looked);
            }
            Err(NotCompared::Stopped) => break,
            Err(trouble) => match then(&trouble, row.tries) {
                Then::Skip => {
                    refusals += 1;
                    note(&row, chat, &trouble, "it is skipped in this round");
                    advance(&mut row, chat, TakenIn::default());
                }
                Then::After(millis) => {
                    note(&row, chat, &trouble, "it will be retried");
                    row.tries = row.tries.saturating_add(1);
                    later(app, row, app.clock.millis() + millis).await?;
                    return Ok(looked);
                }
            },
        }
        if refusals >= REFUSALS {
            later(app, row, app.clock.millis() + HOUR).await?;
            return Ok(looked);
        }
        row.next_at = app.clock.millis() + row::HELD.num_milliseconds();
        if !row::keep(app, &row).await? {
            return Ok(looked);
        }
    }
    let now = app.clock.millis();
    later(app, row, now).await?;
    Ok(looked)
}

fn begin(place: &ComparedChannel<'_>, row: &mut Model) {
    let now = place.app.clock.millis();
    let active_since = Ord::min(row.interrupted_at.unwrap_or(now), now) - ACTIVE.num_milliseconds();
    // Messages from before the installation are never delivered.
    let furthest = Ord::max(now - FURTHEST.num_milliseconds(), place.scope.tenant.created_at);
    row.since = Ord::max(active_since, furthest);
    row.back_to = row.interrupted_at.take();
    row.began_at = Some(now);
    (row.cursor_at, row.cursor_id) = (i64::MAX, Uuid::max());
    (row.again, row.tries) = (false, 0);
    (row.chats, row.sent, row.held) = (0, 0, 0);
}

/// Records that the chat is done.
fn advance(row: &mut Model, chat: Active, taken: TakenIn) {
    (row.cursor_at, row.cursor_id) = (chat.active_at, chat.conversation_id);
    (row.again, row.tries) = (false, 0);
    row.chats += 1;
    row.sent += taken.sent;
    row.held += taken.held;
    row.found += taken.sent + taken.held;
}

async fn end(app: &Arc<IntakeContext>, mut row: Model) -> anyhow::Result<()> {
    let now = app.clock.millis();
    let began_at = row.began_at.take().unwrap_or(now);
    row.ended_at = Some(now);
    (row.last_chats, row.last_sent, row.last_held) = (row.chats, row.sent, row.held);
    row.next_at = Ord::max(now, began_at + HOUR) + jitter(HOUR / 10);
    if row::keep(app, &row).await? && row.sent + row.held == 0 {
        report::end_alerts(app, row.tenant_id).await?;
    }
    Ok(())
}

async fn later(app: &IntakeContext, mut row: Model, next_at: i64) -> anyhow::Result<usize> {
    row.next_at = next_at;
    row::keep(app, &row).await?;
    Ok(0)
}

/// The next step after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    /// The round goes on with the next chat.
    Skip,
    /// The same chat once more after this many milliseconds.
    After(i64),
}

fn then(trouble: &NotCompared, tries: i32) -> Then {
    let wait = |asked| {
        // Always slower than letters are retried.
        let millis = pause::backoff(tries.saturating_add(3), asked);
        if tries < TRIES { Then::After(millis) } else { Then::Skip }
    };
    match trouble {
        NotCompared::Crm(CrmError::Refused { status: 401 | 402, .. }) => Then::After(HOUR),
        NotCompared::Crm(CrmError::Refused { status: 429, retry_after, .. }) => {
            Then::After(pause::backoff(0, Some(retry_after.unwrap_or(SLOWER))))
        }
        NotCompared::Crm(CrmError::Refused { status: 400..=499, .. } | CrmError::Invalid { .. }) => Then::Skip,
        NotCompared::Crm(CrmError::Refused { retry_after, .. }) => wait(*retry_after),
        NotCompared::Crm(_) | NotCompared::Ours(_) | NotCompared::Stopped => wait(None),
    }
}

fn note(row: &Model, chat: Active, trouble: &NotCompared, then: &str) {
    tracing::info!(tenant.id = %row.tenant_id, conversation.id = %chat.conversation_id, error = %trouble, then, "a chat could not be compared with amoCRM's history");
}

/// A chat, and when its last message was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromQueryResult)]
pub(super) struct Active {
    pub conversation_id: Uuid,
    pub active_at: i64,
}

/// The next chats of a channel after the cursor, at most `most`. Message ids begin with their time, so this reads
/// only messages since then. Imported messages count by their own time.
async fn next_chats(
    app: &IntakeContext,
    (tenant_id, channel_id): (Uuid, Uuid),
    since: i64,
    (cursor_at, cursor_id): (i64, Uuid),
    most: u64,
) -> Result<Vec<Active>, DbErr> {
    use message::Column::{AcceptedAt, ConversationId, Id, SentAt, SourceId};
    let db = app.store.read();
    let sources: Vec<Uuid> = source::Entity::of_tenant(tenant_id)
        .filter(source::Column::ChannelId.eq(channel_id))
        .select_only()
        .column(source::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    let active_at = || AcceptedAt.max();
    let same = Condition::all().add(active_at().eq(cursor_at)).add(ConversationId.lt(cursor_id));
    message::Entity::of_tenant(tenant_id)
        .filter(Id.gte(first_id_at(since)))
        .filter(SentAt.gte(since))
        .filter(SourceId.is_in(sources))
        .select_only()
        .column(ConversationId)
        .column_as(active_at(), "active_at")
        .group_by(ConversationId)
        .having(Condition::any().add(active_at().lt(cursor_at)).add(same))
        .order_by_desc(active_at())
        .order_by_desc(ConversationId)
        .limit(most)
        .into_model()
        .all(db)
        .await
}

const BEAT_EVERY: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Channels compared concurrently. Each calls amoCRM slowly, so most of them wait.
const AT_ONCE: usize = 256;

/// Runs until `stop` is cancelled; then lets each comparison in progress finish its chat.
pub async fn run(app: Arc<IntakeContext>, stop: CancellationToken) {
    let (mut beats, mut looks) = (interval(BEAT_EVERY), interval(LOOK_EVERY));
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut running = JoinSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            _ = beats.tick() => {
                if let Err(error) = beat(&app).await {
                    tracing::warn!(%error, "this process's heartbeat could not be stored; it will be retried");
                }
            }
            _ = looks.tick() => {
                while running.try_join_next().is_some() {}
                start(&app, &mut running).await;
            }
        }
    }
    while running.join_next().await.is_some() {}
}

/// Compares everything that is due now, until nothing is; returns how many chats were compared. For tests and tools.
pub async fn look_now(app: &Arc<IntakeContext>) -> anyhow::Result<usize> {
    let mut chats = 0;
    loop {
        if is_spooled(app).await? {
            return Ok(chats);
        }
        let due = row::due(app, 1).await?;
        let Some(next) = due.into_iter().next() else { return Ok(chats) };
        if let Some(claimed) = row::claim(app, next).await? {
            chats += work(app, claimed).await?;
        }
    }
}

async fn start(app: &Arc<IntakeContext>, running: &mut JoinSet<()>) {
    let room = AT_ONCE.saturating_sub(running.len());
    match claimed(app, u64::try_from(room).unwrap_or(0)).await {
        Ok(rows) => {
            for row in rows {
                let app = app.clone();
                running.spawn(async move {
                    let tenant_id = row.tenant_id;
                    if let Err(error) = work(&app, row).await {
                        tracing::warn!(tenant.id = %tenant_id, error = format!("{error:#}"), "chats could not be compared with amoCRM's history; retrying in ten minutes");
                    }
                });
            }
        }
        Err(error) => tracing::warn!(%error, "the chats due for a comparison could not be read; it will be retried"),
    }
}

async fn claimed(app: &IntakeContext, most: u64) -> Result<Vec<entity::history_look::Model>, sea_orm::DbErr> {
    let due = if most == 0 { Vec::new() } else { row::due(app, most).await? };
    let mut claimed = Vec::new();
    // Spooled hooks are not lost.
    if due.is_empty() || is_spooled(app).await? {
        return Ok(claimed);
    }
    for row in due {
        claimed.extend(row::claim(app, row).await?);
    }
    Ok(claimed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, retry_after: Option<u64>) -> NotCompared {
        let retry_after = retry_after.map(Duration::from_secs);
        let (address, text) = (String::new(), String::new());
        NotCompared::Crm(CrmError::Refused { call: "history", address, status, retry_after, text })
    }

    #[test]
    fn one_failing_chat_stops_no_round_and_an_outage_delays_it() {
        for status in [400, 403, 404, 422] {
            assert_eq!(then(&refused(status, None), 0), Then::Skip, "{status}");
        }
        assert_eq!(then(&refused(402, None), 9), Then::After(HOUR), "unpaid is the whole account's");
        assert_eq!(then(&refused(429, Some(90)), 9), Then::After(90_000));
        let unreadable = NotCompared::Crm(CrmError::Unreadable {
            call: "",
            address: String::new(),
            status: 200,
            text: String::new(),
        });
        for trouble in [refused(500, None), refused(503, None), unreadable] {
            let first = then(&trouble, 0);
            assert!(matches!(first, Then::After(12_000..=18_000)), "{first:?}");
            assert_eq!(then(&trouble, TRIES), Then::Skip);
        }
    }
}
