//! `parom sales`: what would be sent about the leads that an account won last.

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Subcommand;
use parom::app::App;
use parom::sale;

use crate::tenant::find_account;

#[derive(Debug, Subcommand)]
pub enum SalesCommand {
    /// Prints as JSON the exact requests about the leads that were won last; nothing is sent
    Preview {
        /// Parom's id of the account, its number in amoCRM, or its host
        #[arg(value_name = "ACCOUNT")]
        account: String,
    },
}

pub async fn run(command: SalesCommand, app: &Arc<App>, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let SalesCommand::Preview { account } = command;
    let tenant = find_account(app, &account).await?;
    let shown = sale::preview(&app.tenants, tenant.tenant_id).await?;
    writeln!(out, "{}", serde_json::to_string_pretty(&shown)?)?;
    Ok(ExitCode::SUCCESS)
}
