//! Until when an account is served, and when it is warned.

use base::config::{Config, Plan, PlansConfig};
use base::i18n::{Sentence, When, Words, Zone};
use base::millis::DAY;
use entity::tenant;

use crate::tenant::TenantStatus;

/// The end of an account's subscription or trial. Times are milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    pub ends_at: i64,
    /// After the grace: nothing is delivered from then on.
    pub holds_at: i64,
    /// It is a trial, because nobody has paid yet.
    pub is_trial: bool,
}

impl Term {
    /// None if the account has no end.
    pub fn of(plans: &PlansConfig, tenant: &tenant::Model) -> Option<Self> {
        let ends_at = tenant.paid_until.or(tenant.trial_until)?;
        let holds_at = ends_at.saturating_add(days(plans.grace_days));
        Some(Self { ends_at, holds_at, is_trial: tenant.paid_until.is_none() })
    }

    /// Whether it is over, and the grace as well.
    pub fn is_over(&self, now: i64) -> bool {
        now >= self.holds_at
    }

    /// The warning that is due, by its number of days before the end; 0: the end is here. None if it is too early.
    pub(super) fn warning(&self, plans: &PlansConfig, now: i64) -> Option<u32> {
        let before = plans.warn_days.iter().copied().chain([0]);
        before.filter(|before| now >= self.ends_at.saturating_sub(days(*before))).min()
    }

    /// When something is due after `now`: a warning, the end, or the end of the grace.
    pub(super) fn next(&self, plans: &PlansConfig, now: i64) -> Option<i64> {
        let warnings = plans.warn_days.iter().map(|before| self.ends_at.saturating_sub(days(*before)));
        warnings.chain([self.ends_at, self.holds_at]).filter(|at| *at > now).min()
    }
}

/// The date of the end of an account's subscription, in its time zone; empty if it has none.
pub fn end_date(config: &Config, tenant: &tenant::Model, now: i64, words: Words) -> String {
    let zone = Zone::named(&tenant.time_zone);
    Term::of(&config.plans.get(), tenant)
        .map_or_else(String::new, |term| When::new(term.ends_at, now, zone, words).date())
}

/// Milliseconds of so many days.
pub(super) fn days(days: u32) -> i64 {
    i64::from(days) * DAY
}

// Limits of an account: the vendor's own for it, else its plan's, else the configured ones for all.

/// The account's plan; none if it has none, or one that is no longer in the configuration.
pub fn of(config: &Config, tenant: &tenant::Model) -> Option<Plan> {
    config.plan(tenant.plan.as_deref()?)
}

/// How many sources it may have if the vendor set no limit of its own for it.
pub fn sources_limit(config: &Config, tenant: &tenant::Model) -> u32 {
    of(config, tenant).and_then(|plan| plan.sources).unwrap_or(config.limits.sources_per_tenant)
}

/// Megabytes it may store; 0: no limit.
pub fn stored_mb(config: &Config, tenant: &tenant::Model) -> u32 {
    of(config, tenant).and_then(|plan| plan.storage_mb).unwrap_or(config.limits.stored_mb_per_account)
}

/// Requests a second of each of its API keys; 0: no limit.
pub fn requests_per_key(config: &Config, tenant: &tenant::Model) -> u32 {
    of(config, tenant).and_then(|plan| plan.requests_per_key).unwrap_or(config.limits.requests_per_key)
}

/// Messages a calendar month that its plan includes; none: no number. More are delivered as well.
pub fn messages_a_month(config: &Config, tenant: &tenant::Model) -> Option<u32> {
    of(config, tenant)?.messages_a_month
}

/// Whether it may add sources of this kind.
pub fn allows(config: &Config, tenant: &tenant::Model, kind: &str) -> bool {
    of(config, tenant).is_none_or(|plan| plan.allows(kind))
}

// The end of a subscription or trial as a sentence, for panel and widget.

/// What the account is to know about its end at this moment (milliseconds since 1970), and whether it is over already.
/// None while it is too early, or if the account has no end.
pub fn ending(config: &Config, tenant: &tenant::Model, now: i64, words: Words) -> Option<(Sentence, bool)> {
    // An account that left is not asked to pay.
    if !TenantStatus::stored(tenant).was_connected() {
        return None;
    }
    let term = Term::of(&config.plans.get(), tenant)?;
    let is_over = tenant.plan_ended || term.is_over(now);
    let key = match term.warning(&config.plans.get(), now) {
        _ if is_over => "plan-notice-ended",
        None => return None,
        Some(0) => "plan-notice-grace",
        Some(_) if term.is_trial => "plan-notice-trial",
        Some(_) => "plan-notice-ending",
    };
    let date = |at| When::new(at, now, Zone::named(&tenant.time_zone), words).date();
    Some((words.text(key).with("date", date(term.ends_at)).with("until", date(term.holds_at)), is_over))
}

#[cfg(test)]
mod tests {
    use entity::fixture;
    use uuid::Uuid;

    use super::*;

    fn plans() -> PlansConfig {
        PlansConfig { grace_days: 7, warn_days: vec![7, 3, 1], default: String::new(), trial_days: 0 }
    }

    fn term(trial: Option<i64>, paid: Option<i64>) -> Option<Term> {
        let tenant = tenant::Model { trial_until: trial, paid_until: paid, ..fixture::tenant(Uuid::nil()) };
        Term::of(&plans(), &tenant)
    }

    #[test]
    fn a_paid_plan_replaces_the_trial() {
        assert_eq!(term(None, None), None);
        let trial = term(Some(100 * DAY), None).unwrap();
        assert_eq!((trial.ends_at, trial.holds_at, trial.is_trial), (100 * DAY, 107 * DAY, true));
        let paid = term(Some(100 * DAY), Some(90 * DAY)).unwrap();
        assert_eq!((paid.ends_at, paid.is_trial), (90 * DAY, false));
    }

    #[test]
    fn each_warning_has_its_day() {
        let term = term(None, Some(100 * DAY)).unwrap();
        let (plans, due) = (plans(), |at| term.warning(&plans(), at));
        assert_eq!((due(93 * DAY - 1), due(93 * DAY), due(97 * DAY)), (None, Some(7), Some(3)));
        assert_eq!((due(99 * DAY), due(100 * DAY - 1), due(100 * DAY)), (Some(1), Some(1), Some(0)));
        let mut times = Vec::new();
        let mut now = 0;
        while let Some(next) = term.next(&plans, now) {
            times.push(next / DAY);
            now = next;
        }
        assert_eq!(times, [93, 97, 99, 100, 107]);
        assert!(!term.is_over(107 * DAY - 1) && term.is_over(107 * DAY));
    }
}
