//! `parom tenant usage`: what accounts used in a month, for invoices.

use std::io::Write;

use anyhow::Context;
use parom::api::usage::{self, csv_head};
use parom::app::App;
use serde_json::json;
use uuid::Uuid;

use super::as_error;
use super::roster::{all, find};

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
pub(super) async fn print(app: &App, args: &UsageArgs, out: &mut impl Write) -> anyhow::Result<()> {
    let month = usage::month(args.month.as_deref(), app.clock.millis()).map_err(as_error)?;
    let accounts = match &args.account {
        Some(name) => vec![find(app, name).await?],
        None => all(app).await?,
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
    out.write_all(text.as_bytes()).context("standard output is closed")
}
