//! Tokens, Embedded Signup, numbers, and where webhooks go.

use reqwest::Method;
use serde_json::{Value, json};
use simulator::whatsapp::{NewApp, NewPhone};

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
async fn the_dialog_returns_a_code_for_its_own_address_or_says_who_declined() {
    let world = World::start().await;
    let back = "https://parom.example/back?kept=1";
    let mut dialog = url::Url::parse(&format!("{}/v26.0/dialog/oauth", world.whatsapp().base_url())).unwrap();
    let asked = [("client_id", world.app.id.as_str()), ("config_id", "5005"), ("redirect_uri", back)];
    let kind = [("response_type", "code"), ("override_default_response_type", "true"), ("state", "st&te")];
    dialog.query_pairs_mut().extend_pairs(asked).extend_pairs(kind);
    let path = format!("/v26.0/dialog/oauth?{}", dialog.query().unwrap());
    let (status, page) = world.stage.page(&path).await;
    assert!(status == 200 && page.contains(&format!("waba-{WABA}")), "{page}");
    let declined = world.whatsapp().answers_dialog(dialog.as_str(), None).unwrap();
    assert!(declined.contains("kept=1&error=access_denied") && declined.ends_with("state=st%26te#_=_"), "{declined}");
    let agreed = url::Url::parse(&world.whatsapp().answers_dialog(dialog.as_str(), Some(WABA)).unwrap()).unwrap();
    let code = agreed.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    let code = format!("client_secret={}&code={code}", world.app.secret);
    assert_eq!(exchange(&world, &format!("{code}&redirect_uri=https%3A%2F%2Fevil.example")).await, Err(36_008));
    let own: String = url::form_urlencoded::byte_serialize(back.as_bytes()).collect();
    assert!(exchange(&world, &format!("{code}&redirect_uri={own}")).await.is_ok());
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
async fn fields_of_a_number_and_of_an_account() {
    let world = World::start().await;
    let fields = "display_phone_number,verified_name,quality_rating,messaging_limit_tier,status,name_status,\
                  code_verification_status,platform_type,throughput,health_status{can_send_message}";
    let phone = world.get(&format!("{PHONE}?fields={fields}")).await;
    let wanted = json!({"id": PHONE, "display_phone_number": "+77010009900", "verified_name": "Acme",
        "quality_rating": "GREEN", "messaging_limit_tier": "TIER_250", "status": "CONNECTED", "name_status": "APPROVED",
        "code_verification_status": "VERIFIED", "platform_type": "CLOUD_API", "throughput": {"level": "STANDARD"},
        "health_status": phone["health_status"]});
    assert_eq!((&phone, &phone["health_status"]["can_send_message"]), (&wanted, &json!("AVAILABLE")));
    let (_, unknown) = world.call(Method::GET, &format!("{PHONE}?fields=colour"), Value::Null).await;
    let words = "(#100) Tried accessing nonexisting field (colour) on node type (WhatsAppBusinessPhoneNumber)";
    assert_eq!(unknown["error"]["message"], words);
    assert_eq!(world.get(&format!("{WABA}/phone_numbers")).await["data"][0]["id"], PHONE);
    assert_eq!(world.get(WABA).await["name"], "Acme");
    let profile = format!("{PHONE}/whatsapp_business_profile");
    world.post(&profile, json!({"messaging_product": "whatsapp", "about": "Sofas"})).await;
    assert_eq!(world.get(&format!("{profile}?fields=about")).await["data"][0]["about"], "Sofas");
    world.whatsapp().offboard(&world.app.id, WABA);
    world.maria().writes("Hello?").unwrap();
    world.whatsapp().deliver_all().await;
    let last = world.receiver.bodies().pop().unwrap();
    assert_eq!(last["entry"][0]["changes"][0]["value"]["event"], "PARTNER_REMOVED", "the last that was heard");
    let (_, lost) = world.call(Method::GET, PHONE, Value::Null).await;
    assert_eq!((codes(&lost), &lost["error"]["type"]), ((100, 33), &json!("GraphMethodException")));
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

#[tokio::test]
async fn a_number_wins_over_its_account_and_that_over_the_app() {
    let world = World::start().await;
    let (of_waba, of_phone) = (Receiver::start(), Receiver::start());
    let subscribed = format!("{WABA}/subscribed_apps");
    let count = || [&world.receiver, &of_waba, &of_phone].map(|receiver| receiver.bodies().len());
    let writes = async || {
        world.maria().writes("Hi").unwrap();
        world.whatsapp().deliver_all().await;
        count()
    };
    let target = |url: &str, token: &str| json!({"override_callback_uri": url, "verify_token": token});
    assert_eq!(writes().await, [1, 0, 0]);
    assert_eq!(world.refused(Method::POST, &subscribed, target(&of_waba.url, "wrong")).await.0, 2200);
    assert_eq!(world.refused(Method::POST, &subscribed, target(&of_waba.url, "")).await.0, 100);
    world.post(&subscribed, target(&of_waba.url, "right")).await;
    assert_eq!(writes().await, [1, 1, 0]);
    world.post(PHONE, json!({"webhook_configuration": target(&of_phone.url, "right")})).await;
    assert_eq!(writes().await, [1, 1, 1]);
    let hooks = world.get(&format!("{PHONE}?fields=webhook_configuration")).await;
    let wanted = json!({"phone_number": of_phone.url, "whatsapp_business_account": of_waba.url,
        "application": world.receiver.url});
    assert_eq!(hooks["webhook_configuration"], wanted);
    world.post(PHONE, json!({"webhook_configuration": {"override_callback_uri": ""}})).await;
    assert_eq!(writes().await, [1, 2, 1]);
    let apps = world.get(&subscribed).await;
    assert_eq!(apps["data"][0]["override_callback_uri"], json!(of_waba.url));
    assert_eq!(apps["data"][0]["whatsapp_business_api_data"]["id"], json!(world.app.id));
    // Another app gets its own copy, signed with its secret.
    let other = world.whatsapp().add_app(NewApp { secret: "another".to_owned(), ..NewApp::default() });
    world.whatsapp().set_callback(&other.id, &of_phone.url, "right").await.unwrap();
    world.whatsapp().subscribe(&other.id, WABA);
    assert_eq!(writes().await, [1, 3, 2]);
    let signatures = [&of_waba, &of_phone].map(|receiver| receiver.calls().pop().unwrap());
    assert_eq!(signatures[0].bytes, signatures[1].bytes);
    assert_ne!(signatures[0].headers["x-hub-signature-256"], signatures[1].headers["x-hub-signature-256"]);
    world.call(Method::DELETE, &subscribed, Value::Null).await;
    assert_eq!(writes().await, [1, 3, 3]);
    assert_eq!(world.whatsapp().addresses(WABA), [of_phone.url.as_str()]);
    assert_eq!(NewPhone::of(WABA).id, PHONE);
}
