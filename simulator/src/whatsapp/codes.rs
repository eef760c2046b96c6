//! Meta's documented error codes, in answers and in webhooks.

use serde_json::{Value, json};

use crate::graph::{Refusal, not_reached};

/// A line for each: code, HTTP status, title, usual details. 200 stands for all up to 299.
const CODES: &str = include_str!("codes.txt");
/// The page about all codes, as referenced in webhooks.
const HREF: &str = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/";

/// A code as documented.
struct Known {
    status: u16,
    title: &'static str,
    details: &'static str,
}

fn of(code: i64) -> Known {
    let wanted = if (200..300).contains(&code) { 200 } else { code };
    let read = |line: &'static str| {
        let mut parts = line.splitn(4, '|');
        let known = parts.next()?.parse() == Ok(wanted);
        let status = parts.next()?.parse().ok().filter(|_| known)?;
        Some(Known { status, title: parts.next()?, details: parts.next()? })
    };
    let unknown = "Message failed to send because of an unknown error.";
    let unknown = Known { status: 400, title: "Something went wrong", details: unknown };
    CODES.lines().find_map(read).unwrap_or(unknown)
}

/// A documented error of messaging, with its usual details.
pub(super) fn known(code: i64) -> Refusal {
    detailed(code, of(code).details)
}

/// A documented error of messaging: `(#code) Title`.
pub(super) fn detailed(code: i64, details: impl Into<String>) -> Refusal {
    let Known { status, title, .. } = of(code);
    Refusal { details: Some(details.into()), ..Refusal::new(status, code, None, format!("(#{code}) {title}")) }
}

/// 131009 with details.
pub(super) fn value(details: impl Into<String>) -> Refusal {
    detailed(131_009, details)
}

/// 131008 with details.
pub(super) fn missing(details: impl Into<String>) -> Refusal {
    detailed(131_008, details)
}

/// An object that does not exist or is not accessible.
pub(super) fn no_object(method: &str, id: &str) -> Refusal {
    let request = format!("{} request", method.to_ascii_lowercase());
    Refusal { kind: Some("GraphMethodException"), ..not_reached(&request, id) }
}

/// A refusal by the template API: code 100 with a subcode and a text for people.
pub(super) fn template(subcode: i64, title: &str, words: &str) -> Refusal {
    let user = Some(Box::new([title.to_owned(), words.to_owned()]));
    Refusal { user, ..Refusal::new(400, 100, subcode, "Invalid parameter") }
}

/// An error as contained in a status or in the value of a webhook.
pub(super) fn in_webhook(code: i64, details: Option<&str>) -> Value {
    let mut error = in_message(code, details);
    error["href"] = json!(HREF);
    error
}

/// The same in a message, which has no link.
pub(super) fn in_message(code: i64, details: Option<&str>) -> Value {
    let Known { title, details: usual, .. } = of(code);
    json!({
        "code": code, "title": title, "message": title, "error_data": {"details": details.unwrap_or(usual)},
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_status_title_and_details() {
        for line in CODES.lines().skip(1) {
            let code = line.split('|').next().and_then(|code| code.parse().ok()).unwrap_or(-1);
            let Known { status, title, details } = of(code);
            assert!((400..600).contains(&status) && !title.is_empty() && !details.is_empty(), "{line}");
        }
        assert_eq!((known(210).status, known(131_016).status, known(7).status), (403, 500, 400));
    }
}
