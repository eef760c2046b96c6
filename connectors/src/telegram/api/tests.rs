use serde_json::{Value, json};

use super::*;
use crate::fake::Answer;
use crate::telegram::fake;

/// Must never appear in output.
const TOKEN: &str = "7100000001:CANARY_canary_CANARY_canary_CANARY";

fn token() -> SecretString {
    SecretString::from(TOKEN)
}

fn api(base: &Url) -> BotApi {
    BotApi::new(&crate::fake::http(), base)
}

async fn call(answer: Answer) -> Result<Value, ApiError> {
    let fake = fake::start([answer]).await;
    api(&fake.base).call(&token(), "getMe", &json!({})).await
}

#[tokio::test]
async fn a_refusal_is_telegrams_own_if_it_has_a_description() {
    let refusal = |code, text: &str| Refusal { text: text.to_owned(), is_gateways: false, ..Refusal::gateways(code) };
    assert_eq!(call(fake::refused(403, "Forbidden: x")).await, Err(refusal(403, "Forbidden: x").into()));
    let parameters = json!({ "retry_after": 34, "migrate_to_chat_id": -100_200 });
    let body = json!({ "ok": false, "error_code": 429, "description": "x", "parameters": parameters });
    let (retry_after, migrate_to) = (Some(Duration::from_secs(34)), Some(-100_200));
    let asked = Refusal { retry_after, migrate_to, ..refusal(429, "x") };
    assert_eq!(call(Answer::Json(429, body)).await, Err(asked.into()));
    assert_eq!(call(Answer::Text(502, "<html>Bad Gateway</html>")).await, Err(Refusal::gateways(502).into()));
    assert_eq!(call(Answer::Json(200, json!({ "ok": true }))).await, Err(ApiError::Unreadable { status: 200 }));
}

#[tokio::test]
async fn no_error_contains_the_token() {
    let nobody = Url::parse("http://127.0.0.1:1/").unwrap();
    let unheard = Url::parse("http://no-such-host.invalid/").unwrap();
    let mut failures = Vec::new();
    for base in [nobody, unheard] {
        let api = api(&base);
        failures.push(format!("{:?}", api.call::<Value>(&token(), "getMe", &json!({})).await));
        failures.push(format!("{:?}", api.file(&token(), "a").await.err()));
    }
    let told = format!("Unauthorized: {TOKEN}");
    for answer in [Answer::Reset, Answer::Deaf, Answer::Text(200, "x"), fake::refused(401, &told)] {
        failures.push(format!("{:?}", call(answer).await));
    }
    for failure in failures {
        assert!(!failure.contains("CANARY") && !failure.contains("bot7100000001"), "{failure}");
    }
}

#[test]
fn telegrams_own_server_is_known() {
    let is_own = |base: &str| api(&Url::parse(base).unwrap()).is_telegrams_own();
    assert!(is_own("https://api.telegram.org") && is_own("https://api.telegram.org/"));
    assert!(!is_own("http://127.0.0.1:8081/") && !is_own("https://api.telegram.org.evil.example/"));
}

#[tokio::test]
async fn a_token_is_an_id_and_a_secret_and_without_one_no_call_is_made() {
    let fake = fake::start([]).await;
    assert_eq!(bot_id("7100000001:AAE_abcdefghijklmnopqrstuvwxyz-1234"), Some(7_100_000_001));
    for wrong in [
        "",
        "7100000001",
        "bot7100000001:AAE_abcdefghijklmnopqrstuvwxyz-1234",
        "7100000001:short",
        "7100000001:AAE_abcdefghijklmnop/../wxyz-1234567",
        "7100000001:AAE_abcdefghijklmnop qrstuvwxyz-12345",
        "0:AAE_abcdefghijklmnopqrstuvwxyz-1234567",
        ":AAE_abcdefghijklmnopqrstuvwxyz-1234567",
    ] {
        assert_eq!(bot_id(wrong), None, "{wrong}");
        let failed = api(&fake.base).call::<Value>(&SecretString::from(wrong), "getMe", &json!({})).await;
        assert_eq!(failed, Err(wrong_token()));
    }
    assert!(fake.calls().is_empty());
}
