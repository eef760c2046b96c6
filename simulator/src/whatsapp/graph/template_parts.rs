//! Validates the components of a template as Meta does.

use serde_json::Value;

use super::error::{GraphError, ensure};
use crate::whatsapp::state::{State, variables};

/// Maximum characters.
const BODY: usize = 1024;
const SHORT: usize = 60;
const BUTTON: usize = 25;
/// Maximum buttons in total, and of the kinds with lower limits.
const BUTTONS: usize = 10;
const SCARCE: [(&str, usize); 3] = [("URL", 2), ("PHONE_NUMBER", 1), ("COPY_CODE", 1)];

fn format_error(subcode: i64, words: impl AsRef<str>) -> GraphError {
    GraphError::template(subcode, "Message template format is incorrect", words.as_ref())
}

fn too_long(what: &str, most: usize) -> GraphError {
    GraphError::template(2_388_040, "Character limit exceeded", &format!("The {what} has more than {most} characters."))
}

fn no_example(what: &str) -> GraphError {
    GraphError::template(
        2_388_043,
        "Message template \"components\" param is missing expected field(s)",
        &format!("component of type {what} is missing expected field(s) (example)"),
    )
}

/// Whether a text's variables match the format: consecutive numbers, or names.
fn are_fine(names: &[String], is_named: bool) -> bool {
    let plain = |name: &str| !name.is_empty() && name.chars().all(|one| matches!(one, 'a'..='z' | '0'..='9' | '_'));
    match is_named {
        true => names.iter().all(|name| plain(name) && name.parse::<u32>().is_err()),
        false => names.iter().enumerate().all(|(at, name)| *name == (at + 1).to_string()),
    }
}

/// Whether every variable has an example.
fn has_examples(example: &Value, (plain, named): (&str, &str), names: &[String], is_named: bool) -> bool {
    if is_named {
        let given = example[named].as_array().map(Vec::as_slice).unwrap_or_default();
        let has = |name: &String| given.iter().any(|one| one["param_name"] == **name && one["example"].is_string());
        return names.iter().all(has);
    }
    let given = match plain {
        "body_text" => &example[plain][0],
        _ => &example[plain],
    };
    given.as_array().is_some_and(|all| all.len() == names.len() && all.iter().all(Value::is_string))
}

pub(super) fn header(state: &State, component: &Value, is_named: bool) -> Result<(), GraphError> {
    let example = &component["example"];
    match component["format"].as_str().unwrap_or_default() {
        "TEXT" => {
            let text = component["text"].as_str().unwrap_or_default();
            ensure(!text.is_empty(), || format_error(2_388_047, "The header has no text."))?;
            ensure(text.chars().count() <= SHORT, || too_long("header", SHORT))?;
            let names = variables(text);
            ensure(names.len() <= 1, || format_error(2_388_047, "The header can have one variable."))?;
            ensure(are_fine(&names, is_named), || format_error(2_388_047, "The header's variable is not valid."))?;
            let keys = ("header_text", "header_text_named_params");
            ensure(names.is_empty() || has_examples(example, keys, &names, is_named), || no_example("HEADER"))
        }
        "IMAGE" | "VIDEO" | "DOCUMENT" => {
            let handle = example["header_handle"][0].as_str().ok_or_else(|| no_example("HEADER"))?;
            let is_known = state.sessions.values().any(|session| session.handle.as_deref() == Some(handle));
            ensure(is_known, || format_error(2_388_047, "The example's handle is not valid."))
        }
        "LOCATION" => Ok(()),
        other => Err(format_error(2_388_047, format!("The header format {other} does not exist."))),
    }
}

