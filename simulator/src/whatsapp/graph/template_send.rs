//! A template message: checks the template's state, and whether the values fit.

use serde_json::{Value, json};

use super::{
    content::{self, Content, Place},
    error::{GraphError, ensure},
};
use crate::whatsapp::state::{State, Template, filled, variables};

/// Maximum characters of a body with its values.
const FILLED: usize = 1024;

fn mismatch(words: String) -> GraphError {
    GraphError::detailed(132_012, words)
}

/// The template, if it may be sent.
fn find<'a>(state: &'a State, place: &Place<'_>, body: &Value) -> Result<&'a Template, GraphError> {
    let name = body["name"].as_str().unwrap_or_default();
    ensure(!name.is_empty(), || GraphError::parameter("The parameter template['name'] is required."))?;
    let language = body["language"]["code"].as_str().unwrap_or_default();
    ensure(!language.is_empty(), || GraphError::parameter("The parameter template['language']['code'] is required."))?;
    let waba = state.phones.get(place.phone).map(|phone| phone.waba.as_str()).unwrap_or_default();
    let found = state.templates.values().find(|one| one.waba == waba && one.name == name && one.language == language);
    let unknown = || GraphError::detailed(132_001, format!("template name ({name}) does not exist in {language}"));
    let template = found.ok_or_else(unknown)?;
    match template.status.as_str() {
        "APPROVED" => Ok(template),
        "PAUSED" => Err(GraphError::known(132_015)),
        "DISABLED" => Err(GraphError::known(132_016)),
        _ => Err(unknown()),
    }
}

pub(super) fn read(state: &State, place: &Place<'_>, body: Value) -> Result<Content, GraphError> {
    let template = find(state, place, &body)?;
    ensure(template.category != "AUTHENTICATION" || place.is_phone, || GraphError {
        message: "Unsupported recipient for this message type".to_owned(),
        details: None,
        ..GraphError::known(131_062)
    })?;
    let given = body["components"].as_array().map(Vec::as_slice).unwrap_or_default();
    let part =
        |kind: &str| given.iter().find(|one| one["type"].as_str().is_some_and(|it| it.eq_ignore_ascii_case(kind)));
    let parameters = |kind: &str| part(kind).map_or(&Value::Null, |one| &one["parameters"]);
    let pattern = template.component("BODY").and_then(|one| one["text"].as_str()).unwrap_or_default();
    let is_code = template.category == "AUTHENTICATION" && pattern.is_empty();
    let pattern = if is_code { "{{1}} is your verification code." } else { pattern };
    let values = values(template, "body", pattern, parameters("body"))?;
    let text = filled(pattern, &values);
    ensure(text.chars().count() <= FILLED, || GraphError::known(132_005))?;
    let mut content = content::of_template(&template.id, &text);
    header(state, place, template, parameters("header"), &mut content)?;
    buttons(template, given)?;
    let named = template.component("HEADER").and_then(|one| one["text"].as_str());
    content.body = shown(template, body.clone(), named, &values);
    Ok(content)
}

/// The parts shown on the phone besides the text.
fn shown(template: &Template, mut body: Value, title: Option<&str>, values: &[(String, String)]) -> Value {
    body["shown"] = json!({
        "header": title.map(|title| filled(title, values)),
        "footer": template.component("FOOTER").map(|one| one["text"].clone()),
        "buttons": template.buttons(),
    });
    body
}

