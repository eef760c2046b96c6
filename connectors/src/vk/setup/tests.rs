use secrecy::ExposeSecret;
use serde_json::json;

use super::*;
use crate::fake::{Answer, Fake};
use crate::vk::fake;
use crate::vk::setup;

#[test]
fn a_community_is_entered_in_many_ways() {
    for entered in [json!(223), json!(" 223 "), json!("club223"), json!("https://vk.com/public223/"), json!("-223")] {
        assert_eq!(setup(json!({ "group_id": entered })).unwrap().public, json!({ "group_id": "223" }), "{entered}");
    }
    for wrong in [json!({}), json!({ "group_id": "acme" }), json!({ "group_id": 0 }), json!({ "group_id": null })] {
        assert_eq!(setup(wrong).unwrap_err()[0].pointer, "/settings/group_id");
    }
}

#[test]
fn a_token_is_sealed_kept_or_named() {
    let given = setup(json!({ "group_id": 223, "access_token": " vk1.a.0123456789abcdef " })).unwrap();
    assert_eq!(given.secrets[TOKEN].expose_secret(), "vk1.a.0123456789abcdef");
    assert!(!given.public.to_string().contains("vk1.a"));
    for kept in ["", "…cdef"] {
        assert!(setup(json!({ "group_id": 223, "access_token": kept, "facts": {} })).unwrap().secrets.is_empty());
    }
    for wrong in ["short", "vk1.a.with a space in it"] {
        let errors = setup(json!({ "group_id": 223, "access_token": wrong })).unwrap_err();
        assert_eq!(errors[0].pointer, "/settings/access_token");
    }
    assert!(setup(json!({ "group_id": 223, "acces_token": "x" })).is_err(), "a misspelt setting is noticed");
}

const URL: &str = "https://parom.example/hooks/vk/0190aaaa-bbbb-7ccc-8ddd-eeeeffff0001";
const FORMER: &str = "https://old.example/hooks/vk/0190aaaa-bbbb-7ccc-8ddd-eeeeffff0001";

fn settings() -> Settings {
    let secrets = [("access_token", "vk1.a.0123456789abcdef"), (HOOK_SECRET, "a-secret_of-ours")];
    let secrets = secrets.map(|(name, value)| (name.to_owned(), SecretString::from(value))).into();
    Settings { public: json!({ "group_id": 223_344_556 }), secrets }
}

fn hook() -> HookTarget {
    HookTarget { url: URL.to_owned(), secret: "a-secret_of-ours".into() }
}

async fn stage() -> (Fake, VkApi) {
    let fake = fake::start().await;
    let api = VkApi::new(&crate::fake::http(), &fake.base);
    (fake, api)
}

fn call(body: &str) -> IncomingCall<'_> {
    IncomingCall { header: &|_| None, path_secret: "", body: body.as_bytes() }
}

fn server(url: &str, status: &str, secret: &str) -> Answer {
    let server =
        json!({ "id": 3, "title": "Parom", "creator_id": 1, "url": url, "secret_key": secret, "status": status });
    fake::done(json!({ "count": 1, "items": [server] }))
}

