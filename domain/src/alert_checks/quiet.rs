//! Sources that are silent at hours at which they have always had messages. A day on which everybody is quiet is a
//! holiday, not a fault.

use base::millis::HOUR;
use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Datelike};
use entity::alert as rows;
use serde_json::json;
use uuid::Uuid;

use super::page::{Page, Source};
use super::pulse::Pulse;
use super::pulse::Week;
use crate::alert::{self, Alarm};
use crate::usage::UsageContext;

/// Hours of the two weeks for which a source is watched before it can raise an alert.
const LEARNS: i64 = 14 * 24;
/// A silence that is expected less often than once in a thousand raises an alert.
const UNLIKELY: f64 = 0.001_000_1;
/// Hours of a silence that are looked at.
const LOOKS_BACK: i64 = 14 * 24;
/// The hours in which others are asked whether they hear anything, and how unlikely their silence must be to count.
const LATELY: i64 = 6;
const EXPECTED: f64 = 0.05;
/// Others that must be expected to be busy before their silence says anything.
const OTHERS: usize = 5;
/// Days on which most shops of the platforms' countries are closed, for a server with few sources to compare.
const HOLIDAYS: [(u32, u32); 16] = [
    (1, 1),
    (1, 2),
    (1, 3),
    (1, 4),
    (1, 5),
    (1, 6),
    (1, 7),
    (1, 8),
    (2, 23),
    (3, 8),
    (5, 1),
    (5, 9),
    (6, 12),
    (11, 4),
    (12, 25),
    (12, 31),
];

/// Sources that should hear something now, and those of them that do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct HeardSources {
    expected: usize,
    heard: usize,
}

/// How it is with all accounts, and with each.
#[derive(Debug, Default)]
pub(super) struct Everybody {
    all: HeardSources,
    accounts: HashMap<Uuid, HeardSources>,
}

/// What was found of one source.
pub(super) enum SourceSilence {
    Silent {
        source: Box<Source>,
        last_at: i64,
        usual: i64,
    },
    /// The alert is open, and a message came; or the source no longer has to hear anything.
    Over {
        open: Box<rows::Model>,
        heard: bool,
    },
}

/// Looks at the sources of a page.
pub(super) fn look(
    app: &UsageContext,
    page: &Page,
    pulses: &HashMap<(Uuid, Uuid), Pulse>,
    everybody: &mut Everybody,
) -> Vec<SourceSilence> {
    let now = app.clock.millis();
    let mut found = Vec::new();
    if !app.config.alerts.silent_sources {
        return found;
    }
    for source in &page.sources {
        let open = page.alert(source.tenant_id, alert::SOURCE_SILENT, &source.id.to_string());
        let Some(pulse) = pulses.get(&(source.tenant_id, source.id)) else { continue };
        let (silence, lately) = if is_watched(page, source) { silences(pulse, now) } else { (1.0, 1.0) };
        if lately <= EXPECTED {
            let heard = pulse.row.last_at >= now - LATELY * HOUR;
            for counts in [&mut everybody.all, everybody.accounts.entry(source.tenant_id).or_default()] {
                counts.expected += 1;
                counts.heard += usize::from(heard);
            }
        }
        match open {
            None if silence <= UNLIKELY => {
                let (last_at, usual) = (pulse.row.last_at, Week::read(&pulse.row.week).usual(now.div_euclid(HOUR)));
                found.push(SourceSilence::Silent { source: Box::new(source.clone()), last_at, usual });
            }
            Some(open) if silence > UNLIKELY => {
                let heard = pulse.row.last_at > open.opened_at;
                found.push(SourceSilence::Over { open: Box::new(open.clone()), heard });
            }
            _ => {}
        }
    }
    let gone = page.open.values().filter(|open| open.kind == alert::SOURCE_SILENT);
    let gone = gone.filter(|open| open.source_id.is_none_or(|id| page.sources.iter().all(|source| source.id != id)));
    found.extend(gone.map(|open| SourceSilence::Over { open: Box::new(open.clone()), heard: false }));
    found
}

/// Whether its silence can mean a fault of its own: its account is served, and it is neither paused, stopped nor named by
/// another alert.
fn is_watched(page: &Page, source: &Source) -> bool {
    let has_another = |open: &rows::Model| {
        open.source_id == Some(source.id) && ![alert::SOURCE_SILENT, alert::UNDELIVERED].contains(&open.kind.as_str())
    };
    source.is_served()
        && page.served().any(|tenant| tenant.tenant_id == source.tenant_id)
        && !page.open.values().any(|open| open.tenant_id == source.tenant_id && has_another(open))
}

