//! Converts a template of amoCRM to Meta's components (whatsapp §9).

use base::message::Button;
use serde_json::{Value, json};

use super::markers::{Markers, one_line};
use crate::template::{NewTemplate, TemplateFileKind, TemplateHeader};

/// The components of a template. `file`: the handle of its header's sample file.
pub(super) fn components(template: &NewTemplate, file: Option<&str>) -> Vec<Value> {
    let mut components = Vec::new();
    components.extend(header(template, file));
    let markers = Markers::of(&template.content);
    let mut body = json!({ "type": "BODY", "text": markers.numbered(&template.content) });
    let examples = examples(template, &markers);
    if !examples.is_empty() {
        body["example"] = json!({ "body_text": [examples] });
    }
    components.push(body);
    let footer = template.footer.as_deref().map(str::trim).filter(|footer| !footer.is_empty());
    components.extend(footer.map(|footer| json!({ "type": "FOOTER", "text": footer })));
    let buttons: Vec<Value> = in_metas_order(&template.buttons).into_iter().map(|one| button(template, one)).collect();
    if !buttons.is_empty() {
        components.push(json!({ "type": "BUTTONS", "buttons": buttons }));
    }
    components
}

fn header(template: &NewTemplate, file: Option<&str>) -> Option<Value> {
    match template.header.as_ref()? {
        TemplateHeader::Text(text) if text.trim().is_empty() => None,
        TemplateHeader::Text(text) => {
            let markers = Markers::of(text);
            let mut header = json!({ "type": "HEADER", "format": "TEXT", "text": markers.numbered(text) });
            let examples = examples(template, &markers);
            if !examples.is_empty() {
                header["example"] = json!({ "header_text": examples });
            }
            Some(header)
        }
        TemplateHeader::File(sample) => {
            let format = match sample.kind {
                TemplateFileKind::Picture => "IMAGE",
                TemplateFileKind::Video => "VIDEO",
                TemplateFileKind::Document => "DOCUMENT",
            };
            Some(
                json!({ "type": "HEADER", "format": format, "example": { "header_handle": [file.unwrap_or_default()] } }),
            )
        }
    }
}

/// The buttons in Meta's order: quick replies must be adjacent, so they come first.
pub fn in_metas_order(buttons: &[Button]) -> Vec<&Button> {
    let is_link = |button: &&&Button| button.url.as_deref().is_some_and(|url| !url.is_empty());
    let named: Vec<&Button> = buttons.iter().filter(|button| !button.text.trim().is_empty()).collect();
    let (links, replies): (Vec<&Button>, Vec<&Button>) = named.iter().partition(is_link);
    replies.into_iter().chain(links).collect()
}

fn button(template: &NewTemplate, button: &Button) -> Value {
    let Some(url) = button.url.as_deref().filter(|url| !url.is_empty()) else {
        return json!({ "type": "QUICK_REPLY", "text": button.text });
    };
    let markers = Markers::of(url);
    let mut object = json!({ "type": "URL", "text": button.text, "url": markers.numbered(url) });
    if let Some(marker) = markers.iter().next() {
        // The example must be the complete address.
        object["example"] = json!([url.replace(marker, &example(template, marker))]);
    }
    object
}

fn examples(template: &NewTemplate, markers: &Markers) -> Vec<String> {
    markers.iter().map(|marker| example(template, marker)).collect()
}

/// The sample for a marker; without one the marker's own name, because Meta refuses a variable without an example.
fn example(template: &NewTemplate, marker: &str) -> String {
    let given = template.examples.iter().find(|(known, _)| known == marker);
    let given = given.map(|(_, value)| one_line(value)).filter(|value| !value.is_empty());
    given.unwrap_or_else(|| marker.trim_matches(['{', '}', ' ']).to_owned())
}
