//! The order in which install calls are processed, and their rate.
//!
//! Anyone can forge a call, for any host, at any rate: `referer` proves nothing. The address a call comes from cannot
//! be forged. So addresses take turns: each contributes one call, then each its next; addresses without a turn so far go
//! first, then the one whose last turn was longest ago. More trusted calls ([`Trust`]) go before all of them.
//!
//! amoCRM sends all its calls from few addresses, so the order within an address matters: alternately its oldest call,
//! so that none waits until its code expires while others come, and its newest, so that a genuine call does not wait for
//! all of a flood from its address.

use std::cmp::Reverse;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use base::config::Rates;
use base::store::rate_limit;
use entity::install_call;
use sea_orm::DbErr;
use uuid::Uuid;

use super::call::{self, Trust};
use super::overflow::Unstored;
use crate::tenant::TenantContext;

/// Calls processed at once.
pub(super) const AT_ONCE: usize = 8;
/// The same for one address.
const AT_ONCE_OF_ONE: usize = 4;
/// Calls considered for the next turns.
const SEEN: u64 = 500;
/// Addresses whose last turn is remembered.
const REMEMBERED: usize = 10_000;

/// A waiting call.
pub(super) enum PendingCall {
    Stored(Box<install_call::Model>),
    /// It exceeded the write limit.
    Unstored(Unstored),
}

impl PendingCall {
    fn id(&self) -> Uuid {
        match self {
            Self::Stored(row) => row.id,
            Self::Unstored(call) => call.id,
        }
    }

    fn trust(&self) -> Trust {
        match self {
            Self::Stored(row) => Trust::from_number(row.trust).unwrap_or(Trust::Stranger),
            Self::Unstored(call) => call.call.trust,
        }
    }

    fn network(&self) -> &str {
        match self {
            Self::Stored(row) => &row.network,
            Self::Unstored(call) => &call.call.network,
        }
    }

    fn integration(&self) -> &str {
        match self {
            Self::Stored(row) => &row.integration,
            Self::Unstored(call) => &call.call.integration,
        }
    }
}

/// A slot of a call in progress; freed when dropped.
pub(super) type Place = Arc<()>;

/// An address's turns so far.
#[derive(Clone, Copy, Default)]
struct Served {
    turns: u64,
    /// The number of its last turn among those of all addresses.
    last: u64,
}

/// The state of the turns.
#[derive(Default)]
pub(super) struct Turns {
    served: HashMap<String, Served>,
    counted: u64,
    /// Calls in progress of each address.
    working: HashMap<String, Place>,
}

impl Turns {
    /// The next calls, at most `room`, each with its slot. Codes are exchanged no faster than amoCRM's token endpoint
    /// may be called.
    pub async fn next(&mut self, app: &TenantContext, room: usize) -> Result<Vec<(PendingCall, Place)>, DbErr> {
        self.forget();
        let mut waiting: Vec<PendingCall> =
            call::due(app, SEEN).await?.into_iter().map(|row| PendingCall::Stored(Box::new(row))).collect();
        waiting.extend(app.installs.all().into_iter().map(PendingCall::Unstored));
        let mut closed: Vec<String> = Vec::new();
        // An exchange that was counted for a call which a flood pushed out meanwhile: the next call has it.
        let mut unused: Option<String> = None;
        let mut next = Vec::new();
        for one in self.ordered(waiting) {
            if next.len() >= room {
                break;
            }
            let busy = self.working.get(one.network()).map_or(0, |place| Arc::strong_count(place) - 1);
            let limited = one.trust() < Trust::OwnBrowser && busy >= AT_ONCE_OF_ONE;
            if limited || closed.iter().any(|integration| integration == one.integration()) {
                continue;
            }
            let counted = (one.trust() < Trust::Exchanged).then(|| one.integration().to_owned());
            if let Some(integration) = &counted
                && unused.take_if(|unused| unused == integration).is_none()
                && !may_exchange(app, integration).await?
            {
                closed.push(integration.clone());
                continue;
            }
            if let PendingCall::Unstored(call) = &one
                && !app.installs.claim(call.id)
            {
                unused = counted;
                continue;
            }
            self.counted += 1;
            let served = self.served.entry(one.network().to_owned()).or_default();
            (served.turns, served.last) = (served.turns + 1, self.counted);
            let place = self.working.entry(one.network().to_owned()).or_default().clone();
            next.push((one, place));
        }
        Ok(next)
    }

