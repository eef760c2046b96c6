//! `parom tenant`: manages accounts for the vendor. Works beside a running server, which notices within seconds.

mod data;

use std::io::{BufRead, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use base::error::Error;
use base::json::Moment;
use base::store::VENDOR;
use clap::{ArgGroup, Subcommand};
use data::{KeepArgs, PlanArgs, erase, export, proved, who};
use entity::{source, tenant, tenant_channel};
use parom::api::usage::{self, csv_head};
use parom::app::App;
use parom::tenant::TenantStatus;
use parom::{missed_hooks, tenant as tenants};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::audit_log;
use crate::help::left_to_a_server;
use crate::terminal;

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
    Suspend(AccountCommand),
    /// Resumes a suspended account
    Resume(AccountCommand),
    /// Sets the maximum number of sources of an account
    Limit {
        #[command(flatten)]
        account: AccountCommand,
        /// 0 to 100, or `default` for the configured limit
        #[arg(value_parser = limit)]
        sources: Limit,
    },
    /// Sets an account's share of concurrent deliveries while other accounts are waiting too
    Weight {
        #[command(flatten)]
        account: AccountCommand,
        /// 1 to 100; usually 1
        #[arg(value_parser = clap::value_parser!(i32).range(1..=i64::from(tenants::MOST_WEIGHT)))]
        weight: i32,
    },
    /// Sets an account's plan and until when it is served; without options prints them
    Plan {
        #[command(flatten)]
        account: AccountCommand,
        #[command(flatten)]
        change: PlanArgs,
    },
    /// Sets for how many days an account's data is kept, each a number or `default`; without options prints them
    Keep {
        #[command(flatten)]
        account: AccountCommand,
        #[command(flatten)]
        change: KeepArgs,
    },
    /// Prints what accounts used in a month, as CSV: messages by kind and direction, sources, stored bytes
    Usage(UsageArgs),
    /// Compares an account's chats with amoCRM's history now, to find managers' messages whose hooks were missed
    Compare(AccountCommand),
    /// Exports all data of an account or of one customer, without secrets, as newline-delimited JSON
    #[command(group(ArgGroup::new("of")))]
    Export {
        #[command(flatten)]
        account: AccountArgs,
        /// Only the data of the person with this phone number
        #[arg(long, group = "of")]
        phone: Option<String>,
        /// Only this conversation (Parom's id)
        #[arg(long, group = "of", value_name = "ID", value_parser = terminal::id)]
        conversation: Option<Uuid>,
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
        /// The account's number or host again, as confirmation: this cannot be undone [default: asked for on a
        /// terminal]
        #[arg(long, value_name = "ACCOUNT")]
        confirm: Option<String>,
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
        #[arg(long, group = "who", value_name = "ID", value_parser = terminal::id)]
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
    pub(crate) account: String,
}

/// An account, and how the result is printed.
#[derive(Clone, Debug, clap::Args)]
pub struct AccountCommand {
    #[command(flatten)]
    account: AccountArgs,
    /// Prints JSON: the account, as in `parom tenant list --json`
    #[arg(long)]
    json: bool,
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

/// Asks the person at the terminal to name the account once more. None if there is no terminal.
pub fn ask(question: &str) -> anyhow::Result<Option<String>> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Ok(None);
    }
    let mut errors = std::io::stderr();
    write!(errors, "{question} ").and_then(|()| errors.flush()).context("standard error is closed")?;
    let mut line = String::new();
    stdin.lock().read_line(&mut line).context("the answer cannot be read")?;
    Ok(Some(line.trim().to_owned()))
}

/// Runs one command. One that cannot be undone is confirmed by `ask`.
pub async fn run(
    command: TenantCommand,
    app: &Arc<App>,
    ask: impl FnOnce(&str) -> anyhow::Result<Option<String>>,
    out: &mut impl Write,
) -> anyhow::Result<ExitCode> {
    carry_out(app, command, ask, out).await?;
    out.flush().context("standard output cannot be written")?;
    Ok(ExitCode::SUCCESS)
}

