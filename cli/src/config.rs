//! `parom config`: what is wrong with a configuration, and what is in effect.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use anyhow::ensure;
use base::config::{Fault, Sources};
use base::i18n::{CRM, Words};
use clap::Subcommand;
use parom::doctor::of_configuration;
use serde_json::json;

use crate::terminal;

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Reads the configuration as the server would and prints ok, or everything that is wrong with it.
    Check {
        /// Prints JSON: {"faults":[{"key","line","problem"}]}
        #[arg(long)]
        json: bool,
    },
    /// Prints the settings in effect as TOML, each with the file, the variable or the default that it comes from. Secrets are masked.
    Print,
}

/// Runs the command; an error if the configuration has a fault.
pub fn run(command: &ConfigCommand, file: Option<&Path>, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let json = match command {
        ConfigCommand::Check { json } => *json,
        ConfigCommand::Print => {
            write!(out, "{}", Sources::of_process(file)?.printed()?)?;
            return Ok(ExitCode::SUCCESS);
        }
    };
    let (origin, faults) = match Sources::of_process(file) {
        Ok(sources) => (sources.file().to_owned(), sources.faults()),
        Err(error) => (String::new(), vec![Fault { error, line: None }]),
    };
    if json {
        let one =
            |fault: &Fault| json!({ "key": fault.error.key(), "line": fault.line, "problem": fault.error.to_string() });
        writeln!(out, "{}", json!({ "faults": faults.iter().map(one).collect::<Vec<_>>() }))?;
    } else {
        let words = Words::new(terminal::language());
        for fault in &faults {
            let place = fault.line.map(|line| format!("{origin}:{line}: ")).unwrap_or_default();
            writeln!(out, "{place}{}", of_configuration(&fault.error).plain(words, CRM))?;
        }
        if faults.is_empty() {
            writeln!(out, "ok")?;
        }
    }
    let count = faults.len();
    ensure!(count == 0, "the configuration has {count} fault{}", if count == 1 { "" } else { "s" });
    Ok(ExitCode::SUCCESS)
}
