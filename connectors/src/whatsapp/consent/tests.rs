use std::collections::BTreeMap;

use base::config::Config;
use base::http_client::HttpClients;

use super::super::setup::setup;
use super::*;
use crate::fake::{Answer, Fake};
use crate::whatsapp::fake;

const BACK: &str = "https://parom.example/back";

async fn dialog(answers: impl IntoIterator<Item = Answer>) -> (Fake, MetaDialog) {
    let fake = fake::start(answers).await;
    let mut config = Config::from_toml("").unwrap();
    config.whatsapp.api_url = fake.base.clone();
    config.whatsapp.app_id = Some("77".into());
    config.whatsapp.app_secret = Some("vendor-secret".into());
    let http = HttpClients::new(&config.network).unwrap();
    let api = GraphApi::new(&http, &config.whatsapp.api_url);
    assert!(MetaDialog::of(&http, &api, &config.whatsapp).is_none(), "without a configuration of Embedded Signup");
    config.whatsapp.config_id = Some("5005".into());
    (fake, MetaDialog::of(&http, &api, &config.whatsapp).unwrap())
}

fn returned<'a>(code: &'a str, query: &'a BTreeMap<String, String>) -> Returned<'a> {
    Returned { code, state: "state", back: BACK, query, now: chrono::DateTime::UNIX_EPOCH }
}

fn token() -> Answer {
    fake::ok(json!({ "access_token": "EAAB-business", "token_type": "bearer" }))
}

fn granted(accounts: &[&str]) -> Answer {
    let scope = |name: &str| json!({ "scope": name, "target_ids": accounts });
    let scopes = [scope(SCOPES[0]), scope(SCOPES[1]), json!({ "scope": "email" })];
    fake::ok(json!({ "data": { "is_valid": true, "granular_scopes": scopes } }))
}

fn number(id: &str, status: &str) -> Value {
    json!({ "id": id, "display_phone_number": "+7 701 000-99-00", "verified_name": "Acme", "status": status,
            "platform_type": "CLOUD_API", "is_on_biz_app": false })
}

#[tokio::test]
async fn the_dialog_is_on_metas_own_site() {
    let (_fake, mut dialog) = dialog([]).await;
    let page = dialog.address("st&te", BACK).unwrap();
    assert_eq!(page.path(), format!("/{VERSION}/dialog/oauth"));
    let pairs: Vec<(String, String)> = page.query_pairs().into_owned().collect();
    let wanted = [
        ("client_id", "77"),
        ("response_type", "code"),
        ("state", "st&te"),
        ("config_id", "5005"),
        ("redirect_uri", BACK),
        ("override_default_response_type", "true"),
        ("extras", "{\"setup\":{}}"),
    ];
    assert_eq!(pairs, wanted.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let mut config = Config::from_toml("").unwrap().whatsapp;
    (config.app_id, config.app_secret, config.config_id) = (Some("7".into()), Some("s".into()), Some("5".into()));
    dialog = MetaDialog::of(&crate::fake::http(), &dialog.api, &config).unwrap();
    assert!(dialog.address("s", BACK).unwrap().as_str().starts_with("https://www.facebook.com/v"));
}

#[tokio::test]
async fn a_registered_number_and_one_of_the_phone_app_are_not_registered() {
    let offered =
        fake::ok(json!({ "data": [number("331", "CONNECTED"), { "display_phone_number": "without an id" }] }));
    let (fake, dialog) = self::dialog([token(), granted(&["220"]), offered]).await;
    let lines = dialog.lines(&returned("AQD", &BTreeMap::new())).await.unwrap();
    let [line] = <[OfferedLine; 1]>::try_from(lines).unwrap_or_else(|all| panic!("{} lines", all.len()));
    let settings = dialog.connect(line.settings).await.unwrap();
    assert_eq!(fake.calls().len(), 4);
    assert!(!setup(settings).unwrap().secrets.contains_key(PIN), "its PIN is not ours");
    let (fake, dialog) = self::dialog([]).await;
    let chosen =
        json!({ "phone_number_id": "331", "waba_id": "220", TOKEN: "EAAB", PIN: "123456", STAYS_IN_APP: true });
    let settings = dialog.connect(chosen).await.unwrap();
    assert_eq!(fake.call().path, "220/subscribed_apps");
    assert_eq!(setup(settings).unwrap().public[STAYS_IN_APP], true);
}
