//! A connector's settings as a form: renders the fields, converts the submitted form to JSON, and shows errors at their
//! fields.

use base::error::FieldError;
use base::i18n::{CRM, LocalizedText, Words};
use base::web_address;
use connectors::{Field, Input};
use serde_json::{Map, Value};

use super::Fields;
use super::choice::SelectOption;

/// Prefix of the form's names, so that a setting cannot collide with another field of the page.
const PREFIX: &str = "set.";

/// In seconds.
const HOUR: u64 = 3_600;
const TEN_THOUSAND: u64 = 10_000;

/// One rendered field.
#[derive(Clone, Debug)]
pub struct Drawn {
    pub name: String,
    /// `text`, `url`, `lines`, `paragraph`, `flag`, `choice`, `choices`.
    pub input: &'static str,
    pub label: String,
    pub hint: String,
    pub value: String,
    pub choices: Vec<SelectOption>,
    pub required: bool,
    pub secret: bool,
    /// The last characters of a stored credential.
    pub tail: String,
    pub error: String,
    /// It is what the page was opened for.
    pub has_focus: bool,
}

/// A field's name in the form.
pub fn name_of(field: &Field) -> String {
    format!("{PREFIX}{}", field.name)
}

/// Renders the fields with these settings; of credentials only the last characters. `masked`: these are stored
/// settings.
pub fn draw(
    words: Words,
    fields: &[Field],
    values: &Value,
    masked: Option<&Value>,
    errors: &[(String, String)],
) -> Vec<Drawn> {
    fields
        .iter()
        .map(|field| {
            let value = value_at(values, field);
            let value = if field.on && value.is_null() { &Value::Bool(true) } else { value };
            let stored = masked.and_then(|masked| masked.get(field.name)).and_then(Value::as_str).unwrap_or_default();
            let (name, label) = (name_of(field), words.text(field.label).to_string());
            let wrong = errors.iter().find(|(of, _)| *of == name);
            let shown = value;
            let text = if field.input == Input::Hours { hours_of(value) } else { text_of(value) };
            let chosen: Vec<&str> = value.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let choices = field.input.choices().iter().map(|(value, label)| SelectOption {
                value: (*value).to_owned(),
                label: words.text(*label).to_string(),
                chosen: chosen.contains(value) || field.input.as_str() == "choice" && text_of(shown) == *value,
            });
            Drawn {
                input: field.input.as_str(),
                error: wrong.map(|(_, text)| without_label(words, &label, text)).unwrap_or_default(),
                label,
                hint: field.hint.map(|hint| words.text(hint).to_string()).unwrap_or_default(),
                value: if field.secret { String::new() } else { text },
                choices: choices.collect(),
                required: field.required && stored.is_empty(),
                secret: field.secret,
                tail: if field.secret { stored.trim_start_matches('…').to_owned() } else { String::new() },
                has_focus: false,
                name,
            }
        })
        .collect()
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "1".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n"),
        _ => String::new(),
    }
}

