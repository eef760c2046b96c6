//! Plans: what accounts may use, by name. Prices and invoices are the business of the vendor's billing system.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::rule::{at_most, broken, from_to, not_a_connector, path_segment, rule};
use super::{CONNECTORS, Config, ConfigError};
use crate::i18n::LocalizedText;

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
    at_most("plans.grace_days", plans.grace_days, MOST_DAYS)?;
    rule("plans.warn_days", plans.warn_days.len() <= MOST_WARNINGS, "config-warn-days")?;
    let mut days = BTreeSet::new();
    for (place, day) in plans.warn_days.iter().enumerate() {
        let key = format!("plans.warn_days[{place}]");
        from_to(&key, *day, 1..=MOST_DAYS)?;
        rule(&key, days.insert(day), "config-twice")?;
    }
    rule("plans.trial_days", plans.trial_days <= MOST_TRIAL_DAYS, "config-trial-days")?;
    let mut names = BTreeSet::new();
    for (place, plan) in list.iter().enumerate() {
        let key = |name: &str| format!("plan[{place}].{name}");
        rule(key("name"), path_segment(&plan.name), "config-name")?;
        rule(key("name"), names.insert(&plan.name), "config-taken-plan")?;
        let sources = plan.sources.is_none_or(|sources| (1..=MOST_SOURCES).contains(&sources));
        rule(key("sources"), sources, "config-plan-sources")?;
        rule(key("messages_a_month"), plan.messages_a_month != Some(0), "config-plan-messages")?;
        connectors(&key("connectors"), plan.connectors.as_deref())?;
    }
    if !plans.default.is_empty() && config.plan(&plans.default).is_none() {
        let names: Vec<&str> = list.iter().map(|plan| plan.name.as_str()).collect();
        let problem = if names.is_empty() {
            LocalizedText::new("config-plan-none")
        } else {
            LocalizedText::new("config-plan-known").with("known", names.join(", "))
        };
        return Err(broken("plans.default", problem));
    }
    Ok(())
}

fn connectors(key: &str, named: Option<&[String]>) -> Result<(), ConfigError> {
    let Some(named) = named else { return Ok(()) };
    rule(key, !named.is_empty(), "config-connectors")?;
    let mut seen = BTreeSet::new();
    for (place, connector) in named.iter().enumerate() {
        let key = format!("{key}[{place}]");
        if !CONNECTORS.contains(&connector.as_str()) {
            return Err(broken(key, not_a_connector()));
        }
        rule(key, seen.insert(connector), "config-connector-twice")?;
    }
    Ok(())
}
