//! Tokens: access tokens, and those of the widget: the published vector, what each claim may be, and what must not pass for one.

use amocrm::HostRules;
use amocrm::claims::{AccessClaims, read};
use amocrm::disposable_token::{
    BotEntity, BotToken, DisposableToken, Expected, MOST_BYTES, TokenError, verify, verify_bot,
};
use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use proptest::prelude::*;
use secrecy::SecretString;
use serde_json::{Value, json};
use sha2::{Sha256, Sha512};

/// crm-api §2.1, signed with [`SECRET`].
const VECTOR: &str = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJodHRwczovL2V4YW1wbGUuYW1vY3JtLnJ1IiwiYXVkIjoiaHR0cHM6Ly9icmlkZ2UuZXhhbXBsZS5jb20iLCJqdGkiOiIzZjBhMmMxZS03YjdkLTRhNTUtOWMwZS0wZDViOGQ5ZDFhMDEiLCJpYXQiOjE3NjcyMjU2MDAsIm5iZiI6MTc2NzIyNTYwMCwiZXhwIjoxNzY3MjI3NDAwLCJhY2NvdW50X2lkIjoxMjM0NTY3OCwidXNlcl9pZCI6ODc2NTQzMjEsInN1YmRvbWFpbiI6ImV4YW1wbGUiLCJjbGllbnRfdXVpZCI6IjExMTExMTExLTIyMjItMzMzMy00NDQ0LTU1NTU1NTU1NTU1NSIsImlzX2FkbWluIjp0cnVlfQ.Ffsq9FLnpZwi0OuMb7_TIrXclR1luR_HRwVJTFSc6g0";
const SECRET: &str = "test_client_secret_do_not_use_0123456789abcdef";
const CLIENT: &str = "11111111-2222-3333-4444-555555555555";
/// 2026-01-01 00:00 UTC.
const ISSUED: i64 = 1_767_225_600;
const HEADER: &str = r#"{"typ":"JWT","alg":"HS256"}"#;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

fn expected(redirect_uri: &str, secrets: &[&str]) -> Expected {
    Expected {
        secrets: secrets.iter().map(|secret| SecretString::from(*secret)).collect(),
        redirect_uri: redirect_uri.to_owned(),
        hosts: HostRules::new(["amocrm.ru"]),
    }
}

fn check_at(token: &str, seconds: i64) -> Result<DisposableToken, TokenError> {
    verify(token, at(seconds), |client| {
        (client == CLIENT).then(|| expected("https://bridge.example.com/oauth/callback", &[SECRET]))
    })
}

fn check(token: &str) -> Result<DisposableToken, TokenError> {
    check_at(token, ISSUED + 60)
}

fn claims() -> Value {
    json!({"iss": "https://example.amocrm.ru", "aud": "https://bridge.example.com", "jti": "j-1", "iat": ISSUED,
        "nbf": ISSUED, "exp": ISSUED + 1800, "account_id": 12_345_678, "user_id": 87_654_321, "subdomain": "example",
        "client_uuid": CLIENT, "is_admin": true})
}

fn with(changes: Value) -> Value {
    let mut claims = claims();
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims
}

