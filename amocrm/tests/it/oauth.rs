//! Token calls over a real socket.

use std::time::Duration;

use amocrm::oauth::{OAuth, OAuthError, consent_url};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use crate::stub::{Play, Stub, answer, dead_address, http};

const CLIENT: &str = "11111111-2222-3333-4444-555555555555";
const REDIRECT: &str = "https://bridge.example.com/oauth/cb?a=%20&b=й";
const PAIR: &str = r#"{"token_type":"Bearer","expires_in":86400,"server_time":1788253800,"access_token":"eyJ.e30.c","refresh_token":"def50200new"}"#;

fn oauth() -> OAuth {
    OAuth::new(http(), CLIENT, SecretString::from("the+client secret"), REDIRECT)
        .with_total_time(Duration::from_millis(500))
}

fn secret(text: &str) -> SecretString {
    SecretString::from(text)
}

#[tokio::test]
async fn first_pair() {
    let stub = Stub::answering("200 OK", PAIR).await;
    let base = format!("{}/accounts/acme.amocrm.ru", stub.base);
    let tokens = oauth().exchange_code(&base, &secret("def50200code&=+%")).await.unwrap();
    assert_eq!(tokens.access_token.expose_secret(), "eyJ.e30.c");
    assert_eq!(tokens.refresh_token.expose_secret(), "def50200new");
    assert_eq!((tokens.expires_in, tokens.server_time), (Duration::from_secs(86_400), Some(1_788_253_800)));
    let shown = format!("{tokens:?} {:?}", oauth());
    assert!(!shown.contains("def50200") && !shown.contains("eyJ") && !shown.contains("client secret"), "{shown}");
    let seen = stub.only();
    assert_eq!(seen.line(), "POST /accounts/acme.amocrm.ru/oauth2/access_token HTTP/1.1");
    assert_eq!(seen.header("Content-Type"), Some("application/json"));
    assert_eq!(seen.header("Authorization"), None);
    assert_eq!(
        seen.json(),
        json!({"client_id": CLIENT, "client_secret": "the+client secret", "grant_type": "authorization_code",
            "code": "def50200code&=+%", "redirect_uri": REDIRECT})
    );
}

#[tokio::test]
async fn next_pair() {
    let loose = r#"{"token_type":"bearer","expires_in":"3600","access_token":"opaque","refresh_token":"next","x":[]}"#;
    let stub = Stub::new(vec![answer("200 OK", "Content-Type: text/html\r\n", loose)]).await;
    let tokens = oauth().refresh(&stub.base, &secret("def50200old")).await.unwrap();
    assert_eq!((tokens.expires_in, tokens.server_time), (Duration::from_secs(3600), None));
    assert_eq!(stub.only().target(), "/oauth2/access_token");
    assert_eq!(
        stub.only().json(),
        json!({"client_id": CLIENT, "client_secret": "the+client secret", "grant_type": "refresh_token",
            "refresh_token": "def50200old", "redirect_uri": REDIRECT})
    );
}

async fn failing(play: Play) -> OAuthError {
    let stub = Stub::new(vec![play]).await;
    let error = oauth().refresh(&stub.base, &secret("def50200old")).await.unwrap_err();
    assert_eq!(stub.seen().len(), 1);
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("def50200") && !shown.contains("client secret"), "{shown}");
    let asked = format!("refresh ({}/oauth2/access_token): ", stub.base.trim_start_matches("http://"));
    assert!(error.to_string().starts_with(&asked), "{error}");
    error
}

