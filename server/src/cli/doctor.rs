//! `parom doctor`: is everything in order, and if not, what to do.

use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::say;
use crate::clock::Clock;
use crate::config::Config;
use crate::http_client::HttpClients;
use crate::store::Store;
use crate::words::{CRM, Filling, Language, Said, Words};

mod accounts;
mod crm;
mod data;
mod history;
mod keys;
mod machine;

#[derive(Args)]
pub struct DoctorCommand {
    /// Only this account.
    #[arg(long, value_name = "ID")]
    tenant: Option<Uuid>,
    /// For programs: {"checks":[{"name","status","detail","remedy"}]}.
    #[arg(long)]
    json: bool,
}

/// How a check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Ok,
    Warn,
    Fail,
}

/// One line.
#[derive(Clone, Debug)]
pub struct Check {
    pub name: &'static str,
    pub status: Status,
    pub detail: Said,
    /// What to do; none when there is nothing to do.
    pub remedy: Option<Said>,
}

impl Check {
    pub fn ok(name: &'static str, detail: Said) -> Self {
        Self { name, status: Status::Ok, detail, remedy: None }
    }

    /// `remedy`: the key of its words.
    pub fn warn(name: &'static str, detail: Said, remedy: &'static str) -> Self {
        Self { name, status: Status::Warn, detail, remedy: Some(Said::new(remedy)) }
    }

    /// The same.
    pub fn fail(name: &'static str, detail: Said, remedy: &'static str) -> Self {
        Self { status: Status::Fail, ..Self::warn(name, detail, remedy) }
    }

    /// Fills a placeable of the remedy.
    fn remedied(mut self, name: &'static str, filling: impl Into<Filling>) -> Self {
        self.remedy = self.remedy.map(|said| said.with(name, filling));
        self
    }
}

/// A sentence about somebody else's reason.
fn because(key: &'static str, reason: impl Into<String>) -> Said {
    Said::new(key).with("reason", reason.into())
}

/// Checks everything that can be checked; the exit code is 1 when something failed.
pub async fn run(config: Option<&Path>, command: DoctorCommand) -> anyhow::Result<ExitCode> {
    let mut checks = Vec::new();
    match Config::load(config) {
        Ok(loaded) => {
            let said = Said::new("doctor-config-ok");
            let said = match config {
                Some(file) => said.with("path", file.display().to_string()),
                None => said.with("path", Said::new("doctor-config-defaults")),
            };
            checks.push(Check::ok("config", said));
            examine(&loaded, command.tenant, &mut checks).await;
        }
        Err(error) => {
            let said = because("doctor-config-wrong", error.to_string());
            checks.push(Check::fail("config", said, "doctor-config-wrong-fix"));
        }
    }
    print(&checks, command.json)?;
    let failed = checks.iter().any(|check| check.status == Status::Fail);
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The checks of a configuration that could be read, of all accounts or of one. Beside a running server it disturbs
/// nothing.
pub async fn look(config: &Config, tenant: Option<Uuid>) -> Vec<Check> {
    let mut checks = Vec::new();
    examine(config, tenant, &mut checks).await;
    checks
}

/// What is found of the accounts alone, all of them.
pub async fn accounts(store: &Store) -> Vec<Check> {
    let mut checks = Vec::new();
    accounts::look(store, None, &mut checks).await;
    checks
}

async fn examine(config: &Config, tenant: Option<Uuid>, checks: &mut Vec<Check>) {
    let clock = Clock::system();
    machine::secrets(config, checks);
    machine::public_url(config, checks);
    machine::proxies(config, checks);
    machine::in_clear(config, checks);
    machine::operators(config, checks);
    machine::windows(config, checks);
    machine::connectors(config, checks);
    machine::spool(config, checks);
    match HttpClients::new(&config.network) {
        Ok(http) => {
            machine::media(config, &http, &clock, checks).await;
            crm::reachable(config, http.trusted(), &clock, checks).await;
        }
        Err(error) => {
            let said = because("doctor-network-wrong", error.to_string());
            checks.push(Check::fail("network", said, "doctor-network-wrong-fix"));
        }
    }
    match Store::open(&config.database, clock).await {
        Ok(store) => {
            if data::database(&store, checks).await {
                keys::look(config, &store, checks).await;
                accounts::look(&store, tenant, checks).await;
                data::queue(&store, checks).await;
                data::ledger(&store, tenant, checks).await;
                history::look(&store, tenant, checks).await;
            }
            store.close().await;
        }
        Err(error) => {
            let said = because("doctor-database-closed", format!("{error:#}"));
            checks.push(Check::fail("database", said, "doctor-database-closed-fix"));
        }
    }
}

/// For programs in English, for people in the language of their terminal.
fn print(checks: &[Check], json: bool) -> anyhow::Result<()> {
    if json {
        let one = |check: &Check| {
            let remedy = check.remedy.as_ref().map(Said::to_string);
            json!({ "name": check.name, "status": check.status, "detail": check.detail.to_string(), "remedy": remedy })
        };
        return say(&json!({ "checks": checks.iter().map(one).collect::<Vec<_>>() }).to_string());
    }
    let words = Words::new(Language::of_terminal());
    for check in checks {
        let word = match check.status {
            Status::Ok => "ok",
            Status::Warn => "warn",
            Status::Fail => "FAIL",
        };
        say(&format!("{word:<4}  {:<12} {}", check.name, check.detail.plain(words, CRM)))?;
        if let Some(remedy) = &check.remedy {
            say(&format!("      {:<12} → {}", "", remedy.plain(words, CRM)))?;
        }
    }
    let count = |status| checks.iter().filter(|check| check.status == status).count();
    let summary = Said::new("doctor-summary").with("checks", checks.len());
    let summary = summary.with("warnings", count(Status::Warn)).with("failures", count(Status::Fail));
    say(&summary.plain(words, CRM))
}
