//! A template message: whether the template may be sent, and whether the values fit.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::codes::{detailed, known, missing};
use super::content::{Draft, Recipient};
use super::options::{Template, WhatsApp};
use super::template_rules::variables;
use crate::graph::{Refusal, bad, ensure};
use crate::kit::{Button, list};

/// Maximum characters of a body with its values.
const FILLED: usize = 1024;

fn mismatch(words: String) -> Refusal {
    detailed(132_012, words)
}

/// The template, if it may be sent.
fn find<'a>(state: &'a WhatsApp, to: &Recipient, body: &Value) -> Result<&'a Template, Refusal> {
    let name = body["name"].as_str().unwrap_or_default();
    ensure(!name.is_empty(), || bad("The parameter template['name'] is required."))?;
    let language = body["language"]["code"].as_str().unwrap_or_default();
    ensure(!language.is_empty(), || bad("The parameter template['language']['code'] is required."))?;
    let waba = state.own.phones.get(&to.phone).map(|phone| phone.waba.as_str()).unwrap_or_default();
    let is_meant = |one: &&Template| one.waba == waba && one.text("name") == name && one.text("language") == language;
    let unknown = || detailed(132_001, format!("template name ({name}) does not exist in {language}"));
    let template = state.own.templates.values().find(is_meant).ok_or_else(unknown)?;
    match template.text("status") {
        "APPROVED" => Ok(template),
        "PAUSED" => Err(known(132_015)),
        "DISABLED" => Err(known(132_016)),
        _ => Err(unknown()),
    }
}

pub(super) fn read(state: &WhatsApp, to: &Recipient, body: Value) -> Result<Draft, Refusal> {
    let template = find(state, to, &body)?;
    let is_code = template.text("category") == "AUTHENTICATION";
    let message = "Unsupported recipient for this message type".to_owned();
    ensure(!is_code || to.is_phone, || Refusal { message, details: None, ..known(131_062) })?;
    let given = list(&body["components"]);
    let part = |kind: &str| {
        let is_meant = |one: &&Value| one["type"].as_str().is_some_and(|it| it.eq_ignore_ascii_case(kind));
        given.iter().find(is_meant).map_or(&Value::Null, |one| &one["parameters"])
    };
    let pattern = template.component("BODY")["text"].as_str().unwrap_or_default();
    let pattern = if is_code && pattern.is_empty() { "{{1}} is your verification code." } else { pattern };
    let values = values("body", pattern, part("body"))?;
    let text = filled(pattern, &values);
    ensure(text.chars().count() <= FILLED, || known(132_005))?;
    let mut draft = Draft::new("template", body.clone(), &text);
    draft.template = Some(template.text("id").to_owned());
    let title = header(state, to, template, part("header"), &mut draft)?;
    draft.message.buttons = buttons(template, given)?;
    // The parts that the phone shows besides.
    let shown = json!({"header": title, "footer": template.component("FOOTER")["text"]});
    draft.message.more.insert("shown".to_owned(), shown);
    Ok(draft)
}

fn filled(text: &str, values: &BTreeMap<String, String>) -> String {
    let fill = |text: String, (name, value): (&String, &String)| text.replace(&format!("{{{{{name}}}}}"), value);
    values.iter().fold(text.to_owned(), fill)
}

/// The values of a text's variables.
fn values(place: &str, pattern: &str, given: &Value) -> Result<BTreeMap<String, String>, Refusal> {
    let (names, given) = (variables(pattern), list(given));
    ensure(given.len() == names.len(), || {
        let (given, names) = (given.len(), names.len());
        let words = format!("number of localizable_params ({given}) does not match the expected number of params");
        detailed(132_000, format!("{place}: {words} ({names})"))
    })?;
    let mut values = BTreeMap::new();
    for (name, one) in names.into_iter().zip(given) {
        let kind = one["type"].as_str().unwrap_or("UNKNOWN");
        ensure(kind == "text", || mismatch(format!("{place}: Format mismatch, expected TEXT, received {kind}")))?;
        let text = one["text"].as_str().filter(|text| !text.is_empty());
        let text = text.ok_or_else(|| missing(format!("{place}: parameter {name} has no text")))?;
        ensure(!text.contains(['\n', '\r', '\t']) && !text.contains("     "), || {
            detailed(132_007, "Param text cannot have new-line/tab characters or more than 4 consecutive spaces")
        })?;
        values.insert(name, text.to_owned());
    }
    Ok(values)
}

