//! A round through the chats of a channel, in batches, with its progress in the row.

use std::sync::Arc;
use std::time::Duration;

use amocrm::Error as CrmError;
use chrono::TimeDelta;
use entity::history_look::Model;
use uuid::Uuid;

use super::channel::ComparedChannel;
use super::chat::{self, HistoryQuery, Looked, NotCompared};
use super::plan::{self, Active};
use super::report;
use base::millis::HOUR;

use super::row::{self, jitter};
use crate::delivery::backoff;
use crate::intake::IntakeContext;
use crate::intake::crm::recovered::TakenIn;

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
        return later(app, row, until.min(now + HOUR)).await;
    }
    if row.began_at.is_none() {
        begin(&place, &mut row);
        if !row::keep(app, &row).await? {
            return Ok(0);
        }
    }
    let cursor = (row.cursor_at, row.cursor_id);
    let chats = plan::next(app, (row.tenant_id, row.channel_id), row.since, cursor, CHATS).await?;
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
                report::found(place, &row, taken).await;
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
    let active_since = row.interrupted_at.unwrap_or(now).min(now) - ACTIVE.num_milliseconds();
    // Messages from before the installation are never delivered.
    row.since = active_since.max(now - FURTHEST.num_milliseconds()).max(place.scope.tenant.created_at);
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
    row.next_at = now.max(began_at + HOUR) + jitter(HOUR / 10);
    if row::keep(app, &row).await? && row.sent + row.held == 0 {
        report::over(app, row.tenant_id).await?;
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
        let millis = backoff::millis(tries.saturating_add(3), asked);
        if tries < TRIES { Then::After(millis) } else { Then::Skip }
    };
    match trouble {
        NotCompared::Crm(CrmError::Refused { status: 401 | 402, .. }) => Then::After(HOUR),
        NotCompared::Crm(CrmError::Refused { status: 429, retry_after, .. }) => {
            Then::After(backoff::millis(0, Some(retry_after.unwrap_or(SLOWER))))
        }
        NotCompared::Crm(CrmError::Refused { status: 400..=499, .. } | CrmError::Invalid { .. }) => Then::Skip,
        NotCompared::Crm(CrmError::Refused { retry_after, .. }) => wait(*retry_after),
        NotCompared::Crm(_) | NotCompared::Ours(_) | NotCompared::Stopped => wait(None),
    }
}

fn note(row: &Model, chat: Active, trouble: &NotCompared, then: &str) {
    tracing::info!(tenant.id = %row.tenant_id, conversation.id = %chat.conversation_id, error = %trouble, then, "a chat could not be compared with amoCRM's history");
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
