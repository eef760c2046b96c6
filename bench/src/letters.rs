//! Numbered texts, by which both ends of a run recognise each other's messages.

use bytes::Bytes;
use serde_json::json;

use crate::hooks::Hook;
use crate::stage::Line;

const MARK: &[u8] = b"#no";

/// The text with a number.
pub fn text(number: usize) -> String {
    format!("Добрый день! #no{number}; заказ собран и ждёт вас в пункте выдачи.")
}

/// The number of the text in a body, in any encoding of the body.
pub fn number_in(body: &[u8]) -> Option<u32> {
    let start = body.windows(MARK.len()).position(|window| window == MARK)? + MARK.len();
    let digits = body.get(start..)?.iter().take_while(|byte| byte.is_ascii_digit());
    digits.fold(None, |number, digit| Some(number.unwrap_or(0) * 10 + u32::from(digit - b'0')))
}

/// Customers' messages for the public API, ready to be written to a socket, over all lines in turn.
pub fn of_customers(lines: &[Line], count: usize, host: &str, key: &str) -> Vec<Hook> {
    (0..count)
        .map(|number| {
            let place = number % lines.len();
            let line = &lines[place];
            let body = json!({
                "id": format!("m-{number}"),
                "conversation": {"id": line.chat},
                "sender": {"role": "client", "id": format!("user-{}", line.chat), "name": "Customer"},
                "content": {"type": "text", "text": text(number)},
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_again() {
        assert_eq!(number_in(text(1_592).as_bytes()), Some(1_592));
        assert_eq!(number_in(json!({"text": text(0)}).to_string().as_bytes()), Some(0));
        assert_eq!(number_in(b"#no"), None);
        assert_eq!(number_in(b"nothing"), None);
    }
}
