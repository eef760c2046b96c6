//! Holds everything of an account, and releases it in order: while a person has suspended it, and while its subscription
//! is over. Each of the two is a flag of the account; it is served while neither is set.

use std::sync::Arc;

use base::config::{Config, PlansConfig};
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::json::Moment;
use base::store::in_transaction;
use chrono::TimeDelta;
use entity::tenant::{self, Column};
use entity::{job, source, tenant_channel};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QuerySelect,
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::Term;
use super::terms::days;
use crate::alert::{self, Alarm, PLAN_ENDED, PLAN_ENDING, PLAN_GRACE, WEBHOOK_SUSPENDED};
use crate::audit::By;
use crate::job::{NewJob, NextRun, cancel, schedule};
use crate::tenant::{self as tenants, ChannelStatus, TenantContext, TenantStatus, channels};
use crate::vendor_events::{self, VendorEventKind};

/// Spreads the restart of one account's turns.
const JITTER: TimeDelta = TimeDelta::seconds(1);

/// An account before and after a change.
pub(in crate::tenant) struct Changed {
    pub before: tenant::Model,
    pub after: tenant::Model,
}

/// What decides on a hold.
#[derive(Clone, Copy, Debug)]
pub(in crate::tenant) enum Decision {
    /// A person suspends the account, or resumes it.
    Suspended(bool),
    /// The end of its subscription.
    ByDates,
}

/// Sets the two flags by a decision, and holds or releases the account's turns accordingly; `always` does the latter also if
/// no flag changes. It is decided again if the account changed meanwhile. None if there is no such account.
pub(in crate::tenant) async fn change_hold(
    app: &TenantContext,
    tenant_id: Uuid,
    always: bool,
    decision: Decision,
) -> Result<Option<Changed>, DbErr> {
    let mut applies = always;
    loop {
        let Some(before) = crate::tenant::load(app.store.read(), tenant_id).await? else { return Ok(None) };
        let (suspended, plan_ended) = match decision {
            Decision::Suspended(suspended) => (suspended, before.plan_ended),
            Decision::ByDates => {
                let term = Term::of(&app.config.plans.get(), &before);
                (before.suspended, term.is_some_and(|term| term.is_over(app.clock.millis())))
            }
        };
        let after = tenant::Model { suspended, plan_ended, ..before.clone() };
        let changes = (before.suspended, before.plan_ended) != (suspended, plan_ended);
        if !changes && !applies {
            return Ok(Some(Changed { before, after }));
        }
        // The flags are set after the turns, so that an interrupted change is repeated as a whole.
        apply(app, &after).await?;
        if set_hold(app, &before, &after).await? {
            app.lookup.forget();
            if after.held().is_none() {
                // An attempt between the two may have held its turn again.
                apply(app, &after).await?;
            }
            app.writer.stored().notify_one();
            return Ok(Some(Changed { before, after }));
        }
        applies = true;
    }
}

/// Stores the flags. False if what they were decided by is no longer so.
async fn set_hold(app: &TenantContext, before: &tenant::Model, after: &tenant::Model) -> Result<bool, DbErr> {
    use tenant::Column::{PlanEnded, Suspended, UpdatedAt};
    let done = tenant::Entity::update_of(before.tenant_id)
        .col_expr(Suspended, Expr::value(after.suspended))
        .col_expr(PlanEnded, Expr::value(after.plan_ended))
        .col_expr(UpdatedAt, Expr::value(app.clock.millis()))
        .filter(Suspended.eq(before.suspended))
        .filter(PlanEnded.eq(before.plan_ended))
        .filter(has_ends_of(before))
        .exec(app.store.write())
        .await?;
    Ok(done.rows_affected > 0)
}

/// An account whose trial and payment end when this one's do.
pub(in crate::tenant) fn has_ends_of(seen: &tenant::Model) -> Condition {
    let is = |column: tenant::Column, value: Option<i64>| match value {
        Some(value) => column.eq(value),
        None => column.is_null(),
    };
    let trial = is(tenant::Column::TrialUntil, seen.trial_until);
    Condition::all().add(trial).add(is(tenant::Column::PaidUntil, seen.paid_until))
}

