//! Processes stored install calls: at once, again after failures, and after a restart.

use std::cmp::Reverse;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use base::config::{Integration, Rates};
use base::i18n::LocalizedText;
use base::store::rate_limit;
use chrono::TimeDelta;
use entity::install_call;
use sea_orm::DbErr;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::call::{self, CallProcessor, Trust, Unstored};
use super::{Granted, InstallError, InstallStage, enter, exchange, finish};
use crate::tenant::TenantContext;

/// Polling interval: a call waits no longer than this, whichever instance stored it.
const LOOK_EVERY: Duration = Duration::from_millis(250);
const KEEP_CLAIM_EVERY: Duration = Duration::from_secs(5);
/// How long running work may continue at a stop.
const END_WITHIN: Duration = Duration::from_secs(20);

/// An authorization code is valid for this long.
const CODE_LIVES: TimeDelta = TimeDelta::minutes(20);
/// Time before the second, third, … attempt; then [`LAST_BACK_OFF`].
const BACK_OFF: [TimeDelta; 5] = [
    TimeDelta::seconds(1),
    TimeDelta::seconds(2),
    TimeDelta::seconds(5),
    TimeDelta::seconds(15),
    TimeDelta::seconds(30),
];
const LAST_BACK_OFF: TimeDelta = TimeDelta::minutes(1);

/// The progress of an install call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InstallProgress {
    /// The account is set up.
    Done(Granted),
    /// Retried automatically. `entered`: access is given, only channels are missing.
    Later { reason: LocalizedText, entered: bool },
    /// Permanently.
    Failed { reason: LocalizedText },
}

/// The background task of installations. Ends when `stop` is cancelled and running work has ended.
pub async fn run(app: Arc<TenantContext>, stop: CancellationToken) {
    let mut working = JoinSet::new();
    let mut turns = Turns::default();
    while stop.run_until_cancelled(tokio::time::sleep(LOOK_EVERY)).await.is_some() {
        while working.try_join_next().is_some() {}
        let room = AT_ONCE.saturating_sub(working.len());
        if room == 0 {
            continue;
        }
        match turns.next(&app, room).await {
            Ok(next) => next.into_iter().for_each(|(waiting, place)| {
                working.spawn(claim_and_process(app.clone(), waiting, place));
            }),
            Err(error) => tracing::warn!(%error, "install calls could not be read; it will be retried"),
        }
    }
    let ended = tokio::time::timeout(END_WITHIN, async { while working.join_next().await.is_some() {} }).await;
    if ended.is_err() {
        tracing::warn!("unfinished installations were interrupted; they continue after the next start");
    }
}

async fn claim_and_process(app: Arc<TenantContext>, waiting: PendingCall, _place: Place) {
    let claimed = match waiting {
        PendingCall::Stored(row) => call::claim(&app, *row).await.map_err(anyhow::Error::from),
        PendingCall::Unstored(unstored) => call::store(&app, unstored.call, CallProcessor::Me).await.map(Some),
    };
    match claimed {
        Ok(Some(row)) => {
            process(app, row).await;
        }
        Ok(None) => {}
        Err(error) => tracing::warn!(error = format!("{error:#}"), "an install call could not be claimed"),
    }
}

/// Processes a claimed call as far as possible now, and stores the progress. Run it in a separate task: a caller that
/// goes away must not cancel an exchange.
pub async fn process(app: Arc<TenantContext>, row: install_call::Model) -> InstallProgress {
    let result = while_held(&app, &row, steps(&app, &row)).await;
    let progress = match result {
        Ok(entered) => InstallProgress::Done(entered),
        Err((InstallError::Never(reason), _)) => InstallProgress::Failed { reason },
        Err((InstallError::Later { reason, after }, entered)) => {
            let now = app.clock.millis();
            let next_at = now.saturating_add(pause(row.attempts, after));
            let deadline = row.received_at
                + if entered { call::LONGEST.num_milliseconds() } else { CODE_LIVES.num_milliseconds() };
            if next_at < deadline {
                let stored = call::later(&app, &row, next_at, &reason.to_string()).await;
                tracing::warn!(install.id = %row.id, integration = row.integration, remote.host = row.host, attempt = row.attempts, error = %reason, "an installation is not finished; it will continue automatically");
                complain(stored);
                return InstallProgress::Later { reason, entered };
            }
            InstallProgress::Failed {
                reason: LocalizedText::new("said-install-given-up").with("count", row.attempts).with("reason", reason),
            }
        }
    };
    complain(match &progress {
        InstallProgress::Done(entered) => call::done(&app, &row, entered.tenant_id).await,
        InstallProgress::Failed { reason } => {
            tracing::error!(
                install.id = %row.id, integration = row.integration, remote.host = row.host, error = %reason,
                "an installation has failed; an administrator of the account must switch the integration off and on, or open /oauth/install"
            );
            call::fail(&app, &row, &reason.to_string()).await
        }
        InstallProgress::Later { .. } => Ok(()),
    });
    progress
}

