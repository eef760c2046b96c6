//! Logins made, listed and ended on a database of their own.

use base::clock::Clock;
use base::config::Config;
use base::fault::Faults;
use base::store::{self, Store, VENDOR};
use base::vault::Vault;
use clap::Parser;
use entity::{audit, tenant};
use parom::customer::logins::find;
use sea_orm::{EntityTrait, IntoActiveModel};

use super::*;
use crate::fixture;

const START: i64 = 1_795_000_000_123;

#[derive(Debug, Parser)]
struct CustomerCli {
    #[command(subcommand)]
    command: CustomerCommand,
}

async fn app(folder: &tempfile::TempDir) -> Arc<App> {
    let path = folder.path().display();
    let text = format!(
        "[database]\nurl = \"sqlite://{path}/parom.db\"\n[secrets]\nkey = \"cGFyb20tdGVzdHMtcGFyb20tdGVzdHMtMDEyMzQ1Njc=\"\n\
         [[integration]]\nname = \"main\"\nplatform = \"amocrm\"\nclient_id = \"c\"\nclient_secret = \"s\"\n"
    );
    let config = Config::from_toml(&text).unwrap();
    let store = Store::open(&config.database, Clock::frozen(START)).await.unwrap();
    store::migrate(&store).await.unwrap();
    let vault = Vault::open(&config.secrets, true).unwrap();
    App::new(config, store, vault, Faults::default()).unwrap()
}

async fn printed(app: &Arc<App>, arguments: &[&str], stdin: Option<&str>) -> anyhow::Result<String> {
    Ok(printed_and_warned(app, arguments, stdin).await?.0)
}

async fn printed_and_warned(
    app: &Arc<App>,
    arguments: &[&str],
    stdin: Option<&str>,
) -> anyhow::Result<(String, String)> {
    let command = CustomerCli::try_parse_from([&["parom"], arguments].concat())?.command;
    let (mut out, mut errors) = (Vec::new(), Vec::new());
    run(command, app, async || Ok(stdin.map(SecretString::from)), &mut out, &mut errors).await?;
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
    let app = app(&folder).await;
    let made = printed(&app, &["add", "shop"], None).await.unwrap();
    assert!(made.ends_with('\n') && made.trim().len() == 19 && made.lines().count() == 1, "{made}");
    assert!(opens(&app, "shop", made.trim()).await && !opens(&app, "shop", "another").await);
    let again = printed(&app, &["add", "Shop"], None).await.unwrap_err().to_string();
    assert!(again.contains("is there already"), "{again}");
    let table = printed(&app, &["list"], None).await.unwrap();
    assert!(table.starts_with("shop  valid") && !table.contains(made.trim()), "{table}");
    let rows = audit::Entity::of_tenant(VENDOR).all(app.store.read()).await.unwrap();
    assert_eq!((rows.len(), rows[0].action.as_str(), rows[0].object.as_str()), (1, "customer.added", "shop"));
    assert!(!rows[0].detail.contains(made.trim()));
}

#[tokio::test]
async fn a_password_from_stdin_is_not_printed() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(&folder).await;
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
    assert!(printed(&app, &["password", "nobody"], None).await.unwrap_err().to_string().contains("there is no login"));
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
    let app = app(&folder).await;
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
