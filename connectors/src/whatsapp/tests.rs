//! The calls around a number: its webhook, its files, its state, and how it is connected.

use std::collections::BTreeMap;

use base::config::Config;
use base::i18n::LocalizedText;
use futures_util::StreamExt;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::fake::{Answer, Fake};
use crate::whatsapp::fake;

const HOOK: &str = "https://parom.example/hooks/whatsapp/1";

struct Stage {
    fake: Fake,
    whatsapp: WhatsApp,
    settings: Settings,
}

/// `app`: whether the vendor has an app. A number by hand has its own.
async fn stage(app: bool, answers: impl IntoIterator<Item = Answer>) -> Stage {
    let fake = fake::start(answers).await;
    let mut config = Config::from_toml("").unwrap();
    config.whatsapp.api_url = fake.base.clone();
    if app {
        config.whatsapp.app_id = Some("77".into());
        config.whatsapp.app_secret = Some("vendor-secret".into());
        config.whatsapp.verify_token = Some("v".into());
    }
    let http = HttpClients::new(&config.network).unwrap();
    let whatsapp = WhatsApp::new(&http, &config.whatsapp);
    let mut secrets = BTreeMap::from([("access_token".to_owned(), SecretString::from("EAAB-CANARY"))]);
    if !app {
        secrets.insert("app_secret".to_owned(), "own-secret".into());
    }
    let settings = Settings { public: json!({ "phone_number_id": "330", "waba_id": "220" }), secrets };
    Stage { fake, whatsapp, settings }
}

fn hook() -> HookTarget {
    HookTarget { url: HOOK.to_owned(), secret: "made-by-us".into() }
}

fn number(more: Value) -> Answer {
    let mut number = json!({ "id": "330", "display_phone_number": "+7 701 000 99 00", "verified_name": "Acme", "status": "CONNECTED" });
    number.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    fake::ok(number)
}

#[tokio::test]
async fn a_number_by_hand_brings_its_webhooks_to_its_own_address() {
    let stage = stage(false, []).await;
    stage.whatsapp.connect_webhook(&stage.settings, &hook()).await.unwrap();
    let calls = stage.fake.calls();
    let target = json!({ "override_callback_uri": HOOK, "verify_token": "made-by-us" });
    assert_eq!((calls[0].path.as_str(), calls[0].body()), ("220/subscribed_apps", target.clone()));
    assert_eq!((calls[1].path.as_str(), calls[1].body()), ("330", json!({ "webhook_configuration": target })));
    let refused = self::stage(false, [fake::ok(json!({})), fake::refused(100, "unknown")]).await;
    assert_eq!(
        refused.whatsapp.connect_webhook(&refused.settings, &hook()).await,
        Ok(()),
        "the account's address serves as well"
    );
    let ended = self::stage(false, [fake::refused(190, "expired")]).await;
    let said = LocalizedText::new("passport-whatsapp-w18");
    assert_eq!(ended.whatsapp.connect_webhook(&ended.settings, &hook()).await, Err(Denied::Access(said)));
}

#[tokio::test]
async fn a_number_of_the_vendors_app_uses_the_apps_address() {
    let stage = stage(true, []).await;
    stage.whatsapp.connect_webhook(&stage.settings, &hook()).await.unwrap();
    let call = stage.fake.call();
    assert_eq!((call.path.as_str(), call.body()), ("220/subscribed_apps", json!({})));
    stage.whatsapp.remove_webhook(&stage.settings, &hook()).await.unwrap();
    assert_eq!(stage.fake.calls().len(), 1, "other numbers of the account may use the subscription");
    stage.whatsapp.unsubscribe(&stage.settings).await.unwrap();
    let call = stage.fake.calls().pop().unwrap();
    assert_eq!((call.method.as_str(), call.path.as_str()), ("DELETE", "220/subscribed_apps"));
    assert!(stage.whatsapp.vendor_app().is_some());
    assert!(!stage.whatsapp.fields().iter().any(|field| field.name == "app_secret" && field.required));
}

#[tokio::test]
async fn a_number_of_the_phone_app_is_asked_for_its_history() {
    let mut stage = stage(true, [fake::ok(json!({})), fake::refused(100, "only once")]).await;
    stage.settings.public["stays_in_app"] = json!(true);
    stage.whatsapp.connect_webhook(&stage.settings, &hook()).await.unwrap();
    let asked: Vec<String> =
        stage.fake.calls().iter().map(|call| format!("{} {}", call.path, call.body()["sync_type"])).collect();
    assert_eq!(asked, ["220/subscribed_apps null", "330/smb_app_data \"smb_app_state_sync\""]);
    let stage = self::stage(true, []).await;
    stage.whatsapp.connect_webhook(&stage.settings, &hook()).await.unwrap();
    assert_eq!(stage.fake.calls().len(), 1);
}

