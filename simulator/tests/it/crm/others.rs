//! Requests of third-party clients, byte for byte, and production's answers. Differences from the documents are listed
//! in chats-api §7.1 and crm-api §11.1.

use serde_json::{Value, json};

use crate::crm::caller::{CHANNEL, CLIENT, CLIENT_SECRET, HOST, REDIRECT, World, read};

/// S1: `league/oauth2-client`, which amoCRM's SDK for PHP uses, posts a form.
#[tokio::test]
async fn s1_tokens_are_given_for_forms_too() {
    let world = World::new().await;
    let url = format!("{}/accounts/{HOST}/oauth2/access_token", world.sandbox.url());
    let redirect: String = url::form_urlencoded::byte_serialize(REDIRECT.as_bytes()).collect();
    let who = format!("client_id={CLIENT}&client_secret={CLIENT_SECRET}&redirect_uri={redirect}");
    let post = async |body: String, kind: &str, slash: &str| {
        read(world.client.post(format!("{url}{slash}")).header("Content-Type", kind).body(body)).await
    };
    let form = "application/x-www-form-urlencoded";
    let code = world.sandbox.issue_code(HOST, "main");
    let body = format!("{who}&grant_type=authorization_code&code={code}");
    assert_eq!(post(body.clone(), "text/plain", "").await.0, 400);
    let (status, pair) = post(body, form, "").await;
    assert_eq!(status, 200, "{pair}");
    let refresh = pair["refresh_token"].as_str().unwrap();
    let body = format!("{who}&grant_type=refresh_token&refresh_token={refresh}");
    assert_eq!(post(body, &format!("{form}; charset=UTF-8"), "/").await.0, 200);
    let (status, refusal) = post(format!("{who}x&grant_type=refresh_token&refresh_token=x"), form, "").await;
    assert_eq!((status, refusal["status"].as_i64()), (400, Some(400)), "{refusal}");
    let calls: Vec<(String, bool)> =
        world.sandbox.token_calls().into_iter().map(|one| (one.grant_type, one.granted)).collect();
    let seen: Vec<(&str, bool)> = calls.iter().map(|(kind, granted)| (kind.as_str(), *granted)).collect();
    assert_eq!(seen, [("", false), ("authorization_code", true), ("refresh_token", true), ("refresh_token", false)]);
}

/// S3: the SDK's authorize URL ends with a slash, and so may every other address.
#[tokio::test]
async fn s3_a_slash_at_the_end_means_nothing() {
    let world = World::new().await;
    let token = world.access().await;
    let url = world.sandbox.url();
    for path in ["/oauth", "/oauth/"] {
        let address = format!("{url}{path}?state=1&mode=post_message&client_id={CLIENT}");
        let page = world.client.get(address).header("Host", "www.amocrm.ru").send().await.unwrap();
        assert_eq!(page.status(), 200, "{path}");
        assert!(page.text().await.unwrap().contains("action=\"/oauth\""), "{path}");
    }
    for path in ["/api/v4/account/", "/api/v4/users/?limit=1", "/api/v4/leads/pipelines/"] {
        assert_eq!(world.json("GET", path, &token, None).await.0, 200, "{path}");
    }
    assert_eq!(world.api(&token, "GET", "/account", None).await.0, 200, "two are one");
}

/// S6: recorded: `user` with only a manager's id creates a person of whom only the id is returned.
#[tokio::test]
async fn s6_a_chat_is_made_for_an_id_alone() {
    let world = World::connected().await;
    let maria = world.sandbox.accounts()[0].users[1].amojo_id.clone().unwrap();
    let path = format!("{}/chats", world.scope);
    let create = async |user: Value| {
        world.signed("POST", &path, Some(json!({"conversation_id": "7316aaaf", "user": user}))).await
    };
    let (status, body) = create(json!({"ref_id": maria})).await;
    assert_eq!((status, body["user"].as_object().map(serde_json::Map::len)), (200, Some(1)), "{body}");
    assert_ne!(body["user"]["id"], json!(maria));
    let (_, again) = create(json!({"ref_id": body["user"]["id"]})).await;
    assert_eq!((&again["id"], &again["user"]["id"]), (&body["id"], &body["user"]["id"]));
    assert_eq!(create(json!({"ref_id": "3c7a9e84-5d16-4f0b-9a2e-1b8c4d6e7f90"})).await.0, 400, "an unknown id");
    assert_eq!(create(json!({"id": "user-1"})).await.0, 400, "an id of ours needs a name");
    assert_eq!(create(json!({"name": "Maria"})).await.0, 400);
    let (_, named) = create(json!({"id": "user-1", "name": "Maria", "profile": {"phone": "+7999"}})).await;
    assert_eq!((&named["user"]["client_id"], &named["user"]["name"]), (&json!("user-1"), &json!("Maria")));
    assert_eq!(named["user"]["phone"], "7999");
}

/// S12: the signature scheme of before autumn 2019 is for channels of that time; the error names it to its caller.
#[tokio::test]
async fn s12_the_oldest_signature_is_refused_by_its_name() {
    use hmac::{Hmac, KeyInit, Mac};
    let world = World::new().await;
    let body = json!({"account_id": &world.scope[37..], "title": "Acme", "hook_api_version": "v2"}).to_string();
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(crate::crm::caller::SECRET.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let url = format!("{}/v2/origin/custom/{CHANNEL}/connect", world.sandbox.url());
    let request = world.client.post(url).header("Content-Type", "application/json");
    let request = request.header("X-Signature", hex::encode(mac.finalize().into_bytes())).body(body);
    let (status, refusal) = read(request).await;
    assert_eq!(status, 403);
    assert!(refusal["error_description"].as_str().unwrap().contains("before autumn 2019"), "{refusal}");
}
