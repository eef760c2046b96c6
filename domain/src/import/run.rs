//! The background task: performs the due steps of the imports, one page each. Accounts go on side by side, so a messenger
//! that keeps its history's reader waiting delays no account but its own; the imports of one account take turns.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use base::due;
use entity::import::{self, Column};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, Select};
use tokio::task::{AbortHandle, JoinSet};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{HELD, ImportState, history, step};
use crate::usage::UsageContext;

const LOOK_EVERY: Duration = Duration::from_secs(1);
const BATCH: u64 = 50;
/// Accounts whose imports are worked on at the same time.
const AT_ONCE: usize = 16;

/// Runs imports until `stop` is cancelled; then lets each step in progress end.
pub async fn run(app: Arc<UsageContext>, stop: CancellationToken) {
    let mut steps = RunningSteps::new(app);
    while stop.run_until_cancelled(tokio::time::sleep(LOOK_EVERY)).await.is_some() {
        steps.start().await;
    }
    while steps.ended().await {}
}

/// One step of every due import; returns how many.
pub async fn step_all(app: &Arc<UsageContext>) -> usize {
    let due = due_by_account(app, import::Entity::find()).await;
    due::each(due, AT_ONCE, async |imports| steps(app, imports).await).await
}

/// Steps of the imports of several accounts in progress.
pub struct RunningSteps {
    app: Arc<UsageContext>,
    running: JoinSet<usize>,
    /// Each account's task, at most one.
    of_account: BTreeMap<Uuid, AbortHandle>,
}

impl RunningSteps {
    /// None yet.
    pub fn new(app: Arc<UsageContext>) -> Self {
        Self { app, running: JoinSet::new(), of_account: BTreeMap::new() }
    }

    /// Starts what is due for accounts that have nothing in progress, as far as there is room; returns for how many. It
    /// waits for none of them.
    pub async fn start(&mut self) -> usize {
        while let Some(ended) = self.running.try_join_next() {
            pass_panic_on(ended);
        }
        self.of_account.retain(|_, task| !task.is_finished());
        let room = AT_ONCE.saturating_sub(self.running.len());
        if room == 0 {
            return 0;
        }
        let mut started = 0;
        let mut imports = import::Entity::find();
        if !self.of_account.is_empty() {
            imports = imports.filter(Column::TenantId.is_not_in(self.of_account.keys().copied()));
        }
        for imports in due_by_account(&self.app, imports).await.into_iter().take(room) {
            let Some(tenant_id) = imports.first().map(|row| row.tenant_id) else { continue };
            let app = self.app.clone();
            let task = self.running.spawn(async move { steps(&app, imports).await });
            self.of_account.insert(tenant_id, task);
            started += 1;
        }
        started
    }

    /// Waits until the steps of some account have ended; false if there are none in progress.
    pub async fn ended(&mut self) -> bool {
        self.running.join_next().await.map(pass_panic_on).is_some()
    }
}

/// A panic is the supervisor's; what was interrupted is due again when its claim ends.
fn pass_panic_on(ended: Result<usize, tokio::task::JoinError>) {
    if let Some(panic) = ended.err().and_then(|error| error.try_into_panic().ok()) {
        std::panic::resume_unwind(panic);
    }
}

/// Due imports by account, the account that has waited longest first.
async fn due_by_account(app: &UsageContext, imports: Select<import::Entity>) -> Vec<Vec<import::Model>> {
    let due = due::rows(&app.store, imports, Column::NextAt, BATCH).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "the imports that are due could not be read; it will be retried");
        Vec::new()
    });
    let mut by_account: Vec<Vec<import::Model>> = Vec::new();
    for row in due {
        match by_account.iter_mut().find(|imports| imports.iter().any(|one| one.tenant_id == row.tenant_id)) {
            Some(imports) => imports.push(row),
            None => by_account.push(vec![row]),
        }
    }
    by_account
}

/// One step of each of these imports, one after another; returns how many.
async fn steps(app: &Arc<UsageContext>, imports: Vec<import::Model>) -> usize {
    due::each(imports, 1, async |row| {
        let (tenant_id, id) = (row.tenant_id, row.id);
        match claim(app, row).await {
            Ok(Some(row)) => {
                if let Err(error) = step(app, row).await {
                    tracing::error!(tenant.id = %tenant_id, import.id = %id, error = format!("{error:#}"), "an import was interrupted; it will continue automatically");
                }
                1
            }
            Ok(None) => 0,
            Err(error) => {
                tracing::warn!(tenant.id = %tenant_id, import.id = %id, %error, "an import could not be claimed");
                0
            }
        }
    })
    .await
}

/// Claims an import for a while. None if another instance has it.
async fn claim(app: &UsageContext, row: import::Model) -> Result<Option<import::Model>, DbErr> {
    let until = Some(app.clock.millis() + HELD.num_milliseconds());
    let claim = due::as_seen(&row, Column::NextAt)
        .col_expr(Column::Epoch, Expr::col(Column::Epoch).add(1))
        .col_expr(Column::NextAt, Expr::value(until))
        .filter(Column::Epoch.eq(row.epoch));
    let is_held = due::update_one(&app.store, claim).await?;
    Ok(is_held.then(|| import::Model { epoch: row.epoch + 1, next_at: until, ..row }))
}

/// The due step of a claimed import. An error leaves everything as it was: the step is repeated when the claim ends.
async fn step(app: &Arc<UsageContext>, row: import::Model) -> anyhow::Result<()> {
    match ImportState::from_number(row.state)? {
        ImportState::Queued if row.history_page.is_some() => history::read_on(app, row).await,
        state => step::step(app, row, state).await,
    }
}