async fn carry_out(
    app: &Arc<App>,
    command: TenantCommand,
    ask: impl FnOnce(&str) -> anyhow::Result<Option<String>>,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    match command {
        TenantCommand::List { json } => list_accounts(app, json, out).await,
        TenantCommand::Suspend(account) => suspend(app, &account, true, out).await,
        TenantCommand::Resume(account) => suspend(app, &account, false, out).await,
        TenantCommand::Limit { account, sources } => {
            let tenant = find_account(app, &account.account.account).await?;
            tenants::limit_sources(&app.tenants, tenant.tenant_id, sources).await.map_err(as_error)?;
            note(app, tenant.tenant_id, "account.limited", &tenant.host, json!({"sources_limit": sources})).await?;
            let most = sources.map_or_else(|| "the configured number of".to_owned(), |sources| sources.to_string());
            print(app, &tenant, account.json, &format!("{} may have {most} sources.", tenant.host), out).await
        }
        TenantCommand::Weight { account, weight } => {
            let tenant = find_account(app, &account.account.account).await?;
            tenants::weigh(&app.tenants, tenant.tenant_id, weight).await.map_err(as_error)?;
            note(app, tenant.tenant_id, "account.weighed", &tenant.host, json!({"weight": weight})).await?;
            print(app, &tenant, account.json, &format!("{} has the weight {weight}.", tenant.host), out).await
        }
        TenantCommand::Plan { account, change } => data::set_plan(app, &account, change, out).await,
        TenantCommand::Keep { account, change } => data::set_days(app, &account, change, out).await,
        TenantCommand::Usage(args) => print_usage(app, &args, out).await,
        TenantCommand::Compare(account) => compare(app, &account, out).await,
        TenantCommand::Export { account, phone, conversation, out: file } => {
            let tenant = find_account(app, &account.account).await?;
            export(app, &tenant, who(phone, conversation), file.as_deref(), out).await
        }
        TenantCommand::Forget { account, force, confirm, json } => {
            let tenant = find_account(app, &account.account).await?;
            let (number, host) = (tenant.account_id.to_string(), &tenant.host);
            let given = match confirm {
                Some(given) => Some(given),
                None => ask(&format!("Everything of {host} will be deleted for good. Its number or host, to go on:"))?,
            };
            let same = given.is_none_or(|given| given == *host || given == number);
            ensure!(same, "--confirm must repeat the account: {number} or {host}");
            let proof = tenants::forget(&app.tenants, tenant.tenant_id, force, BY).await.map_err(as_error)?;
            note(app, VENDOR, "account.forgotten", &tenant.account_id.to_string(), json!({"erasure": proof.id}))
                .await?;
            proved(&proof, json, &format!("Everything of {} is deleted", tenant.host), out)
        }
        TenantCommand::Erase { account, phone, conversation, dry_run, json } => {
            let tenant = find_account(app, &account.account).await?;
            let Some(who) = who(phone, conversation) else { bail!("name the customer by --phone or --conversation") };
            erase(app, &tenant, &who, dry_run, json, out).await
        }
    }
}

/// Prints what was done, or the account as it is now.
async fn print(app: &App, tenant: &tenant::Model, json: bool, words: &str, out: &mut impl Write) -> anyhow::Result<()> {
    let done = match json {
        true => writeln!(out, "{}", account_line(app, &find_account(app, &tenant.tenant_id.to_string()).await?).await?),
        false => writeln!(out, "{words}"),
    };
    done.context("standard output cannot be written")
}

async fn compare(app: &App, account: &AccountCommand, out: &mut impl Write) -> anyhow::Result<()> {
    let tenant = find_account(app, &account.account.account).await?;
    ensure!(missed_hooks::soon(&app.intake, tenant.tenant_id).await?, "no channel of {} is connected", tenant.host);
    note(app, tenant.tenant_id, "account.compared", &tenant.host, json!({})).await?;
    left_to_a_server(app).await;
    let words = "the server compares its chats with amoCRM's history next; parom doctor shows the result.";
    print(app, &tenant, account.json, &format!("{}: {words}", tenant.host), out).await
}