/// Holds or resumes every turn of an account, as the row says.
async fn apply(app: &TenantContext, tenant: &tenant::Model) -> Result<(), DbErr> {
    let tenant_id = tenant.tenant_id;
    let serves = TenantStatus::stored(tenant).was_connected();
    let pool = crate::tenant::pool_of(&tenant.integration);
    for channel in tenant_channel::Entity::of_tenant(tenant_id).all(app.store.read()).await? {
        if let Some(reason) = tenant.held() {
            app.queue.hold(tenant_id, channel.channel_id, &pool, reason).await?;
        } else if serves && channel.status == ChannelStatus::Connected.as_str() {
            app.queue.resume(tenant_id, channel.channel_id, rand::random_range(0..=JITTER.num_milliseconds())).await?;
        }
    }
    for source in source::Entity::of_tenant(tenant_id).all(app.store.read()).await? {
        let connector = app.connectors.get(&source.kind);
        let pool = connector.map_or(source.kind.as_str(), |connector| connector.pool());
        if let Some(reason) = tenant.held() {
            app.queue.hold(tenant_id, source.id, pool, reason).await?;
        } else if source.paused {
            let suspended =
                alert::is_open(app.store.read(), tenant_id, WEBHOOK_SUSPENDED, &source.id.to_string()).await?;
            app.queue.hold(tenant_id, source.id, pool, if suspended { WEBHOOK_SUSPENDED } else { "paused" }).await?;
        } else {
            app.queue.resume(tenant_id, source.id, rand::random_range(0..=JITTER.num_milliseconds())).await?;
        }
    }
    Ok(())
}

// What follows from the end of an account's subscription now: it is warned, held or released.

/// The regular look at an account with an end; what is settled schedules the next.
pub async fn look(app: Arc<TenantContext>, job: job::Model) -> anyhow::Result<NextRun> {
    let (app, job) = (&app, &job);
    if tenants::load(app.store.read(), job.tenant_id).await?.is_none() {
        return Ok(NextRun::Never);
    }
    settle(app, job.tenant_id, false).await?;
    Ok(NextRun::Scheduled)
}

/// Brings the account's hold, its alerts and the time of its next look in line with its end. `always`: its turns are held
/// or resumed even if that was done before, because an interrupted change may have left them otherwise.
pub(super) async fn settle(app: &TenantContext, tenant_id: Uuid, always: bool) -> Result<(), DbErr> {
    let changed = change_hold(app, tenant_id, always, Decision::ByDates).await?;
    let Some(Changed { before, after }) = changed else { return Ok(()) };
    if before.plan_ended != after.plan_ended {
        tracing::info!(tenant.id = %tenant_id, ended = after.plan_ended, "the account's subscription ended or was renewed");
    }
    in_transaction(&app.store, async |tx| follow(app, tx, &before, &after).await).await
}

async fn follow(
    app: &TenantContext,
    tx: &DatabaseTransaction,
    before: &tenant::Model,
    after: &tenant::Model,
) -> Result<(), DbErr> {
    let (tenant_id, now) = (after.tenant_id, app.clock.millis());
    let plans = app.config.plans.get();
    let term = Term::of(&plans, after);
    let next = term.and_then(|term| term.next(&plans, now));
    let same = tenant::Entity::of_tenant(tenant_id).filter(has_ends_of(after)).lock_exclusive();
    if same.one(tx).await?.is_none() {
        // Another end was set meanwhile, and that change does what follows from it.
        return Ok(());
    }
    next_look(tx, tenant_id, next).await?;
    if before.plan_ended != after.plan_ended {
        let action = if after.plan_ended { "account.plan_ended" } else { "account.plan_renewed" };
        By::parom().did(app, tx, action, (tenant_id, &tenant_id.to_string()), json!({})).await?;
    }
    let matter = term.and_then(|term| matter(app, &term, now));
    alarm(app, tx, after, matter).await
}

/// What is to be said about an end now.
struct Matter {
    kind: &'static str,
    object: String,
    detail: Value,
    trial_ends_at: Option<i64>,
}

fn matter(app: &TenantContext, term: &Term, now: i64) -> Option<Matter> {
    if term.is_over(now) {
        let detail = json!({ "at": term.ends_at });
        return Some(Matter { kind: PLAN_ENDED, object: String::new(), detail, trial_ends_at: None });
    }
    let warning = term.warning(&app.config.plans.get(), now)?;
    let detail = json!({ "at": term.ends_at, "until": term.holds_at, "days": warning });
    let trial_ends_at = term.is_trial.then_some(term.ends_at);
    let (kind, object) = if warning == 0 { (PLAN_GRACE, String::new()) } else { (PLAN_ENDING, warning.to_string()) };
    Some(Matter { kind, object, detail, trial_ends_at })
}

