//! The commands on a database of their own.

use base::clock::Clock;
use base::config::Config;
use base::fault::Faults;
use base::store::{self, Store};
use base::vault::Vault;
use clap::Parser;

use super::*;

#[derive(Debug, Parser)]
struct IntegrationCli {
    #[command(subcommand)]
    command: IntegrationCommand,
}

async fn app(folder: &tempfile::TempDir) -> std::sync::Arc<App> {
    base::http_client::install_crypto_provider();
    let text = format!(
        "[database]\nurl = \"sqlite://{}/parom.db\"\n[secrets]\nkey = \"cGFyb20tdGVzdHMtcGFyb20tdGVzdHMtMDEyMzQ1Njc=\"\n\
         [[integration]]\nname = \"main\"\nplatform = \"amocrm\"\nclient_id = \"c\"\nclient_secret = \"file-canary\"\n",
        folder.path().display()
    );
    let config = Config::from_toml(&text).unwrap();
    let store = Store::open(&config.database, Clock::frozen(1_795_000_000_123)).await.unwrap();
    store::migrate(&store).await.unwrap();
    let vault = Vault::open(&config.secrets, true).unwrap();
    App::new(config, store, vault, Faults::default()).unwrap()
}

async fn printed(app: &App, arguments: &[&str]) -> String {
    let command = IntegrationCli::try_parse_from([&["parom"], arguments].concat()).unwrap().command;
    let mut out = Vec::new();
    match run(command, app, &mut out).await {
        Ok(_) => String::from_utf8(out).unwrap(),
        Err(error) => format!("{error:#}"),
    }
}

#[tokio::test]
async fn an_integration_is_made_paused_and_removed_and_no_secret_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(&folder).await;
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
