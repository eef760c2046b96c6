//! JSON web tokens as used by amoCRM.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Header of widgets' tokens, with the fields in amoCRM's order.
const HS256_HEADER: &str = r#"{"typ":"JWT","alg":"HS256"}"#;

/// Base64 with the URL alphabet and without padding.
pub(crate) fn base64_url(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let group = (byte(0) << 16) | (byte(1) << 8) | byte(2);
        for step in 0..=chunk.len() {
            let shift = 18_usize.saturating_sub(6 * step);
            let index = usize::try_from((group >> shift) & 63).unwrap_or(0);
            text.extend(ALPHABET.get(index).copied().map(char::from));
        }
    }
    text
}

/// A token over these claims (JSON), signed with HMAC-SHA256 under the secret's bytes.
pub(crate) fn hs256(claims: &str, secret: &str) -> String {
    let signed = format!("{}.{}", base64_url(HS256_HEADER.as_bytes()), base64_url(claims.as_bytes()));
    let signature = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_or_else(
        |_| String::new(),
        |mut mac| {
            mac.update(signed.as_bytes());
            base64_url(&mac.finalize().into_bytes())
        },
    );
    format!("{signed}.{signature}")
}

#[cfg(test)]
mod tests {
    use super::base64_url;

    #[test]
    fn base64_is_the_url_form_without_padding() {
        for (bytes, text) in
            [(&b""[..], ""), (b"f", "Zg"), (b"fo", "Zm8"), (b"foo", "Zm9v"), (b"\xff\xfe\xfd\xfc", "__79_A")]
        {
            assert_eq!(base64_url(bytes), text);
        }
    }
}
