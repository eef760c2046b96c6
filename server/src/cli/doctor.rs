//! `parom doctor`: is everything in order, and if not, what to do.

use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;
use uuid::Uuid;

use super::say;
use crate::clock::Clock;
use crate::config::Config;
use crate::http_client::HttpClients;
use crate::store::Store;

mod accounts;
mod crm;
mod data;
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
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    pub name: &'static str,
    pub status: Status,
    pub detail: String,
    /// What to do; null when there is nothing to do.
    pub remedy: Option<String>,
}

impl Check {
    pub fn ok(name: &'static str, detail: impl Into<String>) -> Self {
        Self { name, status: Status::Ok, detail: detail.into(), remedy: None }
    }

    pub fn warn(name: &'static str, detail: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { name, status: Status::Warn, detail: detail.into(), remedy: Some(remedy.into()) }
    }

    pub fn fail(name: &'static str, detail: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { name, status: Status::Fail, detail: detail.into(), remedy: Some(remedy.into()) }
    }
}

/// Checks everything that can be checked; the exit code is 1 when something failed.
pub async fn run(config: Option<&Path>, command: DoctorCommand) -> anyhow::Result<ExitCode> {
    let mut checks = Vec::new();
    match Config::load(config) {
        Ok(loaded) => {
            let from =
                config.map_or_else(|| "the defaults and the environment".to_owned(), |file| file.display().to_string());
            checks.push(Check::ok("config", format!("config read from {from}")));
            examine(&loaded, command.tenant, &mut checks).await;
        }
        Err(error) => {
            checks.push(Check::fail("config", error.to_string(), "correct the configuration and run doctor again"))
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

async fn examine(config: &Config, tenant: Option<Uuid>, checks: &mut Vec<Check>) {
    let clock = Clock::system();
    machine::secrets(config, checks);
    machine::public_url(config, checks);
    machine::windows(config, checks);
    match HttpClients::new(&config.network) {
        Ok(http) => crm::reachable(config, http.trusted(), &clock, checks).await,
        Err(error) => checks.push(Check::fail("network", error.to_string(), "check the certificates of this machine")),
    }
    match Store::open(&config.database, clock).await {
        Ok(store) => {
            if data::database(&store, checks).await {
                accounts::look(&store, tenant, checks).await;
                data::queue(&store, checks).await;
            }
            store.close().await;
        }
        Err(error) => {
            let remedy = "check database.url, that the database runs, and that it does not trade safety for speed";
            checks.push(Check::fail("database", format!("{error:#}"), remedy));
        }
    }
}

fn print(checks: &[Check], json: bool) -> anyhow::Result<()> {
    if json {
        return say(&serde_json::to_string(&serde_json::json!({ "checks": checks }))?);
    }
    for check in checks {
        let word = match check.status {
            Status::Ok => "ok",
            Status::Warn => "warn",
            Status::Fail => "FAIL",
        };
        say(&format!("{word:<4}  {:<12} {}", check.name, check.detail))?;
        if let Some(remedy) = &check.remedy {
            say(&format!("      {:<12} → {remedy}", ""))?;
        }
    }
    let count = |status| checks.iter().filter(|check| check.status == status).count();
    let many = |count: usize, word: &str| match count {
        0 => format!("no {word}s"),
        1 => format!("1 {word}"),
        more => format!("{more} {word}s"),
    };
    let (warnings, failures) = (count(Status::Warn), count(Status::Fail));
    say(&format!("{}, {}, {}", many(checks.len(), "check"), many(warnings, "warning"), many(failures, "failure")))
}
