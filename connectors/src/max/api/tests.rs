use futures_util::FutureExt;
use serde_json::json;

use super::*;
use crate::max::fake::{Fake, ScriptedAnswer, api_at};

fn token() -> SecretString {
    SecretString::from("CANARY-token")
}

fn get<'a>(path: &'a [&'a str]) -> Call<'a> {
    Call { method: Method::GET, path, query: &[], body: None }
}

async fn failed(answer: ScriptedAnswer) -> ApiError {
    let fake = Fake::start([answer]).await;
    fake.api().call::<Value>(&token(), get(&["me"])).await.unwrap_err()
}

#[tokio::test]
async fn the_token_is_a_header_and_nothing_else() {
    let fake = Fake::start([]).await;
    let body = json!({ "text": "Hi" });
    let query = [("chat_id", "5")];
    let call = Call { method: Method::POST, path: &["messages", "a/b", "comments"], query: &query, body: Some(&body) };
    fake.api().call::<Value>(&token(), call).await.unwrap();
    let call = fake.call();
    assert_eq!(call.line, "POST /messages/a%2Fb/comments?chat_id=5");
    assert_eq!((call.authorization.as_deref(), call.body()), (Some("CANARY-token"), body));
    let wrong = SecretString::from("two\nlines");
    assert_eq!(fake.api().call::<Value>(&wrong, get(&["me"])).await, Err(ApiError::refused(401)));
}

#[tokio::test]
async fn a_failure_in_a_success_is_a_refusal() {
    let refused = failed(ScriptedAnswer::Json(200, json!({ "success": false, "message": "too old" }))).await;
    assert!(matches!(refused, ApiError::Refused { status: 200, message, .. } if message == "too old"));
}

#[tokio::test]
async fn answers_are_what_they_are() {
    let refused = failed(ScriptedAnswer::refused(403, "chat.denied", "of CANARY-token")).await;
    let said = ApiError::Refused {
        status: 403,
        code: "chat.denied".to_owned(),
        message: "of …".to_owned(),
        retry_after: None,
    };
    assert_eq!(refused, said, "the token stays here");
    assert!(failed(ScriptedAnswer::Text(502, "<html>")).await.is_gateways());
    assert_eq!(failed(ScriptedAnswer::Text(200, "<html>")).await, ApiError::Unreadable { status: 200 });
    assert!(matches!(failed(ScriptedAnswer::Reset).await, ApiError::Unknown(_)));
    let limited = failed(ScriptedAnswer::Limited(7)).await;
    assert!(matches!(limited, ApiError::Refused { status: 429, retry_after: Some(after), .. } if after.as_secs() == 7));
    let nowhere = api_at("http://127.0.0.1:1").call::<Value>(&token(), get(&["me"])).await;
    assert!(matches!(nowhere, Err(ApiError::NotSent(_))));
}

#[test]
fn addresses_of_others_are_public() {
    let api = api_at("http://127.0.0.1:1");
    for wrong in ["http://127.0.0.2:80/x", "https://10.0.0.1/x", "file:///etc/passwd", "nothing", ""] {
        let opened = api.open(wrong).now_or_never().expect("nothing is called");
        assert_eq!(opened.map(|_| ()), Err(ApiError::refused(404)), "{wrong}");
    }
    assert!(!api.is_maxs_own());
    assert!(api_at("https://platform-api2.max.ru").is_maxs_own());
    assert!(!api_at("https://notmax.ru").is_maxs_own());
}
