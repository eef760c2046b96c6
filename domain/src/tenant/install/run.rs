//! Processes stored install calls: at once, again after failures, and after a restart.

use std::sync::Arc;
use std::time::Duration;

use base::config::Integration;
use base::i18n::LocalizedText;
use chrono::TimeDelta;
use entity::install_call;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::call::{self, CallProcessor};
use super::stage::{Granted, InstallStage};
use super::turns::{AT_ONCE, PendingCall, Place, Turns};
use super::{InstallError, enter, exchange, finish, known};
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
            call::failed(&app, &row, &reason.to_string()).await
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
                known::was_genuine(app, &row.network).await;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_respect_what_was_asked_for() {
        let own: Vec<_> = (1..=8).map(|attempts| pause(attempts, None) / 1000).collect();
        assert_eq!(own, [1, 2, 5, 15, 30, 60, 60, 60]);
        assert_eq!(pause(1, Some(Duration::from_secs(30))), 30_000);
        assert_eq!(pause(4, Some(Duration::from_secs(1))), 15_000);
        assert_eq!(pause(0, None), 1_000);
    }
}
