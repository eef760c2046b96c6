//! Customers' messages as a developer's messenger sends them to the public API, ready to be written to a socket.

use bytes::Bytes;
use serde_json::json;

use crate::hooks::Hook;
use crate::letters;
use crate::line::Line;

/// Customers' messages for the public API, over all lines in turn.
pub fn messages(lines: &[Line], count: usize, host: &str, key: &str) -> Vec<Hook> {
    (0..count)
        .map(|number| {
            let place = number % lines.len();
            let line = &lines[place];
            let body = json!({
                "id": format!("m-{number}"),
                "conversation": {"id": line.chat},
                "sender": {"role": "client", "id": format!("user-{}", line.chat), "name": "Customer"},
                "content": {"type": "text", "text": letters::text(number)},
            })
            .to_string();
            let request = format!(
                "POST /api/v1/sources/{}/messages HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nAuthorization: Bearer {key}\r\nContent-Length: {}\r\n\r\n{body}",
                line.source_id,
                body.len()
            );
            let request = Bytes::from(request);
            let body = request.slice(request.len() - body.len()..);
            Hook { request, body, line: place, amojo_message_id: String::new() }
        })
        .collect()
}