async fn suspend(app: &App, account: &AccountCommand, suspended: bool, out: &mut impl Write) -> anyhow::Result<()> {
    let tenant = find_account(app, &account.account.account).await?;
    tenants::suspend(&app.tenants, tenant.tenant_id, suspended).await.map_err(as_error)?;
    let action = if suspended { "account.suspended" } else { "account.resumed" };
    note(app, tenant.tenant_id, action, &tenant.host, json!({})).await?;
    let words = if suspended { "is suspended: what comes in is kept, nothing is delivered." } else { "goes on." };
    print(app, &tenant, account.json, &format!("{} {words}", tenant.host), out).await
}

/// Records an action in the audit log.
pub(super) async fn note(
    app: &App,
    tenant_id: Uuid,
    action: &'static str,
    object: &str,
    detail: Value,
) -> anyhow::Result<()> {
    let recorded = audit_log::record(app.store.write(), &app.clock, action, tenant_id, object, detail).await;
    recorded.context("the action was done")
}

/// An error with its own text.
pub(crate) fn as_error(error: Error) -> anyhow::Error {
    match error {
        Error::Internal(cause) => cause,
        Error::Invalid(fields) => {
            let fields: Vec<_> =
                fields.iter().map(|field| format!("{}{}", option(&field.pointer), field.detail)).collect();
            anyhow::anyhow!("{}", fields.join("; "))
        }
        other => anyhow::anyhow!("{other}"),
    }
}

/// The option that a field was given by: `/paid_until` is `--paid-until`.
fn option(pointer: &str) -> String {
    let name = pointer.trim_start_matches('/').trim_end_matches("_id").replace('_', "-");
    if name.is_empty() { String::new() } else { format!("--{name}: ") }
}

/// Accounts per read.
const PAGE: u64 = 200;

/// All accounts, newest first.
pub(crate) async fn all_accounts(app: &App) -> anyhow::Result<Vec<tenant::Model>> {
    let mut all = Vec::new();
    let mut before: Option<Uuid> = None;
    loop {
        let mut page = tenant::Entity::find().order_by_desc(tenant::Column::TenantId).limit(PAGE);
        if let Some(before) = before {
            page = page.filter(tenant::Column::TenantId.lt(before));
        }
        let page = page.all(app.store.read()).await.context("the accounts cannot be read")?;
        let Some(last) = page.last() else { return Ok(all) };
        before = Some(last.tenant_id);
        all.extend(page);
    }
}

/// Prints all accounts, newest first.
async fn list_accounts(app: &App, as_json: bool, out: &mut impl Write) -> anyhow::Result<()> {
    let mut all = Vec::new();
    for tenant in all_accounts(app).await? {
        all.push(account_line(app, &tenant).await?);
    }
    if as_json {
        return writeln!(out, "{}", json!({ "tenants": all })).context("standard output cannot be written");
    }
    if all.is_empty() {
        crate::help::nothing_listed("no account has installed an integration yet");
    }
    let row = |one: &Value| {
        let text = |name: &str| one.get(name).and_then(Value::as_str).unwrap_or("–").to_owned();
        let days = one.get("access_days_left").and_then(Value::as_i64);
        let days = days.map_or_else(|| "no access".to_owned(), |days| format!("{days} d"));
        let used = one.get("sources").and_then(Value::as_u64).unwrap_or(0);
        let (id, account, status, host) = (text("id"), text("account_id"), text("status"), text("host"));
        [id, account, status, days, used.to_string(), host]
    };
    let headings = ["ID", "AMOCRM ID", "STATE", "ACCESS", "SOURCES", "ACCOUNT"];
    out.write_all(terminal::table(headings, all.iter().map(row).collect()).as_bytes())
        .context("standard output cannot be written")
}

