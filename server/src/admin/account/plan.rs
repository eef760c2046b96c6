//! An account's plan, and until when it is served.

use actix_web::web;
use base::error::Error;
use base::i18n::Words;
use chrono::{DateTime, Days, NaiveDate, NaiveTime};
use entity::tenant;
use serde::Deserialize;
use uuid::Uuid;

use super::{address, load};
use crate::admin::operator::Operator;
use crate::admin::told;
use crate::identity::Form;
use crate::panel::{Answer, AppData, Notice, PanelContext};
use crate::tenant::plan::{self, PlanChange};

/// What the form shows.
pub(super) struct PlanForm {
    pub plans: Vec<PlanOption>,
    /// Last days, as `2026-12-31`; empty: no end.
    pub trial_until: String,
    pub paid_until: String,
    pub grace_days: u32,
}

/// A plan to choose.
pub(super) struct PlanOption {
    /// Empty: no plan.
    pub name: String,
    pub text: String,
    pub chosen: bool,
}

impl PlanForm {
    pub fn of(app: &PanelContext, words: Words, tenant: &tenant::Model) -> Self {
        let own = tenant.plan.as_deref().unwrap_or_default();
        let option = |name: &str, text| PlanOption { name: name.to_owned(), text, chosen: name == own };
        let mut plans = vec![option("", words.text("admin-plan-none").to_string())];
        plans.extend(app.config.plan_list.get().iter().map(|plan| option(&plan.name, plan.name.clone())));
        if plans.iter().all(|plan| !plan.chosen) {
            plans.push(option(own, words.text("admin-plan-unknown").with("plan", own).to_string()));
        }
        Self {
            plans,
            trial_until: last_day(tenant.trial_until),
            paid_until: last_day(tenant.paid_until),
            grace_days: app.config.plans.get().grace_days,
        }
    }
}

/// What was entered.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanInput {
    plan: String,
    trial_until: String,
    paid_until: String,
}

/// Sets plan and ends.
pub async fn set(app: AppData, Operator(visitor): Operator, id: web::Path<Uuid>, form: Form<PlanInput>) -> Answer {
    let tenant = load(&app, *id).await?;
    let ends = until(&form.0.trial_until, tenant.trial_until).zip(until(&form.0.paid_until, tenant.paid_until));
    let Some((trial_until, paid_until)) = ends else {
        let wrong = visitor.words.text("admin-plan-wrong");
        return visitor.see_other(&app, &address(*id), Notice::failed(wrong)).await;
    };
    let name = Some(form.0.plan).filter(|name| !name.is_empty());
    // One that is no longer configured may stay.
    let plan = (name != tenant.plan).then_some(name);
    let change = PlanChange { plan, trial_until: Some(trial_until), paid_until: Some(paid_until) };
    match plan::change(&app.tenants, *id, change).await {
        Ok(Some(detail)) => {
            visitor.note_both(&app, *id, "account.plan_changed", detail).await?;
            told::tell(&app, &visitor, "account.plan_changed", &tenant.host).await?;
        }
        Ok(None) => {}
        Err(Error::Invalid(_)) => {
            let wrong = visitor.words.text("admin-plan-wrong");
            return visitor.see_other(&app, &address(*id), Notice::failed(wrong)).await;
        }
        Err(other) => return Err(other),
    }
    visitor.see_other(&app, &address(*id), Notice::done(visitor.words.text("admin-plan-saved"))).await
}

/// The last day of what ends at this moment.
fn last_day(at: Option<i64>) -> String {
    let day = at.and_then(|at| DateTime::from_timestamp_millis(at.saturating_sub(1)));
    day.map_or_else(String::new, |day| day.date_naive().to_string())
}

/// The moment at which an entered last day ends; `now_is` if that is still its day. None if it is no day.
fn until(typed: &str, now_is: Option<i64>) -> Option<Option<i64>> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Some(None);
    }
    if typed == last_day(now_is) {
        return Some(now_is);
    }
    let next = NaiveDate::parse_from_str(typed, "%Y-%m-%d").ok()?.checked_add_days(Days::new(1))?;
    Some(Some(next.and_time(NaiveTime::MIN).and_utc().timestamp_millis()))
}

#[cfg(test)]
mod tests {
    use base::millis::DAY;

    use super::*;

    #[test]
    fn a_saved_form_changes_nothing_by_itself() {
        for at in [DAY, DAY + 1, DAY + 5_000, 2 * DAY] {
            assert_eq!(until(&last_day(Some(at)), Some(at)), Some(Some(at)));
        }
        assert_eq!((last_day(None), last_day(Some(DAY))), (String::new(), "1970-01-01".to_owned()));
        assert_eq!(until("1970-01-02", None), Some(Some(2 * DAY)));
        assert_eq!((until("", Some(DAY)), until("soon", None)), (Some(None), None));
    }
}