/// Checks the header, and attaches its file; its text with the value.
fn header(
    state: &WhatsApp,
    to: &Recipient,
    template: &Template,
    given: &Value,
    draft: &mut Draft,
) -> Result<Option<String>, Refusal> {
    let known = template.component("HEADER");
    match known["format"].as_str().unwrap_or_default() {
        "" => {
            let is_empty = list(given).is_empty();
            ensure(is_empty, || mismatch("header: the template has no header".to_owned()))?;
        }
        "TEXT" => {
            let pattern = known["text"].as_str().unwrap_or_default();
            return Ok(Some(filled(pattern, &values("header", pattern, given)?)));
        }
        format => {
            let kind = format.to_ascii_lowercase();
            let received = given[0]["type"].as_str().unwrap_or("UNKNOWN").to_ascii_uppercase();
            let words = format!("header: Format mismatch, expected {format}, received {received}");
            ensure(received == format, || mismatch(words))?;
            if kind != "location" {
                draft.attach(state, &to.phone, &kind, &given[0][kind.as_str()])?;
            }
        }
    }
    Ok(None)
}

/// The buttons as the phone shows them. Those with variables get their values; payloads are only for quick replies.
fn buttons(template: &Template, given: &[Value]) -> Result<Vec<Vec<Button>>, Refusal> {
    let index = |one: &Value| one["index"].as_str().map_or_else(|| one["index"].to_string(), str::to_owned);
    let is_button = |one: &&Value| one["type"].as_str().is_some_and(|it| it.eq_ignore_ascii_case("button"));
    let mine = || given.iter().filter(is_button);
    for one in mine() {
        let button = index(one).parse::<usize>().ok().and_then(|at| template.buttons().get(at));
        let button = button.ok_or_else(|| mismatch("buttons: a button of this index does not exist".to_owned()))?;
        let kind = one["sub_type"].as_str().unwrap_or_default().to_ascii_uppercase();
        let is_same = button["type"] == *kind || (button["type"] == "OTP" && kind == "URL");
        let words = format!("buttons: Format mismatch, expected {}, received {kind}", button["type"]);
        ensure(is_same, || mismatch(words))?;
    }
    let mut shown = Vec::new();
    for (at, button) in template.buttons().iter().enumerate() {
        let own = mine().find(|one| index(one) == at.to_string());
        let first = own.map_or(&Value::Null, |one| &one["parameters"][0]);
        let (value, text) = (first["text"].as_str().unwrap_or_default(), button["text"].as_str().unwrap_or_default());
        let kind = button["type"].as_str().unwrap_or_default();
        let url = match button["url"].as_str().map(|url| url.split_once("{{").unwrap_or((url, ""))) {
            Some((stem, variable)) => {
                let words = format!("Button at index {at} of type Url requires a parameter");
                ensure(variable.is_empty() || !value.is_empty(), || missing(words))?;
                Some(format!("{stem}{}", if variable.is_empty() { "" } else { value }))
            }
            // Only quick replies can be pressed.
            None => (kind != "QUICK_REPLY").then(|| "#".to_owned()),
        };
        let payload = Some(first["payload"].as_str().unwrap_or(text).to_owned());
        shown.push(vec![Button { kind: kind.to_owned(), text: text.to_owned(), payload, url }]);
    }
    Ok(shown)
}
