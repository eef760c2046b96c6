//! Example values: those in the document, otherwise the simplest value of the type.

use serde_json::{Map, Value, json};

use super::schema::name_of;

/// Maximum depth of an example; deeper values are omitted.
const DEPTH: usize = 6;
/// Placeholder for any of our ids.
const ID: &str = "01930b5e-7c1a-7e1f-9a53-2f6d0c4b8e11";

/// An example of a schema: its required fields or, if it has none, the fields with an example.
pub(super) fn of(document: &Value, schema: &Value) -> Value {
    example(document, schema, DEPTH)
}

fn example(document: &Value, schema: &Value, depth: usize) -> Value {
    if let Some(given) = schema.get("example").or_else(|| schema.get("examples")?.get(0)) {
        return given.clone();
    }
    if let Some(name) = name_of(schema) {
        let component = document.pointer(&format!("/components/schemas/{name}"));
        return component.filter(|_| depth > 0).map_or(Value::Null, |found| example(document, found, depth - 1));
    }
    for key in ["oneOf", "anyOf", "allOf"] {
        if let Some(first) = schema.get(key).and_then(|all| all.as_array()?.iter().find(|one| !is_null(one))) {
            return example(document, first, depth);
        }
    }
    if let Some(first) = schema.get("enum").and_then(|values| values.get(0)) {
        return first.clone();
    }
    match kind(schema) {
        "object" => object(document, schema, depth),
        "array" => schema.get("items").map_or_else(|| json!([]), |items| json!([example(document, items, depth)])),
        "integer" => schema.get("minimum").cloned().filter(|least| *least != json!(0)).unwrap_or(json!(1)),
        "number" => json!(1.5),
        "boolean" => json!(true),
        "null" => Value::Null,
        _ => string(schema),
    }
}

fn is_null(schema: &Value) -> bool {
    schema.get("type").and_then(Value::as_str) == Some("null")
}

fn kind(schema: &Value) -> &str {
    match schema.get("type") {
        Some(Value::String(name)) => name,
        Some(Value::Array(names)) => {
            names.iter().filter_map(Value::as_str).find(|name| *name != "null").unwrap_or("null")
        }
        _ if schema.get("properties").is_some() => "object",
        _ => "string",
    }
}

fn object(document: &Value, schema: &Value, depth: usize) -> Value {
    let required: Vec<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let mut made = Map::new();
    for (name, field) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        // Fields that are valid only in combination, such as `user_id` with a manager, would make the example invalid.
        if required.contains(&name.as_str()) || required.is_empty() && field.get("example").is_some() {
            made.insert(name.clone(), example(document, field, depth));
        }
    }
    Value::Object(made)
}

fn string(schema: &Value) -> Value {
    json!(match schema.get("format").and_then(Value::as_str) {
        Some("uuid") => ID,
        Some("date-time") => "2026-11-20T09:30:00.123Z",
        Some("date") => "2026-11-20",
        Some("uri") => "https://files.example/offer.pdf",
        Some("email") => "anna@example.com",
        _ => "text",
    })
}

/// The placeholder of a parameter in a path.
pub(super) fn word(schema: &Value) -> String {
    match example(&Value::Null, schema, 0) {
        Value::String(text) if text == "text" => "…".to_owned(),
        Value::String(text) => text,
        other => other.to_string(),
    }
}
