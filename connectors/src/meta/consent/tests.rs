use std::collections::BTreeMap;

use chrono::DateTime;

use super::*;
use crate::Connector;
use crate::fake::{Answer, Call, Fake};
use crate::meta::fake;

const BACK: &str = "https://parom.example/back";
const ACCOUNT: &str = "17841400000000001";

async fn start() -> (Fake, Meta, Meta) {
    let fake = fake::start([]).await;
    let (instagram, facebook) = fake::connectors(&fake.base, true);
    (fake, instagram, facebook)
}

async fn lines(meta: &Meta) -> Result<Vec<OfferedLine>, Denied> {
    let query = BTreeMap::new();
    let returned = Returned { code: "the-code", state: "s", back: BACK, query: &query, now: DateTime::UNIX_EPOCH };
    meta.consent_page().unwrap().lines(&returned).await
}

fn form(call: &Call) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(&call.bytes).into_owned().collect()
}

fn permissions(status: impl Fn(&str) -> &'static str) -> Value {
    json!({ "data": PAGE_SCOPES.map(|scope| json!({ "permission": scope, "status": status(scope) })) })
}

fn page(id: &str, username: &str) -> Value {
    json!({ "id": id, "name": "Acme", "username": username, "access_token": format!("EAA-{id}") })
}

#[tokio::test]
async fn the_dialogs_are_on_metas_own_sites() {
    let (_fake, instagram, facebook) = start().await;
    let asks = |meta: &Meta| -> (String, BTreeMap<String, String>) {
        let page = meta.consent_page().unwrap().address("st&te", BACK).unwrap();
        (page.path().to_owned(), page.query_pairs().into_owned().collect())
    };
    for (meta, path, scope) in [
        (&facebook, format!("/{VERSION}/dialog/oauth"), PAGE_SCOPES.join(",")),
        (&instagram, "/oauth/authorize".to_owned(), ACCOUNT_SCOPES.join(",")),
    ] {
        let (found, asked) = asks(meta);
        assert_eq!(found, path);
        let expected =
            [("client_id", "1517776481860111"), ("redirect_uri", BACK), ("response_type", "code"), ("state", "st&te")];
        for (name, value) in expected.into_iter().chain([("scope", scope.as_str())]) {
            assert_eq!(asked[name], value, "{name}");
        }
    }
    let own = |text: &str| {
        let config = base::config::Config::from_toml(text).unwrap();
        let http = crate::fake::http();
        let facebook =
            crate::facebook::connector(&http, &config).consent_page().and_then(|page| page.address("s", BACK));
        let instagram =
            crate::instagram::connector(&http, &config).consent_page().and_then(|page| page.address("s", BACK));
        [facebook, instagram].map(|page| page.map(|page| page.to_string()).unwrap_or_default())
    };
    let app = "app_id = \"1\"\napp_secret = \"s\"\n";
    let [facebook, instagram] = own(&format!("[facebook]\n{app}config_id = \"5005\"\n[instagram]\n{app}"));
    assert!(facebook.starts_with("https://www.facebook.com/v") && facebook.contains("config_id=5005"), "{facebook}");
    assert!(!facebook.contains("scope"), "a configuration names the rights: {facebook}");
    assert!(instagram.starts_with("https://www.instagram.com/oauth/authorize?"), "{instagram}");
    assert_eq!(own("[facebook]\napp_id = \"1\"\n"), ["", ""], "without the app's secret");
}

