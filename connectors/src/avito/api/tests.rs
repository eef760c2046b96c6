use super::*;
use crate::avito::fake::{self, body, fixture, settings};
use crate::fake::Answer;

const SELF: Call<'static> =
    Call { method: Method::GET, path: &["core", "v1", "accounts", "self"], query: &[], body: None };

async fn asked(api: &AvitoApi) -> Result<Value, ApiError> {
    let settings = settings();
    api.call(&Account::of(&settings).unwrap(), SELF).await
}

#[tokio::test]
async fn a_token_is_kept_and_shared() {
    let fake = fake::start().await;
    let api = fake::avito(&fake).api;
    let (one, two) = tokio::join!(asked(&api), asked(&api));
    assert_eq!((one, two), (Ok(fixture("api_self")), Ok(fixture("api_self"))));
    asked(&api.clone()).await.unwrap();
    let calls = fake.calls();
    let tokens: Vec<_> = calls.iter().filter(|call| call.line() == "POST /token").collect();
    assert_eq!(tokens.len(), 1, "{calls:#?}");
    let form = String::from_utf8(tokens[0].bytes.clone()).unwrap();
    assert_eq!(form, "grant_type=client_credentials&client_id=AcmeClientId01234567&client_secret=acme-canary-secret");
    assert!(
        fake::calls(&fake).iter().all(|call| call.authorization.as_deref() == Some("Bearer kChqt9ewQNAcwgbHp4yFd5"))
    );
}

#[tokio::test]
async fn a_refusal_is_avitos_own_if_it_is_an_object() {
    let fake = fake::start().await;
    let api = fake::avito(&fake).api;
    fake.answers("/self", fake::limited(7));
    let text = "Too Many Requests".to_owned();
    let limited =
        Refusal { text, retry_after: Some(Duration::from_secs(7)), is_gateways: false, ..Refusal::gateways(429) };
    assert_eq!(asked(&api).await, Err(limited.into()));
    fake.answers("/self", Answer::Text(502, "<html>"));
    assert_eq!(asked(&api).await, Err(Refusal::gateways(502).into()));
}

#[test]
fn messages_of_refusals_are_found_in_every_form() {
    for (answer, wanted) in [
        (body("api_error_402"), "Payment required"),
        (body("api_token_refused"), "invalid_client"),
        (r#"{"result":{"status":false,"message":"no"}}"#.to_owned(), "no"),
        ("[]".to_owned(), ""),
    ] {
        assert_eq!(message_of(&serde_json::from_str(&answer).unwrap()), wanted);
    }
}

#[tokio::test]
async fn ids_cannot_leave_their_place_in_a_path() {
    let fake = fake::start().await;
    let api = fake::avito(&fake).api;
    let address = |id: &str| api.address(&["messenger", "v2", "chats", id], &[("a", "b c")]);
    assert!(address("u2i-A~b_1").unwrap().as_str().ends_with("/messenger/v2/chats/u2i-A~b_1?a=b+c"));
    assert!(address("../../token?x=1#y").unwrap().path().ends_with("/chats/..%2F..%2Ftoken%3Fx=1%23y"));
    assert!(address("..").is_err() && address(".").is_err());
}
