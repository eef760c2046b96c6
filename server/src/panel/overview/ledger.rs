//! The message ledger: accepted = delivered + failed + waiting, both directions, by day of acceptance (UTC).

use base::message::day_of;
use sea_orm::DbErr;
use uuid::Uuid;

use crate::delivery::read::ledger::{self, LedgerCounts, LedgerFilter};
use crate::panel::PanelContext;
use crate::panel::choice;

/// The days included.
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
}

/// One direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Equation {
    /// `to_crm`, `to_messenger`
    pub direction: &'static str,
    pub counts: LedgerCounts,
    /// The first day included, as a filter of message lists.
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

    /// The difference between the two sides; 0 if the sums agree.
    pub fn gap(&self) -> i64 {
        let LedgerCounts { accepted, delivered, failed, waiting } = self.counts;
        accepted - delivered - failed - waiting
    }
}

pub(super) async fn equations(app: &PanelContext, tenant_id: Uuid, period: Period) -> Result<[Equation; 2], DbErr> {
    let from = day_of(app.clock.millis()) - period.days() + 1;
    let counted = ledger::read(app, LedgerFilter { tenant_id, source_id: None, from: Some(from), to: None }).await?;
    Ok([
        Equation { direction: "to_crm", counts: counted.to_crm, from: choice::date_of(from) },
        Equation { direction: "to_messenger", counts: counted.to_messenger, from: choice::date_of(from) },
    ])
}