/// Opens the alert of what is to be said and closes the others. Each warning is an alert of its own, so that each is sent.
async fn alarm(
    app: &TenantContext,
    tx: &DatabaseTransaction,
    tenant: &tenant::Model,
    matter: Option<Matter>,
) -> Result<(), DbErr> {
    let tenant_id = tenant.tenant_id;
    // An account that left is not asked to pay.
    let serves = TenantStatus::stored(tenant).was_connected();
    let matter = matter.filter(|_| serves);
    let key = matter.as_ref().map(|matter| alert::key(matter.kind, &matter.object));
    let open = alert::open(tx, tenant_id).await?;
    for row in &open {
        if ![PLAN_ENDED, PLAN_ENDING, PLAN_GRACE].contains(&row.kind.as_str()) || Some(&row.key) == key.as_ref() {
            continue;
        }
        let object = alert::object_of(row);
        if serves && matter.is_none() {
            alert::resolve(app, tx, tenant_id, &row.kind, object).await?;
        } else {
            // The next warning replaces it.
            alert::end(app, tx, tenant_id, &row.kind, object).await?;
        }
    }
    let Some(Matter { kind, object, detail, trial_ends_at }) = matter else { return Ok(()) };
    let stored = detail.to_string();
    if open.iter().any(|row| Some(&row.key) == key.as_ref() && row.detail == stored) {
        return Ok(());
    }
    let days = detail.get("days").cloned();
    let alarm = Alarm { tenant_id, kind, object: &object, source_id: None, detail };
    let opened = alert::raise(app, tx, alarm).await?;
    match trial_ends_at {
        Some(ends_at) if opened => {
            let data = json!({ "trial_until": Moment(ends_at), "days": days });
            vendor_events::record(app, tx, VendorEventKind::TrialEnding, tenant_id, data).await
        }
        _ => Ok(()),
    }
}

// When accounts are looked at whose subscription is about to end, or has ended.

/// The kind of the jobs.
pub const KIND: &str = "plans";

/// Plan and end of the trial of an account that is installed at `now`.
pub(in crate::tenant) fn beginning(plans: &PlansConfig, now: i64) -> (Option<String>, Option<i64>) {
    let plan = Some(plans.default.clone()).filter(|name| !name.is_empty());
    let trial = (plans.trial_days > 0).then(|| now.saturating_add(days(plans.trial_days)));
    (plan, trial)
}

/// Schedules the next look at an account.
pub(in crate::tenant) async fn look_at(db: &impl ConnectionTrait, tenant_id: Uuid, at: i64) -> Result<(), DbErr> {
    schedule(db, at, NewJob::new(tenant_id, KIND, "", at)).await
}

/// The same; none: nothing follows from its end any more.
pub(super) async fn next_look(db: &impl ConnectionTrait, tenant_id: Uuid, at: Option<i64>) -> Result<(), DbErr> {
    match at {
        Some(at) => look_at(db, tenant_id, at).await,
        None => cancel(db, tenant_id, KIND, "").await.map(drop),
    }
}

/// Makes every account with an end due: days of grace and of warnings may have changed since the last start.
pub async fn look_again(app: Arc<TenantContext>) {
    let looked = async {
        let has_end = Condition::any().add(Column::TrialUntil.is_not_null()).add(Column::PaidUntil.is_not_null());
        for tenant in app.store.all_in_reach(tenant::Entity::find().filter(has_end)).await? {
            look_at(app.store.write(), tenant.tenant_id, app.clock.millis()).await?;
        }
        Ok::<_, DbErr>(())
    };
    if let Err(error) = looked.await {
        tracing::warn!(%error, "the ends of subscriptions could not be scheduled");
    }
}

// Changes of an account's plan and of the end of its subscription, with their effect at once.

/// What to change: `None` keeps a value, `Some(None)` clears it. Times are milliseconds since 1970.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanChange {
    /// A name from the configuration.
    pub plan: Option<Option<String>>,
    pub trial_until: Option<Option<i64>>,
    pub paid_until: Option<Option<i64>>,
}

impl PlanChange {
    /// 422 if there is no such plan.
    pub fn check(&self, config: &Config) -> Result<()> {
        match self.plan.as_ref().and_then(Option::as_deref) {
            Some(name) if config.plan(name).is_none() => {
                let list = config.plan_list.get();
                let names: Vec<&str> = list.iter().map(|plan| plan.name.as_str()).collect();
                let known = if names.is_empty() { "–".to_owned() } else { names.join(", ") };
                Err(Error::field("/plan", LocalizedText::new("said-plan-unknown").with("known", known)))
            }
            _ => Ok(()),
        }
    }

    /// The same without what is so already.
    fn news(self, tenant: &tenant::Model) -> Self {
        Self {
            plan: self.plan.filter(|plan| *plan != tenant.plan),
            trial_until: self.trial_until.filter(|at| *at != tenant.trial_until),
            paid_until: self.paid_until.filter(|at| *at != tenant.paid_until),
        }
    }

