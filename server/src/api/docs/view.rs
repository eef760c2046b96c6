//! The content of the page, built from the document.

use serde_json::Value;

use super::schema::{FieldRow, kind, link, name_of, rows};
use super::{example, text};

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
            about: text::line(words(tag, "description")),
            operations: operations(document, name),
        }
    };
    tags.map(group).filter(|group| !group.operations.is_empty()).collect()
}

fn operations(document: &Value, tag: &str) -> Vec<Operation> {
    let mut found = Vec::new();
    for (path, item) in document.get("paths").and_then(Value::as_object).into_iter().flatten() {
        for method in ["get", "post", "patch", "delete"] {
            let Some(operation) = item.get(method) else { continue };
            if operation.pointer("/tags/0").and_then(Value::as_str) == Some(tag) {
                found.push(operation_of(document, path, method, operation));
            }
        }
    }
    found
}

fn operation_of(document: &Value, path: &str, method: &str, operation: &Value) -> Operation {
    let bodies = bodies(document, operation);
    let answers = operation.get("responses").and_then(Value::as_object).into_iter().flatten();
    let answer = answers.clone().filter(|(status, _)| status.starts_with('2')).find_map(|(_, answer)| {
        let schema = schema_of(answer).filter(|(media, _)| media.contains("json"))?.1;
        Some(pretty(&example::of(document, schema)))
    });
    Operation {
        id: words(operation, "operationId").to_owned(),
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text::line(words(operation, "summary")),
        about: text::prose(words(operation, "description")),
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
        about: text::line(words(one, "description")),
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
            example: if media == "application/json" { pretty(&example::of(document, schema)) } else { String::new() },
        }
    };
    all.map(body).collect()
}

fn answer_of(status: &str, answer: &Value) -> StatusView {
    let kind = schema_of(answer).map_or_else(String::new, |(_, schema)| match name_of(schema) {
        Some(name) => link(name),
        None => kind(schema),
    });
    StatusView { status: status.to_owned(), about: text::line(words(answer, "description")), kind }
}

/// A shell command in which `PAROM` is the server's address and `KEY` a key.
fn curl(path: &str, method: &str, operation: &Value, body: Option<&BodyView>) -> String {
    let mut address = path.to_owned();
    for parameter in operation.get("parameters").and_then(Value::as_array).into_iter().flatten() {
        let name = words(parameter, "name");
        let place = format!("{{{name}}}");
        if address.contains(&place) {
            let word = parameter.get("schema").map_or_else(String::new, example::word);
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
            about: text::prose(words(schema, "description")),
            kind: if rows.is_empty() { kind(schema) } else { String::new() },
            rows,
        }
    };
    all.map(one).collect()
}
