//! Serialises and signs bodies as Meta does.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

/// JSON with all non-ASCII characters escaped, and slashes too.
pub(super) fn written(body: &Value) -> String {
    let mut text = String::new();
    for one in body.to_string().chars() {
        match one {
            '/' => text.push_str("\\/"),
            one if one.is_ascii() => text.push(one),
            one => {
                let mut units = [0; 2];
                for unit in one.encode_utf16(&mut units) {
                    text.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    text
}

/// `X-Hub-Signature-256`: HMAC-SHA256 of the bytes with the app's secret.
pub(super) fn signature(secret: &str, body: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(body.as_bytes());
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn letters_outside_ascii_are_escaped_before_they_are_signed() {
        assert_eq!(written(&json!({ "t": "Да/👍" })), r#"{"t":"\u0414\u0430\/\ud83d\udc4d"}"#);
        // From RFC 4231, case 2.
        let known = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(signature("Jefe", "what do ya want for nothing?"), known);
    }
}
