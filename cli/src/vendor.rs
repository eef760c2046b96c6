//! `parom vendor`: operators, who can sign in to the admin. A sign-in link is shown once, alone on stdout.

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Context, bail};
use base::json::Moment;
use clap::Subcommand;
use entity::person;
use parom::admin::operators::actions::{self, NotAdded};
use parom::app::App;
use parom::audit::{Actor, By};
use parom::identity::link::Purpose;
use parom::identity::person as persons;
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::terminal;

#[derive(Debug, Subcommand)]
pub enum VendorCommand {
    /// Adds an operator and prints a one-time link for the first sign-in
    Add {
        /// E-mail of the operator; the link is only for them
        email: String,
        /// Name shown in the admin and in audit logs
        #[arg(long, default_value = "")]
        name: String,
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
    /// Prints a new one-time sign-in link for an operator
    Link {
        email: String,
        /// For a lost authenticator: removes the password and all sessions, and lets only this sign-in connect a new
        /// one
        #[arg(long)]
        new_authenticator: bool,
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
    /// Lists operators
    List {
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
    /// Removes an operator; running servers end their sessions at once
    Disable { email: String },
}

/// Runs one command.
pub async fn run(command: VendorCommand, app: &App, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let by = By { actor: Actor::Cli, address: None };
    match command {
        VendorCommand::Add { email, name, json } => {
            let (person, link) = match actions::add(&app.panel, &email, &name, terminal::language(), &by).await? {
                Ok(added) => added,
                Err(NotAdded::NoEmail) => bail!("{email:?} is not an e-mail address"),
                Err(NotAdded::Already) => {
                    bail!("{email} is an operator already; another link is printed by: parom vendor link {email}")
                }
            };
            print_link(app, &person, &link, json, out)
        }
        VendorCommand::Link { email, new_authenticator, json } => {
            let person = operator(app, &email).await?;
            let link = actions::link(&app.panel, &person, new_authenticator, &by).await?;
            print_link(app, &person, &link, json, out)
        }
        VendorCommand::List { json } => {
            let rows = actions::list(&app.panel).await.context("cannot read the operators")?;
            if rows.is_empty() && !json {
                crate::hints::nothing_listed("there is no operator yet; parom vendor add EMAIL makes one");
            }
            if json { print_json(out, &rows) } else { print_table(out, &rows) }
        }
        VendorCommand::Disable { email } => {
            let person = operator(app, &email).await?;
            actions::disable(&app.panel, &person, &by).await?;
            writeln!(out, "{} can no longer sign in to the admin.", person.email)
        }
    }
    .and_then(|()| out.flush())
    .context("standard output is closed")?;
    Ok(ExitCode::SUCCESS)
}

async fn operator(app: &App, email: &str) -> anyhow::Result<person::Model> {
    let person = persons::operator_by_email(&app.identity, app.store.read(), email)
        .await
        .context("cannot read the operators")?;
    let person = person.filter(|person| person.disabled_at.is_none());
    person.with_context(|| format!("{email} is not an operator; parom vendor list shows all"))
}

fn print_link(app: &App, person: &person::Model, link: &str, json: bool, out: &mut impl Write) -> std::io::Result<()> {
    if !json {
        return writeln!(out, "{link}");
    }
    let expires_at = Moment(app.clock.millis() + Purpose::Operator.life());
    let given = json!({ "id": person.id, "email": person.email, "link": link, "expires_at": expires_at });
    writeln!(out, "{given}")
}

/// An operator as JSON.
#[derive(Serialize)]
struct OperatorOut<'a> {
    id: Uuid,
    email: &'a str,
    name: &'a str,
    /// Whether an authenticator is connected.
    two_step: bool,
    has_password: bool,
    created_at: Moment,
    /// Null if the operator has not signed in yet.
    seen_at: Option<Moment>,
}

impl<'a> From<&'a actions::OperatorRow> for OperatorOut<'a> {
    fn from(row: &'a actions::OperatorRow) -> Self {
        let person = &row.person;
        Self {
            id: person.id,
            email: &person.email,
            name: &person.name,
            two_step: person.totp_secret.is_some(),
            has_password: person.password_hash.is_some(),
            created_at: Moment(person.created_at),
            seen_at: row.seen_at.map(Moment),
        }
    }
}

fn print_json(out: &mut impl Write, rows: &[actions::OperatorRow]) -> std::io::Result<()> {
    let operators: Vec<OperatorOut> = rows.iter().map(OperatorOut::from).collect();
    serde_json::to_writer_pretty(&mut *out, &json!({ "operators": operators })).map_err(std::io::Error::from)?;
    writeln!(out)
}

fn print_table(out: &mut impl Write, rows: &[actions::OperatorRow]) -> std::io::Result<()> {
    for row in rows.iter().map(OperatorOut::from) {
        let step = if row.two_step { "two-step" } else { "not yet signed in" };
        let seen = row.seen_at.map(|at| format!("signed in, seen {at}")).unwrap_or_default();
        writeln!(out, "{}  {step:17}  {seen:43}  {}", row.email, row.name)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
