//! One POST to a callback, signed over the bytes that are sent.

use std::{fmt::Write, time::Duration};

use super::pick::Parcel;
use crate::whatsapp::{core::Core, faults::WebhookFault, sign};

/// Time limit for an answer.
const LIMIT: Duration = Duration::from_secs(60);

/// The result of a delivery.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answer {
    pub(super) status: Option<u16>,
    pub(super) is_accepted: bool,
}

/// Delivers a webhook, twice if a fault requires it.
pub(super) async fn deliver(core: &Core, parcel: &Parcel) -> Answer {
    let answer = post(core, parcel).await;
    match parcel.fault {
        Some(WebhookFault::Doubled) => post(core, parcel).await,
        Some(WebhookFault::LostAnswer) => Answer { status: None, is_accepted: false },
        _ => answer,
    }
}

/// JSON in ASCII: Meta writes other characters as `\u041c` and signs that form.
pub(super) fn escaped(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for one in json.chars() {
        if one.is_ascii() {
            escaped.push(one);
            continue;
        }
        for unit in one.encode_utf16(&mut [0; 2]) {
            // Writing into a String cannot fail.
            let _written = write!(escaped, "\\u{unit:04x}");
        }
    }
    escaped
}

async fn post(core: &Core, parcel: &Parcel) -> Answer {
    let body = escaped(&parcel.body.to_string());
    let secret = match parcel.fault {
        Some(WebhookFault::Forged) => "somebody else's secret",
        _ => &parcel.secret,
    };
    let mut request = core.client.post(&parcel.url).header("Content-Type", "application/json").timeout(LIMIT);
    if parcel.fault != Some(WebhookFault::Unsigned) {
        request = request.header("X-Hub-Signature-256", format!("sha256={}", sign(secret, body.as_bytes())));
    }
    match request.header("User-Agent", "facebookexternalua").body(body).send().await {
        Ok(response) => {
            let status = response.status();
            // The outcome does not depend on the answer's body.
            let _body = response.bytes().await;
            Answer { status: Some(status.as_u16()), is_accepted: status.is_success() }
        }
        Err(_) => Answer { status: None, is_accepted: false },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_characters_are_escaped_in_lower_case() {
        assert_eq!(escaped("{\"a\":\"Мария 👋\"}"), "{\"a\":\"\\u041c\\u0430\\u0440\\u0438\\u044f \\ud83d\\udc4b\"}");
    }

    /// The example from the documents that this file is written from.
    #[test]
    fn the_signature_is_over_the_escaped_body() {
        let body = concat!(
            r#"{"object":"whatsapp_business_account","entry":[{"id":"220011223344556","changes":[{"value":{"#,
            r#""messaging_product":"whatsapp","metadata":{"display_phone_number":"77010009900","#,
            r#""phone_number_id":"330022334455667"},"contacts":[{"profile":{"name":"Мария"},"#,
            r#""wa_id":"77010001122"}],"messages":[{"from":"77010001122","id":"wamid.TEST1","#,
            r#""timestamp":"1795168800","type":"text","text":{"body":"Да"}}]},"field":"messages"}]}]}"#
        );
        let signature = "6307e30945f4083fa9595bedf20c1e6e8eb3e89ff8867d1dd3605a5eae97e725";
        assert_eq!(sign("test-app-secret", escaped(body).as_bytes()), signature);
    }
}
