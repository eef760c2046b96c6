//! Codes, tokens, installation, revoke.

use chrono::TimeDelta;
use serde_json::json;

use crate::crm::caller::{CLIENT, HOST, World, read, receive_one};

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

#[tokio::test]
async fn installing_calls_the_redirect_uri_once() {
    let world = World::new().await;
    let (url, arrived) = receive_one(500).await;
    world.sandbox.set_redirect_uri("main", &format!("{url}/oauth/callback"));
    let answer = world.sandbox.install(HOST, "main").await;
    assert_eq!(answer.status, Some(500));
    let head = arrived.await.unwrap().head;
    let line = head.lines().next().unwrap();
    assert!(line.starts_with("GET /oauth/callback?code=def502"), "{line}");
    for part in ["referer=acme.amocrm.ru", "platform=1", "from_widget=1", CLIENT] {
        assert!(line.contains(part), "{line}");
    }
    assert!(!line.contains("state="));
    let logged = world.sandbox.requests().pop().unwrap();
    assert_eq!(logged.path, "/oauth/callback?from_widget=1");
}

#[tokio::test]
async fn revoking_ends_tokens_and_connections_and_is_reported() {
    let world = World::connected().await;
    let token = world.access().await;
    let (url, arrived) = receive_one(200).await;
    world.sandbox.set_parom_url(&url);
    assert_eq!(world.sandbox.revoke(HOST, "main").await.status, Some(200));
    let head = arrived.await.unwrap().head;
    let id = world.sandbox.accounts()[0].id;
    assert!(head.starts_with(&format!("GET /oauth/revoked?client_uuid={CLIENT}&account_id={id}&signature=")), "{head}");
    assert_eq!(world.json("GET", "/api/v4/account", &token, None).await.0, 401);
    assert!(world.sandbox.connections().is_empty());
}

#[tokio::test]
async fn a_renamed_account_is_found_by_its_refresh_token() {
    let world = World::new().await;
    let code = world.sandbox.issue_code(HOST, "main");
    let (_, body) = world.token(json!({"grant_type": "authorization_code", "code": code})).await;
    world.sandbox.rename_account(HOST, "new.amocrm.ru");
    assert_eq!(world.json("GET", "/api/v4/account", body["access_token"].as_str().unwrap(), None).await.0, 401);
    let url = format!("{}/accounts/api-a.amocrm.ru/oauth2/account/current/subdomain", world.sandbox.url());
    let request = world.client.get(url).header("X-Refresh-Token", body["refresh_token"].as_str().unwrap());
    let (status, found) = read(request).await;
    assert_eq!((status, found["domain"].as_str()), (200, Some("new.amocrm.ru")));
}

#[tokio::test]
async fn a_stopped_sandbox_frees_its_address_and_comes_back_as_the_same_account() {
    let world = World::new().await;
    let (before, url) = (world.sandbox.accounts().remove(0), world.sandbox.url().to_owned());
    world.sandbox.stop().await;
    assert!(world.client.get(format!("{url}/healthz")).send().await.is_err());
    let after = World::new().await.sandbox.accounts().remove(0);
    assert_eq!((before.id, before.amojo_id), (after.id, after.amojo_id));
}
