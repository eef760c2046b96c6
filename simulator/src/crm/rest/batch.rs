//! Request bodies: one object, or a batch that is accepted or refused as a whole.

use serde_json::Value;

use super::{Call, FieldError, invalid, problem};
use crate::crm::exchange::Answer;

/// The default limit of a batch.
pub(super) const BATCH: usize = 250;

/// What is wrong with an item: code, path and text.
pub(super) type Wrong = (&'static str, &'static str, String);

/// amoCRM's error for a value outside a list.
pub(super) fn no_choice(path: &'static str) -> Wrong {
    ("NotSupportedChoice", path, "The value you selected is not a valid choice.".to_owned())
}

/// A missing required value.
pub(super) fn blank(path: &'static str) -> Wrong {
    ("NotBlank", path, "This value should not be blank.".to_owned())
}

/// Turns an error of [`crate::crm::strict::Object`] into an error of that field.
pub(super) fn typed(path: &'static str) -> impl Fn(String) -> Wrong {
    move |detail| ("InvalidType", path, detail)
}

/// The body as JSON.
pub(super) fn parsed(call: &Call<'_>) -> Result<Value, Answer> {
    serde_json::from_slice(&call.request.body).map_err(|_| problem(400, "Bad Request", "the body is not JSON"))
}

/// The body as one object.
pub(super) fn object(call: &Call<'_>) -> Result<Value, Answer> {
    match parsed(call)? {
        body @ Value::Object(_) => Ok(body),
        _ => Err(problem(400, "Bad Request", "the body must be an object")),
    }
}

/// The body as one object, or nothing. PHP, and so amoCRM's own SDK, encodes an empty object as `[]`.
pub(super) fn object_or_nothing(call: &Call<'_>) -> Result<Value, Answer> {
    if matches!(call.request.body.trim_ascii(), b"" | b"[]") {
        return Ok(Value::Object(serde_json::Map::new()));
    }
    object(call)
}

/// The body as a list of 1 to `limit` items; more are answered with `status`.
pub(super) fn list(call: &Call<'_>, limit: usize, status: u16) -> Result<Vec<Value>, Answer> {
    match parsed(call)? {
        Value::Array(items) if items.is_empty() => Err(problem(400, "Bad Request", "the batch is empty")),
        Value::Array(items) if items.len() > limit => {
            let title = if status == 422 { "Unprocessable Entity" } else { "Bad Request" };
            Err(problem(status, title, &format!("at most {limit} items in one call")))
        }
        Value::Array(items) => Ok(items),
        _ => Err(problem(400, "Bad Request", "the body must be an array")),
    }
}

/// The id of an item in the answer: its `request_id`, or its index.
pub(super) fn request_id(item: &Value, at: usize) -> String {
    match item.get("request_id") {
        Some(Value::String(text)) => text.clone(),
        Some(other) if !other.is_null() => other.to_string(),
        _ => at.to_string(),
    }
}

/// Checks every item; the 400 lists the errors of each.
pub(super) fn all<T>(items: &[Value], check: impl Fn(&Value) -> Result<T, Wrong>) -> Result<Vec<T>, Answer> {
    let mut right = Vec::new();
    let mut errors = Vec::new();
    for (at, item) in items.iter().enumerate() {
        match check(item) {
            Ok(one) => right.push(one),
            Err(wrong) => errors.push(error(item, at, wrong)),
        }
    }
    if errors.is_empty() { Ok(right) } else { Err(invalid(&errors)) }
}

/// The error of one item of a batch.
pub(super) fn error(item: &Value, at: usize, (code, path, detail): Wrong) -> FieldError {
    FieldError { item: at, request_id: request_id(item, at), code, path: path.to_owned(), detail }
}
