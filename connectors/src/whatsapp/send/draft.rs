//! A message about to be sent: its requests in order, with their changeable parts separate.

use std::collections::VecDeque;

use base::message::{Content, Markup, Media, Template};
use serde_json::{Map, Value, json};

use super::Accepted;
use super::file::{self, FileForm, HeaderFile, SendContext};
use crate::Message;
use crate::call::ApiError;
use crate::fit::{self, lines};
use crate::template::Markers;
use crate::template::{RegisteredHeader, TemplateFileKind};
use crate::whatsapp::api::{BODY, CAPTION, TEXT};
use crate::whatsapp::keyboard::{self, Choices, Interactive};
use crate::whatsapp::templates::one_line;

/// One request.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Request {
    Text(String),
    File {
        form: FileForm,
        media: Box<Media>,
        caption: String,
    },
    Location {
        latitude: f64,
        longitude: f64,
    },
    Contact {
        name: String,
        phone: String,
    },
    /// With a file above its text, if any.
    Interactive {
        message: Interactive,
        file: Option<HeaderFile>,
    },
    /// Its object without the file, and the file of its header.
    Template {
        object: Value,
        file: Option<HeaderFile>,
    },
}

/// The requests that are still to be sent.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct MessageDraft {
    /// Meta's id of the message that the next request answers.
    pub quote: Option<String>,
    pub requests: VecDeque<Request>,
    /// The file of the next request is being uploaded once more.
    pub uploads_again: bool,
}

impl MessageDraft {
    pub fn of(line: &SendContext<'_>, message: &Message) -> Self {
        let quote = message.reply_to.as_ref().and_then(|quote| quote.external_id.clone()).filter(|id| is_wamid(id));
        if let Some(request) = request(message) {
            return Self { quote: None, requests: VecDeque::from([request]), uploads_again: false };
        }
        let mut requests = requests(line, message);
        if let (None, Some(quoted)) = (&quote, &message.reply_to) {
            before(&mut requests, lines::quote(line.outgoing.words, quoted));
        }
        Self { quote, requests, uploads_again: false }
    }

    /// Meta refuses texts of only white space.
    pub fn is_empty(&self) -> bool {
        self.requests.iter().all(|request| matches!(request, Request::Text(text) if text.trim().is_empty()))
    }

    /// Sends the next request.
    pub async fn request(&self, line: &SendContext<'_>) -> Result<Accepted, ApiError> {
        let mut body = line.envelope();
        if let Some(quote) = &self.quote {
            body.insert("context".to_owned(), json!({ "message_id": quote }));
        }
        if let Some(request) = self.requests.front() {
            body.extend(request.fields(line).await?);
        }
        line.post(&Value::Object(body)).await
    }
}

impl Request {
    /// Its file, if it has one.
    pub fn file(&self) -> Option<&Media> {
        match self {
            Self::File { media, .. }
            | Self::Interactive { file: Some((_, media)), .. }
            | Self::Template { file: Some((_, media)), .. } => Some(media),
            _ => None,
        }
    }

