//! Reading access tokens.

use amocrm::claims::{AccessClaims, read};
use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use proptest::prelude::*;
use secrecy::SecretString;

fn token(middle: &str) -> SecretString {
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
        let read = read(&token(&middle)).unwrap();
        assert_eq!(read.account_id, Some(12_345_678));
        assert_eq!(read.sub.as_deref(), Some("87654321"));
        assert_eq!(read.api_domain.as_deref(), Some("api-a.amocrm.ru"));
        assert_eq!((read.iat, read.nbf, read.exp), (Some(1_788_253_800), Some(1_788_253_800), Some(1_788_340_200)));
        assert_eq!(read.scopes, ["crm", "files"]);
    }
}

#[test]
fn nothing_known() {
    assert_eq!(read(&token(&URL_SAFE_NO_PAD.encode("{}"))), Some(AccessClaims::default()));
    for middle in ["", "!", "bm9uc2Vuc2U", &URL_SAFE_NO_PAD.encode("[]")] {
        assert_eq!(read(&token(middle)), None, "{middle}");
    }
    for opaque in ["", "opaque", "a.b", "a.e30.c.d"] {
        assert_eq!(read(&SecretString::from(opaque)), None, "{opaque}");
    }
}

proptest! {
    #[test]
    fn any_token_is_survived(text in any::<String>(), bytes in any::<Vec<u8>>()) {
        let _ = read(&SecretString::from(text));
        let _ = read(&token(&URL_SAFE_NO_PAD.encode(bytes)));
    }
}
