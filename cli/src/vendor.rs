//! `parom vendor`: operators, who can sign in to the admin. A sign-in link is shown once, alone on stdout.

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Context, bail};
use base::json::Moment;
use clap::Subcommand;
use entity::person;
use parom::admin::operators::{self, NotAdded};
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
            let (person, link) =
                match operators::add_operator(&app.panel, &email, &name, terminal::language(), &by).await? {
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
            let link = operators::issue_link(&app.panel, &person, new_authenticator, &by).await?;
            print_link(app, &person, &link, json, out)
        }
        VendorCommand::List { json } => {
            let found = operators::list(&app.panel).await.context("cannot read the operators")?;
            let rows: Vec<OperatorOut> = found.iter().map(OperatorOut::from).collect();
            if rows.is_empty() && !json {
                crate::help::nothing_listed("there is no operator yet; parom vendor add EMAIL makes one");
            }
            if json { writeln!(out, "{:#}", json!({ "operators": rows })) } else { print_table(out, &rows) }
        }
        VendorCommand::Disable { email } => {
            let person = operator(app, &email).await?;
            operators::disable_operator(&app.panel, &person, &by).await?;
            writeln!(out, "{} can no longer sign in to the admin.", person.email)
        }
    }
    .and_then(|()| out.flush())
    .context("standard output cannot be written")?;
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

