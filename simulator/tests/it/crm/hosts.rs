//! amoCRM's hosts: by the path prefix, or by the header `Host`.

use serde_json::json;

use crate::crm::caller::{Answer, CLIENT, CLIENT_SECRET, HOST, REDIRECT, World, read};

/// A request to this host as clients send it that know nothing of prefixes.
fn to(world: &World, method: &str, host: &str, path: &str) -> reqwest::RequestBuilder {
    let url = format!("{}{path}", world.sandbox.url());
    world.client.request(method.parse().unwrap(), url).header("Host", host)
}

async fn pair(world: &World, host: &str) -> Answer {
    let code = world.sandbox.issue_code(HOST, "main");
    let body = json!({"client_id": CLIENT, "client_secret": CLIENT_SECRET, "redirect_uri": REDIRECT,
        "grant_type": "authorization_code", "code": code});
    read(to(world, "POST", host, "/oauth2/access_token").json(&body)).await
}

#[tokio::test]
async fn the_header_picks_the_account_and_links_stay_on_its_host() {
    let world = World::new().await;
    let (status, tokens) = pair(&world, "ACME.amocrm.ru:443").await;
    assert_eq!(status, 200, "{tokens}");
    let token = tokens["access_token"].as_str().unwrap();
    for at in 0..2 {
        world.sandbox.add_contact(HOST, &format!("C {at}"), None, None);
    }
    let (status, page) = read(to(&world, "GET", HOST, "/api/v4/contacts?limit=1").bearer_auth(token)).await;
    assert_eq!(status, 200);
    assert_eq!(page["_links"]["next"]["href"], "https://acme.amocrm.ru/api/v4/contacts?page=2&limit=1");
    let (_, page) = world.json("GET", "/api/v4/contacts?limit=1", token, None).await;
    let prefixed = format!("{}/accounts/{HOST}/api/v4/contacts?page=2&limit=1", world.sandbox.url());
    assert_eq!(page["_links"]["next"]["href"], json!(prefixed));
    assert_eq!(read(to(&world, "GET", "other.amocrm.ru", "/api/v4/account").bearer_auth(token)).await.0, 401);
    let logged = world.sandbox.requests();
    assert!(logged.iter().any(|line| line.path == "/oauth2/access_token" && line.host.as_deref() == Some(HOST)));
}
