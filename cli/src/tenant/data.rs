//! An account's data, exported and erased with a proof; for how many days it is kept; and its plan.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use base::error::Error;
use base::i18n::{Language, Words};
use base::json::Moment;
use chrono::{DateTime, Days, NaiveDate, NaiveTime};
use entity::tenant;
use parom::app::App;
use parom::tenant as tenants;
use parom::tenant::plan::{self, PlanChange};
use parom::tenant::{CustomerExport, Erasure, Export, ExportPages, KeptChange, Who};
use parom::unregister::LineState;
use serde_json::json;
use uuid::Uuid;

use super::{AccountCommand, BY, as_error, find_account, note, print};

/// The customer that a command names.
pub(super) fn who(phone: Option<String>, conversation: Option<Uuid>) -> Option<Who> {
    phone.map(Who::Phone).or_else(|| conversation.map(Who::Conversation))
}

pub(super) async fn erase(
    app: &App,
    tenant: &tenant::Model,
    who: &Who,
    dry_run: bool,
    json: bool,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    if !dry_run {
        let proof = tenants::erase(&app.tenants, tenant.tenant_id, who, BY).await.map_err(not_found)?;
        note(app, tenant.tenant_id, "data.erased", &proof.id.to_string(), json!({})).await?;
        return proved(&proof, json, &format!("The customer is erased at {}", tenant.host), out);
    }
    let found = tenants::erase::find(&app.tenants, tenant.tenant_id, who).await.map_err(as_error)?;
    let (conversations, messages, files) = (found.conversations.len(), found.messages, found.files);
    if json {
        let (all, also_possible) = (&found.conversations, &found.also_possible);
        let found = json!({"conversations": all, "messages": messages, "files": files, "also_possible": also_possible});
        return writeln!(out, "{found}").context("standard output cannot be written");
    }
    writeln!(out, "{conversations} conversations, {messages} messages, {files} files would be erased.")
        .context("standard output cannot be written")?;
    possible(&found.also_possible, out)
}

/// Names the conversations that a person has to decide about.
fn possible(conversations: &[Uuid], out: &mut impl Write) -> anyhow::Result<()> {
    if conversations.is_empty() {
        return Ok(());
    }
    let words = "Also possible, not erased (the number is written without its country; use --conversation ID if it is the customer's):";
    writeln!(out, "{words}").context("standard output cannot be written")?;
    for id in conversations {
        writeln!(out, "  {id}").context("standard output cannot be written")?;
    }
    Ok(())
}

pub(super) fn proved(proof: &Erasure, json: bool, words: &str, out: &mut impl Write) -> anyhow::Result<()> {
    if json {
        let proof = json!({
            "id": proof.id, "counts": proof.counts, "lines": proof.lines, "also_possible": proof.also_possible,
        });
        return writeln!(out, "{proof}").context("standard output cannot be written");
    }
    writeln!(out, "{words}. Proof {}:", proof.id).context("standard output cannot be written")?;
    for (table, rows) in proof.counts.iter().filter(|(_, rows)| **rows > 0) {
        writeln!(out, "  {rows:>8}  {table}").context("standard output cannot be written")?;
    }
    let words = Words::new(Language::En);
    for (state, said) in [(LineState::Retried, "data-left"), (LineState::GivenUp, "data-left-given-up")] {
        let lines: Vec<_> = proof.lines.iter().filter(|line| line.state == state).collect();
        if !lines.is_empty() {
            writeln!(out, "{}", words.text(said)).context("standard output cannot be written")?;
        }
        for line in lines {
            let (name, what) = (line.named(words), line.what_to_do(words));
            writeln!(out, "  {name}\n    {what}").context("standard output cannot be written")?;
        }
    }
    possible(&proof.also_possible, out)
}

pub(super) async fn export(
    app: &Arc<App>,
    tenant: &tenant::Model,
    who: Option<Who>,
    file: Option<&Path>,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let tenant_id = tenant.tenant_id;
    let Some(who) = who else {
        let export = Export::begin(&app.tenants, tenant_id).await.map_err(as_error)?;
        note(app, tenant_id, "data.exported", &tenant.host, json!({})).await?;
        return write(export, &tenant.host, file, out).await;
    };
    let export = CustomerExport::begin(&app.tenants, tenant_id, &who).await.map_err(|error| match error {
        Error::NotFound => anyhow::anyhow!("no customer was found: nothing was exported"),
        other => as_error(other),
    })?;
    note(app, tenant_id, "data.exported", &tenant.host, json!({ "customers": 1 })).await?;
    write(export, &tenant.host, file, out).await
}

