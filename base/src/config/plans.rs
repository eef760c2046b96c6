//! Plans: what accounts may use, by name. Prices and invoices are the business of the vendor's billing system.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::check::{broken, path_segment, rule};
use super::{CONNECTORS, Config, ConfigError};

/// Days in the longest grace and the earliest warning.
const MOST_DAYS: u32 = 365;
/// Days of the longest trial.
const MOST_TRIAL_DAYS: u32 = 3_650;
/// Warnings before an end.
const MOST_WARNINGS: usize = 10;
/// amoCRM's limit of sources of one integration in one account.
const MOST_SOURCES: u32 = 100;

/// What holds for all plans.
#[derive(Clone, Debug, Deserialize)]
pub struct PlansConfig {
    /// Days after the end of a subscription or trial during which messages are still delivered.
    pub grace_days: u32,
    /// Days before an end at which the account is warned.
    pub warn_days: Vec<u32>,
    /// Plan of new accounts; empty: none.
    pub default: String,
    /// Days that new accounts may try the service; 0: no end.
    pub trial_days: u32,
}

/// One plan. What it does not set is as for accounts without a plan.
#[derive(Clone, Debug, Deserialize)]
pub struct Plan {
    /// Unique.
    pub name: String,
    pub sources: Option<u32>,
    /// Messages in both directions a calendar month (UTC). Reported, never a reason to refuse one.
    pub messages_a_month: Option<u32>,
    /// Kinds of sources that may be created, each one of [`CONNECTORS`].
    pub connectors: Option<Vec<String>>,
    /// Megabytes that may be stored; 0: no limit.
    pub storage_mb: Option<u32>,
    /// Requests of an API key a second; 0: no limit.
    pub requests_per_key: Option<u32>,
}

impl Plan {
    /// Whether sources of this kind may be created.
    pub fn allows(&self, kind: &str) -> bool {
        self.connectors.as_ref().is_none_or(|connectors| connectors.iter().any(|connector| connector == kind))
    }
}

impl Config {
    /// The plan with this name.
    pub fn plan(&self, name: &str) -> Option<Plan> {
        self.plan_list.get().iter().find(|plan| plan.name == name).cloned()
    }
}

pub(super) fn check(config: &Config) -> Result<(), ConfigError> {
    let (plans, list) = (config.plans.get(), config.plan_list.get());
    rule("plans.grace_days", plans.grace_days <= MOST_DAYS, "must be at most 365")?;
    rule("plans.warn_days", plans.warn_days.len() <= MOST_WARNINGS, "may have at most 10 numbers")?;
    let mut days = BTreeSet::new();
    for (place, day) in plans.warn_days.iter().enumerate() {
        let key = format!("plans.warn_days[{place}]");
        rule(&key, (1..=MOST_DAYS).contains(day), "must be from 1 to 365")?;
        rule(&key, days.insert(day), "is in the list twice")?;
    }
    rule("plans.trial_days", plans.trial_days <= MOST_TRIAL_DAYS, "must be at most 3650; 0 means no end")?;
    let mut names = BTreeSet::new();
    for (place, plan) in list.iter().enumerate() {
        let key = |name: &str| format!("plan[{place}].{name}");
        rule(
            key("name"),
            path_segment(&plan.name),
            "must be 1 to 64 letters, digits or . _ ~ -, beginning with a letter or digit",
        )?;
        rule(key("name"), names.insert(&plan.name), "is taken by another plan")?;
        let sources = plan.sources.is_none_or(|sources| (1..=MOST_SOURCES).contains(&sources));
        rule(key("sources"), sources, "must be from 1 to 100; leave it out for limits.sources_per_tenant")?;
        rule(
            key("messages_a_month"),
            plan.messages_a_month != Some(0),
            "must be at least 1; leave it out for no limit",
        )?;
        connectors(&key("connectors"), plan.connectors.as_deref())?;
    }
    if !plans.default.is_empty() && config.plan(&plans.default).is_none() {
        let names: Vec<&str> = list.iter().map(|plan| plan.name.as_str()).collect();
        let known = if names.is_empty() {
            "there is no [[plan]]".to_owned()
        } else {
            format!("there are {}", names.join(", "))
        };
        return Err(broken("plans.default", format!("is not the name of a plan; {known}")));
    }
    Ok(())
}

fn connectors(key: &str, named: Option<&[String]>) -> Result<(), ConfigError> {
    let Some(named) = named else { return Ok(()) };
    rule(key, !named.is_empty(), "names no connector; leave it out to allow all")?;
    let mut seen = BTreeSet::new();
    for (place, connector) in named.iter().enumerate() {
        let key = format!("{key}[{place}]");
        if !CONNECTORS.contains(&connector.as_str()) {
            return Err(broken(key, format!("is not a connector; there are {}", CONNECTORS.join(", "))));
        }
        rule(key, seen.insert(connector), "names the same connector twice")?;
    }
    Ok(())
}
