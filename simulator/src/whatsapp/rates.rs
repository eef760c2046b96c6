//! Sending limits: a number's throughput, and the rate of its messages to one person.

use std::collections::BTreeMap;

use crate::old::Budgets;

/// Milliseconds between messages of a number to one person once the burst is used up.
const PAIR: i64 = 6_000;
/// Messages to one person that may be sent at once; the allowance recovers by waiting.
const PAIR_BURST: i64 = 45;
/// Maximum messages a second of a number.
const THROUGHPUT: i64 = 80;
/// Maximum messages a second of a number that stays in the phone app.
const SHARED_THROUGHPUT: i64 = 20;

/// The exceeded limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hit {
    Pair,
    Throughput,
}

impl Hit {
    pub(crate) fn code(self) -> i64 {
        match self {
            Self::Pair => 131_056,
            Self::Throughput => 130_429,
        }
    }
}

/// Recent messages.
#[derive(Debug, Default)]
pub(crate) struct Rates {
    pub(crate) on: bool,
    pub(crate) pair_burst: i64,
    /// By number and person.
    pairs: Budgets<(String, i64)>,
    /// The current second of a number, and the number of messages in it.
    seconds: BTreeMap<String, (i64, i64)>,
}

impl Rates {
    pub(crate) fn new(on: bool) -> Self {
        Self { on, pair_burst: PAIR_BURST, ..Self::default() }
    }

    /// Counts a message. If it exceeds a limit, returns the limit and counts nothing.
    pub(crate) fn count(&mut self, phone: &str, is_shared: bool, person: i64, now: i64) -> Option<Hit> {
        if !self.on {
            return None;
        }
        let most = if is_shared { SHARED_THROUGHPUT } else { THROUGHPUT };
        let second = self.seconds.entry(phone.to_owned()).or_default();
        if second.0 != now.div_euclid(1000) {
            *second = (now.div_euclid(1000), 0);
        }
        if second.1 >= most {
            return Some(Hit::Throughput);
        }
        let pair = (phone.to_owned(), person);
        if self.pairs.wait(&pair, PAIR, self.pair_burst, now) > 0 {
            return Some(Hit::Pair);
        }
        second.1 += 1;
        self.pairs.spend(pair, PAIR, 1, now);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_takes_a_burst_and_then_one_in_six_seconds() {
        let mut rates = Rates { pair_burst: 3, ..Rates::new(true) };
        let said: Vec<_> = (0..4).map(|_| rates.count("1", false, 5, 0)).collect();
        assert_eq!(said, [None, None, None, Some(Hit::Pair)]);
        assert_eq!(rates.count("1", false, 6, 0), None, "another person is another matter");
        assert_eq!(rates.count("1", false, 5, 5_999), Some(Hit::Pair));
        assert_eq!(rates.count("1", false, 5, 6_000), None);
        assert_eq!(rates.count("1", false, 5, 6_000), Some(Hit::Pair));
    }

    #[test]
    fn a_number_sends_eighty_a_second_and_twenty_with_the_phone_app() {
        for (is_shared, most) in [(false, 80), (true, 20)] {
            let mut rates = Rates::new(true);
            assert!((0..most).all(|person| rates.count("1", is_shared, person, 0).is_none()));
            assert_eq!(rates.count("1", is_shared, 1_000, 999), Some(Hit::Throughput));
            assert_eq!(rates.count("1", is_shared, 1_000, 1_000), None);
            rates.on = false;
            assert_eq!(rates.count("1", is_shared, 1_000, 1_000), None);
        }
    }
}
