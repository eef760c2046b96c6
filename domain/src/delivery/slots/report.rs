//! What the last calls of a process came to, as it reports them with its heartbeat, so that one page shows those of all
//! processes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The last calls to one pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallFigures {
    pub calls: i64,
    /// Without an answer, or answered with an error.
    pub failed: i64,
    /// 95 of 100 calls took at most this, in milliseconds; of several processes, that of the slowest.
    pub within: i64,
}

/// The last calls of one or more processes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CallReport {
    /// By pool; without those that were not called lately.
    pub calls: BTreeMap<String, CallFigures>,
    /// Pools whose host's breaker is open, and until when (milliseconds since 1970).
    pub closed: BTreeMap<String, i64>,
}

impl CallReport {
    /// As a heartbeat stores it.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// A stored report; an empty one if a process of another version stored nothing, or something else.
    pub fn stored(text: Option<&str>) -> Self {
        text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    /// Adds the calls of another process.
    pub fn add(&mut self, other: Self) {
        for (pool, more) in other.calls {
            let sum = self.calls.entry(pool).or_insert(CallFigures { calls: 0, failed: 0, within: 0 });
            sum.calls += more.calls;
            sum.failed += more.failed;
            sum.within = sum.within.max(more.within);
        }
        for (pool, until) in other.closed {
            let latest = self.closed.entry(pool).or_insert(until);
            *latest = (*latest).max(until);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calls_of_several_processes_are_one_sum() {
        let of = |calls, failed, within, until| CallReport {
            calls: BTreeMap::from([("telegram".to_owned(), CallFigures { calls, failed, within })]),
            closed: BTreeMap::from([("max".to_owned(), until)]),
        };
        let mut sum = of(7, 1, 90, 20);
        sum.add(CallReport::stored(Some(&of(3, 2, 700, 10).to_text())));
        assert_eq!(sum, of(10, 3, 700, 20));
        for nothing in [None, Some("null"), Some("{}"), Some("[1]"), Some("{\"later\": 1}")] {
            sum.add(CallReport::stored(nothing));
        }
        assert_eq!(sum, of(10, 3, 700, 20));
    }
}
