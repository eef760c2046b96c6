//! Codes and tokens.

use chrono::TimeDelta;
use serde_json::json;

use crate::crm::caller::{CLIENT, HOST, World, read};

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
