//! Uploading, installing and serving widgets over HTTP.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};

use crate::crm::archive::{files, zipped};
use crate::crm::caller::{CLIENT, CLIENT_SECRET, HOST, World};
use crate::crm::receiver::receive_one;

fn decoded(part: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(part).unwrap()
}

/// The claims of a token whose signature is right.
fn claims(token: &str) -> Value {
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(CLIENT_SECRET.as_bytes()).unwrap();
    mac.update(signed.as_bytes());
    mac.verify_slice(&decoded(signature)).unwrap();
    let (header, claims) = signed.split_once('.').unwrap();
    assert_eq!(decoded(header), br#"{"typ":"JWT","alg":"HS256"}"#);
    serde_json::from_slice(&decoded(claims)).unwrap()
}

async fn post(world: &World, path: &str, body: Value) -> u16 {
    let url = format!("{}/accounts/{HOST}{path}", world.sandbox.url());
    world.client.post(url).json(&body).send().await.unwrap().status().as_u16()
}

async fn get(world: &World, path: &str) -> (u16, String) {
    let url = format!("{}/accounts/{HOST}{path}", world.sandbox.url());
    let answer = world.client.get(url).header("X-Requested-With", "XMLHttpRequest").send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn a_disposable_token_has_every_claim_and_may_lack_is_admin() {
    let world = World::new().await;
    let users = world.sandbox.users(HOST);
    let token = world.sandbox.disposable_token(HOST, users[0].id, "main");
    let now = world.now().timestamp();
    let found = claims(&token);
    let expected = json!({
        "iss": format!("https://{HOST}"), "aud": "http://127.0.0.1", "jti": found["jti"], "iat": now, "nbf": now,
        "exp": now + 1800, "account_id": world.sandbox.accounts()[0].id, "user_id": users[0].id,
        "subdomain": "acme", "client_uuid": CLIENT, "is_admin": true,
    });
    assert_eq!(found, expected);
    let manager = claims(&world.sandbox.disposable_token(HOST, users[1].id, "main"));
    assert_eq!(manager["is_admin"], json!(false));
    world.sandbox.set_admin_claim(HOST, false);
    let silent = claims(&world.sandbox.disposable_token(HOST, users[0].id, "main"));
    assert!(silent.get("is_admin").is_none());
    assert_eq!(world.sandbox.disposable_token(HOST, 5, "main"), "");
}

#[tokio::test]
async fn an_uploaded_widget_is_served_and_shown_to_rest() {
    let world = World::new().await;
    let token = world.access().await;
    assert_eq!(world.json("GET", "/api/v4/widgets", &token, None).await.0, 204);
    world.sandbox.set_widget("main", "bridge", &zipped(&files())).unwrap();
    let (status, script) = get(&world, "/widgets/bridge/script.js?v=1.2.3").await;
    assert!(status == 200 && script.contains("define("));
    assert_eq!(get(&world, "/widgets/bridge/none.js").await.0, 404);
    let (_, shown) = world.json("GET", "/api/v4/widgets/bridge", &token, None).await;
    assert_eq!(
        (&shown["version"], &shown["is_lead_source"], &shown["is_active_in_account"], &shown["client_uuid"]),
        (&json!("1.2.3"), &json!(true), &json!(true), &json!(CLIENT))
    );
    assert_eq!(world.json("GET", "/api/v4/widgets/other", &token, None).await.0, 404);
    let refused = world.sandbox.set_widget("main", "bridge", b"no zip").unwrap_err();
    assert!(format!("{refused:#}").contains("not a zip file"));
    // The widget from before stays.
    assert_eq!(get(&world, "/widgets/bridge/script.js").await.0, 200);
}

#[tokio::test]
async fn the_buttons_install_save_and_disable_for_administrators_only() {
    let world = World::new().await;
    world.sandbox.set_widget("main", "bridge", &zipped(&files())).unwrap();
    let users = world.sandbox.users(HOST);
    world.sandbox.sign_in(HOST, users[1].id);
    assert_eq!(post(&world, "/widgets/bridge/install", json!({"fields": {}})).await, 403);
    world.sandbox.sign_in(HOST, users[0].id);
    let (url, arrived) = receive_one().await;
    world.sandbox.set_redirect_uri("main", &format!("{url}/oauth/callback"));
    assert_eq!(post(&world, "/widgets/bridge/install", json!({"fields": {"note": "a"}})).await, 204);
    let head = arrived.await.unwrap().head;
    for part in ["from_widget=1", &format!("referer={HOST}"), "code=", "platform=1", &format!("client_id={CLIENT}")] {
        assert!(head.contains(part), "{head}");
    }
    assert!(world.sandbox.is_installed(HOST, "main"));
    assert_eq!(post(&world, "/widgets/bridge/save", json!({"fields": {"note": "b"}})).await, 204);
    let (_, page) = get(&world, "/settings/widgets/bridge").await;
    assert!(page.contains("value=\"b\""), "{page}");
    let (url, arrived) = receive_one().await;
    world.sandbox.set_parom_url(&url);
    assert_eq!(post(&world, "/widgets/bridge/disable", json!({})).await, 204);
    assert!(arrived.await.unwrap().head.contains("/oauth/revoked?client_uuid="));
    assert!(!world.sandbox.is_installed(HOST, "main"));
    assert_eq!(get(&world, "/settings/bridge").await.0, 404);
}

#[tokio::test]
async fn the_api_installs_and_switches_off_too() {
    let world = World::new().await;
    let token = world.access().await;
    let call = async |method: &str, code: &str, body| {
        world.json(method, &format!("/api/v4/widgets/{code}"), &token, body).await
    };
    assert_eq!(call("POST", "bridge", Some(json!({}))).await.0, 404, "nothing was uploaded");
    world.sandbox.set_widget("main", "bridge", &zipped(&files())).unwrap();
    assert_eq!(call("POST", "bridge", Some(json!([]))).await.0, 400);
    let (url, arrived) = receive_one().await;
    world.sandbox.set_redirect_uri("main", &format!("{url}/oauth/callback"));
    let (status, shown) = call("POST", "bridge", Some(json!({"login": "anna"}))).await;
    assert_eq!(
        (status, &shown["is_active_in_account"], &shown["settings"]),
        (200, &json!(true), &json!({"login": "anna"}))
    );
    assert!(arrived.await.unwrap().head.contains("from_widget=1"), "amoCRM's own call follows");
    let (url, arrived) = receive_one().await;
    world.sandbox.set_parom_url(&url);
    assert_eq!(call("DELETE", "bridge", None).await.0, 204);
    assert!(arrived.await.unwrap().head.contains("/oauth/revoked?client_uuid="));
    assert!(!world.sandbox.is_installed(HOST, "main"));
    assert_eq!(call("DELETE", "bridge", None).await.0, 401, "its own token is dead");
}
