//! The files service: what the SDK of amoCRM does with it.

use serde_json::{Value, json};

use crate::crm::caller::{World, read};

async fn drive(world: &World, token: &str, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
    let url = format!("{}/v1.0/{path}", world.sandbox.url());
    let request =
        world.client.request(method.parse().unwrap(), url).header("Host", "drive-b.amocrm.ru").bearer_auth(token);
    read(body.into_iter().fold(request, |request, body| request.json(&body))).await
}

async fn upload(world: &World, token: &str, name: &str, text: &str) -> Value {
    let wanted = json!({"file_name": name, "file_size": text.len(), "content_type": "text/plain"});
    let (_, session) = drive(world, token, "POST", "sessions", Some(wanted)).await;
    let key = session["upload_url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let url = format!("{}/v1.0/sessions/upload/{key}", world.sandbox.url());
    let part = world.client.post(url).header("Host", "drive-b.amocrm.ru").body(text.to_owned());
    read(part).await.1
}

#[tokio::test]
async fn c7_files_are_listed_filtered_renamed_and_trashed_with_every_field() {
    let world = World::new().await;
    let token = world.access().await;
    let first = upload(&world, &token, "offer.txt", "abc").await;
    upload(&world, &token, "photo.jpg", "abcdef").await;
    // What the SDK reads without asking whether it is there.
    for place in [
        "/created_by/id",
        "/created_by/type",
        "/updated_by/id",
        "/deleted_at",
        "/source_id",
        "/sanitized_name",
        "/_links/download/href",
        "/_links/download_version/href",
        "/metadata/extension",
        "/is_trashed",
        "/previews",
    ] {
        assert!(first.pointer(place).is_some(), "{place}: {first}");
    }
    let uuid = first["uuid"].as_str().unwrap();
    for (query, wanted) in [
        ("files".to_owned(), 2),
        ("files?filter[extensions][0]=jpg&filter[extensions][1]=png".to_owned(), 1),
        (format!("files?filter[uuid]={uuid},x"), 1),
        ("files?filter[term]=PHOTO".to_owned(), 1),
        ("files?filter[size][from]=4".to_owned(), 1),
        ("files?filter[deleted]=1".to_owned(), 0),
        ("files?limit=1&page=2".to_owned(), 1),
    ] {
        let (status, list) = drive(&world, &token, "GET", &query, None).await;
        assert_eq!((status, list["_embedded"]["files"].as_array().unwrap().len()), (200, wanted), "{query}");
    }
    let (_, page) = drive(&world, &token, "GET", "files?limit=1", None).await;
    assert!(page["_links"]["next"]["href"].as_str().unwrap().contains("page=2"));
    assert_eq!(drive(&world, &token, "GET", "files?limit=1000", None).await.0, 400);
    let (status, renamed) =
        drive(&world, &token, "PATCH", &format!("files/{uuid}"), Some(json!({"name": "Deal"}))).await;
    assert_eq!((status, &renamed["name"]), (200, &json!("Deal.txt")));
    assert_eq!(drive(&world, &token, "DELETE", "files", Some(json!([{"uuid": uuid}]))).await.0, 204);
    assert_eq!(drive(&world, &token, "GET", &format!("files/{uuid}"), None).await.0, 404);
    assert_eq!(drive(&world, &token, "DELETE", "files", Some(json!([{"uuid": uuid}]))).await.0, 404);
}

/// C8: as by the web server before amoCRM, and what is not there is told as JSON.
#[tokio::test]
async fn c8_doubled_slashes_are_one_and_unknown_addresses_are_problems() {
    let world = World::new().await;
    let token = world.access().await;
    let to = |path: &str| {
        let request = world.client.get(format!("{}{path}", world.sandbox.url()));
        read(request.header("Host", "acme.amocrm.ru").bearer_auth(&token))
    };
    for path in ["//api/v4/account", "/api//v4//account/", "/api/v4/account//"] {
        assert_eq!(to(path).await.0, 200, "{path}");
    }
    for path in ["/api/v4/accounts", "/api/v2/account"] {
        let (status, body) = to(path).await;
        assert_eq!((status, &body["status"]), (404, &json!(404)), "{path}: {body}");
    }
}

/// C10: a channel of before autumn 2019 signs the body alone. A switch accepts it beside today's scheme.
#[tokio::test]
async fn c10_the_old_signature_is_good_where_it_is_switched_on() {
    let world = World::connected().await;
    let body = json!({"account_id": &world.scope[37..], "title": "Old", "hook_api_version": "v2"}).to_string();
    let channel = crate::crm::caller::CHANNEL;
    let old = || {
        let signature = world.sandbox.sign_hook(channel, body.as_bytes());
        let url = format!("{}/v2/origin/custom/{channel}/connect", world.sandbox.url());
        let request = world.client.post(url).header("Content-Type", "application/json");
        read(request.header("X-Signature", signature).body(body.clone()))
    };
    assert_eq!(old().await.0, 403);
    world.sandbox.break_it(&"old-signatures".parse().unwrap()).unwrap();
    assert_eq!(old().await.0, 200);
    assert_eq!(world.connect().await.0, 200, "today's is good as well");
    // C11: a message to nobody has no receiver.
    let (_, taken) = world.message(crate::crm::caller::text("m-1", "Hello")).await;
    assert!(taken["new_message"].get("receiver_id").is_none(), "{taken}");
}