impl<'a> From<&'a operators::OperatorRow> for OperatorOut<'a> {
    fn from(row: &'a operators::OperatorRow) -> Self {
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

fn print_table(out: &mut impl Write, rows: &[OperatorOut<'_>]) -> std::io::Result<()> {
    let cells = |row: &OperatorOut<'_>| {
        let step = if row.two_step { "two-step" } else { "not yet signed in" };
        let seen = row.seen_at.as_ref().map(|at| at.to_string()).unwrap_or_default();
        [row.email.to_owned(), step.to_owned(), seen, row.name.to_owned()]
    };
    let headings = ["EMAIL", "SIGN-IN", "LAST SEEN", "NAME"];
    out.write_all(terminal::table(headings, rows.iter().map(cells).collect()).as_bytes())
}

#[cfg(test)]
mod tests {
    use base::store::VENDOR;
    use entity::audit;
    use parom::identity::{credentials, link};
    use sea_orm::QueryOrder;

    use super::*;
    use crate::fixture::{app, parsed};

    const SERVER: &str = "[server]\npublic_url = \"https://parom.example\"\n";

    async fn printed(app: &App, arguments: &[&str]) -> anyhow::Result<String> {
        let command = parsed::<VendorCommand>(arguments)?;
        let mut out = Vec::new();
        run(command, app, &mut out).await?;
        Ok(String::from_utf8(out)?)
    }

    async fn refused(app: &App, arguments: &[&str]) -> String {
        format!("{:#}", printed(app, arguments).await.unwrap_err())
    }

    fn token(line: &str) -> &str {
        let token = line.strip_prefix("https://parom.example/admin/link?token=");
        token
            .and_then(|token| token.strip_suffix('\n'))
            .unwrap_or_else(|| panic!("{line:?} is more or less than a link"))
    }

    #[tokio::test]
    async fn a_link_is_printed_alone_and_opens_the_admin_once() {
        let folder = tempfile::tempdir().unwrap();
        let app = app(&folder, SERVER).await;
        let line = printed(&app, &["add", "Olga@Vendor.example", "--name", "Olga"]).await.unwrap();
        let found = link::take(&app.identity, token(&line)).await.unwrap().unwrap();
        assert_eq!(found.purpose, Purpose::NewAuthenticator);
        assert!(link::take(&app.identity, token(&line)).await.unwrap().is_none(), "once");

        let again = refused(&app, &["add", "olga@vendor.example"]).await;
        assert!(again.contains("is an operator already") && again.contains("parom vendor link"), "{again}");
        assert_eq!(refused(&app, &["add", "olga"]).await, "\"olga\" is not an e-mail address");
        let given = printed(&app, &["link", "olga@vendor.example", "--json"]).await.unwrap();
        let given: serde_json::Value = serde_json::from_str(&given).unwrap();
        assert_eq!(given["email"], "olga@vendor.example");
        assert!(given["link"].as_str().unwrap().starts_with("https://parom.example/admin/link?token="));
        assert_eq!(given["expires_at"], "2026-11-18T11:16:40.123Z", "10 minutes");
        let rows =
            audit::Entity::of_tenant(VENDOR).order_by_asc(audit::Column::Id).all(app.store.read()).await.unwrap();
        let deeds: Vec<_> = rows.iter().map(|row| (row.actor_kind.as_str(), row.action.as_str())).collect();
        assert_eq!(deeds, [("cli", "operator.added"), ("cli", "operator.link_made")]);
        assert!(!format!("{rows:?}").contains(token(&line)), "no log has the token");
    }

    #[tokio::test]
    async fn operators_are_listed_and_leave() {
        let folder = tempfile::tempdir().unwrap();
        let app = app(&folder, SERVER).await;
        assert_eq!(printed(&app, &["list"]).await.unwrap(), "");
        for email in ["olga@vendor.example", "petr@vendor.example"] {
            printed(&app, &["add", email]).await.unwrap();
        }
        let table = printed(&app, &["list"]).await.unwrap();
        assert!(table.matches("@vendor.example").count() == 2 && table.contains("not yet signed in"), "{table}");
        let done = printed(&app, &["disable", "PETR@vendor.example"]).await.unwrap();
        assert_eq!(done, "petr@vendor.example can no longer sign in to the admin.\n");
        let left: serde_json::Value = serde_json::from_str(&printed(&app, &["list", "--json"]).await.unwrap()).unwrap();
        assert_eq!(left["operators"].as_array().unwrap().len(), 1);
        assert_eq!(
            (&left["operators"][0]["two_step"], &left["operators"][0]["seen_at"]),
            (&false.into(), &json!(null))
        );
        let nobody = refused(&app, &["link", "petr@vendor.example"]).await;
        assert_eq!(nobody, "petr@vendor.example is not an operator; parom vendor list shows all");
        // Who left may come back.
        token(&printed(&app, &["add", "petr@vendor.example"]).await.unwrap());
    }

    #[tokio::test]
    async fn a_lost_authenticator_is_taken_away_with_its_sessions() {
        let folder = tempfile::tempdir().unwrap();
        let app = app(&folder, SERVER).await;
        printed(&app, &["add", "olga@vendor.example"]).await.unwrap();
        let person = operator(&app, "olga@vendor.example").await.unwrap();
        let db = app.store.write();
        assert!(credentials::set_password(db, &person, "x", None).await.unwrap());
        let person = operator(&app, "olga@vendor.example").await.unwrap();
        let new = parom::identity::session::NewSession {
            tenant_id: VENDOR,
            kind: parom::identity::session::SessionKind::Admin,
            person_id: Some(person.id),
            crm_user_id: None,
            is_admin: true,
            via: "link",
            language: "en",
            reason: "",
        };
        let opened = parom::identity::session::open(&app.identity, db, new).await.unwrap();
        let lives = async || {
            let kinds = [parom::identity::session::SessionKind::Admin];
            parom::identity::session::find(&app.identity, &opened.token, &kinds).await.unwrap().is_some()
        };
        printed(&app, &["link", "olga@vendor.example"]).await.unwrap();
        assert!(lives().await, "another link ends nothing");
        let link = printed(&app, &["link", "olga@vendor.example", "--new-authenticator"]).await.unwrap();
        assert!(!lives().await);
        let person = parom::identity::person::by_id(db, person.id).await.unwrap().unwrap();
        assert!(person.password_hash.is_none() && person.link_only, "nothing but the link is left to sign in by");
        assert_eq!(link::take(&app.identity, token(&link)).await.unwrap().unwrap().purpose, Purpose::NewAuthenticator);
    }
}
