use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::*;
use crate::fake::Answer;
use crate::max::fake;

const GOOD: &str = "f9LHodD0cOL-max-token";

#[test]
fn a_token_that_is_left_out_stays_and_a_wrong_one_is_named() {
    for kept in [json!({}), json!({ "bot_token": "" }), json!({ "bot_token": "…1234", "facts": { "bot": {} } })] {
        assert!(setup(kept).unwrap().secrets.is_empty());
    }
    for wrong in ["two words", "кириллица", "line\nbreak", &"x".repeat(513)] {
        let errors = setup(json!({ "bot_token": wrong })).unwrap_err();
        assert_eq!(errors[0].pointer, "/settings/bot_token", "{wrong}");
    }
    assert_eq!(setup(json!({ "bot_token": format!(" {GOOD} ") })).unwrap().secrets[TOKEN].expose_secret(), GOOD);
    assert!(setup(json!({ "bot_tokn": GOOD })).is_err(), "a misspelt setting is noticed");
}

const OURS: &str = "https://parom.example/hooks/max/0190aaaa-bbbb-7ccc-8ddd-eeeeffff0001";

fn settings() -> Settings {
    let secrets = [(HOOK_SECRET.to_owned(), "s3cr3t".into()), ("bot_token".to_owned(), "token".into())].into();
    Settings { public: json!({}), secrets }
}

fn hook() -> HookTarget {
    HookTarget { url: OURS.to_owned(), secret: "s3cr3t".into() }
}

fn listed(urls: &[(&str, Value)]) -> Answer {
    let one = |(url, types): &(&str, Value)| json!({ "url": url, "time": 1, "update_types": types });
    Answer::Json(200, json!({ "subscriptions": urls.iter().map(one).collect::<Vec<_>>() }))
}

async fn watched(urls: &[(&str, Value)]) -> Watched {
    let fake = fake::start([listed(urls)]).await;
    watch(&fake::api(&fake.base), &settings(), &hook()).await.unwrap()
}

#[tokio::test]
async fn the_list_of_subscriptions_shows_where_updates_go() {
    assert_eq!(watched(&[(OURS, json!(TYPES))]).await, Watched::Fine);
    assert_eq!(watched(&[(OURS, json!(null))]).await, Watched::Fine, "all types");
    assert_eq!(watched(&[("https://x.example/", json!([])), (OURS, json!([]))]).await, Watched::Fine);
    assert_eq!(watched(&[(OURS, json!(["message_created"]))]).await, Watched::Unset, "not all kinds");
    assert_eq!(watched(&[]).await, Watched::Unset);
    let moved = OURS.replace("parom", "older");
    assert_eq!(watched(&[(&moved, json!(TYPES))]).await, Watched::Unset, "the server moved");
    let elsewhere = Watched::Elsewhere { host: "crm.example".to_owned() };
    assert_eq!(watched(&[("https://crm.example/max", json!(null))]).await, elsewhere);
}

#[tokio::test]
async fn an_older_address_of_the_source_is_taken_back() {
    let moved = OURS.replace("parom", "older");
    let done = Answer::Json(200, json!({ "success": true }));
    let fake = fake::start([done, listed(&[(&moved, json!([])), ("https://crm.example/max", json!([]))])]).await;
    connect(&fake::api(&fake.base), &settings(), &hook()).await.unwrap();
    let lines = fake.lines();
    assert_eq!(lines[..2], ["POST /subscriptions", "GET /subscriptions"]);
    assert!(lines[2].starts_with("DELETE /subscriptions?url=https%3A%2F%2Folder.example"), "{lines:?}");
    assert_eq!(lines.len(), 3, "another service's stays");
    let body = fake.calls()[0].body();
    assert_eq!((&body["url"], &body["secret"]), (&json!(OURS), &json!("s3cr3t")));
}

/// Servers that imitate MAX may know the documented types alone, or answer nothing but a status.
#[tokio::test]
async fn a_server_that_knows_fewer_types_gets_those() {
    let strange = fake::refused(400, "proto.payload", "unknown update_type comment_created");
    let fake = fake::start([strange, Answer::Text(200, "")]).await;
    connect(&fake::api(&fake.base), &settings(), &hook()).await.unwrap();
    let types = |call: usize| fake.calls()[call].body()["update_types"].clone();
    assert_eq!(fake.lines(), ["POST /subscriptions", "POST /subscriptions", "GET /subscriptions"]);
    assert_eq!((types(0), types(1)), (json!(TYPES), json!(DOCUMENTED)));
    assert_eq!(watched(&[(OURS, json!(DOCUMENTED))]).await, Watched::Fine);
    let fake = fake::start([Answer::Text(404, ""), Answer::Text(200, "OK")]).await;
    remove(&fake::api(&fake.base), &settings(), &hook()).await.unwrap();
    assert!(fake.lines()[1].starts_with("DELETE /subscriptions?url="), "{:?}", fake.lines());
}

#[tokio::test]
async fn only_our_own_address_is_removed() {
    let fake = fake::start([listed(&[("https://crm.example/max", json!([]))])]).await;
    remove(&fake::api(&fake.base), &settings(), &hook()).await.unwrap();
    assert_eq!(fake.lines(), ["GET /subscriptions"]);
}

#[tokio::test]
async fn kinds_of_failures_are_distinguished() {
    let denied = |answer: Answer| async {
        // Also with the documented types alone.
        let fake = fake::start([answer.clone(), answer]).await;
        connect(&fake::api(&fake.base), &settings(), &hook()).await.unwrap_err()
    };
    let said = LocalizedText::new("wizard-max-refused");
    for status in [401, 403] {
        let answer = fake::refused(status, "verify.token", "Invalid access_token");
        assert_eq!(denied(answer).await, Denied::Access(said.clone()));
    }
    let refused = denied(fake::refused(400, "proto.payload", "Invalid url")).await;
    let text = LocalizedText::new("said-max-refused").with("text", "proto.payload Invalid url");
    assert_eq!(refused, Denied::Refused(text));
    let not = Answer::Json(200, json!({ "success": false, "message": "no" }));
    assert!(matches!(denied(not).await, Denied::Refused(_)));
    for status in [400, 401, 403, 404, 503] {
        assert!(matches!(denied(Answer::Text(status, "<html>")).await, Denied::Away(_)), "{status}");
    }
}

#[tokio::test]
async fn maxs_own_server_calls_https_at_its_usual_port() {
    let own = fake::api("https://platform-api2.max.ru");
    for wrong in ["http://parom.example/x", "https://parom.example:8443/x"] {
        assert!(unreachable_address(&own, wrong).is_some(), "{wrong}");
    }
    assert_eq!(unreachable_address(&own, OURS), None);
    assert_eq!(unreachable_address(&fake::api("http://127.0.0.1:1"), "http://127.0.0.1:8080/x"), None);
}
