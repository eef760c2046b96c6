//! `parom tenant`: manages accounts for the vendor. Works beside a running server, which notices within seconds.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use clap::{ArgGroup, Subcommand};
use entity::tenant;
use parom::app::App;
use parom::missed_hooks;
use parom::tenant::{self as tenants, Erasure, Export, Who};
use serde_json::{Value, json};
use uuid::Uuid;

pub(super) mod roster;

use base::error::Error;
use base::store::VENDOR;
use roster::{find, list};

use crate::audit_log;

/// The actor named in proofs of erasure.
const BY: &str = "cli";

#[derive(Debug, Subcommand)]
pub enum TenantCommand {
    /// Lists accounts, newest first
    List {
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
    /// Stops delivery for an account; incoming messages are still stored
    Suspend(AccountArgs),
    /// Resumes a suspended account
    Resume(AccountArgs),
    /// Sets the maximum number of sources of an account
    Limit {
        #[command(flatten)]
        account: AccountArgs,
        /// 0 to 100, or `default` for the configured limit
        #[arg(value_parser = limit)]
        sources: Limit,
    },
    /// Sets an account's share of concurrent deliveries while other accounts are waiting too
    Weight {
        #[command(flatten)]
        account: AccountArgs,
        /// 1 to 100; usually 1
        #[arg(value_parser = clap::value_parser!(i32).range(1..=i64::from(tenants::MOST_WEIGHT)))]
        weight: i32,
    },
    /// Compares an account's chats with amoCRM's history now, to find managers' messages whose hooks were missed
    Compare(AccountArgs),
    /// Exports all data of an account, without secrets, as newline-delimited JSON
    Export {
        #[command(flatten)]
        account: AccountArgs,
        /// File to write, which must not exist [default: standard output]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Deletes all data of an account that was uninstalled or disconnected
    Forget {
        #[command(flatten)]
        account: AccountArgs,
        /// Also deletes an account in use, which is disconnected first
        #[arg(long)]
        force: bool,
        /// The account's number or host again, as confirmation: this cannot be undone
        #[arg(long, value_name = "ACCOUNT")]
        confirm: String,
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
    /// Erases one customer's data and prints a proof
    #[command(group(ArgGroup::new("who").required(true)))]
    Erase {
        #[command(flatten)]
        account: AccountArgs,
        /// All data of the person with this phone number
        #[arg(long, group = "who")]
        phone: Option<String>,
        /// This conversation (Parom's id)
        #[arg(long, group = "who", value_name = "ID", value_parser = crate::id::id)]
        conversation: Option<Uuid>,
        /// Only counts what would be erased
        #[arg(long)]
        dry_run: bool,
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
}

/// An account.
#[derive(Clone, Debug, clap::Args)]
pub struct AccountArgs {
    /// Parom's id of the account, its number in amoCRM, or its host
    #[arg(value_name = "ACCOUNT")]
    account: String,
}

/// None for the configured default.
type Limit = Option<i32>;

fn limit(text: &str) -> Result<Limit, String> {
    if text == "default" {
        return Ok(None);
    }
    let most = tenants::MOST_SOURCES;
    let number = text.parse().ok().filter(|number| (0..=most).contains(number));
    number.map(Some).ok_or_else(|| format!("say a number from 0 to {most}, or default"))
}

/// Runs one command.
pub async fn run(command: TenantCommand, app: &Arc<App>, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    carry_out(app, command, out).await?;
    out.flush().context("standard output is closed")?;
    Ok(ExitCode::SUCCESS)
}

async fn carry_out(app: &Arc<App>, command: TenantCommand, out: &mut impl Write) -> anyhow::Result<()> {
    match command {
        TenantCommand::List { json } => list(app, json, out).await,
        TenantCommand::Suspend(account) => suspend(app, &account, true, out).await,
        TenantCommand::Resume(account) => suspend(app, &account, false, out).await,
        TenantCommand::Limit { account, sources } => {
            let tenant = find(app, &account.account).await?;
            tenants::limit_sources(app, tenant.tenant_id, sources).await.map_err(as_error)?;
            note(app, tenant.tenant_id, "account.limited", &tenant.host, json!({"sources_limit": sources})).await?;
            let most = sources.map_or_else(|| "the configured number of".to_owned(), |sources| sources.to_string());
            writeln!(out, "{} may have {most} sources.", tenant.host).context("standard output is closed")
        }
        TenantCommand::Weight { account, weight } => {
            let tenant = find(app, &account.account).await?;
            tenants::weigh(app, tenant.tenant_id, weight).await.map_err(as_error)?;
            note(app, tenant.tenant_id, "account.weighed", &tenant.host, json!({"weight": weight})).await?;
            writeln!(out, "{} has the weight {weight}.", tenant.host).context("standard output is closed")
        }
        TenantCommand::Compare(account) => compare(app, &account, out).await,
        TenantCommand::Export { account, out: file } => export(app, &account, file.as_deref(), out).await,
        TenantCommand::Forget { account, force, confirm, json } => {
            let tenant = find(app, &account.account).await?;
            let same = confirm == tenant.host || confirm == tenant.account_id.to_string();
            ensure!(same, "--confirm must repeat the account: {} or {}", tenant.account_id, tenant.host);
            let proof = tenants::forget(&app.tenants, tenant.tenant_id, force, BY).await.map_err(as_error)?;
            note(app, VENDOR, "account.forgotten", &tenant.account_id.to_string(), json!({"erasure": proof.id}))
                .await?;
            proved(&proof, json, &format!("Everything of {} is deleted", tenant.host), out)
        }
        TenantCommand::Erase { account, phone, conversation, dry_run, json } => {
            let tenant = find(app, &account.account).await?;
            let who = match (phone, conversation) {
                (Some(phone), _) => Who::Phone(phone),
                (None, Some(id)) => Who::Conversation(id),
                (None, None) => bail!("name the customer by --phone or --conversation"),
            };
            erase(app, &tenant, &who, dry_run, json, out).await
        }
    }
}

async fn compare(app: &App, account: &AccountArgs, out: &mut impl Write) -> anyhow::Result<()> {
    let tenant = find(app, &account.account).await?;
    ensure!(
        missed_hooks::soon(&app.missed_hooks, tenant.tenant_id).await?,
        "no channel of {} is connected",
        tenant.host
    );
    note(app, tenant.tenant_id, "account.compared", &tenant.host, json!({})).await?;
    let words = "the running server compares its chats with amoCRM's history now; parom doctor tells what it found.";
    writeln!(out, "{}: {words}", tenant.host).context("standard output is closed")
}

async fn suspend(app: &App, account: &AccountArgs, suspended: bool, out: &mut impl Write) -> anyhow::Result<()> {
    let tenant = find(app, &account.account).await?;
    tenants::suspend(app, tenant.tenant_id, suspended).await.map_err(as_error)?;
    let action = if suspended { "account.suspended" } else { "account.resumed" };
    note(app, tenant.tenant_id, action, &tenant.host, json!({})).await?;
    let words = if suspended { "is suspended: what comes in is kept, nothing is delivered." } else { "goes on." };
    writeln!(out, "{} {words}", tenant.host).context("standard output is closed")
}

async fn erase(
    app: &App,
    tenant: &tenant::Model,
    who: &Who,
    dry_run: bool,
    json: bool,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    if !dry_run {
        let proof = tenants::erase(app, tenant.tenant_id, who, BY).await.map_err(not_found)?;
        note(app, tenant.tenant_id, "data.erased", &proof.id.to_string(), json!({})).await?;
        return proved(&proof, json, &format!("The customer is erased at {}", tenant.host), out);
    }
    let found = tenants::erase::find(app, tenant.tenant_id, who).await.map_err(as_error)?;
    let (conversations, messages, files) = (found.conversations.len(), found.messages, found.files);
    let done = if json {
        writeln!(out, "{}", json!({"conversations": found.conversations, "messages": messages, "files": files}))
    } else {
        writeln!(out, "{conversations} conversations, {messages} messages, {files} files would be erased.")
    };
    done.context("standard output is closed")
}

fn proved(proof: &Erasure, json: bool, words: &str, out: &mut impl Write) -> anyhow::Result<()> {
    if json {
        writeln!(out, "{}", json!({"id": proof.id, "counts": proof.counts})).context("standard output is closed")?;
        return Ok(());
    }
    writeln!(out, "{words}. Proof {}:", proof.id).context("standard output is closed")?;
    for (table, rows) in proof.counts.iter().filter(|(_, rows)| **rows > 0) {
        writeln!(out, "  {rows:>8}  {table}").context("standard output is closed")?;
    }
    Ok(())
}

async fn export(
    app: &Arc<App>,
    account: &AccountArgs,
    file: Option<&Path>,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let tenant = find(app, &account.account).await?;
    let mut export = Export::begin(&app.tenants, tenant.tenant_id).await.map_err(as_error)?;
    note(app, tenant.tenant_id, "data.exported", &tenant.host, json!({})).await?;
    let Some(path) = file else {
        while let Some(page) = export.page().await? {
            out.write_all(&page).context("standard output is closed")?;
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
    writeln!(out, "{lines} lines of {} are in {}.", tenant.host, path.display()).context("standard output is closed")
}

/// Records an action in the audit log.
pub(super) async fn note(
    app: &App,
    tenant_id: Uuid,
    action: &'static str,
    object: &str,
    detail: Value,
) -> anyhow::Result<()> {
    let recorded = audit_log::record(app.store.write(), &app.clock, (action, tenant_id, object), detail).await;
    recorded.context("the action was done")
}

/// An error with its own text.
fn as_error(error: Error) -> anyhow::Error {
    match error {
        Error::Internal(cause) => cause,
        Error::Invalid(fields) => {
            let fields: Vec<_> = fields.iter().map(|field| field.detail.to_string()).collect();
            anyhow::anyhow!("{}", fields.join("; "))
        }
        other => anyhow::anyhow!("{other}"),
    }
}

fn not_found(error: Error) -> anyhow::Error {
    match error {
        Error::NotFound => anyhow::anyhow!("no customer was found: nothing was erased"),
        other => as_error(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_a_number_of_sources_or_the_default() {
        assert_eq!(limit("0"), Ok(Some(0)));
        assert_eq!(limit("100"), Ok(Some(100)));
        assert_eq!(limit("default"), Ok(None));
        for wrong in ["101", "-1", "", "many"] {
            assert!(limit(wrong).is_err(), "{wrong}");
        }
    }
}
