//! The order in which install calls are processed, and their rate.
//!
//! Anyone can forge a call, for any host, at any rate: `referer` proves nothing. The address a call comes from cannot
//! be forged. So addresses take turns: each contributes its newest call, then each its next; addresses without a turn
//! so far go first, then the one whose last turn was longest ago. More trusted calls ([`Trust`]) go before all of
//! them.

use std::cmp::Reverse;
use std::collections::HashMap;
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

/// The state of the turns.
#[derive(Default)]
pub(super) struct Turns {
    /// The number of each address's last turn.
    served: HashMap<String, u64>,
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
            self.served.insert(one.network().to_owned(), self.counted);
            let place = self.working.entry(one.network().to_owned()).or_default().clone();
            next.push((one, place));
        }
        Ok(next)
    }

    fn ordered(&self, mut waiting: Vec<PendingCall>) -> Vec<PendingCall> {
        waiting.sort_by_key(|one| Reverse(one.id()));
        let mut of_one: HashMap<String, usize> = HashMap::new();
        let mut ranked: Vec<_> = waiting
            .into_iter()
            .map(|one| {
                let nth = of_one.entry(one.network().to_owned()).or_default();
                let place = *nth;
                *nth += 1;
                let served = self.served.get(one.network()).copied().unwrap_or(0);
                ((Reverse(one.trust()), place, served, Reverse(one.id())), one)
            })
            .collect();
        ranked.sort_by_key(|(rank, _)| *rank);
        ranked.into_iter().map(|(_, one)| one).collect()
    }

    fn forget(&mut self) {
        self.working.retain(|_, place| Arc::strong_count(place) > 1);
        if self.served.len() > REMEMBERED {
            let since = self.counted.saturating_sub(u64::try_from(REMEMBERED / 2).unwrap_or(0));
            self.served.retain(|_, served| *served > since);
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
    fn addresses_take_turns_and_each_gives_its_newest() {
        use Trust::{Exchanged, KnownAddress, OwnBrowser, Stranger};
        let mut turns = Turns::default();
        let flood = |from: u128, network| (from..from + 1_000).map(move |number| call(number, network, Stranger));
        let mut waiting: Vec<_> = flood(1, "a").chain(flood(2_001, "b")).collect();
        waiting.push(call(1_500, "genuine", Stranger));
        assert_eq!(order(&turns, waiting)[..4], [3_000, 1_500, 1_000, 2_999]);
        // An address that had a turn goes behind those that had none, however new its call is.
        turns.served.insert("b".to_owned(), 2);
        turns.served.insert("a".to_owned(), 1);
        let mut waiting: Vec<_> = flood(1, "a").chain(flood(2_001, "b")).collect();
        waiting.push(call(500_000, "genuine", Stranger));
        assert_eq!(order(&turns, waiting)[..3], [500_000, 1_000, 3_000]);
        let sure =
            vec![call(9, "a", Stranger), call(1, "a", Exchanged), call(2, "", OwnBrowser), call(3, "a", KnownAddress)];
        assert_eq!(order(&turns, sure), [1, 2, 3, 9]);
    }
}
