//! amoCRM's text about a refusal, as one line for people (crm-api §1.14).

use serde_json::Value;

use crate::lenient;
use crate::transport::{clean, excerpt};

/// `detail`, else `title`, followed by the errors of fields; the beginning of the body if it is not a problem document.
pub(super) fn words(body: &[u8]) -> String {
    let problem = serde_json::from_slice::<Value>(body).unwrap_or_default();
    let summary = ["detail", "title", "hint"].into_iter().find_map(|key| lenient::text(&problem, key));
    let mut words: Vec<String> = summary.into_iter().collect();
    for key in ["validation-errors", "errors"] {
        for item in lenient::list(&problem, key) {
            match item.get("errors") {
                // A batch deletion of sources has an object where others have a list.
                Some(single) if single.get("detail").is_some() || single.get("code").is_some() => {
                    words.extend(field(single));
                }
                Some(_) => words.extend(lenient::list(item, "errors").into_iter().filter_map(field)),
                None => words.extend(field(item)),
            }
        }
    }
    if words.is_empty() { excerpt(body) } else { clean(&words.join("; ")) }
}

fn field(error: &Value) -> Option<String> {
    let detail = lenient::text(error, "detail").or_else(|| lenient::text(error, "code"))?;
    Some(match lenient::text(error, "path") {
        Some(path) => format!("{path}: {detail}"),
        None => detail,
    })
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn validation_errors_are_named() {
        let body =
            br#"{"validation-errors":[{"request_id":"0","errors":[{"code":"NotSupportedChoice","path":"0.pipeline_id",
            "detail":"No such choice."}]}],"title":"Bad Request","status":400,"detail":"Request validation failed"}"#;
        assert_eq!(words(body), "Request validation failed; 0.pipeline_id: No such choice.");
    }

    #[test]
    fn an_object_where_a_list_was_meant() {
        let body =
            br#"{"errors":[{"request_id":"0","errors":{"code":"EntityNotFound","path":"id","detail":"not found"}}],
            "title":"Bad Request","status":400,"detail":"Invalid request items"}"#;
        assert_eq!(words(body), "Invalid request items; id: not found");
    }

    #[test]
    fn anything_else_is_quoted() {
        assert_eq!(words(b"<html>\n503</html>"), "<html> 503</html>");
        assert_eq!(words(b""), "");
        assert_eq!(words(b"[]"), "[]");
        assert!(words("\u{0}\u{44f}".repeat(3000).as_bytes()).len() <= 2048);
    }
}
