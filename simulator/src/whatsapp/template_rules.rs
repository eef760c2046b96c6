//! What Meta accepts as a template.

use serde_json::Value;

use super::codes::template;
use super::options::WhatsApp;
use crate::graph::{Refusal, bad, ensure};
use crate::kit::list;

/// Maximum characters of a name, of a body, of a header or footer, of a button.
const NAME: usize = 512;
const BODY: usize = 1024;
const SHORT: usize = 60;
const BUTTON: usize = 25;
/// Maximum buttons in total, and of the kinds with lower limits.
const BUTTONS: usize = 10;
const SCARCE: [(&str, usize); 3] = [("URL", 2), ("PHONE_NUMBER", 1), ("COPY_CODE", 1)];

/// The variables of a text, `{{1}}`, in order and without repetition.
pub(super) fn variables(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (name, _) in text.split("{{").skip(1).filter_map(|piece| piece.split_once("}}")) {
        if !found.iter().any(|one| one == name.trim()) {
            found.push(name.trim().to_owned());
        }
    }
    found
}

fn plain(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|one| matches!(one, 'a'..='z' | '0'..='9' | '_'))
}

pub(super) fn head(name: &str, language: &str, category: &str) -> Result<(), Refusal> {
    ensure(plain(name) && name.len() <= NAME, || {
        bad("Param name can only have lowercase letters, digits and underscores, at most 512.")
    })?;
    let (first, region) = language.split_once('_').unwrap_or((language, ""));
    let is_language = (2..=3).contains(&first.len()) && first.chars().all(|one| one.is_ascii_lowercase());
    ensure(is_language && region.chars().all(|one| one.is_ascii_uppercase()), || {
        bad("Param language is not a supported locale.")
    })?;
    ensure(["MARKETING", "UTILITY", "AUTHENTICATION"].contains(&category), || {
        bad("Param category must be one of {UTILITY, MARKETING, AUTHENTICATION}")
    })
}

pub(super) fn components(state: &WhatsApp, given: &Value, category: &str) -> Result<(), Refusal> {
    let kind = |one: &Value| one["type"].as_str().unwrap_or_default().to_ascii_uppercase();
    let count = |wanted: &str| list(given).iter().filter(|one| kind(one) == wanted).count();
    ensure(count("BODY") == 1, || bad("Invalid parameter: a template has one BODY."))?;
    for part in ["HEADER", "FOOTER", "BUTTONS"] {
        ensure(count(part) <= 1, || bad(&format!("Invalid parameter: more than one {part}.")))?;
    }
    for one in list(given) {
        match kind(one).as_str() {
            "HEADER" => header(state, one)?,
            "BODY" => body(one, category == "AUTHENTICATION")?,
            "FOOTER" => footer(one)?,
            "BUTTONS" => buttons(one)?,
            other => return Err(bad(&format!("Invalid parameter: the type {other} does not exist."))),
        }
    }
    Ok(())
}

fn format_error(subcode: i64, words: &str) -> Refusal {
    template(subcode, "Message template format is incorrect", words)
}

fn short(text: &str, what: &str, most: usize) -> Result<(), Refusal> {
    ensure(text.chars().count() <= most, || {
        template(2_388_040, "Character limit exceeded", &format!("The {what} has more than {most} characters."))
    })
}

fn no_example(what: &str) -> Refusal {
    let title = "Message template \"components\" param is missing expected field(s)";
    template(2_388_043, title, &format!("component of type {what} is missing expected field(s) (example)"))
}

/// Whether a text's variables are consecutive numbers.
fn are_fine(names: &[String]) -> bool {
    names.iter().enumerate().all(|(at, name)| *name == (at + 1).to_string())
}

/// Every variable of a `HEADER` or `BODY` needs an example.
fn has_examples(component: &Value, what: &str, names: &[String]) -> Result<(), Refusal> {
    let given = &component["example"][format!("{}_text", what.to_ascii_lowercase())];
    let given = list(if what == "BODY" { &given[0] } else { given });
    let is_fine = given.len() == names.len() && given.iter().all(Value::is_string);
    ensure(names.is_empty() || is_fine, || no_example(what))
}

