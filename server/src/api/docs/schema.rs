//! Short descriptions of types, and the fields of objects.

use serde_json::Value;

use super::text;

/// One field of an object, or one parameter.
pub(super) struct FieldRow {
    pub name: String,
    /// HTML: the type, with a link if it has a name, and its constraints.
    pub kind: String,
    pub required: bool,
    /// HTML.
    pub about: String,
}

/// The name of the component that a schema refers to.
pub(super) fn name_of(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix("#/components/schemas/")
}

/// A link to a component.
pub(super) fn link(name: &str) -> String {
    format!("<a href=\"#schema-{name}\">{name}</a>")
}

/// A type in a few words, as HTML.
pub(super) fn kind(schema: &Value) -> String {
    if let Some(name) = name_of(schema) {
        return link(name);
    }
    for key in ["oneOf", "anyOf", "allOf"] {
        if let Some(all) = schema.get(key).and_then(Value::as_array) {
            return all.iter().map(kind).collect::<Vec<_>>().join(" or ");
        }
    }
    let mut description = match schema.get("type") {
        Some(Value::String(name)) => one(name, schema),
        Some(Value::Array(names)) => {
            let names = names.iter().filter_map(Value::as_str);
            names.map(|name| one(name, schema)).collect::<Vec<_>>().join(" or ")
        }
        _ => "anything".to_owned(),
    };
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        let values = values.iter().map(|value| format!("<code>{}</code>", text::escaped(&plain(value))));
        description = values.collect::<Vec<_>>().join(" ");
    }
    let limits = limits(schema);
    if !limits.is_empty() {
        description.push_str(", ");
        description.push_str(&limits);
    }
    description
}

fn one(name: &str, schema: &Value) -> String {
    match name {
        "array" => format!("list of {}", schema.get("items").map_or_else(|| "anything".to_owned(), kind)),
        "object" => "object".to_owned(),
        "string" => match schema.get("format").and_then(Value::as_str) {
            Some("date-time") => "time".to_owned(),
            Some("uuid") => "UUID".to_owned(),
            Some("uri") => "URL".to_owned(),
            Some("binary") => "bytes".to_owned(),
            Some(format) => format!("string ({})", text::escaped(format)),
            None => "string".to_owned(),
        },
        other => text::escaped(other),
    }
}

/// A value as JSON.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn limits(schema: &Value) -> String {
    let words = [
        ("minimum", "at least"),
        ("maximum", "at most"),
        ("minLength", "characters: at least"),
        ("maxLength", "characters: at most"),
        ("default", "default"),
    ];
    let description = words.iter().filter_map(|(key, words)| Some(format!("{words} {}", plain(schema.get(*key)?))));
    let pattern = schema.get("pattern").map(|pattern| format!("like {}", plain(pattern)));
    description.chain(pattern).map(|limit| text::escaped(&limit)).collect::<Vec<_>>().join(", ")
}

/// The fields of an object, in the order of the document.
pub(super) fn rows(schema: &Value) -> Vec<FieldRow> {
    let required: Vec<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    let row = |(name, field): (&String, &Value)| FieldRow {
        name: name.clone(),
        kind: kind(field),
        required: required.contains(&name.as_str()),
        about: text::line(field.get("description").and_then(Value::as_str).unwrap_or_default()),
    };
    properties.map(row).collect()
}
