//! The content of a message, validated as documented: text, location, contacts, reactions, files, buttons and lists.

use serde_json::Value;

use super::codes::{missing, value};
use super::media::{is_genuine, owner};
use super::options::{DAY, WhatsApp};
use crate::graph::{Params, Refusal, bad, ensure};
use crate::kit::{Button, Id, Message, list};

/// Maximum characters of a text, of a caption, of the body of a message with buttons and of a list, of headers and
/// footers.
const TEXT: usize = 4096;
const CAPTION: usize = 1024;
const BODY: usize = 1024;
const LIST_BODY: usize = 4096;
const SHORT: usize = 60;
/// Maximum reply buttons; maximum sections and rows of a list.
const BUTTONS: usize = 3;
const ROWS: usize = 10;
const CONTACTS: usize = 257;

/// The kinds, as listed in the error text.
const KINDS: &str =
    "{AUDIO, CONTACTS, DOCUMENT, IMAGE, INTERACTIVE, LOCATION, REACTION, STICKER, TEMPLATE, TEXT, VIDEO}";
/// Parts of a contact's name.
const NAMES: [&str; 5] = ["first_name", "last_name", "middle_name", "suffix", "prefix"];
/// Where a message goes.
#[derive(Clone, Debug)]
pub(super) struct Recipient {
    /// The number that writes.
    pub(super) phone: Id,
    /// As given in the request.
    pub(super) input: String,
    /// It was given by its phone, not by its id.
    pub(super) is_phone: bool,
    /// For a number without WhatsApp: minus that number.
    pub(super) person: i64,
}

/// A checked message that is not sent yet.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) message: Message,
    /// A file that Meta itself downloads, and the kind as which it is sent.
    pub(super) link: Option<Link>,
    /// Why Meta will refuse the file after accepting the message.
    pub(super) unfit: Option<String>,
    pub(super) template: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) url: String,
    pub(super) kind: String,
    pub(super) name: Option<String>,
}

impl Draft {
    pub(super) fn new(kind: &str, body: Value, text: &str) -> Self {
        let (kind, text) = (kind.to_owned(), text.to_owned());
        Self { message: Message { kind, text, parts: vec![body], ..Message::default() }, ..Self::default() }
    }

    /// Takes the file of an object with `id` or `link`.
    pub(super) fn attach(&mut self, state: &WhatsApp, phone: &Id, kind: &str, given: &Value) -> Result<(), Refusal> {
        if let Some(link) = given["link"].as_str() {
            let is_link = link.starts_with("https://") || link.starts_with("http://");
            ensure(is_link, || bad(&format!("Param {kind}['link'] is not a valid URI.")))?;
            let name = given["filename"].as_str().map(str::to_owned);
            self.link = Some(Link { url: link.to_owned(), kind: kind.to_owned(), name });
            return Ok(());
        }
        let id = Id::of(&given["id"]);
        let id = id.ok_or_else(|| bad(&format!("The parameter {kind}['id'] or {kind}['link'] is required.")))?;
        // A file belongs to the number that uploaded it.
        let file = state.living(id.as_str()).filter(|file| owner(file) == phone.as_str()).ok_or_else(|| {
            bad(&format!("Param {kind}['id'] is not a valid whatsapp business account media attachment ID"))
        })?;
        self.unfit = is_genuine(kind, file, given["voice"] == true).err();
        self.message.files = vec![id];
        Ok(())
    }
}

/// `type` and the value of the key that it names.
pub(super) fn kind(params: &Params) -> Result<(String, Value), Refusal> {
    let kind = params.text("type").unwrap_or_else(|| "text".to_owned()).to_ascii_lowercase();
    let is_known = KINDS.trim_matches(['{', '}']).split(", ").any(|one| one.eq_ignore_ascii_case(&kind));
    ensure(is_known, || bad(&format!("Param type must be one of {KINDS} - got \"{kind}\".")))?;
    let body = params.object(&kind);
    let is_there = body.is_object() || (kind == "contacts" && body.is_array());
    ensure(is_there, || bad(&format!("The parameter {kind} is required.")))?;
    Ok((kind, body))
}

/// Validates everything but templates.
pub(super) fn read(state: &WhatsApp, to: &Recipient, kind: &str, body: Value) -> Result<Draft, Refusal> {
    match kind {
        "text" => text(body),
        "location" => location(body),
        "contacts" => contacts(body),
        "reaction" => reaction(state, to, body),
        "interactive" => interactive(state, to, body),
        _ => file(state, to, kind, body),
    }
}

/// Checks the length of a text in characters.
fn sized<'a>(given: &'a Value, what: &str, least: usize, most: usize) -> Result<&'a str, Refusal> {
    let text = given.as_str().unwrap_or_default();
    ensure((least..=most).contains(&text.chars().count()), || {
        value(format!("{what} length invalid. Min length: {least}, Max length: {most}"))
    })?;
    Ok(text)
}

