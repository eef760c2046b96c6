//! Taking a line over from another service, and giving it back (docs/takeover.md).
//!
//! ```text
//! shadow ─▶ compare ─▶ mirror ─▶ switch_off ─▶ begin ─▶ history ─▶ settle (a day) ─▶ done
//!              └──────────┴───────────┴─ fails           └───────────┴─ back within a day
//!                                          ▼                              ▼
//!                                       put_back ◀──────────────────── stop
//!                                          └─▶ settle_back ─▶ unmirror ─▶ settle (a day) ─▶ done
//! ```
//!
//! The steps are those of one job for a source. Each is stored before the next begins and may be repeated, so that a kill at
//! any moment loses nothing. A step that fails before the source sends undoes what was done; after that everything is
//! retried until it succeeds.

mod back;
mod compare;
mod plan;
mod report;
mod settle;
mod switch;

use std::sync::Arc;

use base::error::{Error, Result};
use base::millis::DAY;
use base::store::in_transaction;
use chrono::TimeDelta;
use connectors::{Connector, HookTarget, Receiver, Settings};
use entity::{job as jobs, source};
use sea_orm::sea_query::Expr;
use sea_orm::{DatabaseTransaction, DbErr};
use serde_json::json;

use crate::delivery::DeliveryContext;
use crate::job::{self, NextRun};
use crate::settings;
use crate::source::By;
use crate::source::handover;
use crate::source::line::watch;
use crate::source::takeover::{self, Takeover, TakeoverState, TakeoverStep};

pub use crate::source::takeover::{KIND, of_all, read, row};
pub use back::back;
pub use compare::{AnswerBy, Comparison, Difference, ShadowChat, ShadowDay, compare, days};
pub use plan::{CheckLine, CheckName, CheckStatus, Plan, begin, plan};
pub use report::{OthersSince, Report, Watch, report};

/// Until so long after the switch the line can be given back.
pub const BACK_WITHIN: i64 = DAY;
/// Waits after a step that failed.
pub const BACK_OFF: [TimeDelta; 4] =
    [TimeDelta::seconds(10), TimeDelta::seconds(30), TimeDelta::minutes(1), TimeDelta::minutes(2)];
/// How often a step that may be given up is tried again.
const TRIES: i32 = 5;

/// What follows from a step.
enum Next {
    /// Another step, stored with what it changes of the source.
    Step(TakeoverStep, Effect),
    /// The same step goes on, at once.
    Again,
    /// The step goes on, or the stored one is taken, at this time.
    At(i64),
    /// Nothing more is to be done.
    End,
}

/// What the commit that stores a step changes of the source.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Effect {
    None,
    /// It sends from now on. Until then the line was shared; 0 if it was not.
    Emerge(i64),
    /// It keeps the line.
    Close,
    /// It receives only from now on.
    Submerge,
    /// The other services have the line again.
    GiveBack,
}

/// A takeover in progress.
struct Run<'a> {
    app: &'a Arc<DeliveryContext>,
    source: &'a source::Model,
    connector: &'a dyn Connector,
    settings: Settings,
    hook: Option<HookTarget>,
    /// The other services as they were, without those that stay.
    others: Vec<Receiver>,
}

/// Takes the steps of a takeover that are due.
pub async fn go_on(app: Arc<DeliveryContext>, job: jobs::Model) -> anyhow::Result<NextRun> {
    let app = &app;
    let mut takeover = read(&job)?;
    loop {
        let Some(source) = watch::source_of(&app.sources, &job).await? else { return Ok(NextRun::Never) };
        let Some(connector) = app.connectors.get(&source.kind) else { return Ok(NextRun::Never) };
        let settings = settings::open(app, &source)?;
        let hook = settings::hook_of(app, &source.kind, source.id, &settings);
        let mut others = takeover::receivers(&app.sources, &job)?;
        others.retain(|one| takeover.is_chosen(one));
        let run = Run { app, source: &source, connector: connector.as_ref(), settings, hook, others };
        let next = match run.step(&mut takeover).await {
            Ok(next) => next,
            Err(error) if run.is_given_up(&takeover, &job, &error) => run.roll_back(&mut takeover, &error),
            Err(Error::Internal(error)) => return Err(error),
            Err(error) => return Err(anyhow::anyhow!("step {}: {error}", takeover.step.as_str())),
        };
        let (effect, then) = match next {
            Next::Step(step, effect) => {
                takeover.step = step;
                takeover.place.clear();
                (effect, None)
            }
            Next::Again => (Effect::None, None),
            Next::At(time) => (Effect::None, Some(NextRun::At(time))),
            Next::End => (Effect::None, Some(NextRun::Scheduled)),
        };
        app.faults.hit("takeover.before_commit")?;
        let is_over = matches!(next, Next::End);
        let is_held =
            in_transaction(&app.store, async |tx| run.store(tx, &job, &takeover, effect, is_over).await).await;
        // Before the error: the database may have stored what it could not confirm.
        app.lookup.forget();
        let is_held = is_held?;
        app.faults.hit("takeover.after_commit")?;
        match then {
            _ if !is_held => return Ok(NextRun::Scheduled),
            Some(then) => return Ok(then),
            None => {}
        }
    }
}

