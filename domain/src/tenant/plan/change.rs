//! Changes of an account's plan and of the end of its subscription, with their effect at once.

use base::config::Config;
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::json::Moment;
use base::store::finish_tx;
use entity::tenant::{self, Column};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::due::look_at;
use super::settle::settle;
use crate::tenant::{self as tenants, TenantContext, channels};

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
    let tx = app.store.write_tx().await?;
    let done = async {
        update.filter(Column::TenantId.eq(tenant_id)).exec(&tx).await?;
        look_at(&tx, tenant_id, now).await
    };
    let done = done.await;
    finish_tx(tx, done).await?;
    if new_plan {
        channels::offer(app, tenant_id).await?;
    }
    app.lookup.forget();
    settle(app, tenant_id, true).await?;
    Ok(Some(detail))
}
