//! Tokens, Embedded Signup, numbers, and where webhooks go.

use reqwest::Method;
use serde_json::{Value, json};
use simulator::whatsapp::NewApp;

use super::{DAY, PHONE, WABA, World, codes, to_maria};
use crate::stage::Receiver;

/// The token, or the subcode or code of the refusal.
async fn exchange(world: &World, query: &str) -> Result<String, i64> {
    let path = format!("/v26.0/oauth/access_token?client_id={}&{query}", world.app.id);
    let answer: Value = world.stage.request(Method::GET, &path).send().await.unwrap().json().await.unwrap();
    let token = answer["access_token"].as_str().map(str::to_owned);
    token.ok_or_else(|| match codes(&answer) {
        (code, 0) => code,
        (_, subcode) => subcode,
    })
}

#[tokio::test]
async fn a_code_is_exchanged_once_within_half_a_minute() {
    let world = World::start().await;
    let secret = format!("client_secret={}", world.app.secret);
    let code = world.whatsapp().sign_up(&world.app.id, WABA);
    assert_eq!(exchange(&world, &format!("client_secret=wrong&code={code}")).await, Err(1));
    let token = exchange(&world, &format!("{secret}&code={code}")).await.unwrap();
    assert_eq!(exchange(&world, &format!("{secret}&code={code}")).await, Err(36_009));
    let late = world.whatsapp().sign_up(&world.app.id, WABA);
    world.stage.advance(30).await;
    assert_eq!(exchange(&world, &format!("{secret}&code={late}")).await, Err(36_007));
    assert_eq!(exchange(&world, &format!("{secret}&code=none")).await, Err(36_008));
    assert_eq!(world.call_with(&token, Method::GET, PHONE, Value::Null).await.0, 200);
    let own = exchange(&world, &format!("{secret}&grant_type=client_credentials")).await.unwrap();
    let debug = async |input: &str| {
        let path = format!("debug_token?input_token={input}");
        world.call_with(&own, Method::GET, &path, Value::Null).await.1["data"].clone()
    };
    let told = debug(&token).await;
    assert_eq!((&told["is_valid"], &told["expires_at"]), (&json!(true), &json!(0)));
    assert_eq!(told["granular_scopes"][1]["target_ids"], json!([WABA]));
    let renew = format!("{secret}&grant_type=fb_exchange_token&fb_exchange_token={token}");
    let renewed = exchange(&world, &renew).await.unwrap();
    world.stage.advance(60 * DAY).await;
    let (_, ended) = world.call_with(&renewed, Method::GET, PHONE, Value::Null).await;
    assert_eq!(codes(&ended), (190, 463));
    world.whatsapp().revoke_token(&token);
    for input in [token.as_str(), "none"] {
        assert_eq!(debug(input).await["is_valid"], false);
    }
}

#[tokio::test]
async fn tokens_and_proofs_are_checked() {
    let world = World::start().await;
    let (other, whatsapp) = (world.whatsapp().add_token(&world.app.id, &[]), world.whatsapp());
    let read = async |token: &str| codes(&world.call_with(token, Method::GET, PHONE, Value::Null).await.1);
    assert_eq!((read("").await.0, read("EAAGnobody").await.0, read(&other).await), (104, 190, (100, 33)));
    whatsapp.expire_token(&world.token, 1);
    world.stage.advance(DAY).await;
    assert_eq!(read(&world.token).await, (190, 463));
    let strict = whatsapp.add_app(NewApp { wants_proof: true, ..NewApp::default() });
    let token = whatsapp.add_token(&strict.id, &[WABA]);
    let proof = simulator::kit::signature(&strict.secret, &token);
    for (query, status) in [("", 400), ("?appsecret_proof=00", 400), (&format!("?appsecret_proof={proof}"), 200)] {
        let (answered, _) = world.call_with(&token, Method::GET, &format!("{PHONE}{query}"), Value::Null).await;
        assert_eq!(answered, status, "{query}");
    }
}

#[tokio::test]
async fn a_number_is_verified_registered_and_taken_off() {
    let world = World::start().await;
    let wanted = json!({"cc": "7", "phone_number": "7010009905", "verified_name": "Acme Two"});
    let made = world.post(&format!("{WABA}/phone_numbers"), wanted).await;
    let phone = made["id"].as_str().unwrap();
    let (messages, verify) = (format!("{phone}/messages"), format!("{phone}/verify_code"));
    let message = || to_maria("text", json!({"body": "Hi"}));
    assert_eq!(world.refused(Method::POST, &messages, message()).await.0, 133_010);
    let register = async |phone: &str, pin: &str| {
        let body = json!({"messaging_product": "whatsapp", "pin": pin});
        world.call(Method::POST, &format!("{phone}/register"), body).await.1["error"]["code"].as_i64().unwrap_or(200)
    };
    assert_eq!(register(phone, "123456").await, 133_006);
    world.post(&format!("{phone}/request_code"), json!({"code_method": "SMS", "language": "ru"})).await;
    assert_eq!(world.refused(Method::POST, &verify, json!({"code": "000000"})).await, (136_025, 2_388_001));
    let code = world.whatsapp().pending_code(phone).unwrap();
    world.post(&verify, json!({"code": code})).await;
    assert_eq!((register(phone, "12345").await, register(phone, "123456").await), (100, 200));
    world.post(&messages, message()).await;
    assert_eq!(register(phone, "654321").await, 133_005);
    world.post(&format!("{phone}/deregister"), Value::Null).await;
    assert_eq!(world.get(&format!("{phone}?fields=status")).await["status"], "DISCONNECTED");
    for _ in 0..6 {
        register(phone, "123456").await;
    }
    assert_eq!(register(phone, "123456").await, 133_016, "ten tries in three days");
    world.stage.advance(3 * DAY).await;
    assert_eq!(register(phone, "123456").await, 200);
    assert_eq!(register(&world.shared_phone("77010009906"), "123456").await, 100);
}

#[tokio::test]
async fn an_app_sets_its_callback_with_its_own_token() {
    let world = World::start().await;
    let receiver = Receiver::start();
    let path = format!("{}/subscriptions", world.app.id);
    let own = format!("{}|{}", world.app.id, world.app.secret);
    let body = |token: &str| {
        json!({"object": "whatsapp_business_account", "callback_url": receiver.url, "verify_token": token,
            "fields": "messages,account_update"})
    };
    assert_eq!(world.refused(Method::POST, &path, body("right")).await.0, 15, "a system user's token may not");
    let (_, answer) = world.call_with(&own, Method::POST, &path, body("wrong")).await;
    assert!(answer["error"]["message"].as_str().unwrap().contains("HTTP Status Code = 403"), "{answer}");
    assert_eq!(codes(&answer).0, 2200);
    assert_eq!(world.call_with(&own, Method::POST, &path, body("right")).await, (200, json!({"success": true})));
    let (_, listed) = world.call_with(&own, Method::GET, &path, Value::Null).await;
    assert_eq!(listed["data"][0]["callback_url"], json!(receiver.url));
    world.maria().writes("Hi").unwrap();
    world.whatsapp().set_quality(PHONE, "GREEN", "ONBOARDING", "TIER_250");
    world.whatsapp().deliver_all().await;
    assert_eq!(receiver.bodies().len(), 1, "other fields are not asked for");
}
