//! `parom sandbox`: the local amoCRM alone, and what a real one answers otherwise.

mod differences;
mod masked;
mod record;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use base::clock::Clock;
use base::config::{self, Config};
use base::telemetry;
use clap::{Args, Subcommand};
use secrecy::ExposeSecret;
use simulator::crm::{Breakage, ChannelConfig, IntegrationConfig, Sandbox, SandboxConfig};

use super::print_line;
use super::serve::stop_asked_for;

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct SandboxCommand {
    #[command(subcommand)]
    task: Option<Task>,
    /// Address to listen on; port 0 chooses a free port.
    #[arg(long, default_value = "127.0.0.1:9100", value_name = "ADDR")]
    listen: String,
    /// Host of an account to create at the start; may be given several times.
    #[arg(long, default_value = "demo.amocrm.ru", value_name = "HOST")]
    account: Vec<String>,
    /// Fault to set from the start, such as slow=5 or unpaid@demo.amocrm.ru (an unknown one lists them all); may be
    /// given several times.
    #[arg(long, value_name = "FAULT")]
    fault: Vec<Breakage>,
}

#[derive(Subcommand)]
enum Task {
    /// Asks a real account what no page says, writes its answers down without secrets and personal data, and shows where
    /// the local amoCRM answers otherwise.
    #[command(after_help = "Examples:\n  parom sandbox record acme.amocrm.ru < token.txt\n  \
                            parom sandbox record acme.amocrm.ru --write --to recorded < token.txt")]
    Record(record::RecordCommand),
}

/// Runs the sandbox until it is asked to stop. Integrations, channels and `public_url` come from the configuration.
pub async fn run(config: Config, command: SandboxCommand) -> anyhow::Result<ExitCode> {
    if let Some(Task::Record(command)) = command.task {
        return record::run(&config, command).await;
    }
    telemetry::start_logging();
    let sandbox = Sandbox::start(settings(&config, command.listen, &Clock::system())).await?;
    for host in &command.account {
        sandbox.add_account(host);
    }
    for fault in &command.fault {
        sandbox.break_it(fault).with_context(|| format!("--fault {fault}"))?;
    }
    print_line(&format!("listening {}", sandbox.url()))?;
    stop_asked_for()?.await;
    sandbox.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// The parts of the configuration that the sandbox needs.
pub fn settings(config: &Config, listen: String, clock: &Clock) -> SandboxConfig {
    let public_url = &config.server.public_url;
    let clock = clock.clone();
    SandboxConfig {
        listen,
        parom_url: config::base(public_url).to_owned(),
        integrations: config
            .integrations
            .iter()
            .map(|integration| IntegrationConfig {
                name: integration.name.clone(),
                client_id: integration.client_id.clone(),
                client_secret: integration.client_secret.expose_secret().to_owned(),
                redirect_uri: integration.redirect_uri(public_url),
                channels: integration
                    .channels
                    .iter()
                    .map(|channel| ChannelConfig {
                        id: channel.id.clone(),
                        code: channel.code.clone(),
                        secret: channel.secret.expose_secret().to_owned(),
                        title: channel.title.clone(),
                        bot: channel.bot.as_ref().map(|bot| (bot.id.clone(), bot.name.clone())),
                    })
                    .collect(),
            })
            .collect(),
        now: Arc::new(move || clock.now()),
    }
}
