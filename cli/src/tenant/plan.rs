//! `parom tenant plan`: an account's plan and until when it is served.

use std::io::Write;

use base::json::Moment;
use chrono::{DateTime, Days, NaiveDate, NaiveTime};
use entity::tenant;
use parom::app::App;
use parom::tenant::plan::{self, PlanChange};

use super::{AccountCommand, as_error, find, note, print};

/// What to change.
#[derive(Clone, Debug, clap::Args)]
pub struct PlanArgs {
    /// A plan of the configuration, or `none`
    #[arg(long, value_name = "NAME")]
    plan: Option<String>,
    /// Last day of the trial (UTC), a time like 2026-12-31T21:00:00Z, or `none`
    #[arg(long, value_name = "DATE", value_parser = until)]
    trial_until: Option<Until>,
    /// Last day that is paid (UTC), a time, or `none`; a later one releases what waits
    #[arg(long, value_name = "DATE", value_parser = until)]
    paid_until: Option<Until>,
}

/// Milliseconds since 1970; none: no end.
type Until = Option<i64>;

/// A day is meant as a whole: until the next midnight.
fn until(text: &str) -> Result<Until, String> {
    if text == "none" {
        return Ok(None);
    }
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(Some(at.timestamp_millis()));
    }
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().and_then(|date| date.checked_add_days(Days::new(1)));
    let date = date.ok_or_else(|| "say a day like 2026-12-31, a time like 2026-12-31T21:00:00Z, or none".to_owned())?;
    Ok(Some(date.and_time(NaiveTime::MIN).and_utc().timestamp_millis()))
}

impl PlanArgs {
    fn change(self) -> PlanChange {
        let plan = self.plan.map(|name| Some(name).filter(|name| name != "none"));
        PlanChange { plan, trial_until: self.trial_until, paid_until: self.paid_until }
    }
}

/// Changes what is named, and prints the account's plan.
pub(super) async fn set(
    app: &App,
    account: &AccountCommand,
    args: PlanArgs,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let tenant = find(app, &account.account.account).await?;
    let changed = plan::change(&app.tenants, tenant.tenant_id, args.change()).await.map_err(as_error)?;
    if let Some(detail) = changed {
        note(app, tenant.tenant_id, "account.plan_changed", &tenant.host, detail).await?;
    }
    let tenant = find(app, &tenant.tenant_id.to_string()).await?;
    print(app, &tenant, account.json, &words(&tenant), out).await
}

fn words(tenant: &tenant::Model) -> String {
    let plan = tenant.plan.as_deref().map_or_else(|| "no plan".to_owned(), |plan| format!("the plan {plan}"));
    let end = match (tenant.paid_until, tenant.trial_until) {
        (Some(at), _) => format!("is paid until {}", Moment(at)),
        (None, Some(at)) => format!("has a trial until {}", Moment(at)),
        (None, None) => "has no end".to_owned(),
    };
    let held = if tenant.plan_ended { "; it has ended: what comes in is kept, nothing is delivered" } else { "" };
    format!("{} has {plan} and {end}{held}.", tenant.host)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::fixture;

    #[test]
    fn a_date_includes_the_whole_day() {
        assert_eq!(until("none"), Ok(None));
        assert_eq!(until("1970-01-01"), Ok(Some(86_400_000)));
        assert_eq!(until("1970-01-01T03:00:00+03:00"), Ok(Some(0)));
        for wrong in ["", "tomorrow", "2026-13-01", "31.12.2026"] {
            assert!(until(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_words_name_what_counts() {
        let mut tenant = tenant::Model { trial_until: Some(0), ..fixture::tenant(Uuid::nil()) };
        assert_eq!(words(&tenant), "shop.amocrm.ru has no plan and has a trial until 1970-01-01T00:00:00.000Z.");
        tenant = tenant::Model { plan: Some("start".into()), paid_until: Some(0), plan_ended: true, ..tenant };
        assert!(words(&tenant).starts_with("shop.amocrm.ru has the plan start and is paid until 1970"));
        assert!(words(&tenant).contains("it has ended"));
    }
}
