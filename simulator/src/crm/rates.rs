//! Rate limits of REST, and the ban of callers that ignore them.
//!
//! 7 requests a second for each integration and account, 50 for an account, 429 beyond, and after repeated excess 403
//! for everything from this address, until support is asked: developers.kommo.com/docs/limitations, …/http-codes,
//! www.amocrm.ru/developers/content/crm_platform/error-codes.

use std::collections::{HashMap, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};

/// Requests a second of one integration in one account.
const OF_INTEGRATION: usize = 7;
/// Requests a second of all integrations in one account.
const OF_ACCOUNT: usize = 50;
/// Refusals within [`BAN_WINDOW`] that lead to a ban; the documents say "repeatedly".
const BAN_AFTER: usize = 30;
const BAN_WINDOW: TimeDelta = TimeDelta::seconds(60);

/// The decision about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Fine,
    TooMany,
}

/// Recent requests. Off by default.
#[derive(Debug, Default)]
pub(crate) struct Rates {
    pub(crate) on: bool,
    /// 403 for everything. All callers share one address here, so it affects all accounts.
    pub(crate) banned: bool,
    of_integration: HashMap<(String, i64), VecDeque<DateTime<Utc>>>,
    of_account: HashMap<i64, VecDeque<DateTime<Utc>>>,
    refused: VecDeque<DateTime<Utc>>,
}

/// Drops entries older than `window`; takes a slot if one is free.
fn room(times: &mut VecDeque<DateTime<Utc>>, limit: usize, window: TimeDelta, now: DateTime<Utc>) -> bool {
    while times.front().is_some_and(|at| *at <= now - window) {
        times.pop_front();
    }
    if times.len() >= limit {
        return false;
    }
    times.push_back(now);
    true
}

impl Rates {
    /// Counts a request of an integration in an account.
    pub(crate) fn count(&mut self, client_id: &str, account_id: i64, now: DateTime<Utc>) -> Verdict {
        if !self.on {
            return Verdict::Fine;
        }
        let second = TimeDelta::seconds(1);
        let own = self.of_integration.entry((client_id.to_owned(), account_id)).or_default();
        let all = self.of_account.entry(account_id).or_default();
        if room(own, OF_INTEGRATION, second, now) && room(all, OF_ACCOUNT, second, now) {
            return Verdict::Fine;
        }
        self.banned |= !room(&mut self.refused, BAN_AFTER, BAN_WINDOW, now);
        Verdict::TooMany
    }

    /// Lifts the ban, as support does, and resets the refusals.
    pub(crate) fn forgive(&mut self) {
        *self = Self { on: self.on, ..Self::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seven_a_second_pass_and_stubbornness_is_banned() {
        let mut rates = Rates { on: true, ..Rates::default() };
        let start = DateTime::UNIX_EPOCH;
        let mut count = |client: &str, at: i64| rates.count(client, 1, start + TimeDelta::milliseconds(at));
        assert!((0..7).all(|at| count("one", at * 100) == Verdict::Fine));
        assert_eq!(count("one", 700), Verdict::TooMany);
        assert_eq!(count("two", 700), Verdict::Fine);
        assert_eq!(count("one", 1000), Verdict::Fine, "the first has left the second");
        assert!((0..BAN_AFTER).all(|_| count("one", 1000) == Verdict::TooMany));
        assert!(rates.banned);
        rates.forgive();
        assert!(!rates.banned);
    }

    #[test]
    fn an_account_has_fifty_calls_a_second_for_all_integrations() {
        let mut rates = Rates { on: true, ..Rates::default() };
        let fine = (0..8)
            .flat_map(|client| (0..7).map(move |_| client.to_string()))
            .filter(|client| rates.count(client, 1, DateTime::UNIX_EPOCH) == Verdict::Fine)
            .count();
        assert_eq!(fine, 50);
    }
}