    fn ordered(&self, mut waiting: Vec<PendingCall>) -> Vec<PendingCall> {
        waiting.sort_by_key(PendingCall::id);
        let mut groups: HashMap<(Trust, String), VecDeque<PendingCall>> = HashMap::new();
        for one in waiting {
            groups.entry((one.trust(), one.network().to_owned())).or_default().push_back(one);
        }
        let mut ranked = Vec::new();
        for ((trust, network), mut calls) in groups {
            let served = self.served.get(&network).copied().unwrap_or_default();
            for place in 0_u64.. {
                let takes_oldest = (served.turns + place).is_multiple_of(2);
                let Some(one) = (if takes_oldest { calls.pop_front() } else { calls.pop_back() }) else { break };
                ranked.push(((Reverse(trust), place, served.last, Reverse(one.id())), one));
            }
        }
        ranked.sort_by_key(|(rank, _)| *rank);
        ranked.into_iter().map(|(_, one)| one).collect()
    }

    fn forget(&mut self) {
        self.working.retain(|_, place| Arc::strong_count(place) > 1);
        if self.served.len() > REMEMBERED {
            let since = self.counted.saturating_sub(u64::try_from(REMEMBERED / 2).unwrap_or(0));
            self.served.retain(|_, served| served.last > since);
        }
    }
}

/// Whether a code of an integration may be exchanged now, counted over all processes (`rates.installs`).
pub async fn may_exchange(app: &TenantContext, integration: &str) -> Result<bool, DbErr> {
    rate_limit::take(&app.store, &format!("install:{integration}"), budget(&app.config.rates)).await
}

/// Never more than `rates.installs` and its half within one second.
#[expect(clippy::as_conversions, reason = "configured rates are positive and finite; `as` saturates")]
fn budget(rates: &Rates) -> base::rate_limit::Budget {
    let at_once = ((rates.installs / 2.0).ceil() as i64).max(1);
    base::rate_limit::Budget { at_once, each: ((1000.0 / rates.installs) as i64).max(1) }
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;

    fn call(number: u128, network: &str, trust: Trust) -> PendingCall {
        let call = call::InstallCall {
            integration: "main".to_owned(),
            host: format!("{number}.amocrm.ru"),
            code: SecretString::from("x"),
            trust,
            network: network.to_owned(),
        };
        PendingCall::Unstored(Unstored { id: Uuid::from_u128(number), call })
    }

    fn order(turns: &Turns, waiting: Vec<PendingCall>) -> Vec<u128> {
        turns.ordered(waiting).iter().map(|one| one.id().as_u128()).collect()
    }

    #[test]
    fn addresses_take_turns_and_each_gives_its_oldest_and_its_newest() {
        use Trust::{Exchanged, KnownAddress, OwnBrowser, Stranger};
        let mut turns = Turns::default();
        let flood = |from: u128, network| (from..from + 1_000).map(move |number| call(number, network, Stranger));
        let mut waiting: Vec<_> = flood(1, "a").chain(flood(2_001, "b")).collect();
        waiting.push(call(1_500, "genuine", Stranger));
        assert_eq!(order(&turns, waiting)[..6], [2_001, 1_500, 1, 3_000, 1_000, 2_002]);
        // An address that had a turn goes behind those that had none, however new its call is.
        turns.served.insert("b".to_owned(), Served { turns: 1, last: 2 });
        turns.served.insert("a".to_owned(), Served { turns: 1, last: 1 });
        let mut waiting: Vec<_> = flood(1, "a").chain(flood(2_001, "b")).collect();
        waiting.push(call(500_000, "genuine", Stranger));
        assert_eq!(order(&turns, waiting)[..3], [500_000, 1_000, 3_000], "the second turn is the newest call's");
        let sure =
            vec![call(9, "a", Stranger), call(1, "a", Exchanged), call(2, "", OwnBrowser), call(3, "a", KnownAddress)];
        assert_eq!(order(&turns, sure), [1, 2, 3, 9]);
    }

    /// New calls come as fast as they are processed: the first ones are done all the same.
    #[test]
    fn a_steady_stream_starves_no_call() {
        let mut turns = Turns::default();
        let mut waiting: Vec<u128> = (1..=80).collect();
        for number in 81..=240 {
            let next =
                order(&turns, waiting.iter().map(|number| call(*number, "amocrm", Trust::KnownAddress)).collect())[0];
            waiting.retain(|one| *one != next);
            waiting.push(number);
            let served = turns.served.entry("amocrm".to_owned()).or_default();
            served.turns += 1;
        }
        assert!(waiting.iter().all(|number| *number > 80), "{waiting:?}");
    }
}
