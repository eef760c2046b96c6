//! `parom demo`: a local amoCRM and the server in one process, ready for conversations.

mod messengers;
mod month;
mod operator;
mod other_service;
mod page;
mod play;
mod receipts;
mod sales;
mod stage;

use std::path::PathBuf;
use std::process::ExitCode;

use base::telemetry;
use clap::{Arg, Args};
use operator::OPERATOR;
use stage::{DemoStage, HOST, NEW_HOST};

use crate::print_line;
use crate::serve::stop_asked_for;

#[derive(Args)]
// The demo brings its own configuration, so its help does not offer the option that all commands share.
#[command(arg(Arg::new("config").long("config").hide(true).value_parser(refuse_config)))]
pub struct DemoCommand {
    /// Runs a conversation in both directions over real HTTP, prints one line per step and exits.
    #[arg(long)]
    check: bool,
    /// Folder for the data [default: a new temporary folder].
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

/// Another configuration would not be the demo's, so it is refused instead of ignored.
fn refuse_config(_file: &str) -> Result<PathBuf, &'static str> {
    Err("the demo brings its own configuration; to run with yours, use parom serve")
}

/// Starts the demo; with `--check` the exit code shows whether all steps succeeded.
pub async fn run(command: DemoCommand) -> anyhow::Result<ExitCode> {
    // The lines below are for a person, so the log is quiet unless RUST_LOG requests it.
    telemetry::start_quiet_logging();
    if command.check {
        let right = play::run(command.data).await?;
        anyhow::ensure!(
            right,
            "a step of the check failed: the line above that begins with FAIL names the step and the reason"
        );
        return Ok(ExitCode::SUCCESS);
    }
    let stage = DemoStage::build(command.data).await?;
    stage.install().await?;
    let sources = stage.sources().await?;
    let forgotten = stage.reconnect().await?;
    stage.telegram_source().await?;
    stage.routes().await?;
    stage.templates().await?;
    stage.month().await?;
    stage.won_leads().await?;
    let page = page::start(&stage).await?;
    print_line("The demo is ready. Open both windows side by side and write to each other:")?;
    print_line("")?;
    print_line(&format!("  Manager's window    {}", stage.manager_url()))?;
    print_line(&format!("  Customer's page     {}", stage.customer_url(&sources)))?;
    print_line(&format!(
        "  Messengers          {}/   (simulated: the customers' phones, what the wizard asks for, and a takeover)",
        page.url()
    ))?;
    print_line(&format!("  Mail                {}/   (every letter that Parom sends)", stage.mail.base_url()))?;
    print_line("")?;
    print_line("Or set up everything yourself, as an administrator would:")?;
    print_line("")?;
    print_line(&format!("  Widget              {}", stage.marketplace_url(HOST)))?;
    print_line(&format!(
        "  A new account       {}   (install the integration there)",
        stage.marketplace_url(NEW_HOST)
    ))?;
    print_line(&format!(
        "  Panel               {}   (works once, within 10 minutes; after that, open it from the widget)",
        stage.panel_door().await?.link().await?
    ))?;
    print_line(&format!(
        "  Vendor's admin      {}   (works once, within 10 minutes, and asks for a code: now {}, later the",
        stage.operator.link().await?,
        stage.operator.code().await?.digits,
    ))?;
    print_line(&format!(
        "                      one on {}/#admin; for a new link press “Open the admin” there, or run",
        page.url()
    ))?;
    print_line(&format!(
        "                      parom vendor link {OPERATOR} --config {})",
        stage.folder().join("parom.toml").display()
    ))?;
    print_line(&format!("  Status page         {}/status", stage.url()))?;
    print_line("")?;
    print_line(&format!("  Parom               {}", stage.url()))?;
    print_line(&format!("  API key             {}", stage.key()))?;
    print_line(&format!(
        "  Own messenger       source {}; the webhooks that it received: {}",
        sources.custom.id,
        stage.receiver.base_url()
    ))?;
    print_line(&format!("  Data                {}", stage.folder().display()))?;
    print_line("")?;
    if !forgotten.is_empty() {
        let names = forgotten.join(", ");
        print_line(&format!("The simulated messengers are new in each run: connect {names} again on their pages."))?;
    }
    print_line("Nothing leaves this machine. Stop with Ctrl-C.")?;
    stop_asked_for()?.await;
    page.close().await;
    stage.close().await;
    Ok(ExitCode::SUCCESS)
}