/// An error, and whether access had been given before it.
type Broken = (InstallError, bool);

async fn steps(app: &TenantContext, row: &install_call::Model) -> Result<Granted, Broken> {
    let before = |error: InstallError| (error, false);
    let mut stage = InstallStage::open(&app.vault, row.id, &row.code).map_err(|error| before(error.into()))?;
    loop {
        stage = match stage {
            InstallStage::Code(code) => {
                let (integration, host) = place(app, row).map_err(|error| before(error.into()))?;
                let fresh = exchange(app, &integration, &host, &code).await.map_err(before)?;
                call::was_genuine(app, &row.network).await;
                InstallStage::Tokens(fresh)
            }
            InstallStage::Tokens(fresh) => {
                let entered = |error| (error, true);
                let (integration, host) = place(app, row).map_err(|error| entered(error.into()))?;
                InstallStage::Entered(enter(app, &integration, &host, &fresh).await.map_err(entered)?)
            }
            InstallStage::Entered(entered) => {
                finish(app, entered.tenant_id).await.map_err(|error| (error, true))?;
                return Ok(entered);
            }
        };
        keep(app, row, &stage).await;
    }
}

/// A used code cannot be exchanged again, so its result is stored with retries, and used even if that fails.
async fn keep(app: &TenantContext, row: &install_call::Model, stage: &InstallStage) {
    for pause in [50, 500, 2_000] {
        match call::advance(app, row, stage).await {
            Ok(()) => return,
            Err(error) => {
                tracing::warn!(install.id = %row.id, error = format!("{error:#}"), "an installation's progress could not be stored; it will be retried");
                tokio::time::sleep(Duration::from_millis(pause)).await;
            }
        }
    }
}

fn place(app: &TenantContext, row: &install_call::Model) -> anyhow::Result<(Arc<Integration>, amocrm::Host)> {
    let integration = app
        .integrations
        .named(&row.integration)
        .ok_or_else(|| anyhow::anyhow!("integration {:?} is not in the configuration", row.integration))?;
    let host = crate::tenant::allowed_host(&integration, &row.host)?;
    Ok((integration, host))
}

/// Does the work and renews the claim meanwhile. Both are polled together: the work may hold the only write
/// connection while the renewal waits for it.
async fn while_held<T>(app: &TenantContext, row: &install_call::Model, work: impl Future<Output = T>) -> T {
    tokio::select! {
        result = work => result,
        result = renew_claim(app, row) => result,
    }
}

/// Never ends.
async fn renew_claim<T>(app: &TenantContext, row: &install_call::Model) -> T {
    loop {
        tokio::time::sleep(KEEP_CLAIM_EVERY).await;
        complain(call::hold_on(app, row).await);
    }
}

fn complain(stored: Result<(), sea_orm::DbErr>) {
    if let Err(error) = stored {
        tracing::warn!(%error, "the state of an install call could not be stored; it will be processed again");
    }
}

/// Milliseconds until the next attempt: the delay that amoCRM requested, but never less than our own back-off.
fn pause(attempts: i32, asked: Option<Duration>) -> i64 {
    let tried = usize::try_from(attempts).unwrap_or(1).saturating_sub(1);
    let own = BACK_OFF.get(tried).unwrap_or(&LAST_BACK_OFF).num_milliseconds();
    asked.map_or(own, |asked| own.max(i64::try_from(asked.as_millis()).unwrap_or(i64::MAX)))
}

// The order in which install calls are processed, and their rate.
//
// Anyone can forge a call, for any host, at any rate: `referer` proves nothing. The address a call comes from cannot
// be forged. So addresses take turns: each contributes one call, then each its next; addresses without a turn so far go
// first, then the one whose last turn was longest ago. More trusted calls ([`Trust`]) go before all of them.
//
// amoCRM sends all its calls from few addresses, so the order within an address matters: alternately its oldest call,
// so that none waits until its code expires while others come, and its newest, so that a genuine call does not wait for
// all of a flood from its address.

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

    #[test]
    fn pauses_grow_and_respect_what_was_asked_for() {
        let own: Vec<_> = (1..=8).map(|attempts| pause(attempts, None) / 1000).collect();
        assert_eq!(own, [1, 2, 5, 15, 30, 60, 60, 60]);
        assert_eq!(pause(1, Some(Duration::from_secs(30))), 30_000);
        assert_eq!(pause(4, Some(Duration::from_secs(1))), 15_000);
        assert_eq!(pause(0, None), 1_000);
    }

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
