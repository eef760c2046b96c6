//! How an app gets tokens of communities: VK ID, then VK's OAuth.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use simulator::vk::NewApp;

use super::World;

const BACK: &str = "https://p.test/back";
const VERIFIER: &str = "a-verifier-of-at-least-forty-three-characters-0";

async fn world() -> World {
    let world = World::start().await;
    let redirect_uris = vec![BACK.to_owned()];
    world.vk().add_app(NewApp { id: "51".into(), secret: "s".into(), name: "Parom".into(), redirect_uris });
    world
}

/// The parameters with which the browser returns.
fn back(world: &World, page: &str, without: &[&str]) -> BTreeMap<String, String> {
    let back = world.vk().answers_page(page, true, without).unwrap();
    url::Url::parse(&back).unwrap().query_pairs().into_owned().collect()
}

fn login() -> String {
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
    format!(
        "https://a.test/authorize?client_id=51&redirect_uri={BACK}&state=st&scope=groups&code_challenge={challenge}"
    )
}

async fn posts(world: &World, path: &str, form: &[(&str, &str)]) -> Value {
    serde_json::from_str(&world.stage.form(path, form).await.1).unwrap()
}

#[tokio::test]
async fn vk_id_gives_a_persons_token_for_a_proof() {
    let world = world().await;
    let page = world.stage.page("/authorize?client_id=51&redirect_uri=https://other.test/").await;
    assert_eq!(page.0, 400, "an address that is not trusted");
    let exchange = async |given: &BTreeMap<String, String>, verifier: &str| {
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", "51"),
            ("code", given["code"].as_str()),
            ("device_id", given["device_id"].as_str()),
            ("redirect_uri", BACK),
            ("code_verifier", verifier),
        ];
        posts(&world, "/oauth2/auth", &form).await
    };
    let given = back(&world, &login(), &[]);
    assert_eq!((given["state"].as_str(), given["type"].as_str()), ("st", "code_v2"));
    let person = exchange(&given, VERIFIER).await;
    let token = person["access_token"].as_str().unwrap();
    let form = [("access_token", token), ("v", "5.199"), ("filter", "admin"), ("extended", "1")];
    let groups = posts(&world, "/method/groups.get", &form).await;
    assert_eq!(groups["response"]["items"][0]["id"], json!(world.acme.id));
    assert_eq!(exchange(&given, VERIFIER).await["error"], "invalid_grant", "once");
    assert_eq!(exchange(&back(&world, &login(), &[]), "another").await["error"], "invalid_request");
    let few = exchange(&back(&world, &login(), &["groups"]), VERIFIER).await;
    assert_eq!(few["scope"], "vkid.personal_info");
}

#[tokio::test]
async fn oauth_gives_a_token_for_each_community() {
    let world = world().await;
    let id = world.acme.id.to_string();
    let page =
        format!("https://a.test/authorize?client_id=51&redirect_uri={BACK}&group_ids={id},7&scope=messages,manage");
    let code = back(&world, &page, &["manage"])["code"].clone();
    let code = code.as_str();
    let form = |secret| [("client_id", "51"), ("client_secret", secret), ("code", code), ("redirect_uri", BACK)];
    assert_eq!(posts(&world, "/access_token", &form("wrong")).await["error"], "invalid_client");
    let granted = posts(&world, "/access_token", &form("s")).await;
    assert_eq!(granted["groups"].as_array().unwrap().len(), 1, "{granted}");
    let token = granted["groups"][0]["access_token"].as_str().unwrap();
    let rights = posts(&world, "/method/groups.getTokenPermissions", &[("access_token", token), ("v", "5.199")]).await;
    assert_eq!(rights["response"]["permissions"].as_array().unwrap().len(), 1, "{rights}");
}