async fn account_line(app: &App, tenant: &tenant::Model) -> anyhow::Result<Value> {
    let id = tenant.tenant_id;
    let access = tenants::access(&app.tenants, id).await?;
    let sources = source::Entity::of_tenant(id).filter(source::Column::DeletedAt.is_null());
    let channels = tenant_channel::Entity::of_tenant(id).all(app.store.read()).await?;
    let channels: Vec<Value> = channels
        .into_iter()
        .map(|row| json!({"channel_id": row.channel_id, "status": row.status, "detail": row.detail}))
        .collect();
    Ok(json!({
        "id": id, "integration": tenant.integration, "account_id": tenant.account_id.to_string(),
        "host": tenant.host, "name": tenant.name, "status": TenantStatus::shown(tenant).as_str(),
        "suspended": tenant.suspended, "sources_limit": tenant.sources_limit, "weight": tenant.weight,
        "plan": tenant.plan, "trial_until": tenant.trial_until.map(Moment), "paid_until": tenant.paid_until.map(Moment),
        "sources": sources.count(app.store.read()).await?, "channels": channels,
        "access": access.state.as_str(), "access_days_left": access.days_left,
        "created_at": Moment(tenant.created_at),
    }))
}

/// Finds an account by Parom's id, its number in amoCRM or its host.
pub(crate) async fn find_account(app: &App, name: &str) -> anyhow::Result<tenant::Model> {
    let db = app.store.read();
    if let Ok(id) = Uuid::try_parse(name) {
        let found = tenants::load(db, id).await?;
        return found
            .with_context(|| format!("there is no account with the id {id}: parom tenant list shows them all"));
    }
    let by = match name.parse::<i64>() {
        Ok(number) => tenant::Column::AccountId.eq(number),
        Err(_) => tenant::Column::Host.eq(name.to_ascii_lowercase()),
    };
    let mut found = tenant::Entity::find().filter(by).all(db).await?;
    match found.len() {
        0 => bail!("there is no account {name}: parom tenant list shows them all"),
        1 => found.pop().context("one account was found"),
        _ => {
            let ids: Vec<_> = found.iter().map(|one| format!("{} ({})", one.tenant_id, one.integration)).collect();
            bail!("{name} matches several accounts; use one of these ids: {}", ids.join(", "))
        }
    }
}

/// Accounts per read.
const AT_ONCE: usize = 200;

/// Which accounts and which month.
#[derive(Clone, Debug, clap::Args)]
pub struct UsageArgs {
    /// Parom's id of the account, its number in amoCRM, or its host [default: all accounts]
    #[arg(value_name = "ACCOUNT")]
    account: Option<String>,
    /// A month (UTC) [default: the current one]
    #[arg(long, value_name = "YYYY-MM")]
    month: Option<String>,
    /// Prints JSON
    #[arg(long)]
    json: bool,
}

/// Prints the usage, newest account first.
async fn print_usage(app: &App, args: &UsageArgs, out: &mut impl Write) -> anyhow::Result<()> {
    let month = usage::month(args.month.as_deref(), app.clock.millis()).map_err(as_error)?;
    let accounts = match &args.account {
        Some(name) => vec![find_account(app, name).await?],
        None => all_accounts(app).await?,
    };
    let ids: Vec<Uuid> = accounts.iter().map(|account| account.tenant_id).collect();
    let mut items = Vec::with_capacity(ids.len());
    for ids in ids.chunks(AT_ONCE) {
        items.extend(usage::read(&app.usage, ids, month).await.map_err(as_error)?);
    }
    let text = match args.json {
        true => format!("{}\n", json!({ "items": items })),
        false => csv_head() + &items.iter().map(usage::UsageOut::csv).collect::<String>(),
    };
    out.write_all(text.as_bytes()).context("standard output cannot be written")
}

#[cfg(test)]
mod tests {
    use base::i18n::LocalizedText;

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

    #[test]
    fn a_refused_value_is_named_by_its_option() {
        let said = |pointer: &str| as_error(Error::field(pointer, LocalizedText::new("said-uuid"))).to_string();
        assert_eq!(said("/paid_until"), "--paid-until: must be an id (UUID)");
        assert_eq!(said("/conversation_id"), "--conversation: must be an id (UUID)");
        assert_eq!(said(""), "must be an id (UUID)");
    }
}
