//! `parom tenant keep`: for how many days an account's data is kept.

use std::io::Write;

use entity::tenant;
use parom::app::App;
use parom::tenant::{self as tenants, KeptChange};
use serde_json::json;

use super::{AccountCommand, as_error, find, note, print};

/// What to change.
#[derive(Clone, Debug, clap::Args)]
pub struct KeepArgs {
    /// Texts of messages; 0: each is erased as soon as its message is delivered
    #[arg(long = "texts-days", value_name = "DAYS", value_parser = days)]
    texts: Option<Days>,
    /// Raw hooks
    #[arg(long = "hooks-days", value_name = "DAYS", value_parser = days)]
    hooks: Option<Days>,
    /// Delivery attempts
    #[arg(long = "attempts-days", value_name = "DAYS", value_parser = days)]
    attempts: Option<Days>,
    /// Undelivered messages
    #[arg(long = "undelivered-days", value_name = "DAYS", value_parser = days)]
    undelivered: Option<Days>,
    /// The audit log
    #[arg(long = "audit-days", value_name = "DAYS", value_parser = days)]
    audit: Option<Days>,
}

/// None: the configured number.
type Days = Option<u32>;

fn days(text: &str) -> Result<Days, String> {
    if text == "default" {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| "say a number of days, or default for the configured one".to_owned())
}

/// Changes what is named, and prints what counts for the account.
pub(super) async fn set(
    app: &App,
    account: &AccountCommand,
    args: KeepArgs,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let tenant = find(app, &account.account.account).await?;
    let KeepArgs { texts, hooks, attempts, undelivered, audit } = args;
    let change = KeptChange { hooks, attempts, undelivered, audit };
    change.check(&app.config.retention).map_err(as_error)?;
    tenants::check_texts_days(&app.tenants, "/texts_days", texts.flatten()).map_err(as_error)?;
    if let Some(days) = texts {
        tenants::keep_texts(&app.tenants, tenant.tenant_id, days).await.map_err(as_error)?;
        note(app, tenant.tenant_id, "data.term_changed", &tenant.host, json!({ "days": days })).await?;
    }
    if let Some(detail) = tenants::keep(&app.tenants, tenant.tenant_id, change).await.map_err(as_error)? {
        note(app, tenant.tenant_id, "data.term_changed", &tenant.host, detail).await?;
    }
    let tenant = find(app, &tenant.tenant_id.to_string()).await?;
    print(app, &tenant, account.json, &words(app, &tenant), out).await
}

fn words(app: &App, tenant: &tenant::Model) -> String {
    let kept = tenants::retention(&app.config.retention, tenant);
    format!(
        "{} keeps texts for {} days, raw hooks for {}, attempts for {}, undelivered messages for {}, the audit log for {}.",
        tenant.host, kept.texts_days, kept.hooks_days, kept.attempts_days, kept.undelivered_days, kept.audit_days
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_a_number_or_the_default() {
        assert_eq!((days("0"), days("30"), days("default")), (Ok(Some(0)), Ok(Some(30)), Ok(None)));
        for wrong in ["-1", "", "none", "1.5"] {
            assert!(days(wrong).is_err(), "{wrong}");
        }
    }
}
