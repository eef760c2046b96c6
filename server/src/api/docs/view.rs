//! The content of the page, built from the document.

use askama::filters::{Html, escape};
use serde_json::{Map, Value, json};

/// Operations of one tag.
pub(super) struct OperationGroup {
    pub id: String,
    pub name: String,
    /// HTML.
    pub about: String,
    pub operations: Vec<Operation>,
}

/// One method of one path.
pub(super) struct Operation {
    pub id: String,
    pub method: String,
    pub path: String,
    /// HTML, like the next field.
    pub summary: String,
    pub about: String,
    pub parameters: Vec<FieldRow>,
    pub bodies: Vec<BodyView>,
    pub answers: Vec<StatusView>,
    /// A request to paste into a shell.
    pub curl: String,
    /// The body of the first response that has one, otherwise empty.
    pub answer: String,
}

impl Operation {
    /// The example of its JSON body; empty if it has none.
    pub(super) fn body(&self) -> &str {
        self.bodies.iter().map(|body| body.example.as_str()).find(|example| !example.is_empty()).unwrap_or_default()
    }
}

/// One media type of a request's body.
pub(super) struct BodyView {
    pub media: String,
    /// HTML.
    pub kind: String,
    pub example: String,
}

/// One response status.
pub(super) struct StatusView {
    pub status: String,
    /// HTML, as the next one.
    pub about: String,
    pub kind: String,
}

/// One named schema.
pub(super) struct SchemaView {
    pub name: String,
    /// HTML, as the next one.
    pub about: String,
    pub kind: String,
    pub rows: Vec<FieldRow>,
}

fn words<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// All operations by their tags, in the order of the tags.
pub(super) fn groups(document: &Value) -> Vec<OperationGroup> {
    let tags = document.get("tags").and_then(Value::as_array).into_iter().flatten();
    let group = |tag: &Value| {
        let name = words(tag, "name");
        OperationGroup {
            id: format!("tag-{}", name.replace(' ', "-")),
            name: name.to_owned(),
            about: line(words(tag, "description")),
            operations: operations(document, name),
        }
    };
    tags.map(group).filter(|group| !group.operations.is_empty()).collect()
}

fn operations(document: &Value, tag: &str) -> Vec<Operation> {
    let mut list = Vec::new();
    for (path, item) in document.get("paths").and_then(Value::as_object).into_iter().flatten() {
        for method in ["get", "post", "put", "patch", "delete"] {
            let Some(operation) = item.get(method) else { continue };
            if operation.pointer("/tags/0").and_then(Value::as_str) == Some(tag) {
                list.push(operation_of(document, path, method, operation));
            }
        }
    }
    list
}

fn operation_of(document: &Value, path: &str, method: &str, operation: &Value) -> Operation {
    let bodies = bodies(document, operation);
    let answers = operation.get("responses").and_then(Value::as_object).into_iter().flatten();
    let answer = answers.clone().filter(|(status, _)| status.starts_with('2')).find_map(|(_, answer)| {
        let schema = schema_of(answer).filter(|(media, _)| media.contains("json"))?.1;
        Some(pretty(&of(document, schema)))
    });
    Operation {
        id: words(operation, "operationId").to_owned(),
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: line(words(operation, "summary")),
        about: prose(words(operation, "description")),
        parameters: parameters(operation),
        curl: curl(path, method, operation, bodies.first()),
        bodies,
        answers: answers.map(|(status, answer)| answer_of(status, answer)).collect(),
        answer: answer.unwrap_or_default(),
    }
}

fn parameters(operation: &Value) -> Vec<FieldRow> {
    let all = operation.get("parameters").and_then(Value::as_array).into_iter().flatten();
    let row = |one: &Value| FieldRow {
        name: words(one, "name").to_owned(),
        kind: format!("{}: {}", words(one, "in"), one.get("schema").map_or_else(String::new, kind)),
        required: one.get("required").and_then(Value::as_bool) == Some(true),
        about: line(words(one, "description")),
    };
    all.map(row).collect()
}

fn schema_of(holder: &Value) -> Option<(&String, &Value)> {
    let (media, content) = holder.get("content")?.as_object()?.iter().next()?;
    Some((media, content.get("schema")?))
}

fn bodies(document: &Value, operation: &Value) -> Vec<BodyView> {
    let all = operation.pointer("/requestBody/content").and_then(Value::as_object).into_iter().flatten();
    let body = |(media, content): (&String, &Value)| {
        let schema = content.get("schema").unwrap_or(&Value::Null);
        BodyView {
            media: media.clone(),
            kind: kind(schema),
            example: if media == "application/json" { pretty(&of(document, schema)) } else { String::new() },
        }
    };
    all.map(body).collect()
}

fn answer_of(status: &str, answer: &Value) -> StatusView {
    let kind = schema_of(answer).map_or_else(String::new, |(_, schema)| match name_of(schema) {
        Some(name) => link(name),
        None => kind(schema),
    });
    StatusView { status: status.to_owned(), about: line(words(answer, "description")), kind }
}

