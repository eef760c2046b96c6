//! amoCRM's text about a refusal, as one line for people (chats-api §3, "Error body").

use serde_json::Value;

use crate::lenient;
use crate::transport::{clean, excerpt};

/// The fields that a community client has seen; amoCRM documents none.
const DESCRIPTION: &str = "error_description";
const DETAILS: [&str; 2] = ["error_type", "error_code"];

/// `description (type, code)` if the body contains only these, else the beginning of the body.
pub(super) fn words(body: &[u8]) -> String {
    let refusal = serde_json::from_slice::<Value>(body).unwrap_or_default();
    let known = |key: &String| key == DESCRIPTION || DETAILS.contains(&key.as_str());
    let only_these = refusal.as_object().is_some_and(|members| members.keys().all(known));
    let Some(description) = lenient::text(&refusal, DESCRIPTION).filter(|_| only_these) else {
        return excerpt(body);
    };
    let details: Vec<_> = DETAILS.into_iter().filter_map(|key| lenient::text(&refusal, key)).collect();
    if details.is_empty() { clean(&description) } else { clean(&format!("{description} ({})", details.join(", "))) }
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn a_description_becomes_one_line() {
        let body = br#"{"error_code":400,"error_type":"BAD_DATA","error_description":"msgid\nis taken"}"#;
        assert_eq!(words(body), "msgid is taken (BAD_DATA, 400)");
        assert_eq!(words(br#"{"error_description":"no"}"#), "no");
    }

    #[test]
    fn anything_else_is_quoted() {
        for body in [
            r#"{"error_code":400}"#,
            r#"{"error_description":"no","fields":["msgid"]}"#,
            r#"{"title":"Bad Request"}"#,
            "[1]",
            "<html> 502",
            "",
        ] {
            assert_eq!(words(body.as_bytes()), body);
        }
    }
}
