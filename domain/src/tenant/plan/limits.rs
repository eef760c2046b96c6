//! Limits of an account: the vendor's own for it, else its plan's, else the configured ones for all.

use base::config::{Config, Plan};
use entity::tenant;

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
