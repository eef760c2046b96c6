//! Rate limits of bots: one message a second in a chat with short bursts, 20 a minute in a group, 30 a second in total.

use crate::old::Budgets;

/// A rate: an interval in milliseconds, and a burst.
struct Rate {
    every: i64,
    burst: i64,
}

const CHAT: Rate = Rate { every: 1_000, burst: 3 };
const GROUP: Rate = Rate { every: 3_000, burst: 20 };
const BOT: Rate = Rate { every: 34, burst: 30 };

/// Recent messages.
#[derive(Debug, Default)]
pub(crate) struct Rates {
    pub(crate) on: bool,
    /// By bot and chat; chat 0 is the bot's total.
    budgets: Budgets<(i64, i64)>,
}

impl Rates {
    /// Counts `count` messages of a bot to a chat. If that exceeds a limit, returns the seconds to wait and counts
    /// nothing.
    pub(crate) fn count(&mut self, bot: i64, chat: i64, count: i64, now: i64) -> Option<i64> {
        if !self.on {
            return None;
        }
        let rate = if chat < 0 { GROUP } else { CHAT };
        let both = [((bot, chat), rate), ((bot, 0), BOT)];
        let wait = both
            .iter()
            .map(|(key, rate)| self.budgets.wait(key, rate.every, rate.burst, now))
            .max()
            .unwrap_or_default();
        if wait > 0 {
            return Some((wait + 999).div_euclid(1000));
        }
        for (key, rate) in both {
            self.budgets.spend(key, rate.every, count, now);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chat_takes_a_burst_and_then_one_a_second() {
        let mut rates = Rates { on: true, ..Rates::default() };
        let said: Vec<_> = (0..4).map(|_| rates.count(1, 5, 1, 0)).collect();
        assert_eq!(said, [None, None, None, Some(1)]);
        assert_eq!(rates.count(1, 6, 1, 0), None, "another chat is another matter");
        assert_eq!(rates.count(1, 5, 1, 1_000), None);
        assert_eq!(rates.count(1, 5, 1, 1_000), Some(1));
    }

    #[test]
    fn a_bot_has_a_rate_over_all_chats_and_each_group_its_own() {
        let mut rates = Rates { on: true, ..Rates::default() };
        assert!((1..=30).all(|chat| rates.count(1, chat, 1, 0).is_none()));
        assert_eq!(rates.count(1, 31, 1, 0), Some(1));
        assert!((0..20).all(|_| rates.count(2, -5, 1, 0).is_none()));
        assert_eq!(rates.count(2, -5, 1, 0), Some(3));
        rates.on = false;
        assert_eq!(rates.count(2, -5, 1, 0), None);
    }
}
