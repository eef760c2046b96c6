use base::config::Config;
use base::http_client::HttpClients;

use super::super::setup::{is_pin, setup};
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
    assert!(MetaDialog::of(&api, &config.whatsapp).is_none(), "without a configuration of Embedded Signup");
    config.whatsapp.config_id = Some("5005".into());
    (fake, MetaDialog::of(&api, &config.whatsapp).unwrap())
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
        ("config_id", "5005"),
        ("redirect_uri", BACK),
        ("response_type", "code"),
        ("override_default_response_type", "true"),
        ("extras", "{\"setup\":{}}"),
        ("state", "st&te"),
    ];
    assert_eq!(pairs, wanted.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let mut config = Config::from_toml("").unwrap().whatsapp;
    (config.app_id, config.app_secret, config.config_id) = (Some("7".into()), Some("s".into()), Some("5".into()));
    dialog = MetaDialog::of(&dialog.api, &config).unwrap();
    assert!(dialog.address("s", BACK).unwrap().as_str().starts_with("https://www.facebook.com/v"));
}

#[tokio::test]
async fn a_code_names_the_numbers_of_every_account() {
    let numbers = |numbers: Value| fake::ok(json!({ "data": numbers }));
    let second = numbers(json!([number("332", "CONNECTED"), { "display_phone_number": "without an id" }]));
    let answers = [token(), granted(&["220", "221"]), numbers(json!([number("331", "PENDING")])), second];
    let (fake, dialog) = dialog(answers).await;
    let lines = dialog.lines("AQD-code", BACK, DateTime::UNIX_EPOCH).await.unwrap();
    let calls = fake.calls();
    let exchange = "oauth/access_token?client_id=77&client_secret=vendor-secret\
                    &redirect_uri=https%3A%2F%2Fparom.example%2Fback&code=AQD-code";
    assert_eq!(calls[0].path, exchange);
    assert_eq!(calls[1].authorization.as_deref(), Some("Bearer 77|vendor-secret"), "the app asks about the token");
    assert!(calls[2].path.starts_with("220/phone_numbers?") && calls[3].path.starts_with("221/phone_numbers?"));
    let names: Vec<_> = lines.iter().map(|line| (line.key.as_str(), line.name.as_str(), line.about.as_str())).collect();
    assert_eq!(names, [("331", "+7 701 000-99-00", "Acme"), ("332", "+7 701 000-99-00", "Acme")]);
    assert_eq!(lines[1].settings["waba_id"], "221");
}

#[tokio::test]
async fn a_chosen_number_is_subscribed_and_registered_once() {
    let fresh = |status: &str| {
        let offered = json!([number("331", status)]);
        [token(), granted(&["220"]), fake::ok(json!({ "data": offered }))]
    };
    let (fake, dialog) = self::dialog(fresh("PENDING")).await;
    let line = dialog.lines("AQD", BACK, DateTime::UNIX_EPOCH).await.unwrap().remove(0);
    let settings = dialog.connect(line.settings.clone()).await.unwrap();
    let calls = fake.calls();
    assert_eq!(
        (calls[3].path.as_str(), calls[3].authorization.as_deref()),
        ("220/subscribed_apps", Some("Bearer EAAB-business"))
    );
    assert_eq!((calls[4].path.as_str(), calls[4].body()["pin"].clone()), ("331/register", line.settings[PIN].clone()));
    let stored = setup(settings).unwrap();
    assert!(is_pin(stored.secrets[PIN].expose_secret()) && stored.secrets[TOKEN].expose_secret() == "EAAB-business");

    let (fake, dialog) = self::dialog(fresh("CONNECTED")).await;
    let line = dialog.lines("AQD", BACK, DateTime::UNIX_EPOCH).await.unwrap().remove(0);
    let settings = dialog.connect(line.settings).await.unwrap();
    assert_eq!(fake.calls().len(), 4, "a registered number is not registered again");
    assert!(!setup(settings).unwrap().secrets.contains_key(PIN), "its PIN is not ours");
}

#[tokio::test]
async fn reasons_why_a_number_cannot_be_connected_are_shown_with_the_remedy() {
    let key = |denied: Denied| denied.text().clone();
    let (_fake, none) = dialog([token(), granted(&[])]).await;
    let said = none.lines("AQD", BACK, DateTime::UNIX_EPOCH).await.err().map(key);
    assert_eq!(said, Some(LocalizedText::new("said-wa-no-numbers")));
    let (_fake, late) = dialog([fake::refused(100, "This authorization code has expired")]).await;
    let said = |result: Result<Vec<OfferedLine>, Denied>| result.err().map(key);
    let of_late = said(late.lines("AQD", BACK, DateTime::UNIX_EPOCH).await);
    assert_eq!(of_late, Some(LocalizedText::new("said-wa-code")));
    let (_fake, foreign) = dialog([fake::refused(1, "Error validating client secret.")]).await;
    let of_foreign = said(foreign.lines("AQD", BACK, DateTime::UNIX_EPOCH).await);
    assert_eq!(of_foreign, Some(LocalizedText::new("said-wa-vendor")));
    let (_fake, pinned) = dialog([fake::ok(json!({})), fake::refused(133_005, "PIN")]).await;
    let chosen = json!({ "phone_number_id": "331", "waba_id": "220", TOKEN: "EAAB", PIN: "123456" });
    assert_eq!(pinned.connect(chosen.clone()).await.err().map(key), Some(LocalizedText::new("said-wa-pin")));
    for (answers, said) in [
        (vec![fake::refused(200, "No rights.")], ("said-wa-subscribe", "No rights")),
        (vec![fake::refused(100, "Unsupported")], ("said-wa-subscribe", "Unsupported")),
        (vec![fake::ok(json!({})), fake::refused(100, "Bad number")], ("said-wa-register", "Bad number")),
    ] {
        let (_fake, refusing) = dialog(answers).await;
        let wanted = LocalizedText::new(said.0).with("text", said.1);
        assert_eq!(refusing.connect(chosen.clone()).await.err().map(key), Some(wanted));
    }
    let (_fake, tried) = dialog([fake::ok(json!({})), fake::refused(133_016, "ten")]).await;
    let waits = LocalizedText::new("passport-whatsapp-w40");
    assert_eq!(tried.connect(chosen.clone()).await, Err(Denied::Away(waits)));
    let (fake, wrong) = dialog([]).await;
    let mut typed = chosen;
    typed[PIN] = json!("12345a");
    assert_eq!(wrong.connect(typed).await.err().map(key), Some(LocalizedText::new("wizard-wa-bad-pin")));
    assert!(fake.calls().is_empty());
}

#[tokio::test]
async fn a_number_of_the_phone_app_is_not_registered() {
    let (fake, dialog) = dialog([]).await;
    let chosen =
        json!({ "phone_number_id": "331", "waba_id": "220", TOKEN: "EAAB", PIN: "123456", STAYS_IN_APP: true });
    let settings = dialog.connect(chosen).await.unwrap();
    assert_eq!(fake.call().path, "220/subscribed_apps");
    assert_eq!(setup(settings).unwrap().public[STAYS_IN_APP], true);
}
