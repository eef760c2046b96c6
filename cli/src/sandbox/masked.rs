//! An answer without secrets and personal data: its form, with made-up values.

use serde_json::{Map, Value, json};
use uuid::Uuid;

/// Fields whose texts are the vendor's words.
const WORDS: [&str; 7] = ["type", "code", "field_code", "field_type", "enum_code", "entity_type", "version"];
/// Those of a refusal.
const OF_REFUSALS: [&str; 8] = ["title", "detail", "hint", "error", "error_code", "error_type", "message", "path"];

pub fn of(answer: &Value, is_refusal: bool) -> Value {
    inside(answer, "", is_refusal)
}

fn inside(value: &Value, key: &str, is_refusal: bool) -> Value {
    match value {
        Value::Object(fields) => {
            let field = |(key, value): (&String, &Value)| (without_digits(key), inside(value, key, is_refusal));
            Value::Object(fields.iter().map(field).collect::<Map<_, _>>())
        }
        Value::Array(all) => all.iter().map(|one| inside(one, key, is_refusal)).collect(),
        Value::String(text) if WORDS.contains(&key) || (is_refusal && OF_REFUSALS.contains(&key)) => {
            json!(if text.contains('@') { "text".to_owned() } else { without_digits(text) })
        }
        Value::String(text) => json!(made_up(text)),
        Value::Number(number) => json!(number.as_i64().map_or(0, rounded)),
        other => other.clone(),
    }
}

/// A text of the same kind.
fn made_up(text: &str) -> String {
    let is_number = text.len() >= 7 && text.chars().all(|one| one.is_ascii_digit() || " +-()".contains(one));
    let made = if text.is_empty() {
        ""
    } else if Uuid::parse_str(text).is_ok() {
        "00000000-0000-4000-8000-000000000000"
    } else if text.starts_with("http") {
        "https://example.com/"
    } else if text.contains('@') {
        "person@example.com"
    } else if is_number {
        "+79990000000"
    } else {
        "text"
    };
    made.to_owned()
}

/// Ids and times keep their length: 28620110 is 10000000.
fn rounded(number: i64) -> i64 {
    let places = number.unsigned_abs().checked_ilog10().unwrap_or_default();
    if places < 3 { number } else { 10_i64.pow(places) * number.signum() }
}

/// Runs of more than three digits become zeros.
fn without_digits(text: &str) -> String {
    let digits = text.split(|one: char| !one.is_ascii_digit()).filter(|run| run.len() > 3);
    digits.fold(text.to_owned(), |text, run| text.replace(run, &"0".repeat(run.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_stay_and_values_go() {
        let answer = json!({"id": 28_620_110, "name": "Анна", "is_on": true, "email": "anna@acme.test", "gone": null,
            "type": "email", "28620110": [{"phone": "+7 (900) 555-01-23", "price": 300}],
            "_links": {"self": {"href": "https://acme.amocrm.ru/api/v4/contacts/28620110"}},
            "uid": "e1f2a3b4-c5d6-47e8-99fa-0b1c2d3e4f50", "hint": "Анна"});
        let wanted = json!({"id": 10_000_000, "name": "text", "is_on": true, "email": "person@example.com", "gone": null,
            "type": "email", "00000000": [{"phone": "+79990000000", "price": 300}],
            "_links": {"self": {"href": "https://example.com/"}}, "uid": "00000000-0000-4000-8000-000000000000",
            "hint": "text"});
        assert_eq!(of(&answer, false), wanted);
        let refusal = json!({"status": 404, "detail": "Contact 28620110 not found", "title": "Not Found"});
        let wanted = json!({"status": 404, "detail": "Contact 00000000 not found", "title": "Not Found"});
        assert_eq!(of(&refusal, true), wanted);
    }
}
