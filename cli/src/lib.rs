//! The commands of `parom`, one file each. Every command fails with one sentence on stderr and never prints a secret
//! that it was given.

// As in the server's crate: a command's future holds those of the steps below it.
#![recursion_limit = "256"]

mod backup;
mod channel;
mod chats;
mod config;
mod connector;
pub mod customer;
pub mod dead;
#[cfg(feature = "demo")]
mod demo;
mod doctor;
mod health;
mod help;
mod import;
mod integration;
pub mod key;
pub mod quarantine;
pub mod routes;
mod sales;
#[cfg(feature = "demo")]
mod sandbox;
mod secrets;
mod serve;
mod service_manager;
mod tenant;
mod terminal;
mod vendor;
mod widget;

use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use base::clock::Clock;
use base::config::Config;
use base::fault::Faults;
use base::store::Store;
use base::vault::Vault;
use clap::{Parser, Subcommand};
use parom::app::App;

/// The release with its commit (`build.rs`).
const VERSION: &str = env!("PAROM_VERSION");
/// Of a build that has one; else empty.
const COMMIT: &str = env!("PAROM_COMMIT");

/// Connects messengers to amoCRM and Kommo.
#[derive(Parser)]
#[command(name = "parom", version = VERSION, propagate_version = true, help_template = help::in_groups())]
struct Arguments {
    /// The configuration file.
    #[arg(long, global = true, env = "PAROM_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Starts the server with a simulated amoCRM and simulated messengers.
    #[cfg(feature = "demo")]
    #[command(after_help = "Examples:\n  parom demo\n  parom demo --data demo\n  parom demo --check")]
    Demo(demo::DemoCommand),
    #[cfg(not(feature = "demo"))]
    #[command(hide = true)]
    Demo(absent::AbsentCommand),
    /// Starts the server.
    #[command(after_help = "Examples:\n  parom serve --config /etc/parom/parom.toml")]
    Serve,
    /// Starts the simulated amoCRM alone.
    #[cfg(feature = "demo")]
    #[command(after_help = "Examples:\n  parom sandbox --listen 127.0.0.1:9100")]
    Sandbox(sandbox::SandboxCommand),
    #[cfg(not(feature = "demo"))]
    #[command(hide = true)]
    Sandbox(absent::AbsentCommand),
    /// Runs pending database migrations.
    Migrate(serve::MigrateCommand),
    /// Checks a configuration, and prints what is in effect.
    #[command(
        subcommand,
        after_help = "Examples:\n  parom config check --config parom.toml\n  parom config print --config parom.toml"
    )]
    Config(config::ConfigCommand),
    /// Asks the server whether it answers, for the health check of a container.
    Health,
    /// Checks the configuration and everything that Parom depends on.
    #[command(after_help = "Examples:\n  parom doctor --config /etc/parom/parom.toml\n  parom doctor --json")]
    Doctor(doctor::DoctorCommand),
    /// Signs Chats API requests and verifies the signatures of hooks.
    #[command(
        subcommand,
        after_help = "Examples:\n  parom chats sign --secret S --method POST --path /v2/origin/custom/SCOPE < body.json\n  \
                      parom chats verify --secret S --signature X < body.json"
    )]
    Chats(chats::ChatsCommand),
    /// Checks the webhook endpoint of a custom messenger.
    #[command(subcommand)]
    Connector(connector::ConnectorCommand),
    /// Manages keys of the public API.
    #[command(subcommand, after_help = "Examples:\n  parom key create --name vendor --scope admin\n  parom key list")]
    Key(key::KeyCommand),
    /// Manages logins of the widget, and customers of an account.
    #[command(
        subcommand,
        after_help = "Examples:\n  parom customer add acme\n  \
                      parom customer links acme.amocrm.ru 0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"
    )]
    Customer(customer::CustomerCommand),
    /// Manages accounts: their limits, their data and their deletion.
    #[command(
        subcommand,
        after_help = "Examples:\n  parom tenant list\n  parom tenant suspend acme.amocrm.ru\n  parom tenant resume acme.amocrm.ru"
    )]
    Tenant(tenant::TenantCommand),
    /// Lists, retries and removes messages that are not retried automatically.
    #[command(subcommand)]
    Dead(dead::DeadCommand),
    /// Builds and checks the widget archive for the marketplace.
    #[command(
        subcommand,
        after_help = "Examples:\n  parom widget build --out widget.zip\n  parom widget check widget.zip"
    )]
    Widget(widget::WidgetCommand),
    /// Prints the letter that asks amoCRM's support to register a channel.
    #[command(subcommand, after_help = "Examples:\n  parom channel request > letter.txt")]
    Channel(channel::ChannelCommand),
    /// Manages integrations that are not in the configuration file.
    #[command(subcommand)]
    Integration(integration::IntegrationCommand),
    /// Manages operators: the vendor's staff who can sign in to the admin.
    #[command(subcommand, after_help = "Examples:\n  parom vendor add anna@parom.example")]
    Vendor(vendor::VendorCommand),
    /// Imports earlier messages of a source into amoCRM from a file.
    #[command(after_help = "Examples:\n  parom import history.ndjson --source 0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b")]
    Import(import::ImportCommand),
    /// Shows, replaces and tries the rules for an account's new enquiries.
    #[command(
        subcommand,
        after_help = "Examples:\n  parom routes show acme.amocrm.ru > rules.json\n  \
                      parom routes set acme.amocrm.ru rules.json --draft\n  \
                      parom routes replay acme.amocrm.ru\n  \
                      parom routes restore acme.amocrm.ru 3"
    )]
    Routes(routes::RoutesCommand),
    /// Shows what would be sent about the leads that an account won last.
    #[command(subcommand, after_help = "Examples:\n  parom sales preview acme.amocrm.ru")]
    Sales(sales::SalesCommand),
    /// Manages the key that encrypts secrets in the database.
    #[command(subcommand, after_help = "Examples:\n  parom secrets rotate")]
    Secrets(secrets::SecretsCommand),
    /// Creates, checks and restores backups of the database.
    #[command(
        subcommand,
        after_help = "Examples:\n  parom backup create /var/backups/parom/monday\n  \
                      parom backup verify /var/backups/parom/monday"
    )]
    Backup(backup::BackupCommand),
    /// Handles hooks that were spooled to disk while the database was away.
    #[command(subcommand)]
    Spool(serve::SpoolCommand),
    /// Lists and retries calls that could not be processed when they came.
    #[command(subcommand)]
    Quarantine(quarantine::QuarantineCommand),
    /// Prints the OpenAPI document of the public API.
    Openapi,
    /// Prints the script that completes these commands in a shell.
    Completions(help::CompletionsCommand),
    /// Writes manual pages for these commands.
    Man(help::ManCommand),
}

