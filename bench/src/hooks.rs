//! Hooks as amoCRM sends them, signed and ready to be written to a socket.

use amocrm::chats::sign::hook_signature;
use bytes::Bytes;
use parom::clock::Clock;
use secrecy::SecretString;
use serde_json::json;
use uuid::Uuid;

use crate::letters;
use crate::stage::{Line, SECRET};

/// One hook: the whole HTTP request, and its body alone.
#[derive(Clone, Debug)]
pub struct Hook {
    pub request: Bytes,
    pub body: Bytes,
    pub line: usize,
    pub amojo_message_id: String,
}

/// `count` hooks over all lines, each with an id of its own.
pub fn make(lines: &[Line], count: usize, host: &str) -> Vec<Hook> {
    let secret = SecretString::from(SECRET);
    let clock = Clock::system();
    (0..count)
        .map(|number| {
            let place = number.wrapping_mul(7919) % lines.len();
            let line = &lines[place];
            let amojo_message_id = Uuid::new_v4().to_string();
            let millis = clock.millis();
            let body = json!({
                "account_id": line.amojo_id,
                "time": millis / 1000,
                "message": {
                    "receiver": { "id": Uuid::new_v4(), "phone": "79151112233", "email": "", "client_id": "user" },
                    "sender": { "id": "76fc2bea-902f-425c-9a3d-dcdac4766090" },
                    "conversation": { "id": Uuid::new_v4(), "client_id": line.client_id },
                    "source": { "external_id": line.source_external_id },
                    "timestamp": millis / 1000,
                    "msec_timestamp": millis,
                    "message": {
                        "id": amojo_message_id, "type": "text", "tag": "", "media": "", "thumbnail": "",
                        "file_name": "", "file_size": 0,
                        "text": letters::text(number),
                    },
                },
            })
            .to_string();
            let signature = hook_signature(&secret, body.as_bytes());
            let request = format!(
                "POST /location/{} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nX-Signature: {signature}\r\nContent-Length: {}\r\n\r\n{body}",
                line.scope_id,
                body.len()
            );
            Hook { request: Bytes::from(request), body: Bytes::from(body), line: place, amojo_message_id }
        })
        .collect()
}
