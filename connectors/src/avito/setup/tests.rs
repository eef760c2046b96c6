use std::collections::BTreeMap;

use serde_json::Value;

use super::*;
use crate::avito::fake::{self, SELLER, settings};
use crate::avito::settings::*;

#[test]
fn credentials_that_are_left_out_stay_and_wrong_ones_are_named() {
    for kept in [json!({}), json!({ "client_id": "…4567", "client_secret": "", "facts": {} })] {
        assert!(crate::avito::settings::setup(kept).unwrap().secrets.is_empty());
    }
    let wrong = crate::avito::settings::setup(json!({ "client_id": "a b", "client_secret": "c\nd" })).unwrap_err();
    let pointers: Vec<&str> = wrong.iter().map(|one| one.pointer.as_str()).collect();
    assert_eq!(pointers, ["/settings/client_id", "/settings/client_secret"]);
    assert!(crate::avito::settings::setup(json!({ "clientid": "x" })).is_err(), "a misspelt setting is noticed");
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

const PLACE: &str = "https://parom.example/hooks/avito/0190aaaa-bbbb-7ccc-8ddd-eeeeffff0001";

fn hook(url: &str, secret: &str) -> HookTarget {
    HookTarget { url: url.to_owned(), secret: secret.into() }
}

#[test]
fn the_secret_is_the_last_part_of_the_address() {
    assert_eq!(address(&hook(PLACE, "s3cr3t")), format!("{PLACE}/s3cr3t"));
    assert_eq!(address(&hook(&format!("{PLACE}/s3cr3t"), "s3cr3t")), format!("{PLACE}/s3cr3t"));
    let given =
        |path_secret: &str| authenticate(&settings(), &IncomingCall { header: &|_| None, path_secret, body: b"{}" });
    assert!(given("s3cr3t"));
    for wrong in ["", "s3cr3", "s3cr3t ", "S3cr3t"] {
        assert!(!given(wrong), "{wrong}");
    }
    let without = Settings { public: json!({}), secrets: Default::default() };
    assert!(!authenticate(&without, &IncomingCall { header: &|_| None, path_secret: "", body: b"" }));
}

#[tokio::test]
async fn it_is_registered_and_old_ones_of_the_source_go() {
    let fake = fake::start().await;
    let other = "https://other.example/hooks/avito";
    let moved = PLACE.replace("parom.example", "old.example");
    let urls = [format!("{PLACE}/new"), format!("{PLACE}/s3cr3t"), format!("{moved}/x"), other.to_owned()];
    let known: Vec<Value> = urls.iter().map(|url| json!({ "url": url, "version": "3" })).collect();
    fake.next("/subscriptions", 200, json!({ "subscriptions": known }));
    connect(&fake::avito(&fake).api, &settings(), &hook(PLACE, "new")).await.unwrap();
    let calls: Vec<(String, Value)> =
        fake::calls(&fake).iter().map(|call| (call.line().clone(), call.body())).collect();
    let unsubscribe = "POST /messenger/v1/webhook/unsubscribe".to_owned();
    assert_eq!(
        calls,
        [
            ("POST /messenger/v3/webhook".to_owned(), json!({ "url": urls[0] })),
            ("POST /messenger/v1/subscriptions".to_owned(), json!({})),
            (unsubscribe.clone(), json!({ "url": urls[1] })),
            (unsubscribe, json!({ "url": urls[2] })),
        ]
    );
}
