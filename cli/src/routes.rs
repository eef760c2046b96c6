//! `parom routes`: shows, replaces and tries the rules for an account's new enquiries.

use std::fs::File;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail};
use base::error::Error;
use clap::Subcommand;
use parom::app::App;
use parom::audit::Actor;
use parom::route::trial::{self, Imagined};
use parom::route::versions::{self, NewVersion};
use parom::route::{RuleSet, Trial};
use serde_json::json;
use uuid::Uuid;

use crate::tenant::find_account;

#[derive(Debug, Subcommand)]
pub enum RoutesCommand {
    /// Prints the rules that are in force as JSON
    Show {
        /// Parom's id of the account, its number in amoCRM, or its host
        #[arg(value_name = "ACCOUNT")]
        account: String,
        /// The draft instead
        #[arg(long)]
        draft: bool,
    },
    /// Replaces the rules by a file of JSON, as `show` prints it
    Set {
        /// Parom's id of the account, its number in amoCRM, or its host
        #[arg(value_name = "ACCOUNT")]
        account: String,
        /// The file; `-` for standard input
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Saves them as the draft, which decides nothing
        #[arg(long)]
        draft: bool,
    },
    /// Prints as JSON what the rules would do with a message; nothing is written
    Try {
        /// Parom's id of the account, its number in amoCRM, or its host
        #[arg(value_name = "ACCOUNT")]
        account: String,
        /// A past message, by Parom's id
        #[arg(long, value_name = "ID", value_parser = crate::terminal::id, group = "what")]
        message: Option<Uuid>,
        /// A made-up message with this text
        #[arg(long, group = "what", requires = "source")]
        text: Option<String>,
        /// The source that the made-up message comes to (Parom's id)
        #[arg(long, value_name = "ID", value_parser = crate::terminal::id)]
        source: Option<Uuid>,
    },
}

pub async fn run(command: RoutesCommand, app: &Arc<App>, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    match command {
        RoutesCommand::Show { account, draft } => {
            let tenant = find_account(app, &account).await?;
            let db = app.store.read();
            let row = match draft {
                true => versions::draft(db, tenant.tenant_id).await?,
                false => versions::in_force(db, tenant.tenant_id).await?,
            };
            let rules = row.as_ref().and_then(versions::rules_of).unwrap_or_default();
            print(out, &rules)
        }
        RoutesCommand::Set { account, file, draft } => {
            let tenant = find_account(app, &account).await?;
            let mut text = String::new();
            match file.to_str() {
                Some("-") => std::io::stdin().read_to_string(&mut text).map(drop),
                _ => File::open(&file).and_then(|mut file| file.read_to_string(&mut text)).map(drop),
            }
            .with_context(|| format!("{} could not be read", file.display()))?;
            let rules: RuleSet =
                serde_json::from_str(&text).with_context(|| format!("{} has no rules", file.display()))?;
            let new = NewVersion { rules, is_draft: draft, seen: None, restored: None };
            let saved = versions::save(app, tenant.tenant_id, new, &Actor::Cli.into()).await.map_err(said)?;
            print(out, &json!({"version": saved.number, "draft": saved.is_draft}))
        }
        RoutesCommand::Try { account, message, text, source } => {
            let tenant = find_account(app, &account).await?;
            let db = app.store.read();
            let row = match versions::draft(db, tenant.tenant_id).await? {
                Some(draft) => Some(draft),
                None => versions::in_force(db, tenant.tenant_id).await?,
            };
            let rules = row.as_ref().and_then(versions::rules_of).unwrap_or_default();
            let told: Trial = match (message, text) {
                (Some(id), _) => trial::past(&app.intake, &tenant, &rules, id).await,
                (None, Some(text)) => {
                    let given = Imagined { source_id: source.unwrap_or_default(), text, ..Imagined::default() };
                    trial::imagined(&app.intake, &tenant, &rules, given).await
                }
                (None, None) => bail!("give a message: --message ID, or --text TEXT with --source ID"),
            }
            .map_err(said)?;
            print(out, &told)
        }
    }
}

/// Every mistake in the rules, each with its place.
fn said(error: Error) -> anyhow::Error {
    match error {
        Error::Invalid(wrong) => {
            let wrong = wrong.iter().map(|wrong| format!("{}: {}", wrong.pointer, wrong.detail));
            anyhow::anyhow!("{}", wrong.collect::<Vec<_>>().join("; "))
        }
        other => anyhow::anyhow!("{}", other.text()),
    }
}

fn print(out: &mut impl Write, value: &impl serde::Serialize) -> anyhow::Result<ExitCode> {
    writeln!(out, "{}", serde_json::to_string_pretty(value)?)?;
    Ok(ExitCode::SUCCESS)
}
