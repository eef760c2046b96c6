//! Sending limits: a number's throughput, and the rate of its messages to one person.

use std::collections::BTreeMap;

use crate::kit::{Budgets, Id};

/// Milliseconds between messages of a number to one person once the burst is used up.
const PAIR: i64 = 6_000;
/// Maximum messages a second of a number, and of one that stays in the phone app.
const THROUGHPUT: i64 = 80;
const SHARED_THROUGHPUT: i64 = 20;

/// Recent messages.
pub(super) struct Rates {
    /// Messages to one person that may be sent at once; the allowance recovers by waiting.
    pub(super) pair_burst: i64,
    /// By dialog.
    pairs: Budgets<Id>,
    /// By number: the current second, and the number of messages in it.
    seconds: BTreeMap<Id, (i64, i64)>,
}

impl Default for Rates {
    fn default() -> Self {
        Self { pair_burst: 45, pairs: Budgets::default(), seconds: BTreeMap::new() }
    }
}

impl Rates {
    /// Counts a message. If it exceeds a limit, returns its code and counts nothing.
    pub(super) fn count(&mut self, phone: &Id, is_shared: bool, dialog: &Id, now: i64) -> Option<i64> {
        let most = if is_shared { SHARED_THROUGHPUT } else { THROUGHPUT };
        let second = self.seconds.entry(phone.clone()).or_default();
        if second.0 != now.div_euclid(1000) {
            *second = (now.div_euclid(1000), 0);
        }
        if second.1 >= most {
            return Some(130_429);
        }
        if self.pairs.wait(dialog, PAIR, self.pair_burst, now) > 0 {
            return Some(131_056);
        }
        second.1 += 1;
        self.pairs.spend(dialog.clone(), PAIR, 1, now);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(rates: &mut Rates, is_shared: bool, person: i64, now: i64) -> Option<i64> {
        rates.count(&Id::from("1"), is_shared, &Id::from(person), now)
    }

    #[test]
    fn a_person_takes_a_burst_and_then_one_in_six_seconds() {
        let mut rates = Rates { pair_burst: 3, ..Rates::default() };
        let said: Vec<_> = (0..4).map(|_| count(&mut rates, false, 5, 0)).collect();
        assert_eq!(said, [None, None, None, Some(131_056)]);
        assert_eq!(count(&mut rates, false, 6, 0), None, "another person is another matter");
        assert_eq!(count(&mut rates, false, 5, 5_999), Some(131_056));
        assert_eq!(count(&mut rates, false, 5, 6_000), None);
    }

    #[test]
    fn a_number_sends_eighty_a_second_and_twenty_with_the_phone_app() {
        for (is_shared, most) in [(false, 80), (true, 20)] {
            let mut rates = Rates::default();
            assert!((0..most).all(|person| count(&mut rates, is_shared, person, 0).is_none()));
            assert_eq!(count(&mut rates, is_shared, 1_000, 999), Some(130_429));
            assert_eq!(count(&mut rates, is_shared, 1_000, 1_000), None);
        }
    }
}
