//! `parom doctor`: the checks of [`parom::doctor`], printed.

use std::path::Path;
use std::process::ExitCode;

use anyhow::ensure;
use base::config::Config;
use base::i18n::{CRM, Language, LocalizedText, Words};
use clap::Args;
use parom::doctor::{Check, Status, look, of_configuration};
use serde_json::json;
use uuid::Uuid;

use super::{print_line, terminal};

#[derive(Args)]
pub struct DoctorCommand {
    /// Checks only this account.
    #[arg(long, value_name = "ID", value_parser = crate::terminal::id)]
    tenant: Option<Uuid>,
    /// Prints JSON: {"checks":[{"name","status","detail","remedy"}]}.
    #[arg(long)]
    json: bool,
}

/// Runs and prints all checks; an error if one failed.
pub async fn run(config: Option<&Path>, command: DoctorCommand) -> anyhow::Result<ExitCode> {
    let mut checks = Vec::new();
    match Config::load(config) {
        Ok(loaded) => {
            let detail = LocalizedText::new("doctor-config-ok");
            let detail = match config {
                Some(file) => detail.with("path", file.display().to_string()),
                None => detail.with("path", LocalizedText::new("doctor-config-defaults")),
            };
            checks.push(Check::ok("config", detail));
            checks.extend(look(&loaded, command.tenant).await);
        }
        Err(error) => {
            let detail = LocalizedText::new("doctor-config-wrong").with("reason", of_configuration(&error));
            checks.push(Check::fail("config", detail, "doctor-config-wrong-fix"));
        }
    }
    let words = Words::new(if command.json { Language::En } else { terminal::language() });
    print(&checks, command.json, words)?;
    let failed = checks.iter().filter(|check| check.status == Status::Fail).count();
    let summary = LocalizedText::new("doctor-failed").with("failed", failed).with("checks", checks.len());
    ensure!(failed == 0, "{}", summary.plain(words, CRM));
    Ok(ExitCode::SUCCESS)
}

/// English for programs, the terminal's language for people.
fn print(checks: &[Check], json: bool, words: Words) -> anyhow::Result<()> {
    if json {
        let one = |check: &Check| {
            let remedy = check.remedy.as_ref().map(LocalizedText::to_string);
            json!({ "name": check.name, "status": check.status, "detail": check.detail.to_string(), "remedy": remedy })
        };
        return print_line(&json!({ "checks": checks.iter().map(one).collect::<Vec<_>>() }).to_string());
    }
    for check in checks {
        let word = match check.status {
            Status::Ok => "ok",
            Status::Warn => "warn",
            Status::Fail => "FAIL",
        };
        print_line(&format!("{word:<4}  {:<12} {}", check.name, check.detail.plain(words, CRM)))?;
        if let Some(remedy) = &check.remedy {
            print_line(&format!("      {:<12} → {}", "", remedy.plain(words, CRM)))?;
        }
    }
    let count = |status| checks.iter().filter(|check| check.status == status).count();
    let summary = LocalizedText::new("doctor-summary").with("checks", checks.len());
    let summary = summary.with("warnings", count(Status::Warn)).with("failures", count(Status::Fail));
    print_line(&summary.plain(words, CRM))
}