/// Runs the command line. Exit codes: 0 success, 1 failure, 2 invalid arguments.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return help::refuse_arguments(&error),
    };
    base::http_client::install_crypto_provider();
    amocrm::disposable_token::install_crypto_provider();
    let done = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the runtime could not be started")
        .and_then(|runtime| runtime.block_on(run(arguments)));
    match done {
        Ok(code) => code,
        Err(error) if terminal::is_unread(&error) => ExitCode::from(terminal::UNREAD),
        Err(error) => {
            // One sentence: what was tried and why it failed.
            let _ = writeln!(std::io::stderr(), "parom: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let config = arguments.config.as_deref();
    match arguments.command {
        #[cfg(feature = "demo")]
        Command::Demo(command) => demo::run(command).await,
        Command::Serve => serve::run(Config::load(config)?, config).await,
        #[cfg(feature = "demo")]
        Command::Sandbox(command) => sandbox::run(Config::load(config)?, command).await,
        #[cfg(not(feature = "demo"))]
        Command::Demo(_) | Command::Sandbox(_) => absent::refused(),
        Command::Migrate(command) => serve::migrate(command, config).await,
        Command::Config(command) => config::run(&command, config, &mut terminal::Output),
        Command::Health => health::run(config).await,
        Command::Doctor(command) => doctor::run(config, command).await,
        Command::Chats(command) => chats::run(&command, &input()?, &Clock::system(), &mut terminal::Output),
        Command::Connector(command) => connector::run(command, &Clock::system(), &mut terminal::Output).await,
        Command::Key(command) => {
            let store = open(&Config::load(config)?, matches!(command, key::KeyCommand::Create { .. })).await?;
            let done = key::run(command, &store, &mut terminal::Output).await;
            store.close().await;
            done
        }
        Command::Customer(command) => {
            let given = async || customer::given(std::io::stdin(), customer::GIVEN_WITHIN).await;
            let begins = matches!(command, customer::CustomerCommand::Add { .. });
            let (mut out, mut errors) = (terminal::Output, std::io::stderr());
            let run =
                async |app: &Arc<App>| customer::run(command, app, given, tenant::ask, &mut out, &mut errors).await;
            beside(config, begins, run).await
        }
        Command::Tenant(command) => {
            within(config, async |app| tenant::run(command, app, tenant::ask, &mut terminal::Output).await).await
        }
        Command::Dead(command) => {
            within(config, async |app| dead::run(command, app, &mut terminal::Output).await).await
        }
        Command::Widget(command) => widget::run(command, config, &mut terminal::Output, &mut std::io::stderr()),
        Command::Channel(command) => {
            channel::run(&command, &Config::load(config)?, &mut terminal::Output, &mut std::io::stderr())
        }
        Command::Integration(command) => {
            let begins = matches!(command, integration::IntegrationCommand::Set { .. });
            beside(config, begins, async |app| integration::run(command, app, &mut terminal::Output).await).await
        }
        Command::Vendor(command) => {
            let begins = matches!(command, vendor::VendorCommand::Add { .. });
            beside(config, begins, async |app| vendor::run(command, app, &mut terminal::Output).await).await
        }
        Command::Import(command) => {
            within(config, async |app| import::run(command, app, &mut terminal::Output).await).await
        }
        Command::Routes(command) => {
            within(config, async |app| routes::run(command, app, &mut terminal::Output).await).await
        }
        Command::Sales(command) => {
            within(config, async |app| sales::run(command, app, &mut terminal::Output).await).await
        }
        Command::Secrets(command) => {
            within(config, async |app| secrets::run(command, app, &mut terminal::Output).await).await
        }
        Command::Backup(command) => backup::run(command, config, &mut terminal::Output).await,
        Command::Spool(command) => {
            within(config, async |app| serve::drain_spool(command, app, &mut terminal::Output).await).await
        }
        Command::Quarantine(command) => {
            within(config, async |app| quarantine::run(command, app, &mut terminal::Output).await).await
        }
        Command::Openapi => help::openapi(&mut terminal::Output),
        Command::Completions(command) => help::completions(&command, &mut terminal::Output),
        Command::Man(command) => help::man(&command, &mut terminal::Output),
    }
}

/// Opens the configured database and migrates it. Only a command that adds something begins a new installation.
async fn open(config: &Config, begins: bool) -> anyhow::Result<Store> {
    let store = if begins {
        warn_of_new_database(config);
        Store::open(&config.database, Clock::system()).await?
    } else {
        Store::open_existing(&config.database, Clock::system()).await?
    };
    if config.database.migrate {
        base::store::migrate(&store).await?;
    }
    Ok(store)
}

/// Warns that a command is about to begin a new installation, in case the folder is the wrong one.
fn warn_of_new_database(config: &Config) {
    if let Some(path) = config.database.file().filter(|path| !path.exists()) {
        let path = std::path::absolute(&path).unwrap_or(path);
        let _ = writeln!(
            std::io::stderr(),
            "parom: no database at {}: a new one is made. Give --config FILE if this is the wrong place.",
            path.display()
        );
    }
}

/// [`beside`] for a command of an installation that exists.
async fn within(
    config: Option<&Path>,
    command: impl AsyncFnOnce(&Arc<App>) -> anyhow::Result<ExitCode>,
) -> anyhow::Result<ExitCode> {
    beside(config, false, command).await
}

/// Runs a command with everything that it needs to work beside a running server, without taking or voiding leases.
async fn beside(
    config: Option<&Path>,
    begins: bool,
    command: impl AsyncFnOnce(&Arc<App>) -> anyhow::Result<ExitCode>,
) -> anyhow::Result<ExitCode> {
    let config = Config::load(config)?;
    let store = open(&config, begins).await?;
    let vault = match base::store::pending_migrations(&store).await? {
        0 => parom::rotation::open(&config, &store).await?,
        _ => Vault::open(&config.secrets, false)?,
    };
    let app = App::new(config, store, vault, Faults::from_environment()?)?;
    if base::store::pending_migrations(&app.store).await? == 0 {
        parom::rotation::load(&app).await?;
        parom::integrations::load(&app).await?;
    }
    let done = command(&app).await;
    app.store.close().await;
    done
}

/// The standard input. A person at a terminal reads that the command waits for it.
fn input() -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if std::io::stdin().is_terminal() {
        let _ = writeln!(
            std::io::stderr(),
            "parom: reading the body from the terminal; end it with Ctrl D, or give a file: < FILE"
        );
    }
    std::io::stdin().read_to_end(&mut bytes).context("standard input could not be read")?;
    Ok(bytes)
}

/// Prints a line to stdout and flushes it, because programs wait for it.
fn print_line(line: &str) -> anyhow::Result<()> {
    let mut out = terminal::Output;
    writeln!(out, "{line}").and_then(|()| out.flush()).context("standard output cannot be written")
}

/// `parom demo` and `parom sandbox` in a binary for operators, which has no simulated amoCRM and no simulated messengers.
#[cfg(not(feature = "demo"))]
mod absent {
    use std::process::ExitCode;

    use clap::Args;

    /// Takes any arguments, so that the answer is about the command and not about them.
    #[derive(Args)]
    pub struct AbsentCommand {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        _arguments: Vec<String>,
    }

    /// The error of both commands.
    pub fn refused() -> anyhow::Result<ExitCode> {
        anyhow::bail!(
            "this binary is for operators and has no demo and no sandbox: run `cargo demo` in Parom's source tree"
        )
    }
}

/// Entries of the audit log for what commands do.
mod audit_log {
    use anyhow::Context;
    use base::clock::Clock;
    use parom::audit::{self, Actor, AuditEntry};
    use sea_orm::ConnectionTrait;
    use serde_json::Value;
    use uuid::Uuid;

    /// Records in an account's audit log, or in the vendor's, that the command line did `action` to `object`.
    pub(crate) async fn record(
        db: &impl ConnectionTrait,
        clock: &Clock,
        action: &'static str,
        tenant_id: Uuid,
        object: &str,
        detail: Value,
    ) -> anyhow::Result<()> {
        let entry = AuditEntry { tenant_id, actor: &Actor::Cli, action, object, detail, address: None, done: true };
        audit::write(clock, db, entry).await.context("the audit log could not be written")
    }
}

/// What the tests of commands work with.
#[cfg(test)]
mod fixture {
    use std::sync::Arc;

    use base::clock::Clock;
    use base::config::Config;
    use base::fault::Faults;
    use base::store::{self, Store};
    use base::vault::Vault;
    use clap::{Command as Commands, Subcommand};
    use parom::app::App;
    use tempfile::TempDir;

    pub(crate) const START: i64 = 1_795_000_000_123;

    /// A command from its arguments.
    pub(crate) fn parsed<C: Subcommand>(arguments: &[&str]) -> Result<C, clap::Error> {
        let command = C::augment_subcommands(Commands::new("parom"));
        C::from_arg_matches(&command.try_get_matches_from([&["parom"], arguments].concat())?)
    }

    /// An app on SQLite in this folder, with its clock set to [`START`] and these sections of a configuration.
    pub(crate) async fn app(folder: &TempDir, sections: &str) -> Arc<App> {
        base::http_client::install_crypto_provider();
        let path = folder.path().display();
        let key = "cGFyb20tdGVzdHMtcGFyb20tdGVzdHMtMDEyMzQ1Njc=";
        let text = format!("[database]\nurl = \"sqlite://{path}/parom.db\"\n[secrets]\nkey = \"{key}\"\n{sections}");
        let config = Config::from_toml(&text).unwrap();
        let store = Store::open(&config.database, Clock::frozen(START)).await.unwrap();
        store::migrate(&store).await.unwrap();
        let vault = Vault::open(&config.secrets, true).unwrap();
        App::new(config, store, vault, Faults::default()).unwrap()
    }
}