/// How likely the silence since the last message is, and how likely none in the last hours would be. 1 while the source
/// is being learned.
fn silences(pulse: &Pulse, now: i64) -> (f64, f64) {
    let (row, hour) = (&pulse.row, now.div_euclid(HOUR));
    if row.last_at == 0 || hour - row.since_hour < LEARNS {
        return (1.0, 1.0);
    }
    let week = Week::read(&row.week);
    // Whole hours without a message.
    let from = (row.last_at.div_euclid(HOUR) + 1).max(hour - LOOKS_BACK);
    (week.silence(from, hour, from), week.silence(hour - LATELY, hour, from))
}

/// Raises and closes the alerts, now that it is known how it is with everybody.
pub(super) async fn settle(app: &UsageContext, found: Vec<SourceSilence>, everybody: &Everybody) -> anyhow::Result<()> {
    let today = DateTime::from_timestamp_millis(app.clock.millis()).map(|now| (now.month(), now.day()));
    let mut done = Ok(());
    // By account, because a holiday concerns all of its sources.
    let mut silent: BTreeMap<Uuid, Vec<(Box<Source>, i64, i64)>> = BTreeMap::new();
    for look in found {
        match look {
            SourceSilence::Silent { source, last_at, usual } => {
                silent.entry(source.tenant_id).or_default().push((source, last_at, usual));
            }
            SourceSilence::Over { open, heard } => done = close(app, &open, heard).await.and(done),
        }
    }
    for (tenant_id, sources) in silent {
        if everybody.is_quiet(tenant_id, today.is_some_and(|today| HOLIDAYS.contains(&today))) {
            continue;
        }
        for (source, last_at, usual) in sources {
            let object = source.id.to_string();
            let detail = json!({ "source": source.name, "last_at": last_at, "usual": usual });
            let (kind, source_id) = (alert::SOURCE_SILENT, Some(source.id));
            let alarm = Alarm { tenant_id, kind, object: &object, source_id, detail };
            done = alert::raise(app, app.store.write(), alarm).await.map(|_| ()).and(done);
        }
    }
    Ok(done?)
}

async fn close(app: &UsageContext, open: &rows::Model, heard: bool) -> Result<(), sea_orm::DbErr> {
    let object = open.source_id.map(|id| id.to_string()).unwrap_or_default();
    let db = app.store.write();
    if heard {
        alert::resolve(app, db, open.tenant_id, alert::SOURCE_SILENT, &object).await?;
    } else {
        alert::end(app, db, open.tenant_id, alert::SOURCE_SILENT, &object).await?;
    }
    Ok(())
}

impl Everybody {
    /// Whether a silence in this account says nothing of its sources: the account's others are silent too; or, if it
    /// has no others, most of the server's are; or, if these are too few, it is a holiday.
    fn is_quiet(&self, tenant_id: Uuid, holiday: bool) -> bool {
        let own = self.accounts.get(&tenant_id).copied().unwrap_or_default();
        if own.expected > 1 {
            return own.heard == 0;
        }
        if self.all.expected >= OTHERS {
            return self.all.heard * 2 < self.all.expected;
        }
        holiday
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_on_which_everybody_is_quiet_is_a_holiday() {
        let (many, one) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let everybody =
            |own: HeardSources, all: HeardSources| Everybody { all, accounts: HashMap::from([(many, own)]) };
        let heard = |heard, expected| HeardSources { expected, heard };
        assert!(everybody(heard(0, 3), heard(50, 53)).is_quiet(many, false), "the shop is closed");
        assert!(!everybody(heard(1, 3), heard(1, 3)).is_quiet(many, true), "one of three is silent");
        assert!(everybody(heard(0, 3), heard(10, 60)).is_quiet(one, false), "a holiday of all");
        assert!(!everybody(heard(0, 3), heard(50, 60)).is_quiet(one, true), "others hear of customers");
        assert!(
            everybody(heard(0, 0), heard(0, 1)).is_quiet(one, true),
            "no other source to compare, on New Year's Day"
        );
        assert!(!everybody(heard(0, 0), heard(0, 1)).is_quiet(one, false));
    }
}
