use serde_json::Value;

use crate::avito::fake::{Fake, fixture, settings};

use super::*;

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
    let fake = Fake::start().await;
    let other = "https://other.example/hooks/avito";
    let moved = PLACE.replace("parom.example", "old.example");
    let urls = [format!("{PLACE}/new"), format!("{PLACE}/s3cr3t"), format!("{moved}/x"), other.to_owned()];
    let known: Vec<Value> = urls.iter().map(|url| json!({ "url": url, "version": "3" })).collect();
    fake.next("/subscriptions", 200, json!({ "subscriptions": known }));
    connect(&fake.avito().api, &settings(), &hook(PLACE, "new")).await.unwrap();
    let calls: Vec<(String, Value)> = fake.calls().iter().map(|call| (call.what.clone(), call.json())).collect();
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
    let fake = Fake::start().await;
    let api = fake.avito().api;
    for what in ["POST /messenger/v3/webhook", "/unsubscribe", "/unsubscribe"] {
        fake.next_text(what, 200, "");
    }
    let old = json!({ "subscriptions": [{ "url": format!("{PLACE}/old") }] });
    fake.next("/subscriptions", 200, old);
    connect(&api, &settings(), &hook(PLACE, "new")).await.unwrap();
    fake.next_text("/subscriptions", 404, "");
    remove(&api, &settings(), &hook(PLACE, "new")).await.unwrap();
    assert_eq!(fake.calls().last().unwrap().json(), json!({ "url": format!("{PLACE}/new") }));
}

#[tokio::test]
async fn it_is_watched_and_removed() {
    let fake = Fake::start().await;
    let api = fake.avito().api;
    let ours = hook(PLACE, "s3cr3t");
    assert_eq!(watch(&api, &settings(), &ours).await, Ok(Watched::Fine));
    assert_eq!(watch(&api, &settings(), &hook(PLACE, "other")).await, Ok(Watched::Unset));
    remove(&api, &settings(), &ours).await.unwrap();
    assert_eq!(fake.calls().last().unwrap().json(), json!({ "url": format!("{PLACE}/s3cr3t") }));
    fake.next("/subscriptions", 200, json!({ "subscriptions": [{ "url": "https://other.example/hook" }] }));
    remove(&api, &settings(), &ours).await.unwrap();
    assert_eq!(fake.calls().last().unwrap().what, "POST /messenger/v1/subscriptions", "others are left alone");
    fake.next("/subscriptions", 402, fixture("api_error_402"));
    assert!(matches!(watch(&api, &settings(), &ours).await, Err(Denied::Access(_))));
}

#[tokio::test]
async fn a_test_reads_it_back() {
    let fake = Fake::start().await;
    let api = fake.avito().api;
    let probe = |hook_url: &str, is_new| Probe {
        id: Default::default(),
        source_id: Default::default(),
        now: chrono::DateTime::UNIX_EPOCH,
        hook_url: hook_url.to_owned(),
        is_new,
    };
    assert_eq!(check(&api, &settings(), &probe(PLACE, false)).await, Ok(None));
    let other = "https://parom.example/hooks/avito/other";
    assert_eq!(check(&api, &settings(), &probe(other, true)).await, Ok(None));
    let missing = check(&api, &settings(), &probe(other, false)).await.unwrap_err();
    assert_eq!(missing.to_string(), "Avito does not know where to send messages");
}
