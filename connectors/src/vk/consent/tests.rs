use std::collections::BTreeMap;

use base::config::Config;
use chrono::DateTime;

use super::*;
use crate::fake::{Answer, Fake};
use crate::vk::fake::{self, parameters};

const BACK: &str = "https://parom.example/back";

fn login(base: &str) -> Login {
    let text = format!("[vk]\napi_url = \"{base}\"\napp_id = \"51\"\napp_secret = \"vendor-secret\"\n");
    let config = Config::from_toml(&text).unwrap().vk;
    let http = crate::fake::http();
    Login::of(&http, &VkApi::new(&http, &config.api_url), &config).unwrap()
}

async fn start() -> (Fake, Login) {
    let fake = fake::start().await;
    let login = login(fake.base.as_str());
    (fake, login)
}

fn query(page: &Url) -> BTreeMap<String, String> {
    page.query_pairs().into_owned().collect()
}

/// Back from VK ID, or from VK's OAuth.
async fn lines(login: &Login, device: Option<&str>) -> Result<Vec<OfferedLine>, Denied> {
    let query = device.map(|device| ("device_id".to_owned(), device.to_owned())).into_iter().collect();
    login.lines(&Returned { code: "the-code", state: "s", back: BACK, query: &query, now: DateTime::UNIX_EPOCH }).await
}

#[tokio::test]
async fn vk_id_names_the_communities_and_a_second_page_authorizes_the_chosen_ones() {
    let (fake, login) = start().await;
    let asked = query(&login.address("s", BACK).unwrap());
    fake.next(
        "auth",
        200,
        json!({ "access_token": "vk2.a.person", "refresh_token": "r", "scope": "vkid.personal_info groups" }),
    );
    let group = |id: i64, name: &str| json!({ "id": id, "name": name, "screen_name": name });
    fake.answers("groups.get", fake::done(json!({ "count": 2, "items": [group(11, "acme"), group(12, "shop")] })));
    let named = lines(&login, Some("device")).await.unwrap();
    let form = parameters(&fake.calls()[0]);
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&form["code_verifier"]));
    assert_eq!((asked["code_challenge"].as_str(), asked["scope"].as_str()), (challenge.as_str(), "groups"));
    assert!((43..=128).contains(&form["code_verifier"].len()));
    assert_eq!((form["device_id"].as_str(), form["state"].as_str()), ("device", "s"));
    assert!(!form.contains_key("client_secret"), "the proof replaces it");
    assert_eq!(parameters(&fake.calls()[1])["filter"], "admin");
    let second = query(&login.address_for(&named, "s2", BACK).unwrap());
    assert_eq!((second["group_ids"].as_str(), second["scope"].as_str()), ("11,12", "messages,manage,photos,docs"));
    let tokens =
        json!({ "groups": [{ "group_id": 223344556, "access_token": "vk1.a.community-token" }], "expires_in": 0 });
    fake.next("access_token", 200, tokens);
    let granted = lines(&login, None).await.unwrap();
    assert_eq!((granted[0].key.as_str(), granted[0].name.as_str()), ("223344556", "@acme"));
    assert!(login.address_for(&granted, "s3", BACK).is_none(), "it is authorized");
    let settings = login.connect(granted[0].settings.clone()).await.unwrap();
    assert_eq!(settings, json!({ "group_id": "223344556", "access_token": "vk1.a.community-token" }));
}

#[test]
fn the_pages_are_on_vks_own_hosts() {
    let login = login("https://api.vk.com");
    assert!(login.address("s", BACK).unwrap().as_str().starts_with("https://id.vk.com/authorize?client_id=51&"));
    let line = OfferedLine { key: "1".into(), name: String::new(), about: String::new(), settings: json!({}) };
    assert!(login.address_for(&[line], "s", BACK).unwrap().as_str().starts_with("https://oauth.vk.com/authorize?"));
    assert_ne!(login.verifier("a"), login.verifier("b"));
}

#[tokio::test]
async fn refusals_say_what_is_missing() {
    let (fake, login) = start().await;
    let refused = |said: LocalizedText| Some(Denied::Refused(said));
    fake.next("auth", 200, json!({ "access_token": "t", "scope": "vkid.personal_info" }));
    let scope = LocalizedText::new("said-consent-scope").with("scopes", "groups");
    assert_eq!(lines(&login, Some("d")).await.err(), refused(scope));
    fake.next("auth", 200, json!({ "access_token": "t", "scope": "groups" }));
    fake.answers("groups.get", fake::done(json!({ "count": 0, "items": [] })));
    assert_eq!(lines(&login, Some("d")).await.err(), refused(LocalizedText::new("said-consent-none-vk")));
    let used = json!({ "error": "invalid_grant", "error_description": "Code is expired." });
    fake.answers("access_token", Answer::Json(401, used));
    assert_eq!(lines(&login, None).await.err(), refused(LocalizedText::new("said-consent-code")));
    let few = json!({ "mask": 1, "permissions": [{ "name": "messages", "setting": 1 }] });
    fake.answers("groups.getTokenPermissions", fake::done(few));
    let chosen = json!({ "group_id": "223344556", "access_token": "vk1.a.community-token" });
    let said = LocalizedText::new("said-vk-rights").with("rights", "manage, photos, docs");
    assert_eq!(login.connect(chosen).await.err(), refused(said));
}
