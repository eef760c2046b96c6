//! Codes and tokens.

use chrono::TimeDelta;
use serde_json::json;

use crate::crm::caller::{CLIENT, CLIENT_SECRET, HOST, World, read};
use crate::stage::Receiver;

#[tokio::test]
async fn a_code_works_once_within_twenty_minutes() {
    let world = World::new().await;
    let code = world.sandbox.issue_code(HOST, "main");
    let grant = json!({"grant_type": "authorization_code", "code": code});
    let (status, body) = world.token(grant.clone()).await;
    assert_eq!(status, 200);
    assert_eq!((&body["token_type"], &body["expires_in"]), (&json!("Bearer"), &json!(86_400)));
    assert_eq!(body["access_token"].as_str().unwrap().split('.').count(), 3);
    let (status, body) = world.token(grant).await;
    assert_eq!((status, body["hint"].as_str()), (400, Some("Authorization code has been revoked")));
    let code = world.sandbox.issue_code(HOST, "main");
    world.advance(TimeDelta::minutes(21));
    let (status, body) = world.token(json!({"grant_type": "authorization_code", "code": code})).await;
    assert_eq!((status, body["hint"].as_str()), (400, Some("Authorization code has expired")));
    let granted: Vec<bool> = world.sandbox.token_calls().iter().map(|one| one.granted).collect();
    assert_eq!(granted, [true, false, false]);
}

#[tokio::test]
async fn the_token_endpoint_wants_the_secret_and_the_exact_redirect() {
    let world = World::new().await;
    let code = world.sandbox.issue_code(HOST, "main");
    let url = format!("{}/accounts/{HOST}/oauth2/access_token", world.sandbox.url());
    let form = world
        .client
        .post(url)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(format!("grant_type=authorization_code&code={code}&client_id={CLIENT}"));
    assert_eq!(read(form).await.0, 400);
    for wrong in [
        json!({"client_secret": "x"}),
        json!({"client_id": "x"}),
        json!({"redirect_uri": "http://127.0.0.1:9/oauth/callback/"}),
        json!({"grant_type": "password"}),
    ] {
        let mut body = json!({"grant_type": "authorization_code", "code": code});
        for (key, value) in wrong.as_object().unwrap() {
            body[key] = value.clone();
        }
        assert_eq!(world.token(body).await.0, 400, "{wrong}");
    }
    // None of the refusals used the code up.
    let grant = json!({"grant_type": "authorization_code", "code": code});
    assert_eq!(world.token(grant).await.0, 200);
}

/// `exchange_api_key`: the code comes to the redirect URI, once in five minutes.
#[tokio::test]
async fn a_key_of_before_oauth_is_exchanged_for_a_code() {
    let world = World::new().await;
    let receiver = Receiver::start();
    let redirect = format!("{}/oauth/callback", receiver.url);
    world.sandbox.set_redirect_uri("main", &redirect);
    let exchange = async |changed: &str, value: &str| {
        let mut body = json!({"login": "olga@acme.example", "api_key": "x".repeat(40), "client_uuid": CLIENT,
            "client_secret": CLIENT_SECRET, "state": "s-1"});
        body[changed] = json!(value);
        world.json("POST", "/oauth2/exchange_api_key", "", Some(body)).await.0
    };
    for wrong in ["login", "api_key", "client_uuid", "client_secret"] {
        assert_eq!(exchange(wrong, "another").await, 400, "{wrong}");
    }
    assert_eq!(exchange("state", "s-1").await, 403, "the integration is not installed");
    world.access_at(&redirect).await;
    assert_eq!(exchange("state", "s-1").await, 202);
    assert_eq!(exchange("state", "s-1").await, 429);
    world.advance(TimeDelta::minutes(5));
    assert_eq!(exchange("state", "s-2").await, 202);
    let call = receiver.call(0).await;
    let query: std::collections::BTreeMap<_, _> =
        url::form_urlencoded::parse(call.query.as_bytes()).into_owned().collect();
    let seen = ["from_exchange", "state", "referer", "client_id"].map(|key| query[key].as_str());
    assert_eq!(seen, ["1", "s-1", HOST, CLIENT]);
    let body = json!({"grant_type": "authorization_code", "code": query["code"], "redirect_uri": redirect});
    assert_eq!(world.token(body).await.0, 200);
}