#[test]
fn a_call_proves_itself_with_community_and_secret() {
    let secret = secret_key(&"a-secret_of-ours".into());
    assert!(secret.len() <= 50 && secret.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{secret}");
    let given = |body: serde_json::Value| authenticate(&settings(), &call(&body.to_string()));
    assert!(given(json!({ "type": "message_new", "group_id": 223_344_556, "secret": secret })));
    assert!(given(json!({ "type": "confirmation", "group_id": 223_344_556, "secret": secret })));
    assert!(given(json!({ "type": "confirmation", "group_id": 223_344_556 })), "it may come before the secret");
    for wrong in [
        json!({ "type": "message_new", "group_id": 223_344_556 }),
        json!({ "type": "message_new", "group_id": 223_344_556, "secret": "" }),
        json!({ "type": "message_new", "group_id": 223_344_556, "secret": null }),
        json!({ "type": "confirmation", "group_id": 223_344_556, "secret": "x" }),
        json!({ "type": "message_new", "group_id": 1, "secret": secret }),
        json!({ "type": "message_new", "secret": secret }),
        json!([]),
    ] {
        assert!(!given(wrong.clone()), "{wrong}");
    }
    let half = format!(r#"{{"type":"message_new","object":"\ud83d","group_id":223344556,"secret":"{secret}"}}"#);
    assert!(authenticate(&settings(), &call(&half)), "a broken text is no reason to doubt the call");
    let without = Settings { secrets: Default::default(), ..settings() };
    assert!(!authenticate(&without, &call("{\"type\":\"confirmation\",\"group_id\":223344556}")));
}

#[tokio::test]
async fn a_server_is_added_mended_or_left() {
    for (known, calls) in [
        (None, vec!["addCallbackServer", "setCallbackSettings"]),
        (Some((URL, "ok", "")), vec!["setCallbackSettings"]),
        (Some((URL, "failed", "")), vec!["editCallbackServer", "setCallbackSettings"]),
        (Some((URL, "ok", "another")), vec!["editCallbackServer", "setCallbackSettings"]),
        (Some((FORMER, "ok", "")), vec!["editCallbackServer", "setCallbackSettings"]),
    ] {
        let (fake, api) = stage().await;
        if let Some((url, status, secret)) = known {
            fake.answers("groups.getCallbackServers", server(url, status, secret));
        }
        connect(&api, &Confirmations::default(), &settings(), &hook()).await.unwrap();
        let wanted = ["getCallbackConfirmationCode", "getCallbackServers"].into_iter().chain(calls);
        let wanted: Vec<_> = wanted.map(|name| format!("groups.{name}")).collect();
        assert_eq!(fake.methods(), wanted, "{known:?}: VK asks for the string as soon as it knows the server");
        let settings = fake::called(&fake, "groups.setCallbackSettings");
        assert!(settings["server_id"] == "3" && KINDS.iter().chain(&MORE_KINDS).all(|kind| settings[*kind] == "1"));
    }
}

#[tokio::test]
async fn only_our_own_server_is_removed() {
    let (fake, api) = stage().await;
    fake.answers("groups.getCallbackServers", server("https://other.example/hook", "ok", ""));
    remove(&api, &settings(), &hook()).await.unwrap();
    assert_eq!(fake.methods(), ["groups.getCallbackServers"]);
    fake.answers("groups.getCallbackServers", server(URL, "ok", ""));
    fake.answers("groups.deleteCallbackServer", fake::refused(104, "Not found"));
    remove(&api, &settings(), &hook()).await.unwrap();
    assert_eq!(fake::called(&fake, "groups.deleteCallbackServer")["server_id"], "3");
}

#[tokio::test]
async fn access_is_checked_live() {
    let (fake, api) = stage().await;
    let found = identity(&api, &settings()).await.unwrap().unwrap();
    assert_eq!((found.key.as_str(), found.name.as_str()), ("223344556", "@acme"));
    let asked = fake::called(&fake, "groups.getById");
    assert!(!asked.keys().any(|name| name.starts_with("group_id")), "with ids VK answers about any community");
    for none in [json!({ "groups": [{ "id": 1, "name": "Other" }] }), json!({ "groups": [] }), json!([])] {
        fake.answers("groups.getById", fake::done(none));
        assert!(matches!(identity(&api, &settings()).await, Err(Denied::Foreign(_))), "no community is no proof");
    }
    // There is no source yet, nor its settings.
    let refused = |key| LocalizedText::new(key);
    for (code, words, wanted) in [
        (5, "User authorization failed: invalid access_token (4).", Denied::Access(refused("wizard-vk-refused"))),
        (27, "Group authorization failed: invalid token.", Denied::Access(refused("wizard-vk-refused"))),
        (15, "Access denied", Denied::Refused(refused("wizard-vk-no-right"))),
    ] {
        fake.answers("groups.getById", fake::refused(code, words));
        assert_eq!(setup::check_access(&api, &settings()).await, Err(wanted), "{code}");
    }
    fake.answers("groups.getById", fake::refused(10, "Internal server error"));
    assert!(matches!(setup::check_access(&api, &settings()).await, Err(Denied::Away(_))), "weather");
}

#[tokio::test]
async fn a_press_is_acknowledged_if_it_waits() {
    let (fake, api) = stage().await;
    crate::vk::send::acknowledge(&api, &settings(), "").await;
    assert!(fake.calls().is_empty(), "a text button waits for nothing");
    crate::vk::send::acknowledge(&api, &settings(), "6fa1 712 2000000004").await;
    let asked = fake::called(&fake, "messages.sendMessageEventAnswer");
    assert_eq!(["event_id", "user_id", "peer_id"].map(|name| asked[name].as_str()), ["6fa1", "712", "2000000004"]);
}

#[tokio::test]
async fn the_string_is_asked_for_and_remembered() {
    let (fake, api) = stage().await;
    let (all, settings) = (Confirmations::default(), settings());
    let refused = || fake.answers("groups.getCallbackConfirmationCode", fake::refused(5, "no"));
    refused();
    assert!(matches!(all.prepare(&api, &settings).await, Err(NotReceived::Later(_))), "there is nothing to answer");
    all.prepare(&api, &settings).await.unwrap();
    assert_eq!(all.last(&settings).await, "b6a7c8d9");
    refused();
    all.prepare(&api, &settings).await.unwrap();
    assert_eq!(all.last(&settings).await, "b6a7c8d9", "VK's API need not answer twice");
    let secrets = [("access_token".to_owned(), "vk1.a.of-another-account".into())].into();
    assert_eq!(all.last(&Settings { secrets, ..settings }).await, "", "only a token that VK told it");
}
