//! The message ledger: accepted = delivered + failed + waiting, both directions, by day of acceptance (UTC).

use base::message::day_of;
use domain::delivery::read::figures::{Figures, Span};
use domain::delivery::read::ledger::LedgerCounts;

use crate::panel::choice;

/// The page's period: the hours of one day, or days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Period {
    Today,
    Week,
    Month,
}

impl Period {
    pub const ALL: [Self; 3] = [Self::Today, Self::Week, Self::Month];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Today => "today",
            Self::Week => "7",
            Self::Month => "30",
        }
    }

    pub fn of(word: &str) -> Self {
        Self::ALL.into_iter().find(|period| period.as_str() == word).unwrap_or(Self::Today)
    }

    const fn days(self) -> i32 {
        match self {
            Self::Today => 1,
            Self::Week => 7,
            Self::Month => 30,
        }
    }

    /// The first day of the ledger.
    pub fn first_day(self, now: i64) -> i32 {
        day_of(now) - self.days() + 1
    }

    /// The period of counts.
    pub const fn span(self) -> Span {
        match self {
            Self::Today => Span::Hours,
            Self::Week | Self::Month => Span::Days(self.days()),
        }
    }
}

/// One direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Equation {
    /// `to_crm`, `to_messenger`
    pub direction: &'static str,
    pub counts: LedgerCounts,
    /// Those of the failed messages that the messenger had accepted; people cannot send them again.
    pub failed_later: i64,
    /// The first day included, as a filter for message lists.
    from: String,
}

impl Equation {
    /// Each figure with its message key (`ledger-figure-…`) and a link to its messages.
    pub fn figures(&self) -> [(&'static str, i64, String); 4] {
        let LedgerCounts { accepted, delivered, failed, waiting } = self.counts;
        let figures = [
            ("accepted", accepted, ""),
            ("delivered", delivered, "taken"),
            ("failed", failed, "failed"),
            ("waiting", waiting, "waiting"),
        ];
        figures.map(|(word, count, state)| {
            let filters = [("direction", self.direction), ("state", state), ("period", &self.from)];
            (word, count, choice::address("/panel/messages", &filters))
        })
    }

    /// Link to the messages that failed later.
    pub fn failed_later_href(&self) -> String {
        let filters = [("direction", self.direction), ("state", "failed_later"), ("period", &self.from)];
        choice::address("/panel/messages", &filters)
    }

    /// The difference between the two sides; 0 if the sums agree.
    pub fn gap(&self) -> i64 {
        let LedgerCounts { accepted, delivered, failed, waiting } = self.counts;
        accepted - delivered - failed - waiting
    }
}

pub(super) fn equations(figures: &Figures, first_day: i32) -> [Equation; 2] {
    let counted = figures.ledger(first_day);
    let from = choice::date_of(first_day);
    [
        Equation { direction: "to_crm", counts: counted.to_crm, failed_later: 0, from: from.clone() },
        Equation {
            direction: "to_messenger",
            counts: counted.to_messenger,
            failed_later: figures.failed_later(first_day),
            from,
        },
    ]
}
