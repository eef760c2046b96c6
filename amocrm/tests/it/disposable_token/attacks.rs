//! What must not pass for a token of the widget.

use amocrm::disposable_token::{MOST_BYTES, TokenError, verify};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use proptest::prelude::*;
use serde_json::json;
use sha2::Sha512;

use super::{CLIENT, HEADER, ISSUED, SECRET, VECTOR, at, check, claims, expected, signed, token, with};

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
    let message =
        format!("{}.{}", URL_SAFE_NO_PAD.encode(r#"{"typ":"JWT","alg":"HS512"}"#), URL_SAFE_NO_PAD.encode(&body));
    let mut mac = Hmac::<Sha512>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(message.as_bytes());
    let salesbot = format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()));
    assert_eq!(check(&salesbot), Err(TokenError::Algorithm));
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
