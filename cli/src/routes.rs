//! `parom routes`: shows, replaces and tries the rules for an account's new enquiries.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail};
use base::error::Error;
use base::json::Moment;
use clap::Subcommand;
use entity::{route_version, tenant};
use parom::api::routing::RouteVersionsOut;
use parom::app::App;
use parom::audit::Actor;
use parom::route::RuleSet;
use parom::route::trial::{self, Imagined};
use parom::route::versions::{self, NewVersion};
use serde_json::json;
use uuid::Uuid;

use crate::tenant::{AccountArgs, as_error, find_account};
use crate::terminal;

#[derive(Debug, Subcommand)]
pub enum RoutesCommand {
    /// Prints the rules that are in force as JSON
    Show {
        #[command(flatten)]
        account: AccountArgs,
        /// The draft instead
        #[arg(long)]
        draft: bool,
    },
    /// Replaces the rules by a file of JSON, as `show` prints it
    Set {
        #[command(flatten)]
        account: AccountArgs,
        /// The file; `-` for standard input
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Saves them as the draft, which decides nothing
        #[arg(long)]
        draft: bool,
    },
    /// Lists the latest 100 versions of the rules, newest first
    Versions {
        #[command(flatten)]
        account: AccountArgs,
        /// Prints JSON, with the rules of each version
        #[arg(long)]
        json: bool,
    },
    /// Puts the rules of a version, or of the draft, in force as a new version
    Restore {
        #[command(flatten)]
        account: AccountArgs,
        /// The number of the version, as `versions` lists it
        #[arg(value_name = "VERSION", value_parser = clap::value_parser!(i32).range(1..))]
        number: i32,
    },
    /// Prints as JSON what the draft, else the rules in force, would do with a message; nothing is written
    Try {
        #[command(flatten)]
        account: AccountArgs,
        /// A past message, by Parom's id
        #[arg(long, value_name = "ID", value_parser = terminal::id, group = "what")]
        message: Option<Uuid>,
        /// A made-up message with this text
        #[arg(long, group = "what", requires = "source")]
        text: Option<String>,
        /// The source that the made-up message comes to (Parom's id)
        #[arg(long, value_name = "ID", value_parser = terminal::id)]
        source: Option<Uuid>,
    },
    /// Prints as JSON what rules would have done with the last 1,000 messages, beside what was done; nothing is written
    Replay {
        #[command(flatten)]
        account: AccountArgs,
        /// A file of rules, as `show` prints it; `-` for standard input [default: the draft, else the rules in force]
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
    },
}

