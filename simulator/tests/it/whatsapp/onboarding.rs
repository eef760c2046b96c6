//! Embedded Signup's code, tokens, and the registration of a number.

use serde_json::{Value, json};
use simulator::whatsapp::NewPhone;

use super::world::{PHONE, WABA, World};

async fn exchange(world: &World, query: &str) -> (u16, Value) {
    let url = world.url(&format!("oauth/access_token?client_id={}&{query}", world.app.id));
    let answer = world.http.get(url).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test]
async fn a_code_is_exchanged_once_within_half_a_minute() {
    let world = World::start().await;
    let secret = format!("client_secret={}", world.app.secret);
    let code = world.whatsapp.sign_up(&world.app.id, WABA);
    assert_eq!(exchange(&world, &format!("client_secret=wrong&code={code}")).await.1["error"]["code"], 1);
    let (status, answer) = exchange(&world, &format!("{secret}&code={code}")).await;
    assert_eq!((status, &answer["token_type"]), (200, &json!("bearer")));
    let token = answer["access_token"].as_str().unwrap();
    let again = exchange(&world, &format!("{secret}&code={code}")).await;
    assert_eq!((again.0, &again.1["error"]["error_subcode"]), (400, &json!(36_009)));
    let late = world.whatsapp.sign_up(&world.app.id, WABA);
    world.advance(30);
    assert_eq!(exchange(&world, &format!("{secret}&code={late}")).await.1["error"]["error_subcode"], 36_007);
    assert_eq!(exchange(&world, &format!("{secret}&code=none")).await.1["error"]["error_subcode"], 36_008);
    let seen = world.http.get(world.url(PHONE)).bearer_auth(token).send().await.unwrap();
    assert_eq!(seen.status(), 200);
    let own = format!("{}|{}", world.app.id, world.app.secret);
    let debug = async |input: &str| {
        let url = world.url(&format!("debug_token?input_token={input}"));
        let answer = world.http.get(url).bearer_auth(&own).send().await.unwrap();
        answer.json::<Value>().await.unwrap()["data"].clone()
    };
    let told = debug(token).await;
    assert_eq!(
        (&told["is_valid"], &told["app_id"], &told["expires_at"]),
        (&json!(true), &json!(world.app.id), &json!(0))
    );
    assert_eq!(told["granular_scopes"][1]["target_ids"], json!([WABA]));
    world.whatsapp.revoke_token(token);
    assert_eq!(debug(token).await["is_valid"], false);
    assert_eq!(debug("none").await["is_valid"], false);
}

#[tokio::test]
async fn a_token_is_renewed_for_sixty_days() {
    let world = World::start().await;
    let secret = format!("client_secret={}", world.app.secret);
    let renew = format!("{secret}&grant_type=fb_exchange_token&fb_exchange_token={}", world.token);
    let (status, answer) = exchange(&world, &renew).await;
    assert_eq!((status, &answer["expires_in"]), (200, &json!(60 * 86_400)));
    let token = answer["access_token"].as_str().unwrap();
    let status = async || world.http.get(world.url(PHONE)).bearer_auth(token).send().await.unwrap().status().as_u16();
    assert_eq!(status().await, 200);
    world.advance(60 * 86_400);
    assert_eq!(status().await, 401);
    let (_, own) = exchange(&world, &format!("{secret}&grant_type=client_credentials")).await;
    assert_eq!(own["access_token"], json!(format!("{}|{}", world.app.id, world.app.secret)));
}

#[tokio::test]
async fn a_number_is_verified_registered_and_taken_off() {
    let world = World::start().await;
    let wanted = json!({"cc": "7", "phone_number": "7010009905", "verified_name": "Acme Two"});
    let made = world.ok("POST", &format!("{WABA}/phone_numbers"), wanted).await;
    let phone = made["id"].as_str().unwrap();
    let message = json!({"messaging_product": "whatsapp", "to": "77010001122", "text": {"body": "Hi"}});
    let path = format!("{phone}/messages");
    assert_eq!(world.refused("POST", &path, message.clone()).await.1["code"], 133_010);
    let register = async |pin: &str| {
        world.call("POST", &format!("{phone}/register"), json!({"messaging_product": "whatsapp", "pin": pin})).await
    };
    assert_eq!(register("123456").await.1["error"]["code"], 133_006);
    world.ok("POST", &format!("{phone}/request_code"), json!({"code_method": "SMS", "language": "ru"})).await;
    let wrong = world.refused("POST", &format!("{phone}/verify_code"), json!({"code": "000000"})).await;
    assert_eq!(wrong.1["code"], 136_025);
    let code = world.whatsapp.pending_code(phone).unwrap();
    world.ok("POST", &format!("{phone}/verify_code"), json!({"code": code})).await;
    assert_eq!(register("12345").await.1["error"]["code"], 100);
    assert_eq!(register("123456").await.0, 200);
    world.ok("POST", &path, message.clone()).await;
    assert_eq!(register("654321").await.1["error"]["code"], 133_005);
    world.ok("POST", &format!("{phone}/deregister"), Value::Null).await;
    assert_eq!(world.whatsapp.phone_status(phone).as_deref(), Some("DISCONNECTED"));
    assert_eq!(world.refused("POST", &path, message).await.1["code"], 133_010);
    for _ in 0..6 {
        register("123456").await;
    }
    assert_eq!(register("123456").await.1["error"]["code"], 133_016, "ten tries in three days");
    world.advance(3 * 86_400);
    assert_eq!(register("123456").await.0, 200);
    let shared = NewPhone { is_on_biz_app: true, number: "77010009906".to_owned(), ..NewPhone::of(WABA) };
    let shared = world.whatsapp.add_phone(shared);
    let body = json!({"messaging_product": "whatsapp", "pin": "123456"});
    assert_eq!(world.refused("POST", &format!("{shared}/register"), body).await.1["code"], 100);
}

#[tokio::test]
async fn the_dialog_returns_a_code_for_its_own_address_or_says_who_declined() {
    let world = World::start().await;
    let back = "https://parom.example/back?kept=1";
    let mut dialog = url::Url::parse(&world.url("dialog/oauth")).unwrap();
    dialog
        .query_pairs_mut()
        .append_pair("client_id", &world.app.id)
        .append_pair("config_id", "5005")
        .append_pair("redirect_uri", back)
        .append_pair("response_type", "code")
        .append_pair("override_default_response_type", "true")
        .append_pair("state", "st&te");
    let page = world.http.get(dialog.clone()).send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.text().await.unwrap().contains(&format!("waba-{WABA}")));
    let declined = world.whatsapp.answers_dialog(dialog.as_str(), None).unwrap();
    assert!(declined.contains("kept=1&error=access_denied") && declined.ends_with("state=st%26te#_=_"), "{declined}");
    let agreed = url::Url::parse(&world.whatsapp.answers_dialog(dialog.as_str(), Some(WABA)).unwrap()).unwrap();
    let code = agreed.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    let secret = format!("client_secret={}", world.app.secret);
    let elsewhere = format!("{secret}&code={code}&redirect_uri=https%3A%2F%2Fevil.example");
    assert_eq!(exchange(&world, &elsewhere).await.1["error"]["error_subcode"], 36_008);
    let own: String = url::form_urlencoded::byte_serialize(back.as_bytes()).collect();
    assert_eq!(exchange(&world, &format!("{secret}&code={code}&redirect_uri={own}")).await.0, 200);
}