pub(super) fn body(component: &Value, is_named: bool, is_code: bool) -> Result<(), GraphError> {
    let text = component["text"].as_str().unwrap_or_default();
    if is_code && text.is_empty() {
        return Ok(());
    }
    ensure(!text.trim().is_empty(), || format_error(2_388_072, "The body has no text."))?;
    ensure(text.chars().count() <= BODY, || too_long("body", BODY))?;
    let names = variables(text);
    ensure(are_fine(&names, is_named), || format_error(2_388_072, "The body's variables are not valid."))?;
    let edge = text.trim();
    ensure(!edge.starts_with("{{") && !edge.ends_with("}}"), || {
        GraphError::template(
            2_388_299,
            "Leading or trailing params",
            "Variables can't be at the start or end of the template.",
        )
    })?;
    let tight: String = text.split_whitespace().collect();
    ensure(!tight.contains("}}{{"), || format_error(2_388_072, "Variables stand side by side."))?;
    // The required number of words is not published; Meta's editor accepts one more than twice the number of variables.
    let words = text.split_whitespace().filter(|word| !word.contains("{{") && word.chars().any(char::is_alphanumeric));
    ensure(names.is_empty() || words.count() > names.len() * 2, || {
        GraphError::template(
            2_388_293,
            "Too many variables for the message length",
            "This template has too many variables for its length. Reduce the number of variables or increase the \
             message length.",
        )
    })?;
    let keys = ("body_text", "body_text_named_params");
    ensure(names.is_empty() || has_examples(&component["example"], keys, &names, is_named), || no_example("BODY"))
}

pub(super) fn footer(component: &Value) -> Result<(), GraphError> {
    let Some(text) = component["text"].as_str() else {
        // For authentication templates: `code_expiration_minutes`.
        return Ok(());
    };
    ensure(text.chars().count() <= SHORT, || too_long("footer", SHORT))?;
    ensure(variables(text).is_empty(), || format_error(2_388_073, "The footer can't have variables."))
}

pub(super) fn buttons(component: &Value) -> Result<(), GraphError> {
    let wrong = |words: &str| GraphError::parameter(&format!("Invalid parameter: {words}"));
    let all = component["buttons"].as_array().map(Vec::as_slice).unwrap_or_default();
    ensure((1..=BUTTONS).contains(&all.len()), || wrong("a template has 1 to 10 buttons"))?;
    let kinds: Vec<&str> = all.iter().map(|one| one["type"].as_str().unwrap_or_default()).collect();
    for (kind, most) in SCARCE {
        let count = kinds.iter().filter(|one| **one == kind).count();
        ensure(count <= most, || wrong(&format!("a template has at most {most} buttons of type {kind}")))?;
    }
    // Quick replies must be adjacent.
    let changes = kinds.windows(2).filter(|two| (two[0] == "QUICK_REPLY") != (two[1] == "QUICK_REPLY")).count();
    ensure(changes <= 1, || wrong("quick reply buttons must be grouped together"))?;
    for (button, kind) in all.iter().zip(&kinds) {
        let text = button["text"].as_str().unwrap_or_default();
        let needs_text = ["QUICK_REPLY", "URL", "PHONE_NUMBER"].contains(kind);
        ensure(!needs_text || !text.is_empty(), || wrong("a button has no text"))?;
        ensure(text.chars().count() <= BUTTON, || too_long("button", BUTTON))?;
        ensure(!needs_text || variables(text).is_empty(), || wrong("a button's text can't have variables"))?;
        match *kind {
            "URL" => address(button)?,
            "PHONE_NUMBER" => {
                ensure(button["phone_number"].is_string(), || wrong("a button has no phone_number"))?;
            }
            "QUICK_REPLY" | "COPY_CODE" | "OTP" | "FLOW" | "CATALOG" | "MPM" | "SPM" | "VOICE_CALL" => {}
            other => return Err(wrong(&format!("the button type {other} does not exist"))),
        }
    }
    Ok(())
}

fn address(button: &Value) -> Result<(), GraphError> {
    let url = button["url"].as_str().unwrap_or_default();
    let wrong = |words: &str| GraphError::parameter(&format!("Invalid parameter: {words}"));
    ensure(url.starts_with("https://") || url.starts_with("http://"), || wrong("a button's url is not valid"))?;
    let names = variables(url);
    ensure(names.len() <= 1 && (names.is_empty() || url.ends_with("}}")), || {
        wrong("a button's url can have one variable, at its end")
    })?;
    ensure(names.is_empty() || button["example"][0].is_string(), || no_example("BUTTONS"))
}