fn header(state: &WhatsApp, component: &Value) -> Result<(), Refusal> {
    let wrong = |words: &str| format_error(2_388_047, words);
    match component["format"].as_str().unwrap_or_default() {
        "TEXT" => {
            let text = component["text"].as_str().unwrap_or_default();
            ensure(!text.is_empty(), || wrong("The header has no text."))?;
            short(text, "header", SHORT)?;
            let names = variables(text);
            ensure(names.len() <= 1, || wrong("The header can have one variable."))?;
            ensure(are_fine(&names), || wrong("The header's variable is not valid."))?;
            has_examples(component, "HEADER", &names)
        }
        "IMAGE" | "VIDEO" | "DOCUMENT" => {
            let handle = component["example"]["header_handle"][0].as_str().ok_or_else(|| no_example("HEADER"))?;
            let is_known = state.own.sessions.values().any(|session| session.handle.as_deref() == Some(handle));
            ensure(is_known, || wrong("The example's handle is not valid."))
        }
        "LOCATION" => Ok(()),
        other => Err(wrong(&format!("The header format {other} does not exist."))),
    }
}

fn body(component: &Value, is_code: bool) -> Result<(), Refusal> {
    let wrong = |words: &str| format_error(2_388_072, words);
    let text = component["text"].as_str().unwrap_or_default().trim();
    if is_code && text.is_empty() {
        return Ok(());
    }
    ensure(!text.is_empty(), || wrong("The body has no text."))?;
    short(text, "body", BODY)?;
    let names = variables(text);
    ensure(are_fine(&names), || wrong("The body's variables are not valid."))?;
    ensure(!text.starts_with("{{") && !text.ends_with("}}"), || {
        let words = "Variables can't be at the start or end of the template.";
        template(2_388_299, "Leading or trailing params", words)
    })?;
    let tight: String = text.split_whitespace().collect();
    ensure(!tight.contains("}}{{"), || wrong("Variables stand side by side."))?;
    // The required number of words is not published; Meta's editor accepts one more than twice the number of variables.
    let words = text.split_whitespace().filter(|word| !word.contains("{{") && word.chars().any(char::is_alphanumeric));
    ensure(names.is_empty() || words.count() > names.len() * 2, || {
        let words = "This template has too many variables for its length. Reduce the number of variables or increase \
                     the message length.";
        template(2_388_293, "Too many variables for the message length", words)
    })?;
    has_examples(component, "BODY", &names)
}

fn footer(component: &Value) -> Result<(), Refusal> {
    // Authentication templates have `code_expiration_minutes` instead.
    let Some(text) = component["text"].as_str() else { return Ok(()) };
    short(text, "footer", SHORT)?;
    ensure(variables(text).is_empty(), || format_error(2_388_073, "The footer can't have variables."))
}

fn buttons(component: &Value) -> Result<(), Refusal> {
    let wrong = |words: &str| bad(&format!("Invalid parameter: {words}"));
    let all = list(&component["buttons"]);
    ensure((1..=BUTTONS).contains(&all.len()), || wrong("a template has 1 to 10 buttons"))?;
    let kinds: Vec<&str> = all.iter().map(|one| one["type"].as_str().unwrap_or_default()).collect();
    for (kind, most) in SCARCE {
        let count = kinds.iter().filter(|one| **one == kind).count();
        ensure(count <= most, || wrong(&format!("a template has at most {most} buttons of type {kind}")))?;
    }
    let replies: Vec<bool> = kinds.iter().map(|kind| *kind == "QUICK_REPLY").collect();
    let changes = replies.iter().zip(replies.iter().skip(1)).filter(|(one, next)| one != next).count();
    ensure(changes <= 1, || wrong("quick reply buttons must be grouped together"))?;
    for (button, kind) in all.iter().zip(&kinds) {
        let text = button["text"].as_str().unwrap_or_default();
        let needs_text = ["QUICK_REPLY", "URL", "PHONE_NUMBER"].contains(kind);
        ensure(!needs_text || !text.is_empty(), || wrong("a button has no text"))?;
        short(text, "button", BUTTON)?;
        ensure(!needs_text || variables(text).is_empty(), || wrong("a button's text can't have variables"))?;
        match *kind {
            "URL" => address(button)?,
            "PHONE_NUMBER" => {
                ensure(button["phone_number"].is_string(), || wrong("a button has no phone_number"))?;
            }
            "QUICK_REPLY" | "COPY_CODE" | "OTP" => {}
            other => return Err(wrong(&format!("the button type {other} does not exist"))),
        }
    }
    Ok(())
}

fn address(button: &Value) -> Result<(), Refusal> {
    let wrong = |words: &str| bad(&format!("Invalid parameter: {words}"));
    let url = button["url"].as_str().unwrap_or_default();
    ensure(url.starts_with("https://") || url.starts_with("http://"), || wrong("a button's url is not valid"))?;
    let names = variables(url);
    let is_at_end = names.len() == 1 && url.ends_with("}}");
    ensure(names.is_empty() || is_at_end, || wrong("a button's url can have one variable, at its end"))?;
    ensure(names.is_empty() || button["example"][0].is_string(), || no_example("BUTTONS"))
}