impl Run<'_> {
    async fn step(&self, takeover: &mut Takeover) -> Result<Next> {
        match takeover.step {
            TakeoverStep::Compare => self.compare(takeover).await,
            TakeoverStep::Mirror => self.mirror(takeover).await,
            TakeoverStep::SwitchOff => self.switch_off(takeover).await,
            TakeoverStep::Begin => Ok(self.begin(takeover)),
            TakeoverStep::History => self.history(takeover).await,
            TakeoverStep::Settle => self.settle(takeover).await,
            TakeoverStep::Stop => Ok(self.stop(takeover)),
            TakeoverStep::PutBack => self.put_back(takeover).await,
            TakeoverStep::SettleBack => self.settle_back(takeover).await,
            TakeoverStep::Unmirror => self.unmirror(takeover).await,
            TakeoverStep::Done => Ok(Next::End),
        }
    }

    /// Stores a step; false if the job is no longer this worker's, and then nothing is stored.
    async fn store(
        &self,
        tx: &DatabaseTransaction,
        job: &jobs::Model,
        takeover: &Takeover,
        effect: Effect,
        is_over: bool,
    ) -> Result<bool> {
        if !job::remember(tx, job, &json!(takeover)).await? {
            return Ok(false);
        }
        let sources = &self.app.sources;
        match effect {
            Effect::None | Effect::GiveBack => {}
            Effect::Emerge(until) => handover::emerge(sources, tx, self.source, takeover, until).await?,
            Effect::Close => handover::close(tx, self.source).await?,
            Effect::Submerge => handover::submerge(sources, tx, self.source).await?,
        }
        if is_over {
            end(tx, job).await?;
        }
        let action = match (effect, takeover.state) {
            (Effect::Emerge(_), _) => "source.switched",
            (Effect::GiveBack, TakeoverState::RolledBack) => "source.rolled_back",
            (Effect::GiveBack, _) => "source.returned",
            _ => return Ok(true),
        };
        let object = self.source.id.to_string();
        let detail = json!({ "name": self.source.name });
        By::parom().did(self.app, tx, action, (self.source.tenant_id, &object), detail).await?;
        Ok(true)
    }

    /// Whether an error ends the switch. What was done is undone if so; a step back is never given up.
    fn is_given_up(&self, takeover: &Takeover, job: &jobs::Model, error: &Error) -> bool {
        let may_pass = matches!(error, Error::Unavailable { .. } | Error::TooMany { .. } | Error::Internal(_));
        takeover.state == TakeoverState::Switching && (!may_pass || job.tries >= TRIES)
    }

    fn roll_back(&self, takeover: &mut Takeover, error: &Error) -> Next {
        let reason = error.text();
        tracing::warn!(tenant.id = %self.source.tenant_id, source.id = %self.source.id, step = takeover.step.as_str(), %reason, "a takeover failed; what was done is undone");
        takeover.failure = Some((takeover.step, reason));
        takeover.state = TakeoverState::RollingBack;
        takeover.back_from = takeover.off_from;
        Next::Step(TakeoverStep::PutBack, Effect::None)
    }

    /// Who gets the line's messages beside us now.
    async fn receivers(&self) -> Result<Vec<Receiver>> {
        let Some(hook) = &self.hook else { return Ok(Vec::new()) };
        self.connector.receivers(&self.settings, hook).await.map_err(watch::not_connected)
    }
}

/// The row stays as a record, without its secrets.
async fn end(tx: &DatabaseTransaction, job: &jobs::Model) -> Result<(), DbErr> {
    let row = base::due::as_seen(job, jobs::Column::NextTryAt)
        .col_expr(jobs::Column::NextTryAt, Expr::value(Option::<i64>::None))
        .col_expr(jobs::Column::Sealed, Expr::value(Option::<Vec<u8>>::None));
    row.exec(tx).await.map(drop)
}
