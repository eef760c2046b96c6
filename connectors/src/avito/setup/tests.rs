use std::collections::BTreeMap;

use serde_json::Value;

use super::*;
use crate::avito::fake::{self, SELLER, fixture, settings};
use crate::avito::settings::*;
use crate::fake::Answer;

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

#[tokio::test]
async fn a_line_is_the_sellers_id() {
    let fake = fake::start().await;
    let found = identity(&fake::avito(&fake).api, &settings()).await.unwrap().unwrap();
    assert_eq!((found.key.as_str(), found.name.as_str()), (SELLER, "Мебель Акме (94235311)"));
    assert_eq!(found.facts, json!({ "id": SELLER, "name": "Мебель Акме" }));
    assert_eq!(fake::lines(&fake), ["GET /core/v1/accounts/self"]);
    fake.next("/self", 200, json!({}));
    assert!(matches!(identity(&fake::avito(&fake).api, &settings()).await, Err(Denied::Away(_))));
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

#[tokio::test]
async fn an_empty_answer_is_a_success() {
    let fake = fake::start().await;
    let api = fake::avito(&fake).api;
    for what in ["POST /messenger/v3/webhook", "/unsubscribe", "/unsubscribe"] {
        fake.answers(what, Answer::Text(200, ""));
    }
    let old = json!({ "subscriptions": [{ "url": format!("{PLACE}/old") }] });
    fake.next("/subscriptions", 200, old);
    connect(&api, &settings(), &hook(PLACE, "new")).await.unwrap();
    fake.answers("/subscriptions", Answer::Text(404, ""));
    remove(&api, &settings(), &hook(PLACE, "new")).await.unwrap();
    assert_eq!(fake::calls(&fake).last().unwrap().body(), json!({ "url": format!("{PLACE}/new") }));
}

#[tokio::test]
async fn it_is_watched_and_removed() {
    let fake = fake::start().await;
    let api = fake::avito(&fake).api;
    let ours = hook(PLACE, "s3cr3t");
    assert_eq!(watch(&api, &settings(), &ours).await, Ok(Watched::Fine));
    assert_eq!(watch(&api, &settings(), &hook(PLACE, "other")).await, Ok(Watched::Unset));
    remove(&api, &settings(), &ours).await.unwrap();
    assert_eq!(fake::calls(&fake).last().unwrap().body(), json!({ "url": format!("{PLACE}/s3cr3t") }));
    fake.next("/subscriptions", 200, json!({ "subscriptions": [{ "url": "https://other.example/hook" }] }));
    remove(&api, &settings(), &ours).await.unwrap();
    assert_eq!(fake::calls(&fake).last().unwrap().line(), "POST /messenger/v1/subscriptions", "others are left alone");
    fake.next("/subscriptions", 402, fixture("api_error_402"));
    assert!(matches!(watch(&api, &settings(), &ours).await, Err(Denied::Access(_))));
}
