//! The commands of `parom`, one file each. Every command fails with one sentence on stderr and never prints a secret
//! that it was given.

use std::io::{Read, Write};
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

mod channel;
mod chats;
mod connector;
mod customer;
pub mod dead;
mod demo;
mod doctor;
#[cfg(test)]
mod fixture;
mod import;
pub mod key;
mod openapi;
mod sandbox;
mod secrets;
mod serve;
mod spool;
mod tenant;
mod vendor;
mod widget;

/// Carries conversations between messengers and amoCRM / Kommo.
#[derive(Parser)]
#[command(name = "parom", version, propagate_version = true)]
struct Arguments {
    /// The configuration file.
    #[arg(long, global = true, env = "PAROM_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Starts a local amoCRM and the server with one account, one web chat and one messenger of your own.
    Demo(demo::DemoCommand),
    /// Starts the server.
    Serve,
    /// Starts the local amoCRM alone.
    Sandbox(sandbox::SandboxCommand),
    /// Brings the database up to date.
    Migrate,
    /// Checks that everything Parom needs is in order.
    Doctor(doctor::DoctorCommand),
    /// Signs and checks Chats API requests and hooks.
    #[command(subcommand)]
    Chats(chats::ChatsCommand),
    /// Messengers of your own: does their endpoint do what the documentation says?
    #[command(subcommand)]
    Connector(connector::ConnectorCommand),
    /// Keys of the public API.
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// Logins by which accounts are connected in the widget.
    #[command(subcommand)]
    Customer(customer::CustomerCommand),
    /// Accounts: what they may do, their data, and how they end.
    #[command(subcommand)]
    Tenant(tenant::TenantCommand),
    /// Letters that are not tried any more: list them, send them again, remove them.
    #[command(subcommand)]
    Dead(dead::DeadCommand),
    /// The widget archive for the marketplace.
    #[command(subcommand)]
    Widget(widget::WidgetCommand),
    /// The letter by which amoCRM's support registers a Chats API channel.
    #[command(subcommand)]
    Channel(channel::ChannelCommand),
    /// The vendor's people, who may enter the admin.
    #[command(subcommand)]
    Vendor(vendor::VendorCommand),
    /// Brings earlier messages of a source into amoCRM, from a file.
    Import(import::ImportCommand),
    /// The key that encrypts secrets in the database.
    #[command(subcommand)]
    Secrets(secrets::SecretsCommand),
    /// Hooks of amoCRM that wait on a disk for the database.
    #[command(subcommand)]
    Spool(spool::SpoolCommand),
    /// Prints the OpenAPI document of the public API.
    Openapi,
}

/// Runs the command line; the exit code is 0 or 1, 2 for a command that was not understood.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    base::http_client::install_crypto_provider();
    amocrm::disposable_token::install_crypto_provider();
    let done = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the runtime could not be started")
        .and_then(|runtime| runtime.block_on(run(arguments)));
    match done {
        Ok(code) => code,
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
        Command::Demo(command) => demo::run(command).await,
        Command::Serve => serve::run(Config::load(config)?).await,
        Command::Sandbox(command) => sandbox::run(Config::load(config)?, command).await,
        Command::Migrate => migrate(config).await,
        Command::Doctor(command) => doctor::run(config, command).await,
        Command::Chats(command) => chats::run(&command, &input()?, &Clock::system(), &mut std::io::stdout()),
        Command::Connector(command) => connector::run(command, &Clock::system(), &mut std::io::stdout()).await,
        Command::Key(command) => {
            let store = open(config).await?;
            let done = key::run(command, &store, &mut std::io::stdout()).await;
            store.close().await;
            done
        }
        Command::Customer(command) => {
            let app = beside(config).await?;
            let done = customer::run(command, &app, || customer::given(std::io::stdin()), &mut std::io::stdout()).await;
            app.store.close().await;
            done
        }
        Command::Tenant(command) => {
            let app = beside(config).await?;
            let done = tenant::run(command, &app, &mut std::io::stdout()).await;
            app.store.close().await;
            done
        }
        Command::Dead(command) => {
            let app = beside(config).await?;
            let done = dead::run(command, &app, &mut std::io::stdout()).await;
            app.store.close().await;
            done
        }
        Command::Widget(command) => widget::run(command, config, &mut std::io::stdout()),
        Command::Channel(command) => {
            channel::run(&command, &Config::load(config)?, &mut std::io::stdout(), &mut std::io::stderr())
        }
        Command::Vendor(command) => {
            let app = beside(config).await?;
            let done = vendor::run(command, &app, &mut std::io::stdout()).await;
            app.store.close().await;
            done
        }
        Command::Import(command) => {
            let app = beside(config).await?;
            let done = import::run(command, &app, &mut std::io::stdout()).await;
            app.store.close().await;
            done
        }
        Command::Secrets(command) => {
            let app = beside(config).await?;
            let done = secrets::run(command, &app, &mut std::io::stdout()).await;
            app.store.close().await;
            done
        }
        Command::Spool(command) => {
            let app = beside(config).await?;
            let done = spool::run(command, &app, &mut std::io::stdout()).await;
            app.store.close().await;
            done
        }
        Command::Openapi => openapi::run(&mut std::io::stdout()),
    }
}

async fn migrate(config: Option<&Path>) -> anyhow::Result<ExitCode> {
    let store = Store::open(&Config::load(config)?.database, Clock::system()).await?;
    let pending = base::store::pending_migrations(&store).await?;
    base::store::migrate(&store).await?;
    store.close().await;
    say(&match pending {
        0 => "Nothing to do.".to_owned(),
        1 => "1 migration applied.".to_owned(),
        count => format!("{count} migrations applied."),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// The database of the configuration, up to date.
async fn open(config: Option<&Path>) -> anyhow::Result<Store> {
    let config = Config::load(config)?;
    let store = Store::open(&config.database, Clock::system()).await?;
    if config.database.migrate {
        base::store::migrate(&store).await?;
    }
    Ok(store)
}

/// Everything a command needs that acts beside a running server: no lease is taken or voided.
async fn beside(config: Option<&Path>) -> anyhow::Result<Arc<App>> {
    let config = Config::load(config)?;
    let store = Store::open(&config.database, Clock::system()).await?;
    if config.database.migrate {
        base::store::migrate(&store).await?;
    }
    let vault = Vault::open(&config.secrets, config.database.is_sqlite())?;
    let app = App::new(config, store, vault, Faults::from_environment()?)?;
    if base::store::pending_migrations(&app.store).await? == 0 {
        parom::rotation::load(&app).await?;
    }
    Ok(app)
}

fn input() -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes).context("standard input could not be read")?;
    Ok(bytes)
}

/// A line on stdout, flushed: programs wait for it.
fn say(line: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout();
    writeln!(out, "{line}").and_then(|()| out.flush()).context("standard output is closed")
}
