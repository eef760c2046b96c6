//! Signatures and the handshake (instagram-and-facebook §2). WhatsApp has its own copy.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::incoming::IncomingCall;

/// Whether a call's bytes are signed with the app's secret. Compares in constant time.
pub(super) fn is_signed(app_secret: &SecretString, call: &IncomingCall<'_>) -> bool {
    let secret = app_secret.expose_secret();
    let given = (call.header)("x-hub-signature-256");
    let Some(given) = given.as_deref().and_then(|text| text.strip_prefix("sha256=")) else { return false };
    let (Ok(given), Ok(mut mac)) = (hex::decode(given), Hmac::<Sha256>::new_from_slice(secret.as_bytes())) else {
        return false;
    };
    mac.update(call.body);
    !secret.is_empty() && bool::from(mac.finalize().into_bytes().as_slice().ct_eq(&given))
}

/// The challenge to return; none if the token is not ours.
pub(super) fn handshake(
    verify_token: &SecretString,
    query: &(dyn Fn(&str) -> Option<String> + Sync),
) -> Option<String> {
    let (ours, given) = (verify_token.expose_secret(), query("hub.verify_token")?);
    let is_ours = !ours.is_empty() && bool::from(given.as_bytes().ct_eq(ours.as_bytes()));
    let is_asked = query("hub.mode").as_deref() == Some("subscribe");
    query("hub.challenge").filter(|challenge| is_ours && is_asked && challenge.len() <= 256)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = r#"{"object":"whatsapp_business_account","entry":[{"id":"220011223344556","changes":[{"value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"77010009900","phone_number_id":"330022334455667"},"contacts":[{"profile":{"name":"\u041c\u0430\u0440\u0438\u044f"},"wa_id":"77010001122"}],"messages":[{"from":"77010001122","id":"wamid.TEST1","timestamp":"1795168800","type":"text","text":{"body":"\u0414\u0430"}}]},"field":"messages"}]}]}"#;
    const SIGNATURE: &str = "sha256=6307e30945f4083fa9595bedf20c1e6e8eb3e89ff8867d1dd3605a5eae97e725";

    #[test]
    fn a_signature_covers_the_whole_body() {
        let secret = SecretString::from("test-app-secret");
        let signed = |secret: &SecretString, header: Option<&'static str>, body: &str| {
            let header = move |name: &str| {
                assert_eq!(name, "x-hub-signature-256");
                header.map(str::to_owned)
            };
            is_signed(secret, &IncomingCall { header: &header, path_secret: "", body: body.as_bytes() })
        };
        assert!(signed(&secret, Some(SIGNATURE), BODY));
        assert!(!signed(&secret, Some(SIGNATURE), &BODY.replace("TEST1", "TEST2")));
        assert!(!signed(&SecretString::from("other"), Some(SIGNATURE), BODY));
        for wrong in [None, Some(""), Some("sha256="), Some("sha256=zz"), Some(&SIGNATURE[..70]), Some(&SIGNATURE[7..])]
        {
            assert!(!signed(&secret, wrong, BODY), "{wrong:?}");
        }
        assert!(!signed(&SecretString::from(""), Some(SIGNATURE), BODY));
    }

    #[test]
    fn only_our_token_gets_its_challenge_back() {
        let ask = |mode: &'static str, token: &'static str| {
            let query = move |name: &str| {
                let value = match name {
                    "hub.mode" => mode,
                    "hub.verify_token" => token,
                    _ => "1158201444",
                };
                Some(value.to_owned())
            };
            handshake(&SecretString::from("vt"), &query)
        };
        assert_eq!(ask("subscribe", "vt").as_deref(), Some("1158201444"));
        assert_eq!((ask("subscribe", "v"), ask("unsubscribe", "vt"), ask("subscribe", "")), (None, None, None));
        assert_eq!(handshake(&SecretString::from(""), &|_| Some(String::new())), None);
    }
}