#[tokio::test]
async fn pages_come_with_tokens_that_do_not_expire() {
    let (fake, _, facebook) = start().await;
    fake.next("oauth/access_token", 200, json!({ "access_token": "short", "expires_in": 5_000 }));
    fake.next("oauth/access_token", 200, json!({ "access_token": "long" }));
    fake.next("me/permissions", 200, permissions(|_| "granted"));
    let all = json!([page("104000000000001", "acme"), page("104000000000002", ""), { "id": "104000000000003", "name": "No access" }]);
    fake.next("me/accounts", 200, json!({ "data": all }));
    let found = lines(&facebook).await.unwrap();
    let named: Vec<_> = found.iter().map(|line| (line.key.as_str(), line.name.as_str(), line.about.as_str())).collect();
    assert_eq!(named, [("104000000000001", "@acme", "Acme"), ("104000000000002", "104000000000002", "Acme")]);
    let calls = fake.calls();
    assert_eq!((form(&calls[0])["code"].as_str(), form(&calls[0])["redirect_uri"].as_str()), ("the-code", BACK));
    assert_eq!(
        (form(&calls[1])["grant_type"].as_str(), form(&calls[1])["fb_exchange_token"].as_str()),
        ("fb_exchange_token", "short")
    );
    assert!(calls.iter().all(|call| !call.path.contains("secret") && !call.path.contains("short")), "{calls:#?}");
    assert_eq!(calls[2].authorization.as_deref(), Some("Bearer long"));
    let chosen = found.into_iter().next().unwrap().settings;
    let connected = facebook.consent_page().unwrap().connect(chosen).await.unwrap();
    assert_eq!(connected, json!({ "page_id": "104000000000001", "access_token": "EAA-104000000000001" }));
    let subscribed = fake.calls().pop().unwrap();
    assert_eq!((subscribed.method.as_str(), subscribed.resource()), ("POST", "104000000000001/subscribed_apps"));
    assert!(facebook.setup(connected).is_ok());
}

#[tokio::test]
async fn a_page_that_refuses_the_app_is_not_connected() {
    let (fake, _, facebook) = start().await;
    fake.answers("subscribed_apps", fake::refused(200, 0, "(#200) Requires pages_manage_metadata"));
    let chosen = json!({ "page_id": "104000000000001", "access_token": "EAA-1" });
    assert!(facebook.connect(chosen).await.is_err());
}

#[tokio::test]
async fn declined_rights_are_named_and_no_pages_are_said() {
    let (fake, _, facebook) = start().await;
    let tokens = || fake.next("oauth/access_token", 200, json!({ "access_token": "t" }));
    tokens();
    tokens();
    fake.next(
        "me/permissions",
        200,
        permissions(|scope| if scope == "pages_messaging" { "declined" } else { "granted" }),
    );
    let said = LocalizedText::new("said-consent-scope").with("scopes", "pages_messaging");
    assert_eq!(lines(&facebook).await.err(), Some(Denied::Refused(said)));
    tokens();
    tokens();
    fake.next(
        "me/permissions",
        200,
        permissions(|scope| if scope == "pages_manage_engagement" { "declined" } else { "granted" }),
    );
    fake.next("me/accounts", 200, json!({ "data": [] }));
    assert_eq!(lines(&facebook).await.err(), Some(Denied::Refused(LocalizedText::new("said-consent-none-facebook"))));
}

#[tokio::test]
async fn an_instagram_account_comes_with_a_token_for_60_days() {
    let (fake, instagram, _) = start().await;
    let granted = json!({ "access_token": "hour", "user_id": 26, "permissions": ACCOUNT_SCOPES });
    fake.next("POST ", 200, granted);
    fake.next("GET /access_token", 200, json!({ "access_token": "sixty", "expires_in": 5_183_944 }));
    fake.next("me", 200, json!({ "id": "26", "user_id": ACCOUNT, "username": "acme_flowers", "name": "Acme" }));
    let found = lines(&instagram).await.unwrap();
    assert_eq!(
        (found[0].key.as_str(), found[0].name.as_str(), found[0].about.as_str()),
        (ACCOUNT, "@acme_flowers", "Acme")
    );
    assert_eq!(found[0].settings, json!({ "account_id": ACCOUNT, "access_token": "sixty" }));
    assert!(instagram.setup(found[0].settings.clone()).is_ok());
}

#[tokio::test]
async fn an_instagram_account_that_declines_messages_is_refused() {
    let (fake, instagram, _) = start().await;
    let granted =
        json!({ "data": [{ "access_token": "hour", "user_id": 26, "permissions": "instagram_business_basic" }] });
    fake.next("POST ", 200, granted);
    let said = LocalizedText::new("said-consent-scope").with("scopes", "instagram_business_manage_messages");
    assert_eq!(lines(&instagram).await.err(), Some(Denied::Refused(said)));
    let used = json!({ "error_type": "OAuthException", "code": 400, "error_message": "Matching code was not found or was already used" });
    fake.answers("POST ", Answer::Json(400, used));
    assert_eq!(lines(&instagram).await.err(), Some(Denied::Refused(LocalizedText::new("said-consent-code"))));
}