fn unique(texts: &[&str], what: &str) -> Result<(), Refusal> {
    let set: std::collections::BTreeSet<&&str> = texts.iter().collect();
    ensure(set.len() == texts.len(), || value(format!("{what} must be unique.")))
}

fn text(body: Value) -> Result<Draft, Refusal> {
    let text = body["body"].as_str().unwrap_or_default().to_owned();
    ensure(!text.trim().is_empty(), || bad("The parameter text['body'] is required."))?;
    let words = format!("Param text['body'] must be at most {TEXT} characters long.");
    ensure(text.chars().count() <= TEXT, || bad(&words))?;
    let preview = &body["preview_url"];
    ensure(preview.is_null() || preview.is_boolean(), || bad("Param text['preview_url'] must be a boolean."))?;
    Ok(Draft::new("text", body, &text))
}

fn location(body: Value) -> Result<Draft, Refusal> {
    for (name, most) in [("latitude", 90.0), ("longitude", 180.0)] {
        let number = body[name].as_f64().or_else(|| body[name].as_str()?.parse().ok());
        let number = number.ok_or_else(|| bad(&format!("The parameter location['{name}'] is required.")))?;
        let words = format!("Location {name} must be between -{most} and {most}.");
        ensure((-most..=most).contains(&number), || value(words))?;
    }
    let words = [body["name"].as_str(), body["address"].as_str()];
    let text = words.into_iter().flatten().collect::<Vec<_>>().join(", ");
    Ok(Draft::new("location", body, &text))
}

fn contacts(body: Value) -> Result<Draft, Refusal> {
    let is_count = (1..=CONTACTS).contains(&list(&body).len());
    ensure(is_count, || value(format!("Contacts count invalid. Min: 1, Max: {CONTACTS}")))?;
    let mut names = Vec::new();
    for (at, one) in list(&body).iter().enumerate() {
        let part = |part: &str| one["name"][part].as_str().filter(|text| !text.is_empty());
        let name = part("formatted_name");
        names.push(name.ok_or_else(|| missing(format!("contacts[{at}]['name']['formatted_name'] is required.")))?);
        let has_part = NAMES.iter().any(|name| part(name).is_some());
        ensure(has_part, || value(format!("contacts[{at}]['name'] needs one more part of the name.")))?;
    }
    let text = names.join(", ");
    Ok(Draft::new("contacts", body, &text))
}

fn reaction(state: &WhatsApp, to: &Recipient, body: Value) -> Result<Draft, Refusal> {
    let id = body["message_id"].as_str().filter(|id| !id.is_empty());
    let id = id.ok_or_else(|| bad("The parameter reaction['message_id'] is required."))?;
    let emoji = body["emoji"].as_str().map(str::to_owned);
    let emoji = emoji.ok_or_else(|| bad("The parameter reaction['emoji'] is required."))?;
    // An emoji may consist of several characters; a word is not one.
    let is_word = emoji.chars().any(|one| one.is_alphanumeric() && !one.is_ascii_digit());
    ensure(emoji.chars().count() <= 12 && !is_word, || value("Reaction emoji is not valid."))?;
    let found = state.found(&to.phone, id).filter(|(person, _)| *person == to.person);
    let (_, message) = found.ok_or_else(|| value(format!("Message with id {id} was not found.")))?;
    ensure(message.kind != "reaction", || value("A reaction cannot be reacted to."))?;
    ensure(state.now - message.at <= 30 * DAY, || value("The message is older than 30 days."))?;
    Ok(Draft::new("reaction", body, &emoji))
}

fn file(state: &WhatsApp, to: &Recipient, kind: &str, body: Value) -> Result<Draft, Refusal> {
    let caption = body["caption"].as_str().unwrap_or_default().to_owned();
    let words = format!("Param {kind}['caption'] must be at most {CAPTION} characters long.");
    ensure(caption.chars().count() <= CAPTION, || bad(&words))?;
    let unexpected = |key: &str| bad(&format!("Unexpected key \"{key}\" on param \"{kind}\"."));
    ensure(caption.is_empty() || !["audio", "sticker"].contains(&kind), || unexpected("caption"))?;
    ensure(body.get("filename").is_none() || kind == "document", || unexpected("filename"))?;
    let mut draft = Draft::new(kind, body.clone(), &caption);
    draft.attach(state, &to.phone, kind, &body)?;
    Ok(draft)
}

