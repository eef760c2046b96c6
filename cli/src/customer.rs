//! `parom customer`: logins by which accounts are connected in the widget (customers mode `password`), and the customers who
//! write to an account. A generated password is shown once; only its hash is stored.

mod chat;

use std::io::{IsTerminal, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use base::i18n::{Language, Words};
use base::json::Moment;
use chat::ChatArgs;
use clap::Subcommand;
use parom::app::App;
use parom::audit::{self, Actor, AuditEntry};
use parom::customer;
use parom::identity::password;
use parom::tenant::TenantStatus;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use uuid::Uuid;

use crate::tenant::AccountArgs;
use crate::terminal;

#[derive(Debug, Subcommand)]
pub enum CustomerCommand {
    /// Creates a login; its password is the first line of stdin, otherwise one is generated and printed once
    Add {
        login: String,
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
    /// Lists logins and the accounts they connected
    List {
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
    /// Sets a new password, from stdin or generated; a disabled login is enabled again
    Password {
        login: String,
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
    /// Disables a login and disconnects its accounts; their sources and chats are kept
    Disable {
        login: String,
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
    /// Lists to which contacts the chats of a customer were linked, and why, newest first
    Links {
        #[command(flatten)]
        which: ChatArgs,
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
    /// Undoes a link: the chat gets a contact of its own; says first what cannot be undone, and asks
    Undo {
        #[command(flatten)]
        account: AccountArgs,
        /// The link, by the id that `links` shows
        #[arg(value_name = "LINK", value_parser = terminal::id)]
        link: Uuid,
        /// Does not ask
        #[arg(long)]
        yes: bool,
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
    /// Blocks a customer in all their chats: what they write is stored and not passed on
    Block {
        #[command(flatten)]
        which: ChatArgs,
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
    /// Unblocks a customer; what was stored meanwhile is not passed on
    Unblock {
        #[command(flatten)]
        which: ChatArgs,
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
    /// Lists what an account's customers decided about marketing messages, newest first
    Consents {
        #[command(flatten)]
        account: AccountArgs,
        /// Only one customer's, by Parom's id of any of their chats; the latest 500
        #[arg(value_name = "CHAT", value_parser = terminal::id)]
        chat: Option<Uuid>,
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
}

/// Letters and digits that are not easily confused.
const SIGNS: &[u8] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// Maximum bytes read from stdin; longer than any password.
const MOST_BYTES: u64 = 4096;

/// How long a password is waited for: programs that start this one may leave standard input open and write nothing.
pub const GIVEN_WITHIN: Duration = Duration::from_secs(10);

/// The password in the first line of stdin; None at a terminal, if stdin is empty, or if nothing came `within` the
/// time.
pub async fn given<T>(stdin: T, within: Duration) -> anyhow::Result<Option<SecretString>>
where
    T: AsFd + IsTerminal,
    for<'a> &'a T: Read,
{
    if stdin.is_terminal() {
        return Ok(None);
    }
    #[expect(deprecated, reason = "its successor is unsafe; the descriptor is borrowed, so it stays open")]
    let pipe = AsyncFd::with_interest(stdin.as_fd(), Interest::READABLE);
    let read = match pipe {
        Ok(pipe) => first_line(&pipe, &stdin, within).await,
        // Reading a file or /dev/null never blocks, and epoll takes neither.
        Err(_) => {
            let mut bytes = Vec::new();
            (&stdin).take(MOST_BYTES).read_to_end(&mut bytes).map(|_| bytes)
        }
    };
    let bytes = read.context("the password on standard input cannot be read")?;
    let text = String::from_utf8(bytes).context("the password on standard input is not UTF-8")?;
    let line = text.lines().next().unwrap_or_default();
    Ok((!line.is_empty()).then(|| SecretString::from(line)))
}

/// What a pipe holds up to the end of its first line, or to the end of the time.
async fn first_line(
    pipe: &AsyncFd<BorrowedFd<'_>>,
    mut stdin: impl Read,
    within: Duration,
) -> std::io::Result<Vec<u8>> {
    let (mut text, mut bytes) = (Vec::new(), [0; 4096]);
    while let Ok(ready) = tokio::time::timeout(within, pipe.readable()).await {
        let mut ready = ready?;
        let count = stdin.read(&mut bytes)?;
        ready.clear_ready();
        text.extend(bytes.iter().take(count));
        if count == 0 || text.contains(&b'\n') || text.len() >= bytes.len() {
            break;
        }
    }
    Ok(text)
}

/// Runs one command. Commands that take a password call `given` for it; `errors` receives a warning about a weak one, and what
/// `ask` is about.
pub async fn run(
    command: CustomerCommand,
    app: &Arc<App>,
    given: impl AsyncFnOnce() -> anyhow::Result<Option<SecretString>>,
    ask: impl FnOnce(&str) -> anyhow::Result<Option<String>>,
    out: &mut impl Write,
    errors: &mut impl Write,
) -> anyhow::Result<ExitCode> {
    let if_empty = match command {
        CustomerCommand::Links { .. } => "no chat of this customer was linked to a contact yet",
        CustomerCommand::Consents { .. } => "nobody decided anything about marketing messages yet",
        _ => "there is no login yet; parom customer add LOGIN makes one",
    };
    let (outcome, json) = match command {
        CustomerCommand::Add { login, json } => {
            let (password, is_new) = chosen(given().await?, errors)?;
            let hash = password::hash(&app.identity, password.clone()).await?;
            let row = customer::add(&app.store, &app.clock, &login, hash).await?;
            (report(app, "customer.added", &row.login, "Added", is_new.then_some(&password)).await?, json)
        }
        CustomerCommand::Password { login, json } => {
            let (password, is_new) = chosen(given().await?, errors)?;
            let hash = password::hash(&app.identity, password.clone()).await?;
            customer::set_password(&app.store, &login, hash).await?;
            (report(app, "customer.password_changed", &login, "Changed", is_new.then_some(&password)).await?, json)
        }
        CustomerCommand::Disable { login, json } => (disable(app, &login).await?, json),
        CustomerCommand::List { json } => (list(app).await?, json),
        CustomerCommand::Links { which, json } => (chat::links(app, &which).await?, json),
        CustomerCommand::Undo { account, link, yes, json } => {
            (chat::undo(app, (&account, link, yes), ask, errors).await?, json)
        }
        CustomerCommand::Block { which, json } => (chat::set_blocked(app, &which, true).await?, json),
        CustomerCommand::Unblock { which, json } => (chat::set_blocked(app, &which, false).await?, json),
        CustomerCommand::Consents { account, chat, json } => (chat::consents(app, &account, chat).await?, json),
    };
    if outcome.text.is_empty() && !json {
        crate::help::nothing_listed(if_empty);
    }
    if json { writeln!(out, "{:#}", outcome.json) } else { out.write_all(outcome.text.as_bytes()) }
        .and_then(|()| out.flush())
        .context("standard output cannot be written")?;
    Ok(ExitCode::SUCCESS)
}

/// The output of a command, for people and for programs.
struct CommandReport {
    text: String,
    json: Value,
}

/// The password to use, and whether it was generated. A given one needs the length alone: who gives it answers for it.
fn chosen(given: Option<SecretString>, errors: &mut impl Write) -> anyhow::Result<(SecretString, bool)> {
    let Some(given) = given else { return Ok((new_password(), true)) };
    password::has_length(given.expose_secret()).map_err(|weak| {
        let said = Words::new(Language::En).text(weak.words());
        let said = said.with("shortest", password::SHORTEST).with("longest", password::LONGEST).to_string();
        anyhow!("{}", said.replace('\u{a0}', " "))
    })?;
    if password::fits(given.expose_secret(), &[]).is_err() {
        // A failed write of a warning changes nothing.
        let _ = writeln!(errors, "parom: this password is easily guessed; without one, a strong one is made");
    }
    Ok((given, false))
}

/// 80 random bits, in groups that can be read aloud.
fn new_password() -> SecretString {
    let random: [u8; 16] = rand::random();
    let sign = |byte: &u8| SIGNS.get(usize::from(*byte) % SIGNS.len()).copied().map(char::from);
    let groups: Vec<String> = random.chunks(4).map(|group| group.iter().filter_map(sign).collect()).collect();
    SecretString::from(groups.join("-"))
}

/// Records the action in the audit log and prints its result; a generated password is alone on its line.
async fn report(
    app: &App,
    action: &'static str,
    login: &str,
    done: &str,
    password: Option<&SecretString>,
) -> anyhow::Result<CommandReport> {
    let actor = Actor::Cli;
    let tenant_id = base::store::VENDOR;
    let entry =
        AuditEntry { tenant_id, actor: &actor, action, object: login, detail: json!({}), address: None, done: true };
    audit::record(app, app.store.write(), entry).await?;
    Ok(match password {
        Some(password) => {
            let password = password.expose_secret();
            CommandReport { text: format!("{password}\n"), json: json!({ "login": login, "password": password }) }
        }
        None => CommandReport { text: format!("{done} {login}.\n"), json: json!({ "login": login }) },
    })
}

async fn disable(app: &Arc<App>, login: &str) -> anyhow::Result<CommandReport> {
    let row = customer::disable(&app.store, &app.clock, login).await?;
    let mut disconnected = Vec::new();
    for tenant in customer::accounts(&app.store, row.id).await? {
        if matches!(TenantStatus::stored(&tenant), TenantStatus::Uninstalled | TenantStatus::Disconnected) {
            continue;
        }
        parom::tenant::disconnect(&app.tenants, tenant.tenant_id).await.with_context(|| {
            format!("{login} is disabled, but {} could not be disconnected; run it again", tenant.host)
        })?;
        disconnected.push(tenant);
    }
    report(app, "customer.disabled", &row.login, "", None).await?;
    let count = disconnected.len();
    let accounts: Vec<_> =
        disconnected.iter().map(|tenant| json!({"tenant_id": tenant.tenant_id, "host": tenant.host})).collect();
    Ok(CommandReport {
        text: format!("Disabled {}. Accounts disconnected: {count}.\n", row.login),
        json: json!({ "login": row.login, "disconnected": accounts }),
    })
}

/// A login as JSON.
#[derive(Serialize)]
struct CustomerOut {
    id: Uuid,
    login: String,
    created_at: Moment,
    disabled_at: Option<Moment>,
    accounts: Vec<AccountOut>,
}

#[derive(Serialize)]
struct AccountOut {
    tenant_id: Uuid,
    host: String,
    status: &'static str,
}

async fn list(app: &App) -> anyhow::Result<CommandReport> {
    let mut customers = Vec::new();
    let mut rows = Vec::new();
    for row in customer::list(&app.store).await? {
        let accounts: Vec<AccountOut> = customer::accounts(&app.store, row.id)
            .await?
            .into_iter()
            .map(|tenant| AccountOut {
                tenant_id: tenant.tenant_id,
                status: TenantStatus::shown(&tenant).as_str(),
                host: tenant.host,
            })
            .collect();
        let state = row.disabled_at.map_or_else(|| "valid".to_owned(), |at| format!("disabled {}", Moment(at)));
        let hosts: Vec<_> = accounts.iter().map(|account| format!("{} ({})", account.host, account.status)).collect();
        rows.push([row.login.clone(), state, hosts.join(", ")]);
        customers.push(CustomerOut {
            id: row.id,
            login: row.login,
            created_at: Moment(row.created_at),
            disabled_at: row.disabled_at.map(Moment),
            accounts,
        });
    }
    let text = terminal::table(["LOGIN", "STATE", "ACCOUNTS"], rows);
    Ok(CommandReport { text, json: json!({ "customers": customers }) })
}

#[cfg(test)]
mod tests {
    use base::store::VENDOR;
    use entity::{audit, fixture, tenant};
    use parom::customer::find;
    use sea_orm::{EntityTrait, IntoActiveModel};

    use super::*;
    use crate::fixture::{START, app, parsed};

    const INTEGRATION: &str =
        "[[integration]]\nname = \"main\"\nplatform = \"amocrm\"\nclient_id = \"c\"\nclient_secret = \"s\"\n";

    async fn printed(app: &Arc<App>, arguments: &[&str], stdin: Option<&str>) -> anyhow::Result<String> {
        Ok(printed_and_warned(app, arguments, stdin).await?.0)
    }

    async fn printed_and_warned(
        app: &Arc<App>,
        arguments: &[&str],
        stdin: Option<&str>,
    ) -> anyhow::Result<(String, String)> {
        let command = parsed::<CustomerCommand>(arguments)?;
        let (mut out, mut errors) = (Vec::new(), Vec::new());
        let given = async || Ok(stdin.map(SecretString::from));
        run(command, app, given, |_| Ok(None), &mut out, &mut errors).await?;
        Ok((String::from_utf8(out)?, String::from_utf8(errors)?))
    }

    async fn opens(app: &App, login: &str, password: &str) -> bool {
        let row = find(&app.store, login).await.unwrap().unwrap();
        password::check(&app.identity, SecretString::from(password), Some(&row.password_hash)).await.unwrap()
    }

    async fn add_tenant(app: &App, id: u128, customer_id: Uuid) {
        let row = tenant::Model {
            host: format!("shop{id}.amocrm.ru"),
            created_at: START,
            updated_at: START,
            customer_id: Some(customer_id),
            ..fixture::tenant(Uuid::from_u128(id))
        };
        tenant::Entity::insert(row.into_active_model()).exec_without_returning(app.store.write()).await.unwrap();
    }

    #[tokio::test]
    async fn a_password_made_here_is_printed_once_and_alone() {
        let folder = tempfile::tempdir().unwrap();
        let app = app(&folder, INTEGRATION).await;
        let made = printed(&app, &["add", "shop"], None).await.unwrap();
        assert!(made.ends_with('\n') && made.trim().len() == 19 && made.lines().count() == 1, "{made}");
        assert!(opens(&app, "shop", made.trim()).await && !opens(&app, "shop", "another").await);
        let again = printed(&app, &["add", "Shop"], None).await.unwrap_err().to_string();
        assert!(again.contains("is there already"), "{again}");
        let table = printed(&app, &["list"], None).await.unwrap();
        assert!(
            table.lines().any(|line| line.starts_with("shop ") && line.contains("  valid"))
                && !table.contains(made.trim()),
            "{table}"
        );
        let rows = audit::Entity::of_tenant(VENDOR).all(app.store.read()).await.unwrap();
        assert_eq!((rows.len(), rows[0].action.as_str(), rows[0].object.as_str()), (1, "customer.added", "shop"));
        assert!(!rows[0].detail.contains(made.trim()));
    }

    #[tokio::test]
    async fn a_password_from_stdin_is_not_printed() {
        let folder = tempfile::tempdir().unwrap();
        let app = app(&folder, INTEGRATION).await;
        let output = printed(&app, &["add", "shop"], Some("correct horse battery")).await.unwrap();
        assert_eq!(output, "Added shop.\n");
        assert!(opens(&app, "shop", "correct horse battery").await);
        let short = printed(&app, &["password", "shop"], Some("short")).await.unwrap_err().to_string();
        assert_eq!(short, "A password has at least 8 characters.");
        assert!(printed(&app, &["password", "shop"], Some(&"long ".repeat(41))).await.is_err());
        for weak in ["password1", "secret123", "hunter2hunter2"] {
            let (said, warned) = printed_and_warned(&app, &["password", "shop"], Some(weak)).await.unwrap();
            assert_eq!(said, "Changed shop.\n");
            assert!(warned.contains("easily guessed") && !warned.contains(weak), "{warned}");
            assert!(opens(&app, "shop", weak).await, "{weak}");
        }
        let strong = printed_and_warned(&app, &["password", "shop"], Some("correct horse battery")).await.unwrap();
        assert_eq!(strong.1, "");
        let json = printed(&app, &["password", "shop", "--json"], None).await.unwrap();
        let json: Value = serde_json::from_str(&json).unwrap();
        assert!(opens(&app, "shop", json["password"].as_str().unwrap()).await);
        assert!(!opens(&app, "shop", "correct horse battery").await);
        assert!(
            printed(&app, &["password", "nobody"], None).await.unwrap_err().to_string().contains("there is no login")
        );
    }

    #[tokio::test]
    async fn a_password_is_the_first_line_of_a_pipe_and_a_silent_pipe_is_not_waited_for() {
        let long = Duration::from_secs(60);
        let pipe = || {
            let (reader, writer) = std::io::pipe().unwrap();
            (std::fs::File::from(std::os::fd::OwnedFd::from(reader)), writer)
        };
        let text = |given: anyhow::Result<Option<SecretString>>| given.unwrap().map(|it| it.expose_secret().to_owned());
        // Its other end stays open.
        let (reader, mut writer) = pipe();
        writer.write_all(b"secret123\r\nmore").unwrap();
        assert_eq!(text(given(reader, long).await).as_deref(), Some("secret123"));
        let (reader, silent) = pipe();
        assert_eq!(text(given(reader, Duration::ZERO).await), None);
        drop(silent);
        let (reader, closed) = pipe();
        drop(closed);
        assert_eq!(text(given(reader, long).await), None);
        // What comes from a file, and from nowhere.
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"from a file\n").unwrap();
        std::io::Seek::rewind(&mut file).unwrap();
        assert_eq!(text(given(file, long).await).as_deref(), Some("from a file"));
        assert_eq!(text(given(std::fs::File::open("/dev/null").unwrap(), long).await), None);
    }

    #[tokio::test]
    async fn a_disabled_login_takes_its_accounts_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let app = app(&folder, INTEGRATION).await;
        printed(&app, &["add", "shop"], None).await.unwrap();
        printed(&app, &["add", "other"], None).await.unwrap();
        let (shop, other) =
            (find(&app.store, "shop").await.unwrap().unwrap(), find(&app.store, "other").await.unwrap().unwrap());
        add_tenant(&app, 1, shop.id).await;
        add_tenant(&app, 2, shop.id).await;
        add_tenant(&app, 3, other.id).await;
        let output = printed(&app, &["disable", "shop"], None).await.unwrap();
        assert_eq!(output, "Disabled shop. Accounts disconnected: 2.\n");
        let list: Value = serde_json::from_str(&printed(&app, &["list", "--json"], None).await.unwrap()).unwrap();
        let statuses: Vec<_> =
            list["customers"].as_array().unwrap().iter().map(|one| (&one["login"], &one["accounts"])).collect();
        assert_eq!(statuses.len(), 2);
        assert_eq!(
            (statuses[0].0, &statuses[0].1[0]["status"], &statuses[0].1[1]["status"]),
            (&json!("shop"), &json!("disconnected"), &json!("disconnected"))
        );
        assert_eq!(&statuses[1].1[0]["status"], &json!("active"));
        assert!(list["customers"][0]["disabled_at"].is_string() && list["customers"][1]["disabled_at"].is_null());
    }
}