fn without(name: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

/// Signs by hand; the code under test signs nothing.
fn signed(header: &str, claims: &str, secret: &str) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

fn token(claims: &Value) -> String {
    signed(HEADER, &claims.to_string(), SECRET)
}

#[test]
fn the_published_vector() {
    let read = check(VECTOR).unwrap();
    assert_eq!((read.account_id, read.user_id, read.is_admin), (12_345_678, 87_654_321, Some(true)));
    assert_eq!((read.host.as_str(), read.client_uuid.as_str()), ("example.amocrm.ru", CLIENT));
    assert_eq!(read.jti, "3f0a2c1e-7b7d-4a55-9c0e-0d5b8d9d1a01");
    assert_eq!((read.issued_at, read.expires_at), (ISSUED, ISSUED + 1800));
}

#[test]
fn it_lives_half_an_hour_give_or_take_a_clock() {
    for (seconds, outcome) in [
        (-31, Err(TokenError::Future)),
        (-30, Ok(())),
        (0, Ok(())),
        (1829, Ok(())),
        (1830, Err(TokenError::Expired)),
        (86_400, Err(TokenError::Expired)),
    ] {
        assert_eq!(check_at(VECTOR, ISSUED + seconds).map(|_| ()), outcome, "{seconds}");
    }
    for (changes, refused) in [
        (json!({"nbf": ISSUED + 91}), TokenError::Future),
        (json!({"iat": ISSUED + 91}), TokenError::Future),
        (json!({"exp": ISSUED + 3601}), TokenError::Life),
        (json!({"iat": ISSUED - 100_000}), TokenError::Life),
        (json!({"iat": i64::MIN, "exp": i64::MAX}), TokenError::Life),
        (json!({"exp": i64::MIN}), TokenError::Expired),
        (json!({"iat": ISSUED + 50, "exp": ISSUED + 40}), TokenError::Life),
    ] {
        assert_eq!(check(&token(&with(changes.clone()))), Err(refused), "{changes}");
    }
    assert!(check(&token(&with(json!({"exp": ISSUED + 3600})))).is_ok());
}

#[test]
fn every_claim_is_required_but_the_right() {
    for name in ["iat", "nbf", "exp", "jti", "iss", "aud", "account_id", "user_id"] {
        assert_eq!(check(&token(&without(name))), Err(TokenError::Claim(name)));
        for nothing in [json!(null), json!(""), json!([]), json!({}), json!(true)] {
            let refused = check(&token(&with(json!({ name: nothing }))));
            assert_eq!(refused, Err(TokenError::Claim(name)), "{name}: {nothing}");
        }
    }
    assert_eq!(check(&token(&without("client_uuid"))), Err(TokenError::Signature));
    for id in [json!(0), json!(-1), json!("x"), json!(1e300)] {
        assert_eq!(check(&token(&with(json!({"account_id": id})))), Err(TokenError::Claim("account_id")), "{id}");
        assert_eq!(check(&token(&with(json!({"user_id": id})))), Err(TokenError::Claim("user_id")), "{id}");
    }
    assert_eq!(check(&token(&with(json!({"jti": "j".repeat(256)})))), Err(TokenError::Claim("jti")));
    for (claim, right) in [
        (json!(true), Some(true)),
        (json!(false), Some(false)),
        (json!(1), None),
        (json!("true"), None),
        (json!(null), None),
    ] {
        assert_eq!(check(&token(&with(json!({"is_admin": claim})))).unwrap().is_admin, right, "{claim}");
    }
    assert_eq!(check(&token(&without("is_admin"))).unwrap().is_admin, None);
}

#[test]
fn numbers_may_come_as_text_or_with_a_fraction() {
    let read = check(&token(&with(
        json!({"account_id": "12345678", "user_id": "5", "exp": "1767227400", "iat": 1_767_225_600.25}),
    )));
    let read = read.unwrap();
    assert_eq!(
        (read.account_id, read.user_id, read.issued_at, read.expires_at),
        (12_345_678, 5, ISSUED, ISSUED + 1800)
    );
}

#[test]
fn the_audience_is_our_origin_with_or_without_its_port() {
    let audience = |aud: Value, redirect_uri: &str| {
        let token = token(&with(json!({ "aud": aud })));
        verify(&token, at(ISSUED), |_| Some(expected(redirect_uri, &[SECRET]))).map(|_| ())
    };
    for (aud, redirect_uri) in [
        (json!("https://bridge.example.com"), "https://bridge.example.com/oauth/callback/main"),
        (json!(["https://bridge.example.com"]), "https://bridge.example.com/oauth/callback"),
        (json!("https://bridge.example.com:443"), "https://bridge.example.com/oauth/callback"),
        (json!("https://BRIDGE.example.com"), "https://bridge.example.com/oauth/callback"),
        (json!("https://bridge.example.com"), "https://bridge.example.com:8443/oauth/callback"),
        (json!("https://bridge.example.com:8443"), "https://bridge.example.com:8443/oauth/callback"),
        (json!("http://127.0.0.1"), "http://127.0.0.1:8080/oauth/callback"),
        (json!("http://127.0.0.1:8080"), "http://127.0.0.1:8080/oauth/callback"),
    ] {
        assert_eq!(audience(aud.clone(), redirect_uri), Ok(()), "{aud} {redirect_uri}");
    }
    for aud in [
        "https://evil.example.com",
        "https://bridge.example.com.evil.example",
        "https://evil.example/https://bridge.example.com",
        "https://bridge.example.com@evil.example",
        "https://user@bridge.example.com",
        "https://bridge.example.com/oauth/callback",
        "https://bridge.example.com?x=1",
        "https://bridge.example.com:8443",
        "http://bridge.example.com",
        "bridge.example.com",
        "javascript:alert(1)",
    ] {
        assert_eq!(audience(json!(aud), "https://bridge.example.com/x"), Err(TokenError::Audience), "{aud}");
    }
    for several in [
        json!(["https://bridge.example.com", "https://evil.example"]),
        json!([]),
        json!([["https://bridge.example.com"]]),
    ] {
        assert_eq!(audience(several, "https://bridge.example.com/x"), Err(TokenError::Claim("aud")));
    }
}

#[test]
fn it_comes_from_an_account_host() {
    for issuer in [
        "http://example.amocrm.ru",
        "example.amocrm.ru",
        "https://https://example.amocrm.ru",
        "https://amocrm.ru",
        "https://example.amocrm.ru.evil.tld",
        "https://evilamocrm.ru",
        "https://a.b.amocrm.ru",
        "https://example.kommo.com",
        "https://example.amocrm.ru:8443",
        "https://user@example.amocrm.ru",
        "https://example.amocrm.ru/path",
        "https://127.0.0.1",
    ] {
        assert_eq!(check(&token(&with(json!({"iss": issuer})))), Err(TokenError::Issuer), "{issuer}");
    }
    let renamed = check(&token(&with(json!({"iss": "https://New-Name.amocrm.ru"})))).unwrap();
    assert_eq!(renamed.host.as_str(), "new-name.amocrm.ru");
}

#[test]
fn nothing_but_hs256_signs() {
    let body = claims().to_string();
    for algorithm in ["none", "None", "NONE", "nOnE", "", "HS384", "HS512", "RS256", "ES256", "PS256", "EdDSA", "hs256"]
    {
        let header = json!({"typ": "JWT", "alg": algorithm}).to_string();
        let right = signed(&header, &body, SECRET);
        assert_eq!(check(&right), Err(TokenError::Algorithm), "{algorithm}");
        let unsigned = format!("{}.", right.rsplit_once('.').unwrap().0);
        assert_eq!(check(&unsigned), Err(TokenError::Algorithm), "{algorithm}");
    }
    // A Salesbot's token: truly signed by HS512 under the same secret.
    assert_eq!(check(&bots(&claims())), Err(TokenError::Algorithm));
    for header in [
        "{}",
        "[]",
        "x",
        r#"{"alg":null}"#,
        r#"{"alg":["HS256"]}"#,
        r#"{"alg":"HS256","alg":"none"}"#,
        r#"{"alg":"HS256","crit":["b64"],"b64":false}"#,
    ] {
        assert_eq!(check(&signed(header, &body, SECRET)), Err(TokenError::Algorithm), "{header}");
    }
    // Pointers to keys are not followed: neither helped by them nor hurt.
    let header = json!({"alg": "HS256", "kid": "../../dev/null", "jku": "https://evil.example/keys", "x5u": "https://evil.example/cert"});
    assert!(check(&signed(&header.to_string(), &body, SECRET)).is_ok());
    assert_eq!(check(&signed(&header.to_string(), &body, "")), Err(TokenError::Signature));
}

/// A token of a Salesbot's step.
fn bots(claims: &Value) -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let message = format!("{}.{}", part(r#"{"typ":"JWT","alg":"HS512"}"#), part(&claims.to_string()));
    let mut mac = Hmac::<Sha512>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

#[test]
fn a_salesbots_token_names_account_and_card_and_nothing_else_signs_it() {
    let check = |token: &str, seconds: i64| -> Result<BotToken, TokenError> {
        let hers = |client: &str| (client == CLIENT).then(|| expected("https://bridge.example.com", &[SECRET]));
        verify_bot(token, at(seconds), hers)
    };
    let claims = json!({"iss": "https://example.amocrm.ru", "exp": ISSUED + 1800, "account_id": 12_345_678, "bot_type": "salesbot",
        "subdomain": "example", "client_uuid": CLIENT, "entity_type": 2, "entity_id": 77});
    let with = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims[name] = value;
        bots(&claims)
    };
    let read = check(&bots(&claims), ISSUED).unwrap();
    assert_eq!(
        (read.account_id, read.host.as_str(), read.entity),
        (12_345_678, "example.amocrm.ru", BotEntity::Lead(77))
    );
    assert_eq!(check(&with("entity_type", json!("12")), ISSUED).unwrap().entity, BotEntity::Customer(77));
    assert_eq!(check(&bots(&claims), ISSUED + 1830), Err(TokenError::Expired));
    for (name, value, error) in [
        ("exp", Value::Null, TokenError::Claim("exp")),
        ("nbf", json!(ISSUED + 3600), TokenError::Future),
        ("entity_id", json!(0), TokenError::Claim("entity_id")),
        ("entity_type", json!(1), TokenError::Claim("entity_type")),
        ("account_id", Value::Null, TokenError::Claim("account_id")),
        ("iss", json!("https://example.amocrm.ru.evil.tld"), TokenError::Issuer),
        ("client_uuid", json!("another"), TokenError::Signature),
    ] {
        assert_eq!(check(&with(name, value), ISSUED), Err(error), "{name}");
    }
    // The widget's own token, truly signed, and the same claims without a signature.
    assert_eq!(check(&token(&super::disposable_token::claims()), ISSUED), Err(TokenError::Algorithm));
    let unsigned = bots(&claims).rsplit_once('.').unwrap().0.to_owned() + ".";
    assert_eq!(check(&unsigned, ISSUED), Err(TokenError::Signature));
    let none =
        format!("{}.{}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#), URL_SAFE_NO_PAD.encode(claims.to_string()));
    assert_eq!(check(&none, ISSUED), Err(TokenError::Algorithm));
}

#[test]
fn only_the_integrations_own_secrets_sign() {
    let (head, signature) = VECTOR.rsplit_once('.').unwrap();
    for other in ["", "AAAA", &signature[..42], &format!("{signature}A"), &format!("{signature}=")] {
        assert_eq!(check(&format!("{head}.{other}")), Err(TokenError::Signature), "{other}");
    }
    assert_eq!(
        check(&signed(HEADER, &claims().to_string(), "another integration's secret")),
        Err(TokenError::Signature)
    );
    // Of another integration, correctly signed by its secret, and of an unknown one.
    let other = token(&with(json!({"client_uuid": "99999999-2222-3333-4444-555555555555"})));
    assert_eq!(check(&other), Err(TokenError::Signature));
    let unknown = signed(HEADER, &claims().to_string(), "a secret that signs nothing");
    assert_eq!(verify(&unknown, at(ISSUED), |_| None), Err(TokenError::Signature));
    // While the secret is being replaced both sign; an empty one never does.
    let of = |secrets: &[&str], signed_with: &str| {
        let token = signed(HEADER, &claims().to_string(), signed_with);
        verify(&token, at(ISSUED), |_| Some(expected("https://bridge.example.com/", secrets))).map(|_| ())
    };
    assert_eq!(of(&["new", SECRET], SECRET), Ok(()));
    assert_eq!(of(&["new", SECRET], "new"), Ok(()));
    assert_eq!(of(&["new"], SECRET), Err(TokenError::Signature));
    assert_eq!(of(&["new", ""], ""), Err(TokenError::Signature));
    assert_eq!(of(&[], ""), Err(TokenError::Signature));
}

#[test]
fn it_has_a_size_and_three_parts() {
    let (head, signature) = VECTOR.rsplit_once('.').unwrap();
    for broken in [
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        head,
        &format!("{VECTOR}."),
        &format!("{VECTOR}.{signature}"),
        &format!(".{VECTOR}"),
        &format!(" {VECTOR}"),
        &format!("{VECTOR}\n"),
    ] {
        let refused = check(broken).unwrap_err();
        assert!(
            matches!(refused, TokenError::Malformed | TokenError::Algorithm | TokenError::Signature),
            "{broken}: {refused}"
        );
    }
    let long = token(&with(json!({"subdomain": "x".repeat(2_000_000)})));
    assert_eq!(check(&long), Err(TokenError::TooLong));
    assert_eq!(check(&"x".repeat(MOST_BYTES + 1)), Err(TokenError::TooLong));
    assert!(check(&token(&with(json!({"subdomain": "x".repeat(5_000)})))).is_ok());
}

#[test]
fn a_claim_that_occurs_twice_is_refused() {
    let body = claims().to_string();
    for twice in [
        r#""account_id":1"#,
        r#""user_id":1"#,
        r#""iss":"https://evil.amocrm.ru""#,
        r#""exp":99999999999"#,
        r#""client_uuid":"x""#,
    ] {
        let doubled = body.replacen('{', &format!("{{{twice},"), 1);
        assert_eq!(check(&signed(HEADER, &doubled, SECRET)), Err(TokenError::Malformed), "{twice}");
    }
    for body in ["[]", "null", "\"x\"", "{", "", "{} {}"] {
        assert!(check(&signed(HEADER, body, SECRET)).is_err(), "{body}");
    }
}

#[test]
fn the_secret_is_looked_up_once_and_only_for_hs256() {
    let none = signed(r#"{"alg":"none"}"#, &claims().to_string(), SECRET);
    let refused = verify(&none, at(ISSUED), |_| panic!("no look-up before the algorithm is right"));
    assert_eq!(refused, Err(TokenError::Algorithm));
    for refused in [TokenError::TooLong, TokenError::Signature, TokenError::Claim("jti"), TokenError::Issuer] {
        assert!(!refused.to_string().contains(CLIENT));
    }
}

proptest! {
    #[test]
    fn anything_is_survived(text in any::<String>(), bytes in any::<Vec<u8>>()) {
        let _ = check(&text);
        let part = URL_SAFE_NO_PAD.encode(&bytes);
        let _ = check(&format!("{part}.{part}.{part}"));
        let _ = check(&signed(HEADER, &String::from_utf8_lossy(&bytes), SECRET));
    }

    #[test]
    fn any_claim_may_be_anything(at in 0..11_usize, number in any::<f64>(), text in any::<String>()) {
        let name = claims().as_object().unwrap().keys().nth(at).unwrap().clone();
        let _ = check(&token(&with(json!({ &name: number }))));
        let _ = check(&token(&with(json!({ &name: text }))));
        let _ = check(&token(&with(json!({ &name: [{ "x": text }] }))));
    }

    #[test]
    fn any_flipped_bit_is_refused(at in 0..VECTOR.len(), bit in 0..7_u8) {
        let mut bytes = VECTOR.as_bytes().to_vec();
        bytes[at] ^= 1 << bit;
        let broken = String::from_utf8(bytes).unwrap();
        prop_assert!(check(&broken).is_err(), "{}", broken);
    }
}

fn access_token(middle: &str) -> SecretString {
    SecretString::from(format!("eyJ0eXAiOiJKV1QifQ.{middle}.c2ln"))
}

#[test]
fn a_real_looking_token() {
    let claims = r#"{"aud":"11111111-2222-3333-4444-555555555555","jti":"j","iat":1788253800,"nbf":1788253800.5,
        "exp":"1788340200","sub":"87654321","account_id":12345678,"base_domain":"amocrm.ru","api_domain":
        "api-a.amocrm.ru","scopes":["crm","files"],"hash_uuid":"x"}"#;
    // three lengths, so that every amount of padding occurs
    for middle in (0..3).flat_map(|blanks| {
        let claims = format!("{claims}{}", " ".repeat(blanks));
        [URL_SAFE_NO_PAD.encode(&claims), URL_SAFE.encode(&claims)]
    }) {
        let read = read(&access_token(&middle)).unwrap();
        assert_eq!(read.account_id, Some(12_345_678));
        assert_eq!(read.sub.as_deref(), Some("87654321"));
        assert_eq!(read.api_domain.as_deref(), Some("api-a.amocrm.ru"));
    }
}

#[test]
fn nothing_known() {
    assert_eq!(read(&access_token(&URL_SAFE_NO_PAD.encode("{}"))), Some(AccessClaims::default()));
    for middle in ["", "!", "bm9uc2Vuc2U", &URL_SAFE_NO_PAD.encode("[]")] {
        assert_eq!(read(&access_token(middle)), None, "{middle}");
    }
    for opaque in ["", "opaque", "a.b", "a.e30.c.d"] {
        assert_eq!(read(&SecretString::from(opaque)), None, "{opaque}");
    }
}

proptest! {
    #[test]
    fn any_token_is_survived(text in any::<String>(), bytes in any::<Vec<u8>>()) {
        let _ = read(&SecretString::from(text));
        let _ = read(&access_token(&URL_SAFE_NO_PAD.encode(bytes)));
    }
}