#[tokio::test]
async fn a_number_of_the_accounts_own_app_says_what_is_entered_at_meta() {
    let own = stage(false, []).await;
    let told = own.whatsapp.webhook_to_enter(&own.settings, &hook()).unwrap();
    let values: Vec<&str> = told.values.iter().map(|one| one.value.as_str()).collect();
    assert_eq!(values, [HOOK, "made-by-us"]);
    let vendors = stage(true, []).await;
    assert!(vendors.whatsapp.webhook_to_enter(&vendors.settings, &hook()).is_none());
}

#[tokio::test]
async fn a_webhook_is_watched_with_the_number() {
    let apps = |apps: Value| fake::ok(json!({ "data": apps }));
    let watched = async |number: Answer, apps: Answer| {
        let stage = stage(false, [number, apps]).await;
        stage.whatsapp.watch(&stage.settings, &hook(), DateTime::UNIX_EPOCH).await
    };
    let ours = json!({ "webhook_configuration": { "phone_number": HOOK } });
    assert_eq!(watched(number(ours.clone()), apps(json!([{}]))).await, Ok(Watched::Fine));
    assert_eq!(watched(number(ours.clone()), apps(json!([]))).await, Ok(Watched::Unset));
    let other = json!({ "webhook_configuration": { "phone_number": "https://other.example/x" } });
    assert_eq!(
        watched(number(other), apps(json!([{}]))).await,
        Ok(Watched::Elsewhere { host: "other.example".into() })
    );
    let banned = watched(number(json!({ "status": "BANNED" })), apps(json!([{}]))).await;
    assert_eq!(banned, Err(Denied::Refused(LocalizedText::new("said-wa-banned"))));
    assert!(matches!(watched(Answer::Text(503, ""), apps(json!([]))).await, Err(Denied::Away(_))));
}

#[tokio::test]
async fn only_our_own_address_is_removed() {
    let configured = number(
        json!({ "webhook_configuration": { "phone_number": HOOK, "whatsapp_business_account": "https://other.example/x" } }),
    );
    let stage = stage(false, [configured, fake::ok(json!({ "data": [{}] }))]).await;
    stage.whatsapp.remove_webhook(&stage.settings, &hook()).await.unwrap();
    let calls = stage.fake.calls();
    assert_eq!(calls.len(), 3);
    assert_eq!(calls[2].body(), json!({ "webhook_configuration": { "override_callback_uri": "" } }));
    stage.whatsapp.unsubscribe(&stage.settings).await.unwrap();
    assert_eq!(stage.fake.calls().len(), 3, "the account's own app stays subscribed");
}

#[tokio::test]
async fn a_test_of_the_webhook_says_what_will_change() {
    let probe = |is_new| Probe {
        id: Uuid::nil(),
        source_id: Uuid::nil(),
        now: DateTime::UNIX_EPOCH,
        hook_url: HOOK.into(),
        is_new,
    };
    let check = async |is_new: bool, url: &str| {
        let configured = number(json!({ "webhook_configuration": { "phone_number": url } }));
        let stage = stage(false, [configured, fake::ok(json!({ "data": [{}] }))]).await;
        stage.whatsapp.check_webhook(&stage.settings, &probe(is_new)).await
    };
    let host = |key: &'static str| LocalizedText::new(key).with("host", "other.example");
    assert_eq!(check(true, "https://other.example/x").await, Ok(Some(host("wizard-wa-webhook-elsewhere"))));
    assert_eq!(check(false, "https://other.example/x").await, Err(host("said-wa-elsewhere").into()));
    assert_eq!(check(false, "").await, Err(LocalizedText::new("said-wa-unset").into()));
    assert_eq!((check(true, "").await, check(false, HOOK).await), (Ok(None), Ok(None)));
}

#[tokio::test]
async fn a_number_has_the_same_identity_with_any_token() {
    let stage = stage(false, [number(json!({ "quality_rating": "GREEN" }))]).await;
    let identity = stage.whatsapp.identity(&stage.settings).await.unwrap().unwrap();
    assert_eq!((identity.key.as_str(), identity.name.as_str()), ("330", "+7 701 000 99 00"));
    assert_eq!(
        (&identity.facts["verified_name"], &identity.facts["quality_rating"]),
        (&json!("Acme"), &json!("GREEN"))
    );
    assert_eq!((KIND.deep_link.unwrap())(&identity.name), "https://wa.me/77010009900?text=");
    for other in [json!({ "id": "331" }), json!({ "id": null })] {
        let stage = self::stage(false, [number(other)]).await;
        let said = LocalizedText::new("said-wa-other-number");
        assert_eq!(stage.whatsapp.identity(&stage.settings).await, Err(Denied::Foreign(said)), "no id is no proof");
    }
}

