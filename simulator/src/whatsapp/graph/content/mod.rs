//! The content of a message, validated as documented.

mod interactive;
mod list;
mod media;
mod plain;
mod sticker;

use serde_json::Value;

pub(super) use media::{DOCUMENTS, fits, limits};

use super::{
    call::Call,
    error::{GraphError, ensure},
    template_send,
};
use crate::whatsapp::state::State;

/// A file that Meta itself downloads.
#[derive(Clone, Debug)]
pub(super) struct Linked {
    pub(super) link: String,
    /// The kind as which it is sent: `image`, `document`, …
    pub(super) kind: String,
    pub(super) name: Option<String>,
}

/// A checked message.
#[derive(Clone, Debug)]
pub(super) struct Content {
    /// `type`.
    pub(super) kind: String,
    /// The value of the key that the kind names.
    pub(super) body: Value,
    /// As shown to a person.
    pub(super) text: String,
    /// The file, if it was uploaded.
    pub(super) media: Option<String>,
    pub(super) linked: Option<Linked>,
    /// Why Meta will refuse the file after accepting the message.
    pub(super) unfit: Option<String>,
    /// The template's id.
    pub(super) template: Option<String>,
}

impl Content {
    fn new(kind: &str, body: Value, text: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            body,
            text: text.to_owned(),
            media: None,
            linked: None,
            unfit: None,
            template: None,
        }
    }
}

/// The kinds, as listed in the error text.
const KINDS: &str =
    "{AUDIO, CONTACTS, DOCUMENT, IMAGE, INTERACTIVE, LOCATION, REACTION, STICKER, TEMPLATE, TEXT, VIDEO}";

/// The context of a message: the number's id, and the recipient, if known.
pub(super) struct Place<'a> {
    pub(super) phone: &'a str,
    pub(super) person: Option<i64>,
    /// The recipient was given by its phone.
    pub(super) is_phone: bool,
}

/// Validates the content of a call.
pub(super) fn read(state: &State, call: &Call, place: &Place<'_>) -> Result<Content, GraphError> {
    let kind = call.text("type").unwrap_or_else(|| "text".to_owned()).to_ascii_lowercase();
    let given = call.value(&kind).filter(Value::is_object);
    let given = given.or_else(|| call.value(&kind).filter(|one| kind == "contacts" && one.is_array()));
    let known = [
        "audio",
        "contacts",
        "document",
        "image",
        "interactive",
        "location",
        "reaction",
        "sticker",
        "template",
        "text",
        "video",
    ];
    ensure(known.contains(&kind.as_str()), || {
        GraphError::parameter(&format!("Param type must be one of {KINDS} - got \"{kind}\"."))
    })?;
    let body = given.ok_or_else(|| GraphError::parameter(&format!("The parameter {kind} is required.")))?;
    match kind.as_str() {
        "text" => plain::text(body),
        "location" => plain::location(body),
        "contacts" => plain::contacts(body),
        "reaction" => plain::reaction(state, place, body),
        "interactive" => interactive::read(state, place, body),
        "template" => template_send::read(state, place, body),
        _ => media::read(state, place, &kind, body),
    }
}

/// A text in the body, checked against its limits in characters.
fn text_of<'a>(value: &'a Value, what: &str, least: usize, most: usize) -> Result<&'a str, GraphError> {
    let text = value.as_str().unwrap_or_default();
    let count = text.chars().count();
    ensure((least..=most).contains(&count), || {
        GraphError::value(format!("{what} length invalid. Min length: {least}, Max length: {most}"))
    })?;
    Ok(text)
}

/// A template's content, before its file is attached.
pub(super) fn of_template(id: &str, text: &str) -> Content {
    Content { template: Some(id.to_owned()), ..Content::new("template", Value::Null, text) }
}

/// Attaches a header's file.
pub(super) fn attach(
    state: &State,
    place: &Place<'_>,
    content: &mut Content,
    kind: &str,
    given: &Value,
) -> Result<(), GraphError> {
    media::attach(state, place, content, (kind, given, false))
}
