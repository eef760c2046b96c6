//! amoCRM's hosts: by the path prefix, or by the header `Host`.

use serde_json::{Value, json};

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

#[tokio::test]
async fn files_arrive_in_parts_and_are_downloaded_from_the_drive() {
    let world = World::new().await;
    let token = world.access().await;
    let (_, account) = world.json("GET", "/api/v4/account?with=drive_url", &token, None).await;
    assert_eq!(account["drive_url"], "https://drive-b.amocrm.ru");
    let drive = "drive-b.amocrm.ru";
    let open = |size: i64| json!({"file_name": "price.pdf", "file_size": size, "content_type": "application/pdf"});
    let start =
        async |body: &Value| read(to(&world, "POST", drive, "/v1.0/sessions").bearer_auth(&token).json(body)).await;
    assert_eq!(start(&open(0)).await.0, 400);
    assert_eq!(start(&open(314_572_801)).await.0, 400);
    let bytes: Vec<u8> = (0..600_000_u32).map(|at| at.to_le_bytes()[0]).collect();
    let (status, session) = start(&open(600_000)).await;
    assert_eq!((status, &session["max_part_size"]), (200, &json!(524_288)));
    let path = |url: &Value| url.as_str().unwrap().trim_start_matches("https://drive-b.amocrm.ru").to_owned();
    let first = path(&session["upload_url"]);
    assert_eq!(read(to(&world, "POST", drive, &first).body(bytes.clone())).await.0, 400, "the part is too large");
    let (_, next) = read(to(&world, "POST", drive, &first).body(bytes[..524_288].to_vec())).await;
    let rest = bytes[524_288..].to_vec();
    let (status, file) = read(to(&world, "POST", drive, &path(&next["next_url"])).body(rest.clone())).await;
    assert_eq!((status, &file["size"], &file["type"]), (200, &json!(600_000), &json!("document")), "{file}");
    assert_eq!(read(to(&world, "POST", drive, &first).body(rest)).await.0, 404, "an address is used once");
    let link = path(&file["_links"]["download"]["href"]);
    let got = to(&world, "GET", drive, &link).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(got, bytes);
    let one = format!("/v1.0/files/{}", file["uuid"].as_str().unwrap());
    assert_eq!(read(to(&world, "GET", drive, &one).bearer_auth(&token)).await.1["metadata"]["extension"], "pdf");
    assert_eq!(read(to(&world, "GET", drive, &one)).await.0, 401);
}