/// The values of a text's variables.
fn values(template: &Template, place: &str, pattern: &str, given: &Value) -> Result<Vec<(String, String)>, GraphError> {
    let names = variables(pattern);
    let given = given.as_array().map(Vec::as_slice).unwrap_or_default();
    ensure(given.len() == names.len(), || {
        GraphError::detailed(
            132_000,
            format!(
                "{place}: number of localizable_params ({}) does not match the expected number of params ({})",
                given.len(),
                names.len()
            ),
        )
    })?;
    let mut values = Vec::new();
    for (at, name) in names.iter().enumerate() {
        let is_named = template.parameter_format == "NAMED";
        let one = match is_named {
            true => given.iter().find(|one| one["parameter_name"] == **name),
            false => given.get(at),
        };
        let one = one.ok_or_else(|| mismatch(format!("{place}: parameter {name} is missing")))?;
        let text = match one["type"].as_str() {
            Some("text") => one["text"].as_str(),
            Some("currency") => one["currency"]["fallback_value"].as_str(),
            Some("date_time") => one["date_time"]["fallback_value"].as_str(),
            other => {
                let other = other.unwrap_or("UNKNOWN");
                return Err(mismatch(format!("{place}: Format mismatch, expected TEXT, received {other}")));
            }
        };
        let text = text.filter(|text| !text.is_empty());
        let text = text.ok_or_else(|| GraphError::missing(format!("{place}: parameter {name} has no text")))?;
        let is_plain = !text.contains(['\n', '\r', '\t']) && !text.contains("     ");
        ensure(is_plain, || {
            let words = "Param text cannot have new-line/tab characters or more than 4 consecutive spaces";
            GraphError::detailed(132_007, words)
        })?;
        values.push((name.clone(), text.to_owned()));
    }
    Ok(values)
}

fn header(
    state: &State,
    place: &Place<'_>,
    template: &Template,
    given: &Value,
    content: &mut Content,
) -> Result<(), GraphError> {
    let format = template.component("HEADER").and_then(|one| one["format"].as_str()).unwrap_or_default();
    let first = &given[0];
    match format {
        "" => ensure(given.as_array().is_none_or(Vec::is_empty), || {
            mismatch("header: the template has no header".to_owned())
        }),
        "TEXT" => {
            let pattern = template.component("HEADER").and_then(|one| one["text"].as_str()).unwrap_or_default();
            values(template, "header", pattern, given).map(drop)
        }
        _ => {
            let kind = format.to_ascii_lowercase();
            let received = first["type"].as_str().unwrap_or("UNKNOWN").to_ascii_uppercase();
            ensure(received == format, || {
                mismatch(format!("header: Format mismatch, expected {format}, received {received}"))
            })?;
            if kind == "location" {
                return Ok(());
            }
            content::attach(state, place, content, &kind, &first[kind.as_str()])
        }
    }
}

/// Buttons with variables get their values; payloads are only for quick replies.
fn buttons(template: &Template, given: &[Value]) -> Result<(), GraphError> {
    let number = |value: &Value| {
        value
            .as_str()
            .and_then(|text| text.parse::<usize>().ok())
            .or(value.as_u64().and_then(|one| usize::try_from(one).ok()))
    };
    let mine: Vec<&Value> =
        given.iter().filter(|one| one["type"].as_str().is_some_and(|it| it.eq_ignore_ascii_case("button"))).collect();
    for one in &mine {
        let button = number(&one["index"]).and_then(|at| template.buttons().get(at));
        let button = button.ok_or_else(|| mismatch("buttons: a button of this index does not exist".to_owned()))?;
        let kind = one["sub_type"].as_str().unwrap_or_default().to_ascii_uppercase();
        let is_same = button["type"] == *kind || (button["type"] == "OTP" && kind == "URL");
        ensure(is_same, || {
            mismatch(format!("buttons: Format mismatch, expected {}, received {kind}", button["type"]))
        })?;
    }
    for (at, button) in template.buttons().iter().enumerate() {
        let needs = button["url"].as_str().is_some_and(|url| !variables(url).is_empty());
        let value = mine.iter().find(|one| number(&one["index"]) == Some(at)).map(|one| &one["parameters"][0]["text"]);
        ensure(!needs || value.is_some_and(|text| text.as_str().is_some_and(|text| !text.is_empty())), || {
            GraphError::missing(format!("Button at index {at} of type Url requires a parameter"))
        })?;
    }
    Ok(())
}
