use base::config::Config;
use bytes::Bytes;
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
    let http = HttpClients::new(&Config::from_toml("").unwrap().network).unwrap();
    BotApi::new(&http, base)
}

async fn call(answer: Answer) -> Result<Value, ApiError> {
    let fake = fake::start([answer]).await;
    api(&fake.base).call(&token(), "getMe", &json!({})).await
}

fn refused(code: u16, description: &str) -> ApiError {
    ApiError::Refused { code, description: description.to_owned(), retry_after: None, migrate_to: None }
}

#[tokio::test]
async fn kinds_of_answers_are_distinguished() {
    assert_eq!(call(fake::refused(403, "Forbidden: x")).await, Err(refused(403, "Forbidden: x")));
    let parameters = json!({ "retry_after": 34, "migrate_to_chat_id": -100_200 });
    let body = json!({ "ok": false, "error_code": 429, "description": "x", "parameters": parameters });
    let (retry_after, migrate_to) = (Some(Duration::from_secs(34)), Some(-100_200));
    let asked = ApiError::Refused { code: 429, description: "x".to_owned(), retry_after, migrate_to };
    assert_eq!(call(Answer::Json(429, body)).await, Err(asked));
    assert_eq!(call(Answer::Text(502, "<html>Bad Gateway</html>")).await, Err(refused(502, "")));
    assert_eq!(call(Answer::Text(200, "<html>")).await, Err(ApiError::Unreadable { status: 200 }));
    assert_eq!(call(Answer::Json(200, json!({ "ok": true }))).await, Err(ApiError::Unreadable { status: 200 }));
    assert!(matches!(call(Answer::Reset).await, Err(ApiError::Unknown(_))));
}

#[tokio::test]
async fn an_unsent_call_is_reported_as_not_sent() {
    let nobody = Url::parse("http://127.0.0.1:1/").unwrap();
    let failed = api(&nobody).call::<Value>(&token(), "getMe", &json!({})).await;
    assert_eq!(failed, Err(ApiError::NotSent(LocalizedText::new("said-net-refused"))));
    // A file that ends too early never arrived completely.
    let fake = fake::start([]).await;
    let pieces = vec![Ok(Bytes::from_static(b"abc")), Err("the store is away".to_owned())];
    let upload = MultipartRequest {
        parameters: Default::default(),
        field: "document",
        file_name: "a.txt".to_owned(),
        mime_type: "text/plain".to_owned(),
        size: 6,
        bytes: futures_util::stream::iter(pieces).boxed(),
    };
    let failed = api(&fake.base).upload::<Value>(&token(), "sendDocument", upload).await;
    assert!(matches!(failed, Err(ApiError::NotSent(_))), "{failed:?}");
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
        assert_eq!(failed, Err(refused(404, "Not Found")));
    }
    assert!(fake.calls().is_empty());
}