#[tokio::test]
async fn refusals() {
    let hint = r#"{"hint":"Token has been revoked","title":"Bad","status":400,"detail":"x"}"#;
    let error = failing(answer("400 Bad Request", "", hint)).await;
    assert!(matches!(&error, OAuthError::Rejected { hint, .. } if hint == "Token has been revoked"), "{error}");
    let leak = r#"{"hint":"Token def50200old is unknown"}"#;
    let OAuthError::Refused { hint, .. } = failing(answer("400 Bad Request", "", leak)).await else { panic!() };
    assert!(hint.contains("hidden"));
    for status in [401, 404] {
        let error = failing(answer(&format!("{status} X"), "", "<html>")).await;
        let OAuthError::HostChanged { status: seen, hint, .. } = &error else { panic!("{error}") };
        assert_eq!((*seen, hint.as_str()), (status, "<html>"));
    }
    let error = failing(answer("402 Payment Required", "", r#"{"title":"Payment Required"}"#)).await;
    assert!(matches!(error, OAuthError::Unpaid { .. }), "{error}");
    let error = failing(answer("403 Forbidden", "", r#"{"title":"Forbidden"}"#)).await;
    assert!(matches!(&error, OAuthError::Blocked { hint, .. } if hint == "Forbidden"), "{error}");
    let error = failing(answer("429 Too Many Requests", "Retry-After: 5\r\n", "")).await;
    assert!(matches!(error, OAuthError::Busy { retry_after: Some(wait), .. } if wait.as_secs() == 5), "{error}");
    let error = failing(answer("503 Service Unavailable", "", "")).await;
    assert!(matches!(error, OAuthError::Unavailable { status: 503, retry_after: None, .. }), "{error}");
    let error = failing(answer("302 Found", "Location: http://127.0.0.1:1/\r\n", "")).await;
    assert!(matches!(error, OAuthError::Unavailable { status: 302, .. }), "redirects are not followed: {error}");
}

#[tokio::test]
async fn only_words_about_the_token_end_a_grant() {
    let says = |hint: &str| json!({"hint": hint, "title": "Некорректный запрос", "detail": "x"}).to_string();
    for hint in [
        "Token has been revoked",
        "Token has expired",
        "Invalid refresh token",
        "Cannot decrypt the refresh token",
        "The refresh token is invalid.",
        "Authorization code has been revoked",
        "Authorization code has expired",
        "Cannot decrypt the authorization code",
    ] {
        for status in ["400 Bad Request", "401 Unauthorized", "403 Forbidden"] {
            let error = failing(answer(status, "", &says(hint))).await;
            assert!(matches!(error, OAuthError::Rejected { .. }), "{hint}: {error}");
        }
    }
    for hint in [
        "Check the `client_id` parameter",
        "Check the `client_secret` parameter",
        "Check the `redirect_uri` parameter",
        "Token is not linked to client",
        "Authorization code was not issued to this client",
        "unsupported grant_type",
        "",
    ] {
        let error = failing(answer("400 Bad Request", "", &says(hint))).await;
        assert!(matches!(error, OAuthError::Refused { status: 400, .. }), "{hint}: {error}");
    }
    for page in ["<h1>400 Bad Request</h1>", "Token has been revoked", "", "[]", "\"revoked\""] {
        for status in ["400 Bad Request", "402 Payment Required", "403 Forbidden", "418 X", "301 Moved"] {
            let error = failing(answer(status, "", page)).await;
            assert!(matches!(error, OAuthError::Unavailable { .. }), "{status} {page}: {error}");
        }
    }
}

#[tokio::test]
async fn unknown_outcomes() {
    for play in [Play::Close, Play::Hang] {
        let error = failing(play).await;
        assert!(matches!(error, OAuthError::NoAnswer { .. }), "{error}");
        assert!(error.outcome_unknown());
    }
    for body in [
        "",
        "<html>def50200new",
        "[]",
        r#"{"access_token":"a"}"#,
        r#"{"access_token":"","refresh_token":"def50200new"}"#,
    ] {
        let error = failing(answer("200 OK", "", body)).await;
        assert!(matches!(error, OAuthError::Unreadable { status: 200, .. }), "{error}");
        assert!(error.outcome_unknown());
    }
    let error = oauth().refresh(&dead_address().await, &secret("x")).await.unwrap_err();
    assert!(matches!(error, OAuthError::NotSent { .. }), "{error}");
    let error = oauth().refresh("acme.amocrm.ru", &secret("x")).await.unwrap_err();
    assert!(matches!(error, OAuthError::Invalid { .. }), "{error}");
}

#[tokio::test]
async fn a_renamed_account() {
    let body = r#"{"id":"12345678","subdomain":"newacme","domain":"newacme.amocrm.ru","top_level_domain":"ru"}"#;
    let stub = Stub::answering("200 OK", body).await;
    let address = oauth().subdomain(&stub.base, &secret("def50200old")).await.unwrap();
    assert_eq!((address.id, address.domain.as_str()), (12_345_678, "newacme.amocrm.ru"));
    let seen = stub.only();
    assert_eq!(seen.line(), "GET /oauth2/account/current/subdomain HTTP/1.1");
    assert_eq!(seen.header("X-Refresh-Token"), Some("def50200old"));
    assert_eq!(seen.header("Authorization"), None);

    let stub = Stub::answering("401 Unauthorized", r#"{"detail":"no def50200old"}"#).await;
    let error = oauth().subdomain(&stub.base, &secret("def50200old")).await.unwrap_err();
    assert!(matches!(&error, OAuthError::HostChanged { hint, .. } if !hint.contains("def50200")), "{error}");
    let stub = Stub::answering("200 OK", "{}").await;
    let error = oauth().subdomain(&stub.base, &secret("x")).await.unwrap_err();
    assert!(matches!(error, OAuthError::Unreadable { .. }), "{error}");
    let error = oauth().subdomain(&stub.base, &secret("x\ny")).await.unwrap_err();
    assert!(matches!(error, OAuthError::Invalid { .. }), "{error}");
}

#[test]
fn consent() {
    let url = consent_url("https://www.amocrm.ru/oauth", CLIENT, "a&b=c").unwrap();
    assert_eq!(url, format!("https://www.amocrm.ru/oauth?client_id={CLIENT}&state=a%26b%3Dc"));
    assert!(consent_url("nowhere", CLIENT, "x").is_err());
}
