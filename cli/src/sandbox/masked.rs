//! Answers without secrets and personal data: their form, with made-up values. A text of an answer that went well is made up
//! unless it is a word of the vendor's. The words of a refusal are kept, without what any other answer has as a value.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use uuid::Uuid;

/// Fields whose texts are the vendor's words.
const WORDS: [&str; 7] = ["type", "code", "field_code", "field_type", "enum_code", "entity_type", "version"];
/// Those of a refusal.
const OF_REFUSALS: [&str; 8] = ["title", "detail", "hint", "error", "error_code", "error_type", "message", "path"];
/// The longest word of a vendor's; what is longer may be a token.
const LONGEST: usize = 40;

/// The values in an account's answers, which are masked in refusals; the longest first.
pub struct Private(Vec<String>);

impl Private {
    /// `given` are the account's host and the token.
    pub fn of<'a>(given: &[&str], answers: impl Iterator<Item = &'a Value>) -> Self {
        let mut found: BTreeSet<String> = given.iter().map(|one| (*one).to_owned()).collect();
        found.extend(given.iter().filter_map(|one| one.split_once('.')).map(|(label, _)| label.to_owned()));
        answers.for_each(|answer| collect(answer, "", &mut found));
        let mut found: Vec<String> = found.into_iter().filter(|one| one.chars().count() >= 3).collect();
        found.sort_by_key(|one| std::cmp::Reverse(one.len()));
        Self(found)
    }

    pub fn masked(&self, answer: &Value, is_refusal: bool) -> Value {
        self.inside(answer, "", is_refusal)
    }

    fn inside(&self, value: &Value, field: &str, is_refusal: bool) -> Value {
        match value {
            Value::Object(fields) => {
                let one = |(name, value): (&String, &Value)| (key(name), self.inside(value, name, is_refusal));
                Value::Object(fields.iter().map(one).collect::<Map<_, _>>())
            }
            Value::Array(all) => all.iter().map(|one| self.inside(one, field, is_refusal)).collect(),
            Value::String(text) if is_refusal && OF_REFUSALS.contains(&field) => json!(self.words(text)),
            Value::String(text) if WORDS.contains(&field) && is_word(text) => json!(without_digits(text)),
            Value::String(text) => json!(made_up(text)),
            Value::Number(number) => json!(number.as_i64().map_or(0, rounded)),
            other => other.clone(),
        }
    }

    /// The words of a refusal.
    fn words(&self, text: &str) -> String {
        let text = self.0.iter().fold(text.to_owned(), |text, private| text.replace(private.as_str(), "text"));
        // A number in groups: +7 (900) 555-01-23.
        let is_part = |one: char| one.is_ascii_digit() || "+-() ".contains(one);
        let groups = text.split(|one: char| !is_part(one)).map(str::trim).filter(|one| one.contains([' ', '-', '(']));
        let numbers = groups.filter(|one| one.chars().filter(char::is_ascii_digit).count() >= 7);
        let text = numbers.fold(text.clone(), |text, number| text.replace(number, "text"));
        let is_secret = |word: &str| {
            let digits = word.chars().filter(char::is_ascii_digit).count();
            let is_mixed = digits > 3 && digits < word.len();
            word.contains('@') || word.contains("://") || word.chars().count() > LONGEST || is_mixed
        };
        let words = text.split(' ').map(|word| if is_secret(word) { "text" } else { word });
        let text = words.collect::<Vec<_>>().join(" ");
        without_digits(&text)
    }
}

/// The texts of an answer that are made up, whole and by their words.
fn collect(value: &Value, field: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| collect(value, name, found)),
        Value::Array(all) => all.iter().for_each(|one| collect(one, field, found)),
        Value::String(text) if !WORDS.contains(&field) || !is_word(text) => {
            let is_name = |word: &&str| word.chars().next().is_some_and(char::is_uppercase);
            found.extend(text.split_whitespace().filter(is_name).map(str::to_owned));
            found.insert(text.clone());
        }
        _ => {}
    }
}

/// The name of a field; ids, addresses and names as keys are made up.
pub fn key(name: &str) -> String {
    let is_field = name.len() <= LONGEST && Uuid::parse_str(name).is_err();
    let is_plain = name.chars().all(|one| one.is_ascii_alphanumeric() || "_-.".contains(one));
    if is_field && is_plain { without_digits(name) } else { made_up(name) }
}

/// Whether a text can be a word of the vendor's.
fn is_word(text: &str) -> bool {
    let is_plain = text.chars().all(|one| one.is_ascii_alphanumeric() || "_-./ ".contains(one));
    is_plain && text.len() <= LONGEST && Uuid::parse_str(text).is_err() && !is_token(text)
}

/// A run of letters and digits that no person reads.
fn is_token(text: &str) -> bool {
    let runs = text.split(|one: char| !one.is_ascii_alphanumeric());
    let mut long = runs.filter(|run| run.len() >= 16);
    long.any(|run| run.chars().any(|one| one.is_ascii_digit()))
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

    const TOKEN: &str = "def50200aa11bb22cc33dd44ee55ff6677889900aabb";

    #[test]
    fn forms_stay_and_values_go() {
        let answer = json!({"id": 28_620_110, "name": "Анна", "is_on": true, "email": "anna@acme.test", "gone": null,
            "type": "email", "28620110": [{"phone": "+7 (900) 555-01-23", "price": 300}],
            "_links": {"self": {"href": "https://acme.amocrm.ru/api/v4/contacts/28620110"}},
            "uid": "e1f2a3b4-c5d6-47e8-99fa-0b1c2d3e4f50", "hint": "Анна", "code": TOKEN, "version": "Анна",
            "anna@acme.test": 1, "settings": format!(r#"{{"token":"{TOKEN}","phone":"+79005550123"}}"#),
            "form": format!("name=Anna&token={TOKEN}"), "field_code": "UTM_SOURCE"});
        let wanted = json!({"id": 10_000_000, "name": "text", "is_on": true, "email": "person@example.com", "gone": null,
            "type": "email", "00000000": [{"phone": "+79990000000", "price": 300}],
            "_links": {"self": {"href": "https://example.com/"}}, "uid": "00000000-0000-4000-8000-000000000000",
            "hint": "text", "code": "text", "version": "text", "person@example.com": 1, "settings": "text", "form": "text",
            "field_code": "UTM_SOURCE"});
        assert_eq!(Private::of(&[], std::iter::empty()).masked(&answer, false), wanted);
    }

    #[test]
    fn words_of_a_refusal_stay_without_what_other_answers_have() {
        let account =
            json!({"name": "Acme Shop", "users": [{"name": "Olga Ivanova"}, {"name": "Анна"}], "type": "Contact"});
        let private = Private::of(&["acme.amocrm.ru", TOKEN], [&account].into_iter());
        for (detail, wanted) in [
            ("Contact 28620110 not found", "Contact 00000000 not found"),
            ("Olga may not see Анна of Acme Shop", "text may not see text of text"),
            ("acme.amocrm.ru does not know def50200aa11bb22cc33dd44ee55ff6677889900aabb", "text does not know text"),
            ("the token a1b2c3d4e5f6a7b8 has ended", "the token text has ended"),
            ("+7 (900) 555-01-23 is taken", "text is taken"),
            ("/api/v4/contacts/5: ann@acme.test, https://acme.test/x", "/api/v4/contacts/5: text text"),
            ("Check the `client_id` parameter", "Check the `client_id` parameter"),
        ] {
            let masked = private.masked(&json!({"status": 404, "detail": detail}), true);
            assert_eq!(masked, json!({"status": 404, "detail": wanted}));
        }
    }
}
