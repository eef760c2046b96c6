//! Whether each part works, from the figures that the admin's first page shows.

use domain::delivery::gauges::WAITED;
use domain::tenant::AMOJO;
use queue::PoolHealth;

/// A part of the service.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PartName {
    /// Messages of both sides are taken in.
    Receiving,
    /// They reach amoCRM.
    Crm,
    /// They reach a messenger of this kind.
    Messenger(&'static str),
    /// The pages of accounts.
    Panel,
}

impl PartName {
    /// Its name in JSON.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Receiving => "receiving",
            Self::Crm => "crm",
            Self::Messenger(kind) => kind,
            Self::Panel => "panel",
        }
    }
}

/// How a part works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PartState {
    Works,
    /// Slowly, or not for everybody.
    Degraded,
    Down,
}

impl PartState {
    /// As in JSON and at the end of keys of texts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Works => "ok",
            Self::Degraded => "degraded",
            Self::Down => "down",
        }
    }
}

/// A part and how it works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub name: PartName,
    pub state: PartState,
    /// Since when it does not work as usual, as far as it is known; milliseconds since 1970.
    pub since: Option<i64>,
}

/// A kind of messenger that is in use.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    pub name: &'static str,
    pub pool: &'static str,
    /// It is Parom itself: the chat on sites.
    pub is_ours: bool,
}

/// What a process sees.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// None: the database does not answer.
    pub pools: Option<Vec<PoolHealth>>,
    /// The database takes no writes.
    pub read_only: bool,
    /// Hooks of amoCRM are kept on the disk meanwhile.
    pub spools: bool,
}

/// The state of all parts.
pub fn judge(seen: &Seen, kinds: &[Kind], now: i64) -> Vec<Part> {
    let plain = |state| (state, None);
    let answers = seen.pools.is_some();
    let (receiving, pages) = match (answers, seen.read_only) {
        (true, false) => (PartState::Works, PartState::Works),
        (true, true) => (PartState::Degraded, PartState::Degraded),
        (false, _) if seen.spools => (PartState::Degraded, PartState::Down),
        (false, _) => (PartState::Down, PartState::Down),
    };
    let pools = |fits: &dyn Fn(&str) -> bool| match &seen.pools {
        None => plain(PartState::Down),
        Some(all) => of_pools(all.iter().filter(|one| fits(&one.pool)), now),
    };
    let part = |name, (state, since)| Part { name, state, since };
    let mut parts =
        vec![part(PartName::Receiving, plain(receiving)), part(PartName::Crm, pools(&|pool| pool.starts_with(AMOJO)))];
    for kind in kinds {
        let reached = pools(&|pool| pool == kind.pool);
        let reached = if kind.is_ours { reached.max(plain(pages)) } else { reached };
        parts.push(part(PartName::Messenger(kind.name), reached));
    }
    parts.push(part(PartName::Panel, plain(pages)));
    parts
}

/// How the targets of one pool work, and since when letters are late.
pub fn of_pool(pool: &PoolHealth, now: i64) -> (PartState, Option<i64>) {
    of_pools(std::iter::once(pool), now)
}

/// Half of those that were called fail, or letters are half an hour late: down. A tenth, or five minutes: degraded.
fn of_pools<'a>(pools: impl Iterator<Item = &'a PoolHealth>, now: i64) -> (PartState, Option<i64>) {
    let (mut called, mut broken, mut due) = (0, 0, None::<i64>);
    for one in pools {
        called += one.called;
        broken += one.broken;
        due = [due, one.due_since].into_iter().flatten().min();
    }
    let late = |limit: usize| due.is_some_and(|due| now - due > WAITED[limit].num_milliseconds());
    let fails = |part: i64| broken > 0 && broken * part >= called;
    let state = if fails(2) || late(1) {
        PartState::Down
    } else if fails(10) || late(0) {
        PartState::Degraded
    } else {
        PartState::Works
    };
    (state, due.filter(|_| late(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_165_200_000;
    const KINDS: [Kind; 2] =
        [Kind { name: "pigeon", pool: "pigeon", is_ours: false }, Kind { name: "site", pool: "site", is_ours: true }];

    fn pool(name: &str, called: i64, broken: i64, late: Option<i64>) -> PoolHealth {
        PoolHealth { pool: name.to_owned(), called, broken, due_since: late.map(|minutes| NOW - minutes * 60_000) }
    }

    fn states(seen: &Seen) -> Vec<&'static str> {
        judge(seen, &KINDS, NOW).iter().map(|part| part.state.as_str()).collect()
    }

    fn with(pools: Vec<PoolHealth>) -> Seen {
        Seen { pools: Some(pools), ..Seen::default() }
    }

    #[test]
    fn a_quiet_service_works() {
        assert_eq!(states(&with(Vec::new())), ["ok"; 5]);
        assert_eq!(states(&with(vec![pool("pigeon", 20, 1, Some(4))])), ["ok"; 5], "one of twenty, and not late");
    }

    #[test]
    fn a_part_fails_by_share_and_by_age() {
        assert_eq!(states(&with(vec![pool("amojo:main", 2, 0, Some(6))]))[1], "degraded");
        assert_eq!(states(&with(vec![pool("amojo:main", 2, 0, None), pool("amojo:b", 0, 0, Some(31))]))[1], "down");
        assert_eq!(states(&with(vec![pool("pigeon", 10, 1, None)]))[2], "degraded");
        let parts = judge(&with(vec![pool("pigeon", 1, 1, Some(40))]), &KINDS, NOW);
        assert_eq!((parts[2].state, parts[2].since), (PartState::Down, Some(NOW - 40 * 60_000)));
    }

    #[test]
    fn without_the_database_hooks_may_still_be_kept() {
        assert_eq!(states(&Seen { spools: true, ..Seen::default() }), ["degraded", "down", "down", "down", "down"]);
        assert_eq!(states(&Seen::default()), ["down"; 5]);
        let slow = Seen { read_only: true, ..with(Vec::new()) };
        assert_eq!(states(&slow), ["degraded", "ok", "ok", "degraded", "degraded"]);
    }
}