    /// The `type`, and the object of this name. Uploads the file, if there is one.
    async fn fields(&self, line: &SendContext<'_>) -> Result<Map<String, Value>, ApiError> {
        let (kind, object) = match self {
            Self::Text(text) => ("text", json!({ "body": text, "preview_url": true })),
            Self::Location { latitude, longitude } => {
                ("location", json!({ "latitude": latitude, "longitude": longitude }))
            }
            Self::Contact { name, phone } => ("contacts", contact(name, phone)),
            Self::File { form, media, caption } => {
                let (form, object) = file::object(line, *form, media, caption).await?;
                (form.kind(), object)
            }
            Self::Interactive { message, file } => {
                ("interactive", message.object(file::header(line, file.as_ref()).await?))
            }
            Self::Template { object, file } => {
                ("template", with_header(object, file::header(line, file.as_ref()).await?))
            }
        };
        let fields = [("type", json!(kind)), (kind, object)];
        Ok(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }
}

/// Whether this is Meta's id; imported messages have others.
fn is_wamid(id: &str) -> bool {
    id.starts_with("wamid.") && !id.contains('#')
}

/// Puts the text of a quoted message that Meta does not know above the message, if there is room.
fn before(requests: &mut VecDeque<Request>, quote: String) {
    let joined = |text: &str| if text.is_empty() { quote.clone() } else { format!("{quote}\n\n{text}") };
    match requests.front_mut() {
        Some(Request::Text(text)) if TEXT.holds(&joined(text)) => *text = joined(text),
        Some(Request::File { form, caption, .. }) if form.has_caption() && CAPTION.holds(&joined(caption)) => {
            *caption = joined(caption);
        }
        Some(Request::Interactive { message, .. }) if BODY.holds(&joined(&message.body)) => {
            message.body = joined(&message.body);
        }
        _ => requests.push_front(Request::Text(quote)),
    }
}

fn requests(line: &SendContext<'_>, message: &Message) -> VecDeque<Request> {
    let words = line.outgoing.words;
    let (main, mut text) = content(line, message);
    let choices = message.markup.as_ref().map(|markup| keyboard::choices(message.id, markup, words));
    let interactive = match choices {
        Some(Choices::Interactive(interactive)) => interactive,
        Some(Choices::Lines(lines)) => {
            text = joined(&text, &lines);
            Vec::new()
        }
        None => Vec::new(),
    };
    let mut requests = VecDeque::new();
    match (main, interactive.as_slice()) {
        // A picture, a video or a document is sent with its text and buttons as one message.
        (Some(Request::File { form, media, .. }), [only])
            if only.kind == "button" && form.has_caption() && !text.is_empty() && BODY.holds(&text) =>
        {
            let message = Interactive { body: text, ..only.clone() };
            requests.push_back(Request::Interactive { message, file: Some((form, media)) });
            return requests;
        }
        (Some(Request::File { form, media, .. }), _) => {
            let below = form.has_caption() && interactive.is_empty() && CAPTION.holds(&text);
            let caption = if below { std::mem::take(&mut text) } else { String::new() };
            requests.push_back(Request::File { form, media, caption });
        }
        (Some(main), _) => requests.push_back(main),
        (None, _) => {}
    }
    if interactive.is_empty() {
        push_text(&mut requests, &text);
    } else {
        push_interactive(&mut requests, interactive, &text, &words.text("wa-out-choose").to_string());
    }
    requests
}

/// The content without its text, and the text. No content if there is only text.
fn content(line: &SendContext<'_>, message: &Message) -> (Option<Request>, String) {
    match &message.content {
        Content::Text { text } => (None, text.clone()),
        Content::Location { latitude, longitude } => {
            (Some(Request::Location { latitude: *latitude, longitude: *longitude }), String::new())
        }
        Content::Contact { name, phone } if !phone.is_empty() => {
            (Some(Request::Contact { name: name.clone(), phone: phone.clone() }), String::new())
        }
        content => match (content.media(), FileForm::of(content)) {
            (Some(media), Some(form)) => {
                let file = Request::File { form, media: Box::new(media.clone()), caption: String::new() };
                (Some(file), media.text.clone().unwrap_or_default())
            }
            _ => (None, lines::content(line.outgoing.words, content)),
        },
    }
}

fn joined(one: &str, other: &str) -> String {
    let parts: Vec<&str> = [one, other].into_iter().filter(|part| !part.trim().is_empty()).collect();
    parts.join("\n\n")
}

/// Adds a text in parts, because lines of buttons may have made it too long.
fn push_text(requests: &mut VecDeque<Request>, text: &str) {
    if !text.trim().is_empty() {
        requests.extend(fit::split(text, TEXT).into_iter().map(Request::Text));
    }
}

/// The message's text is the body of the last one; if it is too long for that, it is sent before as text.
fn push_interactive(requests: &mut VecDeque<Request>, messages: Vec<Interactive>, text: &str, usual: &str) {
    let own = messages.last().map(|last| last.body.clone()).unwrap_or_default();
    // A list's text is often the same as the message's text.
    let is_own = |text: &str| {
        text.is_empty()
            || messages.iter().any(|one| {
                [Some(&one.body), one.header.as_ref(), one.footer.as_ref()]
                    .into_iter()
                    .flatten()
                    .any(|part| part.contains(text))
            })
    };
    let mut body = if is_own(text.trim()) { own } else { joined(text, &own) };
    if !BODY.holds(&body) {
        let mut parts = fit::split(&body, BODY);
        let last = parts.pop().unwrap_or_default();
        push_text(requests, &parts.concat());
        body = last;
    }
    let count = messages.len();
    for (number, mut message) in (1..).zip(messages) {
        if number == count {
            message.body = std::mem::take(&mut body);
        }
        if message.body.trim().is_empty() {
            message.body = usual.to_owned();
        }
        requests.push_back(Request::Interactive { message, file: None });
    }
}

/// A contact card needs a name with at least two of its parts (whatsapp §6).
fn contact(name: &str, phone: &str) -> Value {
    let name = if name.trim().is_empty() { phone } else { name.trim() };
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    let phones = json!([{ "phone": phone, "wa_id": digits, "type": "CELL" }]);
    json!([{ "name": { "formatted_name": name, "first_name": name }, "phones": phones }])
}

// A template message: the name of the template and the values of its variables (whatsapp §9).

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
    let ordered = crate::whatsapp::templates::in_metas_order(buttons);
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
fn with_header(object: &Value, header: Option<Value>) -> Value {
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
