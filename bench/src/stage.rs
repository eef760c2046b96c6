//! The measured server in a process of its own, with a database of its own, to which accounts, sources and
//! conversations are added directly.
//!
//! The program itself brings its database up to date, so releases of other schemas can be measured in one run as well.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, ensure};
use base::clock::Clock;
use base::config::Config;
use base::store::Store;
use base::vault::Vault;
use clap::Args;
use entity::job;
use sea_orm::{ColumnTrait, ConnectionTrait, Database, DatabaseConnection, EntityTrait, PaginatorTrait, QueryFilter};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use uuid::Uuid;

use crate::fill::{self, CHANNEL, Line, SECRET};

/// Time limit until it listens, and until it has stopped.
const PATIENCE: Duration = Duration::from_secs(60);
/// A text that only a server without fault points contains (`base::fault`).
const WITHOUT: &[u8] = b"but this build has no fault points";

/// The measured program: the binary that operators get.
#[derive(Args, Clone, Debug)]
pub struct Product {
    /// The program `parom`; by default the one beside this program.
    #[arg(long)]
    binary: Option<PathBuf>,
}

impl Product {
    /// Its path; an error unless it is built as operators build it.
    pub fn path(&self) -> anyhow::Result<PathBuf> {
        let binary = match &self.binary {
            Some(binary) => binary.clone(),
            None => std::env::current_exe().context("this program")?.with_file_name("parom"),
        };
        check(&binary)?;
        Ok(binary)
    }
}

/// Refuses a server with fault points (cargo feature `faults`): a build of the whole workspace has them, and its
/// figures are not the product's.
fn check(binary: &Path) -> anyhow::Result<()> {
    let make = "make the product: cargo build --release -p parom-cli";
    let bytes = std::fs::read(binary).with_context(|| format!("no program {} ({make})", binary.display()))?;
    ensure!(
        is_product(&bytes),
        "{} is built with fault points, as a build of the whole workspace makes it; {make}",
        binary.display()
    );
    Ok(())
}

fn is_product(binary: &[u8]) -> bool {
    memchr::memmem::find(binary, WITHOUT).is_some()
}

/// The program, the database, and its size.
#[derive(Args, Clone, Debug)]
pub struct Size {
    #[command(flatten)]
    product: Product,
    /// A PostgreSQL in which databases can be created; fresh SQLite files otherwise.
    #[arg(long)]
    database: Option<String>,
    #[arg(long, default_value_t = 50)]
    pub tenants: usize,
    /// Conversations of each tenant.
    #[arg(long, default_value_t = 40)]
    conversations: usize,
    /// Rules for new enquiries of each account, which then has access to amoCRM, too.
    #[arg(skip)]
    pub rules: Option<usize>,
}

impl Size {
    /// The name of the database engine.
    pub const fn engine(&self) -> &'static str {
        if self.database.is_some() { "PostgreSQL" } else { "SQLite" }
    }
}

/// A server and its data for a run.
pub struct Stage {
    /// This process's access to the server's data.
    pub store: Store,
    /// `127.0.0.1:PORT`
    pub address: String,
    pub lines: Vec<Line>,
    /// A key of the public API for all accounts.
    pub key: String,
    pub folder: PathBuf,
    server: Child,
    /// The PostgreSQL in which the database was created, and the database's name.
    created: Option<(String, String)>,
}

impl Stage {
    /// Starts a server with that many accounts, whose amojo and messengers are at `fakes`; none: nothing is
    /// delivered.
    pub async fn build(size: &Size, fakes: Option<&str>) -> anyhow::Result<Self> {
        let binary = size.product.path()?;
        let folder = std::env::temp_dir().join(format!("parom-bench-{}", Uuid::new_v4().simple()));
        std::fs::create_dir_all(&folder)?;
        let (url, created) = database(size.database.as_deref(), &folder).await?;
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        let text = config(&address, &url, fakes, &folder);
        let file = folder.join("parom.toml");
        std::fs::write(&file, &text)?;
        let parom = |arguments: &[&str]| {
            let mut command = Command::new(&binary);
            command.args(arguments).env("PAROM_CONFIG", &file).kill_on_drop(true);
            command
        };
        let made = parom(&["key", "create", "--name", "bench", "--scope", "write"]).output().await?;
        ensure!(made.status.success(), "no key: {}", String::from_utf8_lossy(&made.stderr));
        let key = String::from_utf8(made.stdout)?.trim().to_owned();

        let config = Config::from_toml(&text)?;
        let store = Store::open(&config.database, Clock::system()).await?;
        let vault = Vault::open(&config.secrets, store.is_sqlite())?;
        let webhook_url = fakes.map_or_else(|| "https://messenger.example".to_owned(), |url| format!("{url}/webhook"));
        let lines = fill::accounts(&store, &vault, size.tenants, size.conversations, &webhook_url).await?;
        if let Some(rules) = size.rules {
            fill::access(&store, &vault).await?;
            fill::routes(&store, rules).await?;
        }
        if created.is_some() {
            // PostgreSQL would do this by itself within a minute.
            say(&url, &["VACUUM (ANALYZE)"]).await?;
        }
        let log = std::fs::File::create(folder.join("parom.log"))?;
        let server = started(parom(&["serve"]).stderr(log)).await?;
        Ok(Self { store, address, lines, key, folder, server, created })
    }