pub async fn run(command: RoutesCommand, app: &Arc<App>, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let db = app.store.read();
    match command {
        RoutesCommand::Show { account, draft } => {
            let tenant = find_account(app, &account.account).await?;
            let row = match draft {
                true => versions::draft(db, tenant.tenant_id).await?,
                false => versions::in_force(db, tenant.tenant_id).await?,
            };
            let rules = row.as_ref().and_then(versions::rules_of).unwrap_or_default();
            print(out, &rules)
        }
        RoutesCommand::Set { account, file, draft } => {
            let tenant = find_account(app, &account.account).await?;
            let new = NewVersion { rules: read(&file)?, is_draft: draft, seen: None, restored: None };
            saved(out, versions::save(app, tenant.tenant_id, new, &Actor::Cli.into()).await)
        }
        RoutesCommand::Versions { account, json } => {
            let tenant = find_account(app, &account.account).await?;
            let rows = versions::list(db, tenant.tenant_id).await?;
            if json {
                return print(out, &RouteVersionsOut::of(&rows));
            }
            if rows.is_empty() {
                crate::help::nothing_listed("the account has no rules yet; parom routes set ACCOUNT FILE saves some");
            }
            let in_force = rows.iter().find(|row| !row.is_draft).map(|row| row.number);
            let headings = ["VERSION", "STATE", "SAVED", "RULES", "AUTHOR"];
            let lines = rows.iter().map(|row| line(row, in_force)).collect();
            out.write_all(terminal::table(headings, lines).as_bytes())?;
            Ok(ExitCode::SUCCESS)
        }
        RoutesCommand::Restore { account, number } => {
            let tenant = find_account(app, &account.account).await?;
            let done = versions::restore(app, tenant.tenant_id, number, None, &Actor::Cli.into()).await;
            if matches!(done, Err(Error::NotFound)) {
                let host = &tenant.host;
                bail!("{host} has no version {number} of its rules: parom routes versions {host} lists them");
            }
            saved(out, done)
        }
        RoutesCommand::Try { account, message, text, source } => {
            let tenant = find_account(app, &account.account).await?;
            let rules = given(app, &tenant, None).await?;
            let told = match (message, text) {
                (Some(id), _) => trial::past(&app.intake, &tenant, &rules, id).await,
                (None, Some(text)) => {
                    let given = Imagined { source_id: source.unwrap_or_default(), text, ..Imagined::default() };
                    trial::imagined(&app.intake, &tenant, &rules, given).await
                }
                (None, None) => bail!("give a message: --message ID, or --text TEXT with --source ID"),
            };
            print(out, &told.map_err(said)?)
        }
        RoutesCommand::Replay { account, file } => {
            let tenant = find_account(app, &account.account).await?;
            let rules = given(app, &tenant, file.as_deref()).await?;
            print(out, &trial::replay(&app.intake, &tenant, &rules).await.map_err(said)?)
        }
    }
}

/// The rules of a file, else the draft, else those in force.
async fn given(app: &App, tenant: &tenant::Model, file: Option<&Path>) -> anyhow::Result<RuleSet> {
    if let Some(file) = file {
        return read(file)?.checked().map_err(|wrong| said(Error::Invalid(wrong)));
    }
    let row = versions::latest(app.store.read(), tenant.tenant_id).await?;
    Ok(row.as_ref().and_then(versions::rules_of).unwrap_or_default())
}

fn read(file: &Path) -> anyhow::Result<RuleSet> {
    let mut text = String::new();
    match file.to_str() {
        Some("-") => std::io::stdin().read_to_string(&mut text),
        _ => File::open(file).and_then(|mut file| file.read_to_string(&mut text)),
    }
    .with_context(|| format!("{} could not be read", file.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} has no rules", file.display()))
}

/// A version in the list.
fn line(row: &route_version::Model, in_force: Option<i32>) -> [String; 5] {
    let state = match row.is_draft {
        true => "draft",
        false if in_force == Some(row.number) => "in force",
        false => "",
    };
    let rules = versions::rules_of(row).map_or(0, |rules| rules.rules.len());
    let rules = if rules == 1 { "1 rule".to_owned() } else { format!("{rules} rules") };
    let author = if row.author.is_empty() { "–" } else { &row.author };
    let at = Moment(row.created_at).to_string();
    [row.number.to_string(), state.to_owned(), at, rules, author.to_owned()]
}

fn saved(out: &mut impl Write, done: Result<route_version::Model, Error>) -> anyhow::Result<ExitCode> {
    let row = done.map_err(said)?;
    print(out, &json!({"version": row.number, "draft": row.is_draft}))
}

/// Every mistake in the rules, each with its place.
fn said(error: Error) -> anyhow::Error {
    match error {
        Error::Invalid(wrong) => {
            let wrong = wrong.iter().map(|wrong| format!("{}: {}", wrong.pointer, wrong.detail));
            anyhow::anyhow!("{}", wrong.collect::<Vec<_>>().join("; "))
        }
        other => as_error(other),
    }
}

fn print(out: &mut impl Write, value: &impl serde::Serialize) -> anyhow::Result<ExitCode> {
    writeln!(out, "{}", serde_json::to_string_pretty(value)?)?;
    Ok(ExitCode::SUCCESS)
}
