//! Servers with accounts, sources and conversations, inserted directly into a database of their own.

use std::net::TcpListener;
use std::path::{Path, PathBuf};

use anyhow::Context;
use base::clock::Clock;
use base::config::Config;
use clap::Args;
use parom::api::key::Scope;
use parom::server::{self, Running, ServerOptions};
use secrecy::ExposeSecret;
use uuid::Uuid;

use crate::database::{self, Own};
use crate::fill;
use crate::line::{CHANNEL, Line, SECRET};

/// The database, and its size.
#[derive(Args, Clone, Debug)]
pub struct Size {
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
    /// None while it is stopped.
    running: Option<Running>,
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
        let folder = std::env::temp_dir().join(format!("parom-bench-{}", Uuid::new_v4().simple()));
        std::fs::create_dir_all(&folder)?;
        let database = Own::new(size.database.as_deref(), &folder).await?;
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?.to_string();
        let config = Config::from_toml(&config(&address, &database.url, fakes.as_deref(), &folder))?;
        let running = server::start_on(listener, config, options(fakes.as_deref())).await?;
        let key =
            parom_cli::key::create(&running.app.store, &Clock::system(), "bench", None, Scope::Write, None).await?;
        let key = key.expose_secret().to_owned();
        let (running, lines) = (Some(running), Vec::new());
        let mut stage = Self { running, address, size, fakes, database, lines, key, folder };
        stage.grow(stage.size.tenants).await?;
        Ok(stage)
    }

    /// The server; an error if it is stopped.
    pub fn running(&self) -> anyhow::Result<&Running> {
        self.running.as_ref().context("the server is stopped")
    }

    /// `127.0.0.1:PORT`
    pub fn address(&self) -> String {
        self.address.clone()
    }

    pub fn is_sqlite(&self) -> bool {
        self.size.database.is_none()
    }

    /// The configuration of this stage, for a separate process.
    pub fn config(&self, address: &str) -> String {
        config(address, &self.database.url, self.fakes.as_deref(), &self.folder)
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
        let app = self.running()?.app.clone();
        let new = fill::accounts(&app, known..tenants, self.size.conversations, &webhook_url).await?;
        self.lines.extend(new);
        if !self.is_sqlite() {
            // PostgreSQL would do this by itself within a minute.
            database::say(self.database(), &["VACUUM (ANALYZE)"]).await?;
        }
        Ok(())
    }

    /// Stops the server; its data stays.
    pub async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
    }

    /// Starts it again at the same address, with amojo and the messengers at `fakes`.
    pub async fn start(&mut self, fakes: Option<String>) -> anyhow::Result<()> {
        self.fakes = fakes;
        let config = Config::from_toml(&self.config(&self.address))?;
        self.running =
            Some(server::start_on(TcpListener::bind(&self.address)?, config, options(self.fakes.as_deref())).await?);
        Ok(())
    }

    /// Starts it again as it was.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        self.start(self.fakes.clone()).await
    }

    /// One more server on the same PostgreSQL.
    pub async fn another(&self) -> anyhow::Result<Running> {
        anyhow::ensure!(!self.is_sqlite(), "SQLite serves one process");
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let config = Config::from_toml(&self.config(&listener.local_addr()?.to_string()))?;
        server::start_on(listener, config, options(self.fakes.as_deref())).await
    }

    /// Stops the server and deletes its data.
    pub async fn end(mut self) -> anyhow::Result<()> {
        self.stop().await;
        self.database.remove().await?;
        Ok(std::fs::remove_dir_all(self.folder)?)
    }
}

fn options(fakes: Option<&str>) -> ServerOptions {
    ServerOptions { deliver: fakes.is_some(), ..ServerOptions::default() }
}

fn config(address: &str, database: &str, fakes: Option<&str>, folder: &Path) -> String {
    let folder = folder.display();
    let fakes = fakes.unwrap_or("https://amojo.amocrm.ru");
    format!(
        r#"
[server]
listen = "{address}"
public_url = "http://{address}"
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
