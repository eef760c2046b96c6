//! A template message: the name of the template and the values of its variables (whatsapp §9).

use base::message::{Markup, Template};
use serde_json::{Map, Value, json};

use super::draft::Request;
use super::file::FileForm;
use crate::Message;
use crate::template::{RegisteredHeader, TemplateFileKind};
use crate::whatsapp::templates::markers::{Markers, one_line};

/// Replaces an unknown value.
const EMPTY: &str = "–";

/// The request for a message made from a template that Meta approved.
pub(super) fn request(message: &Message) -> Option<Request> {
    let registered = message.registered_template.as_ref()?;
    let values = message.template.as_ref();
    let mut components = Vec::new();
    if let RegisteredHeader::Text(text) = &registered.header {
        components.extend(component("header", text, values));
    }
    components.extend(component("body", &registered.content, values));
    components.extend(links(&registered.buttons, message));
    let object = json!({
        "name": registered.name,
        "language": { "code": registered.language },
        "components": components,
    });
    let file = match registered.header {
        RegisteredHeader::File(kind) => message.content.media().map(|media| (form(kind), Box::new(media.clone()))),
        RegisteredHeader::None | RegisteredHeader::Text(_) => None,
    };
    Some(Request::Template { object, file })
}

/// The values of a text's variables in order of first appearance; none if there are no variables, because such
/// components are left out.
fn component(kind: &str, text: &str, template: Option<&Template>) -> Option<Value> {
    let markers = Markers::of(text);
    let values: Vec<Value> =
        markers.iter().map(|marker| json!({ "type": "text", "text": value(marker, template) })).collect();
    (!values.is_empty()).then(|| json!({ "type": kind, "parameters": values }))
}

/// The variable ends of links, by the button's index at Meta.
fn links(buttons: &[base::message::Button], message: &Message) -> Vec<Value> {
    let ordered = crate::whatsapp::templates::components::in_metas_order(buttons);
    let links = ordered.into_iter().enumerate().filter_map(|(place, button)| {
        let url = button.url.as_deref()?;
        let marker = Markers::of(url).iter().next().map(str::to_owned)?;
        let end = known_value(&marker, message.template.as_ref());
        let end = end.or_else(|| filled(message.markup.as_ref()?, &button.text, url, &marker));
        let parameters = json!([{ "type": "text", "text": end.unwrap_or_else(|| EMPTY.to_owned()) }]);
        Some(json!({ "type": "button", "sub_type": "url", "index": place.to_string(), "parameters": parameters }))
    });
    links.collect()
}

/// The value that amoCRM filled in for a link's marker, taken from the message's own button.
fn filled(markup: &Markup, text: &str, url: &str, marker: &str) -> Option<String> {
    let Markup::Buttons(rows) = markup else { return None };
    let (before, after) = url.split_once(marker)?;
    let same = rows.iter().flatten().filter(|button| button.text.trim() == text.trim());
    let mut ends = same.filter_map(|button| button.url.as_deref()?.strip_prefix(before)?.strip_suffix(after));
    ends.find(|end| !end.is_empty() && !end.contains("{{")).map(str::to_owned)
}

/// Without line breaks and never empty, because Meta refuses both.
fn value(marker: &str, template: Option<&Template>) -> String {
    known_value(marker, template).unwrap_or_else(|| EMPTY.to_owned())
}

/// None if the message has no value for this marker.
fn known_value(marker: &str, template: Option<&Template>) -> Option<String> {
    let params = template.map(|template| template.params.as_slice()).unwrap_or_default();
    let bare = |key: &str| key.trim_matches(|sign| matches!(sign, '{' | '}' | '\\' | ' ')).to_owned();
    let found = params.iter().find(|param| bare(&param.key) == bare(marker));
    found.map(|param| one_line(&param.value)).filter(|value| !value.is_empty())
}

const fn form(kind: TemplateFileKind) -> FileForm {
    match kind {
        TemplateFileKind::Picture => FileForm::Image,
        TemplateFileKind::Video => FileForm::Video,
        TemplateFileKind::Document => FileForm::Document,
    }
}

/// The template's object with the file of its header.
pub(super) fn with_header(object: &Value, header: Option<Value>) -> Value {
    let mut object = object.clone();
    if let (Some(header), Some(components)) = (header, object.get_mut("components").and_then(Value::as_array_mut)) {
        components.insert(0, json!({ "type": "header", "parameters": [header] }));
    }
    object
}

/// Replaces repeated spaces in the template's values by single ones; false if nothing changes.
pub(super) fn flatten(object: &mut Value) -> bool {
    let before = object.clone();
    let components = object.get_mut("components").and_then(Value::as_array_mut).into_iter().flatten();
    for parameter in components.filter_map(|one| one.get_mut("parameters").and_then(Value::as_array_mut)).flatten() {
        let Some(fields) = parameter.as_object_mut() else { continue };
        if let Some(text) = text_of(fields) {
            let words: Vec<&str> = text.split_whitespace().collect();
            fields.insert("text".to_owned(), json!(words.join(" ")));
        }
    }
    *object != before
}

fn text_of(fields: &Map<String, Value>) -> Option<String> {
    fields.get("text").and_then(Value::as_str).map(str::to_owned)
}