fn interactive(state: &WhatsApp, to: &Recipient, body: Value) -> Result<Draft, Refusal> {
    let kind = body["type"].as_str().unwrap_or_default().to_owned();
    let action = &body["action"];
    ensure(action.is_object(), || bad("The parameter interactive['action'] is required."))?;
    let buttons = match kind.as_str() {
        "button" => replies(&action["buttons"])?,
        "list" => rows(action)?,
        "cta_url" => link(action)?,
        "location_request_message" => named(action, "send_location").map(|()| Vec::new())?,
        "request_contact_info" => {
            named(action, "request_contact_info")?;
            vec![vec![Button { kind: "share".to_owned(), text: "📇".to_owned(), ..Button::default() }]]
        }
        other => return Err(bad(&format!("Param interactive['type'] is not supported - got \"{other}\"."))),
    };
    let words = &body["body"]["text"];
    let has_words = words.as_str().is_some_and(|text| !text.is_empty());
    ensure(has_words, || missing("interactive['body']['text'] is required."))?;
    sized(words, "Body text", 1, if kind == "list" { LIST_BODY } else { BODY })?;
    if !body["footer"].is_null() {
        sized(&body["footer"]["text"], "Footer text", 1, SHORT)?;
    }
    let mut draft = Draft::new("interactive", body.clone(), words.as_str().unwrap_or_default());
    draft.message.buttons = buttons;
    header(state, to, &kind, &mut draft, &body["header"])?;
    Ok(draft)
}

fn named(action: &Value, name: &str) -> Result<(), Refusal> {
    let words = format!("Param interactive['action']['name'] must be one of {{{name}}}");
    ensure(action["name"] == name, || bad(&words))
}

fn header(state: &WhatsApp, to: &Recipient, kind: &str, draft: &mut Draft, header: &Value) -> Result<(), Refusal> {
    let Some(form) = header["type"].as_str() else {
        return ensure(header.is_null(), || bad("The parameter interactive['header']['type'] is required."));
    };
    match form {
        "text" => sized(&header["text"], "Header text", 1, SHORT).map(drop),
        "image" | "video" | "document" if ["button", "cta_url"].contains(&kind) => {
            draft.attach(state, &to.phone, form, &header[form])
        }
        _ => Err(value(format!("Header of type {form} is not supported in a message of type {kind}."))),
    }
}

fn button(kind: &str, text: &Value, payload: &Value) -> Vec<Button> {
    let own = |value: &Value| value.as_str().map(str::to_owned);
    let (kind, text) = (kind.to_owned(), own(text).unwrap_or_default());
    vec![Button { kind, text, payload: own(payload), url: None }]
}

fn replies(given: &Value) -> Result<Vec<Vec<Button>>, Refusal> {
    let all = list(given);
    let words = format!("Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: {BUTTONS}");
    ensure((1..=BUTTONS).contains(&all.len()), || value(words))?;
    let (mut titles, mut ids) = (Vec::new(), Vec::new());
    for one in all {
        ensure(one["type"] == "reply", || value("Button type must be reply."))?;
        titles.push(sized(&one["reply"]["title"], "Button title", 1, 20)?);
        ids.push(sized(&one["reply"]["id"], "Button id", 1, 256)?);
    }
    unique(&titles, "Button titles")?;
    unique(&ids, "Button ids")?;
    Ok(all.iter().map(|one| button("reply", &one["reply"]["title"], &one["reply"]["id"])).collect())
}

fn rows(action: &Value) -> Result<Vec<Vec<Button>>, Refusal> {
    sized(&action["button"], "List button", 1, 20)?;
    let sections = list(&action["sections"]);
    ensure((1..=ROWS).contains(&sections.len()), || value(format!("Sections count invalid. Min: 1, Max: {ROWS}")))?;
    let (mut ids, mut buttons) = (Vec::new(), Vec::new());
    for section in sections {
        if sections.len() > 1 || !section["title"].is_null() {
            sized(&section["title"], "Section title", 1, 24)?;
        }
        let rows = list(&section["rows"]);
        ensure(!rows.is_empty(), || value("Rows count invalid. Min: 1"))?;
        for row in rows {
            sized(&row["title"], "Row title", 1, 24)?;
            ids.push(sized(&row["id"], "Row id", 1, 200)?);
            sized(&row["description"], "Row description", 0, 72)?;
            buttons.push(button("row", &row["title"], &row["id"]));
        }
    }
    ensure(ids.len() <= ROWS, || value(format!("Total row count exceed max allowed count: {ROWS}")))?;
    unique(&ids, "Row ids")?;
    Ok(buttons)
}

fn link(action: &Value) -> Result<Vec<Vec<Button>>, Refusal> {
    named(action, "cta_url")?;
    let parameters = &action["parameters"];
    let text = sized(&parameters["display_text"], "Button display_text", 1, 20)?.to_owned();
    let url = parameters["url"].as_str().unwrap_or_default().to_owned();
    ensure(url.starts_with("https://") || url.starts_with("http://"), || {
        value("Button url is not valid: it must start with http:// or https://.")
    })?;
    Ok(vec![vec![Button { kind: "cta_url".to_owned(), text, payload: None, url: Some(url) }]])
}