/// A shell command in which `PAROM` is the server's address and `KEY` a key.
fn curl(path: &str, method: &str, operation: &Value, body: Option<&BodyView>) -> String {
    let mut address = path.to_owned();
    for parameter in operation.get("parameters").and_then(Value::as_array).into_iter().flatten() {
        let name = words(parameter, "name");
        let place = format!("{{{name}}}");
        if address.contains(&place) {
            let word = parameter.get("schema").map_or_else(String::new, word);
            address = address.replace(&place, if word == "…" { "ext-1001" } else { &word });
        }
    }
    let mut line = match method {
        "get" => "curl".to_owned(),
        other => format!("curl -X {}", other.to_uppercase()),
    };
    line.push_str(&format!(" \"$PAROM{address}\" \\\n  -H \"Authorization: Bearer $KEY\""));
    match body.map(|body| (body.media.as_str(), body.example.as_str())) {
        Some(("application/json", example)) => {
            let quoted = example.replace('\'', "'\\''");
            line.push_str(&format!(" \\\n  -H 'Content-Type: application/json' \\\n  -d '{quoted}'"));
        }
        Some(("application/octet-stream", _)) => line.push_str(" \\\n  -F file=@offer.pdf"),
        Some((media, _)) => {
            line.push_str(&format!(" \\\n  -H 'Content-Type: {media}' \\\n  --data-binary @history"));
        }
        None => {}
    }
    line
}

/// Every named schema.
pub(super) fn kinds(document: &Value) -> Vec<SchemaView> {
    let all = document.pointer("/components/schemas").and_then(Value::as_object).into_iter().flatten();
    let one = |(name, schema): (&String, &Value)| {
        let rows = rows(schema);
        SchemaView {
            name: name.clone(),
            about: prose(words(schema, "description")),
            kind: if rows.is_empty() { kind(schema) } else { String::new() },
            rows,
        }
    };
    all.map(one).collect()
}

/// Maximum depth of an example; deeper values are omitted.
const DEPTH: usize = 6;
/// Placeholder for any of our ids.
const ID: &str = "01930b5e-7c1a-7e1f-9a53-2f6d0c4b8e11";

/// An example of a schema: its required fields or, if it has none, the fields with an example.
fn of(document: &Value, schema: &Value) -> Value {
    example(document, schema, DEPTH)
}

fn example(document: &Value, schema: &Value, depth: usize) -> Value {
    if let Some(given) = schema.get("example").or_else(|| schema.get("examples")?.get(0)) {
        return given.clone();
    }
    if let Some(name) = name_of(schema) {
        let component = document.pointer(&format!("/components/schemas/{name}"));
        return component
            .filter(|_| depth > 0)
            .map_or(Value::Null, |component| example(document, component, depth - 1));
    }
    for key in ["oneOf", "anyOf", "allOf"] {
        if let Some(first) = schema.get(key).and_then(|all| all.as_array()?.iter().find(|one| !is_null(one))) {
            return example(document, first, depth);
        }
    }
    if let Some(first) = schema.get("enum").and_then(|values| values.get(0)) {
        return first.clone();
    }
    match example_type(schema) {
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

fn example_type(schema: &Value) -> &str {
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
fn word(schema: &Value) -> String {
    match example(&Value::Null, schema, 0) {
        Value::String(text) if text == "text" => "…".to_owned(),
        Value::String(text) => text,
        other => other.to_string(),
    }
}

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
fn name_of(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix("#/components/schemas/")
}

/// A link to a component.
fn link(name: &str) -> String {
    format!("<a href=\"#schema-{name}\">{name}</a>")
}

/// A type in a few words, as HTML.
fn kind(schema: &Value) -> String {
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
        let values = values.iter().map(|value| format!("<code>{}</code>", escaped(&plain(value))));
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
            Some(format) => format!("string ({})", escaped(format)),
            None => "string".to_owned(),
        },
        other => escaped(other),
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
    description.chain(pattern).map(|limit| escaped(&limit)).collect::<Vec<_>>().join(", ")
}

/// The fields of an object, in the order of the document.
fn rows(schema: &Value) -> Vec<FieldRow> {
    let required: Vec<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    let row = |(name, field): (&String, &Value)| FieldRow {
        name: name.clone(),
        kind: kind(field),
        required: required.contains(&name.as_str()),
        about: line(field.get("description").and_then(Value::as_str).unwrap_or_default()),
    };
    properties.map(row).collect()
}

/// The text with the five special characters of HTML escaped, as templates do it.
fn escaped(text: &str) -> String {
    let Ok(safe) = escape(text, Html);
    safe.to_string()
}

/// Renders prose with `code` in backticks; blank lines separate paragraphs.
pub(super) fn prose(text: &str) -> String {
    text.split("\n\n").map(|paragraph| format!("<p>{}</p>", line(paragraph))).collect()
}

/// Renders one line of prose without a paragraph element.
pub(super) fn line(text: &str) -> String {
    let mut safe = String::new();
    for (place, part) in text.split('`').enumerate() {
        let part = escaped(part);
        safe.push_str(&if place % 2 == 1 { format!("<code>{part}</code>") } else { part });
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_text_becomes_markup() {
        assert_eq!(line("a <b> & `c <d>`"), "a &#60;b&#62; &#38; <code>c &#60;d&#62;</code>");
        assert_eq!(prose("one\n\ntwo"), "<p>one</p><p>two</p>");
        assert_eq!(line("an odd ` stays"), "an odd <code> stays</code>");
    }
}