async fn write(
    mut export: impl ExportPages,
    host: &str,
    file: Option<&Path>,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let Some(path) = file else {
        while let Some(page) = export.page().await? {
            out.write_all(&page).context("standard output cannot be written")?;
        }
        return Ok(());
    };
    // Personal data: readable by the user who ran the command only, whatever the umask.
    let made = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut written = made.with_context(|| format!("cannot make the file {}", path.display()))?;
    let mut lines = 0;
    while let Some(page) = export.page().await? {
        lines += page.iter().filter(|byte| **byte == b'\n').count();
        written.write_all(&page).with_context(|| format!("cannot write {}", path.display()))?;
    }
    written.sync_all().with_context(|| format!("cannot write {}", path.display()))?;
    writeln!(out, "{lines} lines of {host} are in {}.", path.display()).context("standard output cannot be written")
}

fn not_found(error: Error) -> anyhow::Error {
    match error {
        Error::NotFound => anyhow::anyhow!("no customer was found: nothing was erased"),
        other => as_error(other),
    }
}

/// What to change.
#[derive(Clone, Debug, clap::Args)]
pub struct KeepArgs {
    /// Texts of messages; 0: each is erased as soon as its message is delivered
    #[arg(long = "texts-days", value_name = "DAYS", value_parser = days)]
    texts: Option<KeptDays>,
    /// Raw hooks
    #[arg(long = "hooks-days", value_name = "DAYS", value_parser = days)]
    hooks: Option<KeptDays>,
    /// Delivery attempts
    #[arg(long = "attempts-days", value_name = "DAYS", value_parser = days)]
    attempts: Option<KeptDays>,
    /// Undelivered messages
    #[arg(long = "undelivered-days", value_name = "DAYS", value_parser = days)]
    undelivered: Option<KeptDays>,
    /// The audit log
    #[arg(long = "audit-days", value_name = "DAYS", value_parser = days)]
    audit: Option<KeptDays>,
}

/// None: the configured number.
type KeptDays = Option<u32>;

fn days(text: &str) -> Result<KeptDays, String> {
    if text == "default" {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| "say a number of days, or default for the configured one".to_owned())
}

/// Changes what is named, and prints what counts for the account.
pub(super) async fn set_days(
    app: &App,
    account: &AccountCommand,
    args: KeepArgs,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let tenant = find_account(app, &account.account.account).await?;
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
    let tenant = find_account(app, &tenant.tenant_id.to_string()).await?;
    print(app, &tenant, account.json, &days_text(app, &tenant), out).await
}

fn days_text(app: &App, tenant: &tenant::Model) -> String {
    let kept = tenants::retention(&app.config.retention, tenant);
    format!(
        "{} keeps texts for {} days, raw hooks for {}, attempts for {}, undelivered messages for {}, the audit log for {}.",
        tenant.host, kept.texts_days, kept.hooks_days, kept.attempts_days, kept.undelivered_days, kept.audit_days
    )
}

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
pub(super) async fn set_plan(
    app: &App,
    account: &AccountCommand,
    args: PlanArgs,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let tenant = find_account(app, &account.account.account).await?;
    let changed = plan::change(&app.tenants, tenant.tenant_id, args.change()).await.map_err(as_error)?;
    if let Some(detail) = changed {
        note(app, tenant.tenant_id, "account.plan_changed", &tenant.host, detail).await?;
    }
    let tenant = find_account(app, &tenant.tenant_id.to_string()).await?;
    print(app, &tenant, account.json, &plan_text(&tenant), out).await
}

fn plan_text(tenant: &tenant::Model) -> String {
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
    use entity::fixture;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_is_only_possible_is_listed() {
        let mut out = Vec::new();
        possible(&[], &mut out).unwrap();
        assert!(out.is_empty());
        possible(&[Uuid::from_u128(7)], &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(
            text.starts_with("Also possible, not erased") && text.ends_with("  00000000-0000-0000-0000-000000000007\n")
        );
    }

    #[test]
    fn days_are_a_number_or_the_default() {
        assert_eq!((days("0"), days("30"), days("default")), (Ok(Some(0)), Ok(Some(30)), Ok(None)));
        for wrong in ["-1", "", "none", "1.5"] {
            assert!(days(wrong).is_err(), "{wrong}");
        }
    }

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
        let host = "shop.amocrm.ru".to_owned();
        let mut tenant = tenant::Model { host, trial_until: Some(0), ..fixture::tenant(Uuid::nil()) };
        assert_eq!(plan_text(&tenant), "shop.amocrm.ru has no plan and has a trial until 1970-01-01T00:00:00.000Z.");
        tenant = tenant::Model { plan: Some("start".into()), paid_until: Some(0), plan_ended: true, ..tenant };
        assert!(plan_text(&tenant).starts_with("shop.amocrm.ru has the plan start and is paid until 1970"));
        assert!(plan_text(&tenant).contains("it has ended"));
    }
}
