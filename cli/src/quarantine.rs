//! `parom quarantine`: genuine calls that could not be processed. Their senders got a success answer and will not
//! repeat them, so their bytes are kept, and can be processed once what was missing is there. Calls that belong to no
//! account are listed, too, but their bytes are not kept.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::ExitCode;

use anyhow::{Context, ensure};
use base::json::Moment;
use base::store::VENDOR;
use clap::{Args, Subcommand};
use entity::raw_hook;
use parom::app::App;
use parom::intake::quarantine::{self, RetryOutcome};
use serde_json::json;
use uuid::Uuid;

use super::tenant::{all_accounts, find_account, note};
use super::terminal;

/// Calls per read.
const PAGE: u64 = 50;
const CLOSED: &str = "standard output cannot be written";

#[derive(Debug, Subcommand)]
pub enum QuarantineCommand {
    /// Lists calls that could not be processed, with the reason, oldest first
    List {
        #[command(flatten)]
        which: KeptCalls,
        /// Prints JSON with the bytes as text, one object per line
        #[arg(long)]
        json: bool,
    },
    /// Processes them as if they came now; what is still unusable stays. Can be repeated safely
    Retry {
        #[command(flatten)]
        which: KeptCalls,
    },
}

#[derive(Clone, Debug, Args)]
pub struct KeptCalls {
    /// Only of this account: Parom's id, its number in amoCRM, or its host [default: of all, and those of no account]
    #[arg(value_name = "ACCOUNT")]
    account: Option<String>,
    /// Only with this reason, as shown by `list`
    #[arg(long)]
    reason: Option<String>,
    /// Only this call
    #[arg(long, value_name = "ID", value_parser = terminal::id)]
    id: Option<Uuid>,
}

impl KeptCalls {
    /// The accounts with their hosts; calls of no account are the vendor's.
    async fn accounts(&self, app: &App) -> anyhow::Result<Vec<(Uuid, String)>> {
        let named = |tenant: entity::tenant::Model| (tenant.tenant_id, tenant.host);
        if let Some(account) = &self.account {
            return Ok(vec![named(find_account(app, account).await?)]);
        }
        let accounts = all_accounts(app).await?.into_iter().map(named);
        Ok(accounts.chain([(VENDOR, "–".to_owned())]).collect())
    }

    /// Does something with each call.
    async fn each(
        &self,
        app: &App,
        mut act: impl AsyncFnMut(raw_hook::Model, &str) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        for (tenant_id, host) in self.accounts(app).await? {
            let mut after = None;
            loop {
                let rows = quarantine::page(&app.store, tenant_id, self.reason.as_deref(), after, PAGE).await?;
                let Some(last) = rows.last() else { break };
                after = Some(last.id);
                for row in rows.into_iter().filter(|row| self.id.is_none_or(|id| id == row.id)) {
                    act(row, &host).await?;
                }
            }
        }
        Ok(())
    }
}

/// Runs one command. `retry` fails if a call could not be processed.
pub async fn run(command: QuarantineCommand, app: &App, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    match command {
        QuarantineCommand::List { which, json } => list(app, &which, json, out).await?,
        QuarantineCommand::Retry { which } => retry(app, &which, out).await?,
    }
    out.flush().context(CLOSED)?;
    Ok(ExitCode::SUCCESS)
}

async fn list(app: &App, which: &KeptCalls, as_json: bool, out: &mut impl Write) -> anyhow::Result<()> {
    let (mut count, mut lines) = (0_u64, Vec::new());
    let each = async |row: raw_hook::Model, host: &str| {
        count += 1;
        let (id, at, door, reason, target) = (row.id, Moment(row.received_at), row.kind, row.quarantine, row.target);
        if as_json {
            let body = String::from_utf8_lossy(&row.body);
            let tenant_id = Some(row.tenant_id).filter(|id| *id != VENDOR);
            let line = json!({
                "id": id, "tenant_id": tenant_id, "host": host, "door": door, "target": target, "reason": reason,
                "received_at": at, "body": body,
            });
            return writeln!(out, "{line}").context(CLOSED);
        }
        let (id, at, size) = (id.to_string(), at.to_string(), format!("{} bytes", row.body.len()));
        lines.push([id, at, host.to_owned(), door, reason, size, target]);
        Ok(())
    };
    which.each(app, each).await?;
    if count == 0 && !as_json {
        crate::help::nothing_listed("nothing is in quarantine, or nothing matches");
    }
    let headings = ["ID", "CAME", "ACCOUNT", "DOOR", "REASON", "SIZE", "TARGET"];
    out.write_all(terminal::table(headings, lines).as_bytes()).context(CLOSED)
}

async fn retry(app: &App, which: &KeptCalls, out: &mut impl Write) -> anyhow::Result<()> {
    let (mut processed, mut unusable) = (BTreeMap::<Uuid, u64>::new(), BTreeMap::<String, u64>::new());
    let each = async |row: raw_hook::Model, _: &str| {
        let (tenant_id, id) = (row.tenant_id, row.id);
        match quarantine::retry(&app.intake, row).await.with_context(|| format!("{id} could not be stored"))? {
            RetryOutcome::Processed => *processed.entry(tenant_id).or_default() += 1,
            RetryOutcome::Unusable(why) => *unusable.entry(why).or_default() += 1,
        }
        Ok(())
    };
    let done = which.each(app, each).await;
    for (tenant_id, count) in &processed {
        note(app, *tenant_id, "quarantine.retried", "", json!({ "count": count })).await?;
    }
    done?;
    writeln!(out, "{} processed.", calls(processed.values().sum())).context(CLOSED)?;
    let still: Vec<String> = unusable.iter().map(|(why, count)| format!("{count} × {why}")).collect();
    ensure!(still.is_empty(), "still unusable, and kept: {}", still.join(", "));
    Ok(())
}

fn calls(count: u64) -> String {
    if count == 1 { "1 call is".to_owned() } else { format!("{count} calls are") }
}