/// Seconds as hours, exact to the second: four decimals are a third of one.
fn hours_of(value: &Value) -> String {
    let Some(seconds) = value.as_u64() else { return text_of(value) };
    let rest = (seconds % HOUR * TEN_THOUSAND + HOUR / 2) / HOUR;
    let text = format!("{}.{rest:04}", seconds / HOUR);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Typed hours as seconds: `24`, `0.5`, `0,5`; none if this is no such number.
fn seconds_of(text: &str) -> Option<u64> {
    let (hours, part) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if part.is_empty() || part.len() > 4 || !digits(hours) || !digits(part) {
        return None;
    }
    let part: u64 = format!("{part:0<4}").parse().ok()?;
    hours.parse::<u64>().ok()?.checked_mul(HOUR)?.checked_add((part * HOUR + TEN_THOUSAND / 2) / TEN_THOUSAND)
}

/// Applies a form to existing settings: fields missing from the form stay, empty optional ones are removed, empty
/// credentials keep their value. Errors are keyed by the form's names.
pub fn read(
    words: Words,
    fields: &[Field],
    form: &Fields,
    before: &Value,
    stored_secrets: bool,
) -> Result<Value, (Value, Vec<(String, String)>)> {
    let mut settings = before.as_object().cloned().unwrap_or_default();
    let mut errors = Vec::new();
    for field in fields {
        let name = name_of(field);
        let value = value_of(field, form, &name);
        let empty = matches!(&value, Value::Null) || value.as_array().is_some_and(Vec::is_empty);
        if empty && field.required && !(field.secret && stored_secrets) {
            let label = words.text(field.label).to_string();
            errors.push((name, words.text("form-empty").with("field", label).to_string()));
        } else if field.input == Input::Url && !empty {
            let is_wrong = web_address::typed(value.as_str().unwrap_or_default()).is_none();
            errors.extend(is_wrong.then(|| (name, words.text("form-not-url").to_string())));
        }
        put(&mut settings, field, value, empty);
    }
    let settings = Value::Object(settings);
    if errors.is_empty() { Ok(settings) } else { Err((settings, errors)) }
}

/// Rebases entered settings on a concurrent change: fields that this person did not edit get the new value. Credentials
/// are never rendered, so none is copied.
pub fn over(fields: &[Field], typed: &Value, was: &Value, now: &Value) -> Value {
    let mut settings = now.as_object().cloned().unwrap_or_default();
    let shown = |values: &Value, field: &Field| text_of(value_at(values, field));
    for field in fields.iter().filter(|field| !field.secret && shown(typed, field) != shown(was, field)) {
        let value = value_at(typed, field).clone();
        let empty = text_of(&value).is_empty();
        put(&mut settings, field, value, empty);
    }
    Value::Object(settings)
}

/// The value of a field; a field of a group is named `group.field`.
fn value_at<'a>(values: &'a Value, field: &Field) -> &'a Value {
    field.name.split('.').fold(values, |values, name| values.get(name).unwrap_or(&Value::Null))
}

fn put(settings: &mut Map<String, Value>, field: &Field, value: Value, empty: bool) {
    put_at(settings, field.name, value, empty);
}

/// Groups may be in groups; those that become empty are removed.
fn put_at(settings: &mut Map<String, Value>, name: &str, value: Value, empty: bool) {
    let (name, value, empty) = match name.split_once('.') {
        None => (name, value, empty),
        Some((group, rest)) => {
            let mut inner = settings.remove(group).and_then(|inner| inner.as_object().cloned()).unwrap_or_default();
            put_at(&mut inner, rest, value, empty);
            let gone = inner.is_empty();
            (group, Value::Object(inner), gone)
        }
    };
    if empty {
        settings.remove(name);
    } else {
        settings.insert(name.to_owned(), value);
    }
}

fn value_of(field: &Field, form: &Fields, name: &str) -> Value {
    let text = form.get(name);
    match field.input {
        Input::Text => filled(text.trim()),
        Input::Url => web_address::typed(text).map_or_else(|| filled(text.trim()), Value::from),
        Input::Hours => seconds_of(text.trim()).map_or_else(|| filled(text.trim()), Value::from),
        Input::Paragraph => filled(text.trim_end()),
        Input::Flag => Value::Bool(form.has(name)),
        Input::Lines => {
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
            Value::Array(lines.map(|line| Value::String(line.to_owned())).collect())
        }
        Input::Choice(choices) => {
            choices.iter().find(|(value, _)| *value == text).map_or(Value::Null, |(value, _)| filled(value))
        }
        Input::Choices(choices) => {
            let sent = form.all(name);
            let known = choices.iter().filter(|(value, _)| sent.contains(value));
            Value::Array(known.map(|(value, _)| Value::String((*value).to_owned())).collect())
        }
    }
}

fn filled(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { Value::String(text.to_owned()) }
}