/// N3: the account is what Meta lists the number in, whatever the settings say.
#[tokio::test]
async fn n3_an_account_is_proved_by_its_list_of_numbers() {
    let page = |ids: &[&str], next: &str| {
        let data: Vec<Value> = ids.iter().map(|id| json!({ "id": id })).collect();
        let paging = json!({ "cursors": { "after": next }, "next": next });
        fake::ok(json!({ "data": data, "paging": if next.is_empty() { Value::Null } else { paging } }))
    };
    let object = "Unsupported get request. Object with ID '220' does not exist";
    for (lists, is_proved) in [
        (vec![page(&["330"], "")], true),
        (vec![page(&["331"], "p2"), page(&["330"], "")], true),
        (vec![page(&["331"], "")], false),
        (vec![page(&[], "")], false),
        (vec![fake::refused(100, object)], false),
        (vec![fake::refused(10, "Permission denied")], false),
        (vec![Answer::Text(404, "404 page not found")], false),
        (vec![Answer::Text(200, "<html>")], false),
    ] {
        let mut stage = stage(true, [number(json!({}))].into_iter().chain(lists)).await;
        assert!(!stage.whatsapp.account(&stage.settings.public).unwrap().is_proved, "the settings alone");
        let identity = stage.whatsapp.identity(&stage.settings).await.unwrap().unwrap();
        stage.settings.public["facts"] = json!({ "bot": identity.facts });
        let account = stage.whatsapp.account(&stage.settings.public).unwrap();
        assert_eq!((account.key.as_str(), account.is_proved), ("waba:220", is_proved), "{:?}", stage.fake.calls());
        stage.settings.public["waba_id"] = json!("221");
        assert!(!stage.whatsapp.account(&stage.settings.public).unwrap().is_proved, "another one entered later");
    }
}

/// While the list does not answer, what was proved stays: the identity is unknown, or as it was.
#[tokio::test]
async fn n3_weather_takes_no_proof_back() {
    for (list, identified) in [(Answer::Text(503, ""), false), (Answer::Text(404, "404 page not found"), true)] {
        let mut stage = stage(true, [number(json!({})), list]).await;
        stage.settings.public["facts"] = json!({ "bot": { "waba_id": "220" } });
        let identity = stage.whatsapp.identity(&stage.settings).await;
        match identity {
            Ok(identity) => assert_eq!((identified, &identity.unwrap().facts["waba_id"]), (true, &json!("220"))),
            Err(denied) => assert!(!identified && matches!(denied, Denied::Away(_)), "{denied:?}"),
        }
    }
}

#[tokio::test]
async fn access_is_tested_with_the_account() {
    let check = async |numbers: Answer| {
        let stage = stage(false, [number(json!({})), numbers]).await;
        stage.whatsapp.check_access(&stage.settings).await
    };
    let list = |id: &str| fake::ok(json!({ "data": [{ "id": id }] }));
    let said = LocalizedText::new("said-wa-number-answers").with("phone", "+7 701 000 99 00").with("name", "Acme");
    assert_eq!(check(list("330")).await, Ok(Some(said.clone())));
    assert_eq!(check(list("331")).await, Err(LocalizedText::new("said-wa-other-waba").into()));
    let denied = check(fake::refused(10, "Permission denied")).await;
    assert!(denied.is_err(), "a list that the token may not see says nothing about the number");
    assert_eq!(check(Answer::Text(404, "404 page not found")).await, Ok(Some(said)), "there is no list");
    let ended = stage(false, [fake::refused(190, "expired")]).await;
    let said = Denied::Access(LocalizedText::new("passport-whatsapp-w18"));
    assert_eq!(ended.whatsapp.check_access(&ended.settings).await, Err(said));
    let weather = check(Answer::Text(502, "<html>")).await;
    assert!(matches!(weather, Err(Denied::Away(_))), "{weather:?}");
}

