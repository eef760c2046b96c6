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

#[tokio::test]
async fn refresh_tokens_rotate() {
    let world = World::new().await;
    let code = world.sandbox.issue_code(HOST, "main");
    let (_, first) = world.token(json!({"grant_type": "authorization_code", "code": code})).await;
    let old = json!({"grant_type": "refresh_token", "refresh_token": first["refresh_token"]});
    let (status, second) = world.token(old.clone()).await;
    assert_eq!(status, 200);
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    let (status, body) = world.token(old.clone()).await;
    assert_eq!((status, body["hint"].as_str()), (400, Some("Token has been revoked")));
    world.sandbox.set_lenient_refresh(true);
    let (status, third) = world.token(old.clone()).await;
    assert_eq!(status, 200);
    let access = third["access_token"].as_str().unwrap();
    assert_eq!(world.json("GET", "/api/v4/account", access, None).await.0, 200);
    assert_eq!(world.token(old).await.0, 400);
}

#[tokio::test]
async fn access_tokens_die_by_age_and_by_command() {
    let world = World::new().await;
    let token = world.access().await;
    let (status, body) = world.json("GET", "/api/v4/account?with=amojo_id,version", &token, None).await;
    assert_eq!((status, body["amojo_id"].as_str()), (200, Some(&world.scope[37..])));
    world.advance(TimeDelta::hours(25));
    assert_eq!(world.json("GET", "/api/v4/account", &token, None).await.0, 401);
    let token = world.access().await;
    world.sandbox.expire_access_tokens(HOST);
    assert_eq!(world.json("GET", "/api/v4/account", &token, None).await.0, 401);
}

#[tokio::test]
async fn an_ordinary_user_sees_the_account_and_no_users() {
    let world = World::new().await;
    let manager = world.sandbox.accounts()[0].users[1].id;
    let code = world.sandbox.issue_code_for(HOST, "main", manager);
    let (_, body) = world.token(json!({"grant_type": "authorization_code", "code": code})).await;
    let token = body["access_token"].as_str().unwrap();
    assert_eq!(world.json("GET", "/api/v4/account", token, None).await.0, 200);
    assert_eq!(world.json("GET", "/api/v4/users", token, None).await.0, 403);
    let admin = world.access().await;
    let (_, users) = world.json("GET", "/api/v4/users?with=amojo_id", &admin, None).await;
    assert_eq!(users["_embedded"]["users"][2]["amojo_id"], json!(null));
    // A user's rights, in the documents' form.
    let rights = simulator::crm::UserRights { leads: 'M', contacts: 'G', group_id: Some(7), stages: vec![(3, 4, 'D')] };
    world.sandbox.set_rights(HOST, manager, rights);
    let (_, shown) = world.json("GET", &format!("/api/v4/users/{manager}"), &admin, None).await;
    let shown = &shown["rights"];
    assert_eq!((&shown["leads"]["view"], &shown["contacts"]["view"]), (&json!("M"), &json!("G")));
    assert_eq!(shown["group_id"], 7);
    assert_eq!(shown["status_rights"][0]["rights"]["view"], "D");
    let (_, lines) = world.json("GET", "/api/v4/leads/pipelines", &admin, None).await;
    assert_eq!(lines["_embedded"]["pipelines"][0]["is_main"], json!(true));
}