    /// The number of the server's process.
    pub fn process(&self) -> anyhow::Result<u32> {
        self.server.id().context("the server has ended")
    }

    /// Lets the database write its log back to its files, so that no run pays for the previous one.
    pub async fn rests(&self) -> anyhow::Result<()> {
        let word = if self.store.is_sqlite() { "PRAGMA wal_checkpoint(TRUNCATE)" } else { "CHECKPOINT" };
        self.store.write().execute_unprepared(word).await?;
        Ok(())
    }

    /// Waits until every enquiry has its decision. Without rules it waits as long as they take to begin.
    pub async fn decides(&self) -> anyhow::Result<()> {
        loop {
            tokio::time::sleep(Duration::from_secs(4)).await;
            let open = job::Entity::find().filter(job::Column::Kind.eq("routes"));
            if open.count(self.store.read()).await? == 0 {
                return Ok(());
            }
        }
    }

    /// Stops the server in order and deletes its data.
    pub async fn end(mut self) -> anyhow::Result<()> {
        let id = self.process()?.to_string();
        Command::new("kill").args(["-TERM", &id]).status().await?;
        tokio::time::timeout(PATIENCE, self.server.wait()).await.context("it does not end")??;
        self.store.close().await;
        if let Some((postgres, name)) = self.created {
            say(&postgres, &[&format!("DROP DATABASE {name} WITH (FORCE)")]).await?;
        }
        Ok(std::fs::remove_dir_all(self.folder)?)
    }
}

/// Starts the server; it prints one line once it listens.
async fn started(command: &mut Command) -> anyhow::Result<Child> {
    let mut server = command.stdout(Stdio::piped()).spawn().context("the program")?;
    let mut output = BufReader::new(server.stdout.take().context("its standard output")?);
    let mut line = String::new();
    tokio::time::timeout(PATIENCE, output.read_line(&mut line)).await.context("it does not listen")??;
    ensure!(line.starts_with("listening "), "it does not listen: see parom.log; it printed {line:?}");
    server.stdout = Some(output.into_inner());
    Ok(server)
}

/// The address of a new database in the server that `postgres` names, with where it was created; or of a file in the
/// folder.
async fn database(postgres: Option<&str>, folder: &Path) -> anyhow::Result<(String, Option<(String, String)>)> {
    let Some(address) = postgres else { return Ok((format!("sqlite://{}/bench.db", folder.display()), None)) };
    let name = format!("bench_{}", Uuid::new_v4().simple());
    let (server, _) = address.rsplit_once('/').context("an address of PostgreSQL ends with /DATABASE")?;
    say(address, &[&format!("CREATE DATABASE {name}")]).await?;
    Ok((format!("{server}/{name}"), Some((address.to_owned(), name))))
}

/// Runs statements over a new connection, each in its own transaction.
async fn say(address: &str, statements: &[&str]) -> anyhow::Result<()> {
    let db: DatabaseConnection = Database::connect(address).await?;
    for statement in statements {
        db.execute_unprepared(statement).await.with_context(|| (*statement).to_owned())?;
    }
    Ok(db.close().await?)
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
account_url = "{fakes}/{{host}}"
[[integration.channel]]
id = "{CHANNEL}"
code = "amo.ext.1"
secret = "{SECRET}"
title = "Parom"
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario C11: the text is contained in the server, and only in one without fault points.
    #[test]
    fn c11_a_server_with_fault_points_is_distinguished_from_the_product() {
        let words = std::str::from_utf8(WITHOUT).unwrap();
        let server = include_str!("../../base/src/fault.rs");
        let (without, with) = server.split_once("#[cfg(feature = \"faults\")]\nimpl Faults").unwrap();
        assert!(without.contains(words) && !with.contains(words));
        assert!(is_product(format!("\0{words} (cargo\0").as_bytes()));
        assert!(!is_product(b"walks through a table"));
        // These tests are built with fault points.
        let with_faults = std::env::current_exe().unwrap().parent().unwrap().parent().unwrap().join("parom_faults");
        if with_faults.exists() {
            let refused = check(&with_faults).unwrap_err().to_string();
            assert!(refused.contains("cargo build --release -p parom-cli"), "{refused}");
        }
    }
}
