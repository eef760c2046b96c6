//! `parom integration`: integrations that are made, changed and paused while servers run. Secrets are read from a file
//! or standard input and never printed.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use base::json::Moment;
use clap::Subcommand;
use parom::app::App;
use parom::audit::{Actor, By};
use parom::integrations::{self, ListedIntegration, MadeOrChanged};
use serde_json::{Value, json};

use crate::terminal;

#[derive(Debug, Subcommand)]
pub enum IntegrationCommand {
    /// Lists the integrations of the configuration file and the stored ones
    List {
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
    /// Creates an integration, or replaces the stored one of the same name as a whole
    Set {
        /// A file with one [[integration]] and its channels, as in the configuration file; - reads standard input
        file: PathBuf,
    },
    /// Stops installations by accounts new to Parom; all others continue
    Pause { name: String },
    /// Allows installations again
    Resume { name: String },
    /// Removes a stored integration that no account has
    Remove { name: String },
}

/// Runs one command.
pub async fn run(command: IntegrationCommand, app: &App, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let by = By::from(Actor::Cli);
    let line = match command {
        IntegrationCommand::List { json } => listed(&integrations::list(app).await?, json),
        IntegrationCommand::Set { file } => match integrations::set(app, &text(&file)?, &by).await? {
            (name, MadeOrChanged::Made) => format!("Integration {name} is made."),
            (name, MadeOrChanged::Changed) => format!("Integration {name} is changed."),
        },
        IntegrationCommand::Pause { name } => match integrations::pause(app, &name, true, &by).await? {
            true => format!("Integration {name} is paused."),
            false => format!("Integration {name} was paused already."),
        },
        IntegrationCommand::Resume { name } => match integrations::pause(app, &name, false, &by).await? {
            true => format!("Integration {name} is resumed."),
            false => format!("Integration {name} was not paused."),
        },
        IntegrationCommand::Remove { name } => {
            integrations::remove(app, &name, &by).await?;
            format!("Integration {name} is removed.")
        }
    };
    writeln!(out, "{line}").and_then(|()| out.flush()).context("standard output cannot be written")?;
    Ok(ExitCode::SUCCESS)
}

fn text(file: &Path) -> anyhow::Result<String> {
    if file != Path::new("-") {
        return std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()));
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).context("standard input cannot be read")?;
    Ok(text)
}

fn listed(all: &[ListedIntegration], json: bool) -> String {
    if json {
        let rows: Vec<Value> = all.iter().map(out).collect();
        return json!({ "integrations": rows }).to_string();
    }
    if all.is_empty() {
        return "There is no integration.".to_owned();
    }
    let row = |one: &ListedIntegration| {
        let place = if one.in_file { "file" } else { "stored" };
        let state = match (&one.integration, one.in_use, one.paused) {
            (None, ..) => "unreadable",
            (_, false, _) => "not used",
            (.., true) => "paused",
            (.., false) => "active",
        };
        let channels = one.integration.as_ref().map_or(0, |integration| integration.channels.len());
        [one.name.clone(), place.to_owned(), state.to_owned(), channels.to_string(), one.accounts.to_string()]
    };
    let headings = ["NAME", "PLACE", "STATE", "CHANNELS", "ACCOUNTS"];
    terminal::table(headings, all.iter().map(row).collect()).trim_end().to_owned()
}

fn out(one: &ListedIntegration) -> Value {
    let known = one.integration.as_ref();
    json!({
        "name": one.name,
        "in_file": one.in_file,
        "in_use": one.in_use,
        "paused": one.paused,
        "accounts": one.accounts,
        "platform": known.map(|integration| integration.platform.brand()),
        "client_id": known.map(|integration| integration.client_id.as_str()),
        "channels": known.map(|integration| {
            integration.channels.iter().map(|channel| channel.id.as_str()).collect::<Vec<_>>()
        }),
        "changed_at": one.changed.as_ref().map(|(at, _)| Moment(*at)),
        "changed_by": one.changed.as_ref().map(|(_, by)| by.as_str()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{app, parsed};

    const OF_THE_FILE: &str =
        "[[integration]]\nname = \"main\"\nplatform = \"amocrm\"\nclient_id = \"c\"\nclient_secret = \"file-canary\"\n";

    async fn printed(app: &App, arguments: &[&str]) -> String {
        let command = parsed::<IntegrationCommand>(arguments).unwrap();
        let mut out = Vec::new();
        match run(command, app, &mut out).await {
            Ok(_) => String::from_utf8(out).unwrap(),
            Err(error) => format!("{error:#}"),
        }
    }

    #[tokio::test]
    async fn an_integration_is_made_paused_and_removed_and_no_secret_is_printed() {
        let folder = tempfile::tempdir().unwrap();
        let app = app(&folder, OF_THE_FILE).await;
        let file = folder.path().join("white.toml");
        let path = file.to_str().unwrap();
        let write = |name: &str, id: &str| {
            let text = format!(
                "[[integration]]\nname = \"{name}\"\nplatform = \"kommo\"\nclient_id = \"{id}\"\nclient_secret = \"canary\"\n"
            );
            std::fs::write(&file, text).unwrap();
        };
        write("white", "w");
        assert_eq!(printed(&app, &["set", path]).await, "Integration white is made.\n");
        assert_eq!(printed(&app, &["set", path]).await, "Integration white is changed.\n");
        assert_eq!(printed(&app, &["pause", "white"]).await, "Integration white is paused.\n");
        assert_eq!(printed(&app, &["pause", "white"]).await, "Integration white was paused already.\n");
        let list = printed(&app, &["list", "--json"]).await;
        let list: Value = serde_json::from_str(&list).unwrap();
        assert_eq!(
            (
                &list["integrations"][0]["in_file"],
                &list["integrations"][1]["paused"],
                &list["integrations"][1]["changed_by"]
            ),
            (&json!(true), &json!(true), &json!("cli")),
            "{list}"
        );
        assert!(!list.to_string().contains("canary"));
        let table = printed(&app, &["list"]).await;
        assert!(table.contains("main") && table.contains("stored  paused"), "{table}");
        assert_eq!(printed(&app, &["resume", "white"]).await, "Integration white is resumed.\n");
        assert!(printed(&app, &["pause", "main"]).await.contains("is in the configuration file"));
        write("other", "w");
        assert_eq!(printed(&app, &["set", path]).await, "client_id is taken by integration \"white\"");
        assert_eq!(printed(&app, &["remove", "white"]).await, "Integration white is removed.\n");
        assert!(printed(&app, &["remove", "white"]).await.starts_with("there is no stored integration \"white\""));
    }
}
