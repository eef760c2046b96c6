//! Validates a template as a whole.

use serde_json::Value;

use super::{
    error::{GraphError, ensure},
    template_parts as parts,
};
use crate::whatsapp::state::State;

/// Maximum characters of a name.
const NAME: usize = 512;

/// Name, language and category.
pub(super) fn head(name: &str, language: &str, category: &str) -> Result<(), GraphError> {
    let plain = name.chars().all(|one| matches!(one, 'a'..='z' | '0'..='9' | '_'));
    ensure(plain && !name.is_empty() && name.len() <= NAME, || {
        GraphError::parameter("Param name can only have lowercase letters, digits and underscores, at most 512.")
    })?;
    let parts: Vec<&str> = language.split('_').collect();
    let is_language = parts
        .first()
        .is_some_and(|one| (2..=3).contains(&one.len()) && one.chars().all(|one| one.is_ascii_lowercase()))
        && parts.len() <= 2
        && parts.get(1).is_none_or(|one| one.chars().all(|one| one.is_ascii_uppercase()));
    ensure(is_language, || GraphError::parameter("Param language is not a supported locale."))?;
    ensure(["MARKETING", "UTILITY", "AUTHENTICATION"].contains(&category), || {
        GraphError::parameter("Param category must be one of {UTILITY, MARKETING, AUTHENTICATION}")
    })
}

/// All components.
pub(super) fn components(state: &State, given: &Value, category: &str, format: &str) -> Result<(), GraphError> {
    ensure(["POSITIONAL", "NAMED"].contains(&format), || {
        GraphError::parameter("Param parameter_format must be one of {NAMED, POSITIONAL}")
    })?;
    let is_named = format == "NAMED";
    let is_code = category == "AUTHENTICATION";
    let all = given.as_array().map(Vec::as_slice).unwrap_or_default();
    let kind = |one: &Value| one["type"].as_str().unwrap_or_default().to_ascii_uppercase();
    let count = |wanted: &str| all.iter().filter(|one| kind(one) == wanted).count();
    ensure(count("BODY") == 1, || GraphError::parameter("Invalid parameter: a template has one BODY."))?;
    for part in ["HEADER", "FOOTER", "BUTTONS"] {
        ensure(count(part) <= 1, || GraphError::parameter(&format!("Invalid parameter: more than one {part}.")))?;
    }
    for one in all {
        match kind(one).as_str() {
            "HEADER" => parts::header(state, one, is_named)?,
            "BODY" => parts::body(one, is_named, is_code)?,
            "FOOTER" => parts::footer(one)?,
            "BUTTONS" => parts::buttons(one)?,
            "CAROUSEL" | "LIMITED_TIME_OFFER" | "CALL_PERMISSION_REQUEST" => {}
            other => {
                return Err(GraphError::parameter(&format!("Invalid parameter: the type {other} does not exist.")));
            }
        }
    }
    Ok(())
}