    /// For the audit log.
    fn detail(&self) -> Value {
        let moment = |at: Option<i64>| json!(at.map(Moment));
        let plan = self.plan.as_ref().map(|plan| ("plan".to_owned(), json!(plan)));
        let trial = self.trial_until.map(|at| ("trial_until".to_owned(), moment(at)));
        let paid = self.paid_until.map(|at| ("paid_until".to_owned(), moment(at)));
        Value::Object(Map::from_iter([plan, trial, paid].into_iter().flatten()))
    }
}

/// Changes an account's plan and ends; what follows from a new end – held, released, warned – has happened when this
/// returns. Returns what changed, for the audit log; none if all was so already. 422: there is no such plan.
pub async fn change(app: &TenantContext, tenant_id: Uuid, change: PlanChange) -> Result<Option<Value>> {
    change.check(&app.config)?;
    let tenant = tenants::load(app.store.read(), tenant_id).await?.ok_or(Error::NotFound)?;
    let news = change.news(&tenant);
    if news == PlanChange::default() {
        return Ok(None);
    }
    let detail = news.detail();
    let now = app.clock.millis();
    // The job of the plan is due at once: if this process dies, another one applies the change.
    let mut update = tenant::Entity::update_many().col_expr(Column::UpdatedAt, Expr::value(now));
    let new_plan = news.plan.is_some();
    if let Some(plan) = news.plan {
        update = update.col_expr(Column::Plan, Expr::value(plan));
    }
    if let Some(at) = news.trial_until {
        update = update.col_expr(Column::TrialUntil, Expr::value(at));
    }
    if let Some(at) = news.paid_until {
        update = update.col_expr(Column::PaidUntil, Expr::value(at));
    }
    in_transaction(&app.store, async |tx| {
        update.filter(Column::TenantId.eq(tenant_id)).exec(tx).await?;
        look_at(tx, tenant_id, now).await
    })
    .await?;
    if new_plan {
        channels::offer(app, tenant_id).await?;
    }
    app.lookup.forget();
    settle(app, tenant_id, true).await?;
    Ok(Some(detail))
}

// The vendor's decisions about an account: whether it is served, how many sources it may have, and its share.

/// amoCRM's limit of sources of one integration in one account.
pub const MOST_SOURCES: i32 = 100;

/// The largest share.
pub const MOST_WEIGHT: i32 = 100;

/// Stops or resumes delivery for an account. Incoming messages are still stored. Idempotent. An account whose subscription is
/// over stays held after it was resumed.
pub async fn suspend(app: &TenantContext, tenant_id: Uuid, suspended: bool) -> Result<()> {
    let changed = change_hold(app, tenant_id, false, Decision::Suspended(suspended)).await?;
    let changed = changed.ok_or(Error::NotFound)?;
    if changed.before.suspended != suspended {
        tracing::info!(tenant.id = %tenant_id, suspended, "the vendor suspended or resumed the account");
    }
    Ok(())
}

/// Sets how many sources an account may have; none for the configured number. 422 outside of 0 to [`MOST_SOURCES`].
pub async fn limit_sources(app: &TenantContext, tenant_id: Uuid, limit: Option<i32>) -> Result<()> {
    if limit.is_some_and(|limit| !(0..=MOST_SOURCES).contains(&limit)) {
        return Err(Error::field(
            "/sources_limit",
            LocalizedText::new("said-sources-limit").with("most", MOST_SOURCES),
        ));
    }
    crate::tenant::load(app.store.read(), tenant_id).await?.ok_or(Error::NotFound)?;
    set_column(app, tenant_id, tenant::Column::SourcesLimit, Expr::value(limit)).await?;
    app.lookup.forget();
    Ok(())
}

/// Sets an account's share of concurrent calls while others wait as well. 422 outside of 1 to [`MOST_WEIGHT`].
pub async fn weigh(app: &TenantContext, tenant_id: Uuid, weight: i32) -> Result<()> {
    if !(1..=MOST_WEIGHT).contains(&weight) {
        return Err(Error::field(
            "/weight",
            LocalizedText::new("said-between").with("least", 1).with("most", MOST_WEIGHT),
        ));
    }
    crate::tenant::load(app.store.read(), tenant_id).await?.ok_or(Error::NotFound)?;
    set_column(app, tenant_id, tenant::Column::Weight, Expr::value(weight)).await?;
    app.lookup.forget();
    Ok(())
}

async fn set_column(app: &TenantContext, tenant_id: Uuid, column: tenant::Column, value: Expr) -> Result<()> {
    tenant::Entity::update_of(tenant_id)
        .col_expr(column, value)
        .col_expr(tenant::Column::UpdatedAt, Expr::value(app.clock.millis()))
        .exec(app.store.write())
        .await?;
    Ok(())
}