#[tokio::test]
async fn a_token_that_ends_soon_is_reported_until_it_is_replaced() {
    let now = DateTime::from_timestamp(1_795_168_800, 0).unwrap();
    let info = |end: i64| fake::ok(json!({ "data": { "is_valid": true, "expires_at": end } }));
    let mut stage = stage(false, [info(now.timestamp() + 3 * 24 * 3600), number(json!({})), info(0)]).await;
    let renewed = stage.whatsapp.renew(&stage.settings, now).await.unwrap().unwrap();
    assert_eq!((renewed.facts["token_ends_on"].as_str(), renewed.secrets.len()), (Some("2026-11-23"), 0));
    stage.settings.public["facts"] = json!(renewed.facts);
    let events = stage.whatsapp.poll(&stage.settings, &[]).await.unwrap();
    let said = LocalizedText::new("said-wa-token-ends").with("day", "2026-11-23");
    assert!(events.contains(&InboundEvent::LineTrouble { aspect: "token", trouble: Some(said) }), "{events:?}");
    let replaced = stage.whatsapp.renew(&stage.settings, now).await.unwrap().unwrap();
    assert_eq!(replaced.facts["token_ends_on"], Value::Null);
    let unknown = self::stage(false, [fake::refused(100, "no right")]).await;
    assert!(unknown.whatsapp.renew(&unknown.settings, now).await.unwrap().is_none());
}

#[tokio::test]
async fn a_file_is_opened_by_its_id_with_the_token() {
    let stage = stage(false, []).await;
    let url = stage.fake.base.join("v1/lookaside?mid=18").unwrap();
    let opening = self::stage(false, [Answer::Text(200, "")]).await;
    drop(opening);
    let info = fake::ok(json!({ "url": url, "mime_type": "image/jpeg", "file_size": "303833", "id": "18" }));
    // Two servers would have two ports: the file is at the same one, as with Meta's double.
    let fake = fake::start([info, Answer::Text(200, "bytes")]).await;
    let mut config = Config::from_toml("").unwrap();
    config.whatsapp.api_url = fake.base.clone();
    let whatsapp = WhatsApp::new(&HttpClients::new(&config.network).unwrap(), &config.whatsapp);
    let opened = whatsapp.open_media(&stage.settings, "media:18").await;
    // The address names the first server's port, on the same host.
    let bytes: Vec<_> = opened.unwrap().bytes.collect().await;
    assert_eq!(bytes.len(), 1);
    assert_eq!(fake.calls()[0].path, "18?phone_number_id=330");
    assert_eq!(stage.fake.call().authorization.as_deref(), Some("Bearer EAAB-CANARY"));
}

#[tokio::test]
async fn a_file_that_cannot_be_opened_says_whether_to_try_again() {
    let open = async |answer: Answer| {
        let stage = stage(false, [answer]).await;
        stage.whatsapp.open_media(&stage.settings, "media:18").await.err().unwrap()
    };
    assert!(matches!(open(fake::refused(100, "does not exist")).await, NotOpened::Gone(_)));
    assert!(matches!(open(fake::refused(190, "expired")).await, NotOpened::Later { .. }));
    assert!(matches!(open(fake::refused(131_016, "down")).await, NotOpened::Later { .. }));
    assert!(matches!(open(Answer::Text(502, "")).await, NotOpened::Later { .. }));
    assert!(matches!(open(fake::ok(json!({ "id": "18" }))).await, NotOpened::Gone(_)));
    let inside = json!({ "url": "https://10.1.2.3/file", "id": "18" });
    assert!(matches!(open(fake::ok(inside)).await, NotOpened::Gone(_)), "no address of our own network");
    let stage = stage(false, []).await;
    for wrong in ["", "media:", "file:18"] {
        assert_eq!(
            stage.whatsapp.open_media(&stage.settings, wrong).await.err(),
            Some(NotOpened::Never("unsupported"))
        );
    }
}

/// An address lives five minutes; one that has ended is asked for again, once.
#[tokio::test]
async fn an_ended_address_is_asked_for_again() {
    let bytes = fake::start([Answer::Text(404, ""), Answer::Text(200, "bytes")]).await;
    let info = || fake::ok(json!({ "url": bytes.base.join("v1/file").unwrap() }));
    let stage = stage(false, [info(), info(), info(), info()]).await;
    assert!(stage.whatsapp.open_media(&stage.settings, "media:18").await.is_ok());
    assert_eq!((stage.fake.calls().len(), bytes.calls().len()), (2, 2));
    let gone = fake::start([Answer::Text(404, ""), Answer::Text(404, "")]).await;
    let info = || fake::ok(json!({ "url": gone.base.join("v1/file").unwrap() }));
    let stage = self::stage(false, [info(), info()]).await;
    let failed = stage.whatsapp.open_media(&stage.settings, "media:18").await.err();
    assert_eq!(failed, Some(NotOpened::Gone("code_404".to_owned())));
}
