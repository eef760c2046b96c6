//! Rate limits of chats (telegram §8): one message per second to a person, twenty per minute to a group, with short
//! bursts. A wait that Telegram asks for is kept exactly; if it asks for waits in two chats of a bot within five
//! seconds, the limit applies to the whole bot.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base::rate_limit::{Budget, RateLimiter};
use base::verdict::{Report, Verdict};
use chrono::TimeDelta;

use super::SendContext;

const PERSON: Budget = Budget { at_once: 3, each: 1_000 };
const GROUP: Budget = Budget { at_once: 3, each: 3_000 };
/// If two chats have to wait within this time, the whole bot has to.
const TOGETHER: TimeDelta = TimeDelta::seconds(5);
/// Maximum number of remembered chats.
const CHATS: u64 = 50_000;

/// The rates at which this process wrote to chats.
pub(super) struct Rhythm {
    /// By bot and chat.
    chats: RateLimiter<(i64, i64)>,
    /// By bot: the chat that last had to wait, and when, in milliseconds.
    slowed: Mutex<HashMap<i64, (i64, i64)>>,
}

impl Default for Rhythm {
    fn default() -> Self {
        Self { chats: RateLimiter::new(CHATS), slowed: Mutex::default() }
    }
}

impl Rhythm {
    /// Counts an attempt and adds to its report how long to send nothing to the chat.
    pub(super) async fn note(&self, line: &SendContext<'_>, mut report: Report) -> Report {
        let now = line.outgoing.now.timestamp_millis();
        let (bot, chat) = (line.bot.id, line.place.chat);
        if let (429, Verdict::Retry { whole_target, .. }) = (report.status, &mut report.verdict) {
            *whole_target = self.is_the_bots(bot, chat, now);
            return report;
        }
        let budget = if line.place.is_group() { GROUP } else { PERSON };
        let rest = self.chats.spend((bot, chat), budget, now).await;
        report.rest = Duration::from_millis(u64::try_from(rest).unwrap_or(0));
        report
    }

    /// Whether another chat of the bot had to wait just now.
    fn is_the_bots(&self, bot: i64, chat: i64, now: i64) -> bool {
        let mut slowed = self.slowed.lock().unwrap_or_else(PoisonError::into_inner);
        let before = slowed.insert(bot, (chat, now));
        before.is_some_and(|(other, at)| other != chat && now - at <= TOGETHER.num_milliseconds())
    }
}