/// What is wrong with a field, as a sentence with its label.
pub fn refused(words: Words, label: &str, detail: &LocalizedText) -> String {
    if detail.key() == "said-empty" {
        return words.text("form-empty").with("field", label).to_string();
    }
    let reason = detail.in_words(words, CRM);
    words.text("form-field-refused").with("field", label).with("reason", reason.trim_end_matches('.')).to_string()
}

/// The sentence of [`refused`] below the label of its field, which need not be repeated there.
fn without_label(words: Words, label: &str, text: &str) -> String {
    const REASON: char = '\u{1}';
    let whole = words.text("form-field-refused").with("field", label).with("reason", REASON.to_string()).to_string();
    let reason = whole.split_once(REASON).and_then(|(before, after)| text.strip_prefix(before)?.strip_suffix(after));
    reason.map_or_else(
        || text.to_owned(),
        |reason| LocalizedText::new("said-quoted").with("text", reason).sentence(words, CRM),
    )
}

/// A connector's errors as text, keyed by the form's names; errors that concern no field come last, with an empty name.
pub fn wrong(words: Words, fields: &[Field], settings: &Value, errors: &[FieldError]) -> Vec<(String, String)> {
    errors
        .iter()
        .map(|error| {
            let named = error.pointer.strip_prefix("/settings/").unwrap_or_default().replace('/', ".");
            let is_of = |field: &&Field| named == field.name || named.starts_with(&format!("{}.", field.name));
            let field = fields.iter().find(is_of);
            let Some(field) = field else {
                return (String::new(), error.detail.sentence(words, CRM));
            };
            let value = value_at(settings, field).as_str().unwrap_or_default();
            let text =
                match (field.input, url::Url::parse(value).ok().and_then(|url| url.host_str().map(str::to_owned))) {
                    (Input::Url, Some(_)) if value.starts_with("http:") => words.text("form-not-url").to_string(),
                    (Input::Url, Some(host)) => words.text("wizard-custom-url-private").with("host", host).to_string(),
                    (Input::Url, None) => words.text("form-not-url").to_string(),
                    _ => refused(words, &words.text(field.label).to_string(), &error.detail),
                };
            (name_of(field), text)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use base::i18n::Language;

    const FIELDS: &[Field] = &[
        Field::required("webhook_url", Input::Url, "wizard-custom-url"),
        Field::optional("sites", Input::Lines, "wizard-web-sites"),
        Field::optional(
            "ask",
            Input::Choices(&[("name", "wizard-web-ask-name"), ("phone", "wizard-web-ask-phone")]),
            "wizard-web-ask",
        ),
    ];

    fn form(pairs: &[(&str, &str)]) -> Fields {
        Fields(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn a_form_becomes_settings_and_keeps_what_it_does_not_ask() {
        let words = Words::new(Language::En);
        let sent = form(&[
            ("set.webhook_url", " a.example/x "),
            ("set.sites", "https://b.example\r\n\r\n"),
            ("set.ask", "phone"),
            ("set.ask", "evil"),
        ]);
        let read = read(words, FIELDS, &sent, &json!({"hours": 1, "sites": ["old"]}), false).unwrap();
        assert_eq!(
            read,
            json!({"hours": 1, "webhook_url": "https://a.example/x", "sites": ["https://b.example"], "ask": ["phone"]})
        );
        let drawn = draw(words, FIELDS, &read, None, &[]);
        assert_eq!(drawn[1].value, "https://b.example");
        assert!(drawn[2].choices[1].chosen && !drawn[2].choices[0].chosen);
    }

    #[test]
    fn a_group_of_settings_has_a_field_each() {
        const GROUP: &[Field] = &[
            Field::optional("working_hours.hours", Input::Lines, "hours-week"),
            Field::optional("working_hours.time_zone", Input::Text, "hours-zone"),
        ];
        let words = Words::new(Language::En);
        let sent = form(&[("set.working_hours.hours", "mon 09:00-18:00"), ("set.working_hours.time_zone", "UTC")]);
        let kept = read(words, GROUP, &sent, &json!({"working_hours": {"text": "Later"}}), false).unwrap();
        let hours = json!({"hours": ["mon 09:00-18:00"], "time_zone": "UTC", "text": "Later"});
        assert_eq!(kept, json!({"working_hours": hours}));
        assert_eq!(draw(words, GROUP, &kept, None, &[])[1].value, "UTC");
        assert_eq!(
            read(words, GROUP, &form(&[]), &json!({"working_hours": {"hours": ["x"]}}), false).unwrap(),
            json!({})
        );
        let error = FieldError::new("/settings/working_hours/hours/0", base::i18n::LocalizedText::new("said-hours"));
        assert_eq!(super::wrong(words, GROUP, &kept, &[error])[0].0, "set.working_hours.hours");
    }

    #[test]
    fn only_edited_fields_overwrite_the_change_of_another_person() {
        let was = json!({"webhook_url": "https://a.example", "sites": [], "hours": 1});
        let now = json!({"webhook_url": "https://b.example", "sites": [], "hours": 2});
        let typed = json!({"webhook_url": "https://a.example", "ask": ["name"], "hours": 1});
        assert_eq!(
            over(FIELDS, &typed, &was, &now),
            json!({"webhook_url": "https://b.example", "sites": [], "ask": ["name"], "hours": 2})
        );
        let emptied = json!({"sites": []});
        let before = json!({"sites": ["https://c.example"]});
        assert_eq!(over(FIELDS, &emptied, &before, &before)["sites"], Value::Null);
    }

    #[test]
    fn hours_are_entered_and_seconds_are_kept() {
        const WINDOW: &[Field] = &[Field::optional("window", Input::Hours, "wizard-custom-window")];
        let words = Words::new(Language::En);
        for (typed, kept, shown) in [("24", 86_400, "24"), ("0,5", 1_800, "0.5"), ("0.0167", 60, "0.0167")] {
            let read = read(words, WINDOW, &form(&[("set.window", typed)]), &json!({}), false).unwrap();
            assert_eq!(read, json!({ "window": kept }));
            assert_eq!(draw(words, WINDOW, &read, None, &[])[0].value, shown);
        }
        for seconds in [60_u64, 61, 3_599, 3_601, 86_399, 2_592_000] {
            assert_eq!(seconds_of(&hours_of(&json!(seconds))), Some(seconds));
        }
        for typed in ["a day", "-1", "1.", "1.23456", "99999999999999999999"] {
            let read = read(words, WINDOW, &form(&[("set.window", typed)]), &json!({}), false).unwrap();
            assert_eq!(
                (&read["window"], draw(words, WINDOW, &read, None, &[])[0].value.as_str()),
                (&json!(typed), typed)
            );
        }
    }

    #[test]
    fn an_error_is_a_sentence_with_the_label_of_its_field() {
        let words = Words::new(Language::En);
        let error = |pointer: &str| FieldError::new(pointer, LocalizedText::new("said-site"));
        let wrong = wrong(words, FIELDS, &json!({}), &[error("/settings/sites/0"), error("/name")]);
        let said = "nter an address with https, such as shop.example or shop.example:8443.";
        assert_eq!(wrong[0].1, format!("“Sites where the chat is shown”: e{said}"));
        assert_eq!(wrong[1].1, format!("E{said}"));
        let drawn = draw(words, FIELDS, &json!({}), None, &wrong);
        assert_eq!(drawn[1].error, format!("E{said}"), "the field has its label above it");
    }

    #[test]
    fn a_missing_or_invalid_address_is_reported_at_its_field() {
        let words = Words::new(Language::En);
        for (value, key) in [("", "Fill in"), ("javascript:alert(1)", "https://"), ("nonsense", "https://")] {
            let (_, errors) = read(words, FIELDS, &form(&[("set.webhook_url", value)]), &json!({}), false).unwrap_err();
            assert!(errors[0].0 == "set.webhook_url" && errors[0].1.contains(key), "{errors:?}");
        }
    }
}
