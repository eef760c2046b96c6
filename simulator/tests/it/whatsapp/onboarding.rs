//! Tokens, Embedded Signup, numbers, and where webhooks go.

use reqwest::Method;
use serde_json::{Value, json};
use simulator::whatsapp::NewPhone;

use super::{DAY, PHONE, WABA, World, codes, to_maria};

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
    let dialog = format!("https://graph.test/dialog/oauth?client_id={}&redirect_uri=https://a.test/", world.app.id);
    let agreed = || {
        let back = url::Url::parse(&world.whatsapp().answers_dialog(&dialog, Some(WABA)).unwrap()).unwrap();
        let code = back.query_pairs().find(|(name, _)| name == "code").unwrap().1;
        format!("{code}&redirect_uri=https://a.test/")
    };
    let code = agreed();
    assert_eq!(exchange(&world, &format!("client_secret=wrong&code={code}")).await, Err(1));
    let token = exchange(&world, &format!("{secret}&code={code}")).await.unwrap();
    assert_eq!(exchange(&world, &format!("{secret}&code={code}")).await, Err(36_009));
    let late = agreed();
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
    world.whatsapp().revoke_token(&token);
    for input in [token.as_str(), "none"] {
        assert_eq!(debug(input).await["is_valid"], false);
    }
}

#[tokio::test]
async fn tokens_are_checked() {
    let world = World::start().await;
    let (other, whatsapp) = (world.whatsapp().add_token(&world.app.id, &[]), world.whatsapp());
    let read = async |token: &str| codes(&world.call_with(token, Method::GET, PHONE, Value::Null).await.1);
    assert_eq!((read("").await.0, read("EAAGnobody").await.0, read(&other).await), (104, 190, (100, 33)));
    whatsapp.expire_token(&world.token, 1);
    world.stage.advance(DAY).await;
    assert_eq!(read(&world.token).await, (190, 463));
}

#[tokio::test]
async fn a_number_is_verified_and_registered() {
    let world = World::start().await;
    let new = NewPhone { number: "77010009905".to_owned(), is_registered: false, ..NewPhone::of(WABA) };
    let phone = world.whatsapp().add_phone(new);
    let (phone, messages) = (phone.as_str(), format!("{phone}/messages"));
    let message = || to_maria("text", json!({"body": "Hi"}));
    assert_eq!(world.refused(Method::POST, &messages, message()).await.0, 133_010);
    let register = async |phone: &str, pin: &str| {
        let body = json!({"messaging_product": "whatsapp", "pin": pin});
        world.call(Method::POST, &format!("{phone}/register"), body).await.1["error"]["code"].as_i64().unwrap_or(200)
    };
    assert_eq!(register(phone, "123456").await, 133_006);
    world.whatsapp().verify(phone);
    assert_eq!((register(phone, "12345").await, register(phone, "123456").await), (100, 200));
    world.post(&messages, message()).await;
    assert_eq!(register(phone, "654321").await, 133_005);
    assert_eq!(register(&world.shared_phone("77010009906"), "123456").await, 100);
}
