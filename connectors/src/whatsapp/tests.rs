//! The calls around a number: its webhook, its files, its state, and how it is connected.

use std::collections::BTreeMap;

use base::config::Config;
use base::i18n::LocalizedText;
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
async fn refusals_that_do_not_matter_connect_all_the_same() {
    // The account's address serves as well as the number's own.
    let refused = self::stage(false, [fake::ok(json!({})), fake::refused(100, "unknown")]).await;
    assert_eq!(refused.whatsapp.connect_webhook(&refused.settings, &hook()).await, Ok(()));
    let target = json!({ "override_callback_uri": HOOK, "verify_token": "made-by-us" });
    let told: Vec<_> = refused.fake.calls().iter().map(|call| (call.path.clone(), call.body())).collect();
    let wanted = [("220/subscribed_apps", target.clone()), ("330", json!({ "webhook_configuration": target }))];
    assert_eq!(told, wanted.map(|(path, body)| (path.to_owned(), body)));
    // The history of a number of the phone app is given once.
    let mut stage = stage(true, [fake::ok(json!({})), fake::refused(100, "only once")]).await;
    stage.settings.public["stays_in_app"] = json!(true);
    assert_eq!(stage.whatsapp.connect_webhook(&stage.settings, &hook()).await, Ok(()));
    assert_eq!(stage.fake.calls().len(), 2);
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
    for other in [json!({ "id": "331" }), json!({ "id": null })] {
        let stage = stage(false, [number(other)]).await;
        let said = LocalizedText::new("said-wa-other-number");
        assert_eq!(stage.whatsapp.identity(&stage.settings).await, Err(Denied::Foreign(said)), "no id is no proof");
    }
    let stage = stage(false, [number(json!({}))]).await;
    let identity = stage.whatsapp.identity(&stage.settings).await.unwrap().unwrap();
    assert_eq!((identity.key.as_str(), identity.name.as_str()), ("330", "+7 701 000 99 00"));
    assert_eq!((KIND.deep_link.unwrap())(&identity.name), "https://wa.me/77010009900?text=");
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
async fn a_file_that_cannot_be_opened_says_whether_to_try_again() {
    // The last is an address of our own network.
    for (answer, is_gone) in [
        (fake::refused(100, "does not exist"), true),
        (fake::refused(190, "expired"), false),
        (fake::refused(131_016, "down"), false),
        (Answer::Text(502, ""), false),
        (fake::ok(json!({ "id": "18" })), true),
        (fake::ok(json!({ "url": "https://10.1.2.3/file", "id": "18" })), true),
    ] {
        let stage = stage(false, [answer]).await;
        match stage.whatsapp.open_media(&stage.settings, "media:18").await.err().unwrap() {
            NotOpened::Gone(_) => assert!(is_gone),
            NotOpened::Later { .. } => assert!(!is_gone),
            never => panic!("{never:?}"),
        }
    }
    let stage = stage(false, []).await;
    for wrong in ["", "media:", "file:18"] {
        let failed = stage.whatsapp.open_media(&stage.settings, wrong).await.err();
        assert_eq!(failed, Some(NotOpened::Never("unsupported")));
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
