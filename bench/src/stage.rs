//! Servers with accounts, sources and conversations, inserted directly into a database of their own.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use base::clock::Clock;
use base::config::Config;
use base::fault::Faults;
use base::store::{self, Store};
use base::vault::Vault;
use clap::Args;
use parom::api_key::Scope;
use parom::app::App;
use secrecy::ExposeSecret;
use uuid::Uuid;

use crate::database::{self, Own};
use crate::fill;
use crate::line::{CHANNEL, Line, SECRET};
use crate::process::Process;
use crate::product::Product;

/// The database, and its size.
#[derive(Args, Clone, Debug)]
pub struct Size {
    #[command(flatten)]
    pub product: Product,
    /// A PostgreSQL in which databases can be created; fresh SQLite files otherwise.
    #[arg(long)]
    pub database: Option<String>,
    #[arg(long, default_value_t = 50)]
    pub tenants: usize,
    /// Conversations of each tenant.
    #[arg(long, default_value_t = 40)]
    pub conversations: usize,
}

impl Size {
    /// The name of the database engine.
    pub const fn engine(&self) -> &'static str {
        if self.database.is_some() { "PostgreSQL" } else { "SQLite" }
    }
}

/// A server and its data for a run.
pub struct Stage {
    /// This process's access to the server's data, to insert rows and to read them.
    pub app: Arc<App>,
    binary: PathBuf,
    /// None while it is stopped.
    process: Option<Process>,
    address: String,
    size: Size,
    /// Address of amojo and the messengers; none: nothing is delivered.
    fakes: Option<String>,
    database: Own,
    pub lines: Vec<Line>,
    /// A key of the public API for all accounts.
    pub key: String,
    pub folder: PathBuf,
}

impl Stage {
    /// Starts a server with that many accounts, whose amojo and messengers are at `fakes`; none: nothing is
    /// delivered.
    pub async fn build(size: Size, fakes: Option<String>) -> anyhow::Result<Self> {
        let binary = size.product.path()?;
        let folder = std::env::temp_dir().join(format!("parom-bench-{}", Uuid::new_v4().simple()));
        std::fs::create_dir_all(&folder)?;
        let database = Own::new(size.database.as_deref(), &folder).await?;
        let address = free_address()?;
        let app = beside(Config::from_toml(&config(&address, &database.url, fakes.as_deref(), &folder))?).await?;
        let key = parom_cli::key::create(&app.store, &Clock::system(), "bench", None, Scope::Write, None).await?;
        let key = key.expose_secret().to_owned();
        let (process, lines) = (None, Vec::new());
        let mut stage = Self { app, binary, process, address, size, fakes, database, lines, key, folder };
        stage.grow(stage.size.tenants).await?;
        stage.restart().await?;
        Ok(stage)
    }

    /// The server; an error if it is stopped.
    pub fn process(&self) -> anyhow::Result<&Process> {
        self.process.as_ref().context("the server is stopped")
    }

    /// `127.0.0.1:PORT`
    pub fn address(&self) -> String {
        self.address.clone()
    }

    pub fn is_sqlite(&self) -> bool {
        self.size.database.is_none()
    }

    /// The database's address.
    pub fn database(&self) -> &str {
        &self.database.url
    }

    /// Adds accounts up to this number.
    pub async fn grow(&mut self, tenants: usize) -> anyhow::Result<()> {
        let webhook_url = match &self.fakes {
            Some(url) => format!("{url}/webhook"),
            None => "https://messenger.example/parom".to_owned(),
        };
        let known = self.lines.len() / self.size.conversations.max(1);
        let new = fill::accounts(&self.app, known..tenants, self.size.conversations, &webhook_url).await?;
        self.lines.extend(new);
        if !self.is_sqlite() {
            // PostgreSQL would do this by itself within a minute.
            database::say(self.database(), &["VACUUM (ANALYZE)"]).await?;
        }
        Ok(())
    }

    /// Stops the server; its data stays.
    pub async fn stop(&mut self) -> anyhow::Result<()> {
        match self.process.take() {
            Some(process) => process.stop().await,
            None => Ok(()),
        }
    }

    /// Starts it again at the same address, with amojo and the messengers at `fakes`.
    pub async fn start(&mut self, fakes: Option<String>) -> anyhow::Result<()> {
        self.fakes = fakes;
        self.restart().await
    }

    /// Starts it again as it was.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        let mut process = self.launch()?;
        process.listens().await?;
        self.process = Some(process);
        Ok(())
    }

    /// The server's process, which may not listen yet. The one of the stage is stopped.
    pub fn launch(&self) -> anyhow::Result<Process> {
        anyhow::ensure!(self.process.is_none(), "the server runs");
        Process::start(&self.binary, &self.folder, &self.config(&self.address), &self.address)
    }

    /// One more server on the same PostgreSQL.
    pub async fn another(&self) -> anyhow::Result<Process> {
        anyhow::ensure!(!self.is_sqlite(), "SQLite serves one process");
        let address = free_address()?;
        let folder = self.folder.join(address.replace(':', "-"));
        let mut process = Process::start(&self.binary, &folder, &self.config(&address), &address)?;
        process.listens().await?;
        Ok(process)
    }

    fn config(&self, address: &str) -> String {
        config(address, &self.database.url, self.fakes.as_deref(), &self.folder)
    }

    /// Stops the server and deletes its data.
    pub async fn end(mut self) -> anyhow::Result<()> {
        self.stop().await?;
        self.app.store.close().await;
        self.database.remove().await?;
        Ok(std::fs::remove_dir_all(self.folder)?)
    }
}

/// A port that is free now.
pub fn free_address() -> anyhow::Result<String> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}

/// The context of a command beside a running server.
async fn beside(config: Config) -> anyhow::Result<Arc<App>> {
    let store = Store::open(&config.database, Clock::system()).await?;
    store::migrate(&store).await?;
    let vault = Vault::open(&config.secrets, config.database.is_sqlite())?;
    let app = App::new(config, store, vault, Faults::default())?;
    parom::rotation::load(&app).await?;
    Ok(app)
}

fn config(address: &str, database: &str, fakes: Option<&str>, folder: &Path) -> String {
    let folder = folder.display();
    let deliver = fakes.is_some();
    let fakes = fakes.unwrap_or("https://amojo.amocrm.ru");
    format!(
        r#"
[server]
listen = "{address}"
public_url = "http://{address}"
deliver = {deliver}
[database]
url = "{database}"
max_connections = 24
[spool]
dir = "{folder}/spool"
[media]
dir = "{folder}/media"
[network]
allow_private = ["127.0.0.1/32"]
[rates]
chats_start = 100000
chats_floor = 100000
chats_ceiling = 100000
rest_per_account = 100000
installs = 100000
[limits]
requests_per_key = 0
requests_per_address = 4096
key_mb_per_day = 0
[secrets]
key = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
[[integration]]
name = "main"
platform = "amocrm"
client_id = "11111111-2222-3333-4444-555555555555"
client_secret = "bench"
amojo_url = "{fakes}"
[[integration.channel]]
id = "{CHANNEL}"
code = "amo.ext.1"
secret = "{SECRET}"
title = "Parom"
"#
    )
}
