//! What follows from the end of an account's subscription now: it is warned, held or released.

use std::sync::Arc;

use base::json::Moment;
use base::store::finish_tx;
use entity::{job, tenant};
use sea_orm::{DatabaseTransaction, DbErr, QueryFilter, QuerySelect};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Term;
use super::due::next_look;
use crate::alert::{self, Alarm, PLAN_ENDED, PLAN_ENDING, PLAN_GRACE};
use crate::audit::By;
use crate::job::NextRun;
use crate::tenant::hold::{self, Decision};
use crate::tenant::{self as tenants, TenantContext, TenantStatus};
use crate::vendor_events::{self, VendorEventKind};

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
    let changed = hold::change(app, tenant_id, always, Decision::ByDates).await?;
    let Some(hold::Changed { before, after }) = changed else { return Ok(()) };
    if before.plan_ended != after.plan_ended {
        tracing::info!(tenant.id = %tenant_id, ended = after.plan_ended, "the account's subscription ended or was renewed");
    }
    let tx = app.store.write_tx().await?;
    let done = follow(app, &tx, &before, &after).await;
    finish_tx(tx, done).await
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
    let same = tenant::Entity::of_tenant(tenant_id).filter(hold::has_ends_of(after)).lock_exclusive();
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
        let object = row.key.split_once(':').map_or("", |(_, object)| object);
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
