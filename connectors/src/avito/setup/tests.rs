use secrecy::ExposeSecret;

use super::*;
use crate::avito::fake::{Fake, SELLER, fixture, settings};

#[test]
fn settings_have_defaults_and_credentials_are_sealed() {
    let setup = setup(json!({ "client_id": " id ", "client_secret": "secret" })).unwrap();
    assert_eq!(setup.public, json!({ "mark_read": true, "sign_with_manager_name": false }));
    let shown = |name: &str| setup.secrets[name].expose_secret().to_owned();
    assert_eq!((shown(CLIENT_ID), shown(CLIENT_SECRET)), ("id".to_owned(), "secret".to_owned()));
}

#[test]
fn credentials_that_are_left_out_stay_and_wrong_ones_are_named() {
    for kept in [json!({}), json!({ "client_id": "…4567", "client_secret": "", "facts": {} })] {
        assert!(super::setup(kept).unwrap().secrets.is_empty());
    }
    let wrong = super::setup(json!({ "client_id": "a b", "client_secret": "c\nd" })).unwrap_err();
    let pointers: Vec<&str> = wrong.iter().map(|one| one.pointer.as_str()).collect();
    assert_eq!(pointers, ["/settings/client_id", "/settings/client_secret"]);
    assert!(super::setup(json!({ "clientid": "x" })).is_err(), "a misspelt setting is noticed");
}

#[test]
fn the_applications_token_comes_first() {
    let mut settings = settings();
    assert!(matches!(Account::of(&settings).unwrap().credentials, Credentials::Own { .. }));
    settings.secrets.insert(ACCESS_TOKEN.to_owned(), "token".into());
    let account = Account::of(&settings).unwrap();
    assert!(matches!(account.credentials, Credentials::OfApp { .. }));
    assert_eq!((account.user_id, account.since), (SELLER, Some(1_700_000_000)));
    let none = Settings { public: json!({}), secrets: BTreeMap::new() };
    assert!(Account::of(&none).is_none());
    let said = LocalizedText::new("wizard-avito-incomplete");
    assert_eq!(Account::required(&none).err(), Some(Denied::Access(said)));
}

#[tokio::test]
async fn a_line_is_the_sellers_id() {
    let fake = Fake::start().await;
    let found = identity(&fake.avito().api, &settings()).await.unwrap().unwrap();
    assert_eq!((found.key.as_str(), found.name.as_str()), (SELLER, "Мебель Акме (94235311)"));
    assert_eq!(found.facts, json!({ "id": SELLER, "name": "Мебель Акме" }));
    assert_eq!(fake.whats(), ["GET /core/v1/accounts/self"]);
    fake.next("/self", 200, json!({}));
    assert!(matches!(identity(&fake.avito().api, &settings()).await, Err(Denied::Away(_))));
}

#[tokio::test]
async fn access_needs_the_level_too() {
    let fake = Fake::start().await;
    let api = fake.avito().api;
    let said = check_access(&api, &settings()).await.unwrap().unwrap();
    assert_eq!(said.to_string(), "Avito account Мебель Акме (94235311)");
    assert_eq!(fake.whats(), ["GET /core/v1/accounts/self", "POST /messenger/v1/subscriptions"]);
    fake.next("/subscriptions", 402, fixture("api_error_402"));
    let said = check_access(&api, &settings()).await.unwrap_err();
    assert!(said.to_string().contains("Avito plan"), "{said}");
}
