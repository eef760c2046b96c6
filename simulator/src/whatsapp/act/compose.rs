//! Creates messages of customers, with the webhooks about them.

use anyhow::{Context, Result};
use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::content::{Content, Dressing, Given};
use crate::whatsapp::{
    codes,
    state::{By, HOUR, Message, Person, State},
};

/// Milliseconds for which free-form messages may follow a customer's message.
const WINDOW: i64 = 24 * HOUR;

/// A message to create.
pub(super) struct Draft {
    pub(super) kind: String,
    pub(super) body: Value,
    pub(super) text: String,
    pub(super) media: Option<String>,
    /// Fields beside the body.
    pub(super) more: Value,
    pub(super) quoted: Option<String>,
    /// Not shown in the chat: reactions, edits, system messages.
    pub(super) is_silent: bool,
}

impl Draft {
    pub(super) fn new(kind: &str, body: Value, text: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            body,
            text: text.to_owned(),
            media: None,
            more: json!({}),
            quoted: None,
            is_silent: false,
        }
    }
}

/// The built-in file of a kind: bytes, name, media type.
pub(crate) fn sample(kind: &str) -> (Bytes, &'static str, &'static str) {
    let (bytes, name, mime): (&'static [u8], _, _) = match kind {
        "image" => (include_bytes!("../../../assets/samples/picture.jpg"), "picture.jpg", "image/jpeg"),
        "video" => (include_bytes!("../../../assets/samples/clip.mp4"), "clip.mp4", "video/mp4"),
        "audio" => (include_bytes!("../../../assets/samples/melody.mp3"), "melody.mp3", "audio/mpeg"),
        "voice" => (include_bytes!("../../../assets/samples/voice.ogg"), "voice.ogg", "audio/ogg; codecs=opus"),
        "sticker" => (include_bytes!("../../../assets/samples/sticker.webp"), "sticker.webp", "image/webp"),
        _ => (include_bytes!("../../../assets/samples/offer.pdf"), "offer.pdf", "application/pdf"),
    };
    (Bytes::from_static(bytes), name, mime)
}

impl State {
    pub(super) fn person_mut(&mut self, who: i64) -> Result<&mut Person> {
        self.people.get_mut(&who).with_context(|| format!("there is no person {who}"))
    }

    fn both(&self, who: i64, phone: &str) -> Result<Person> {
        self.phones.get(phone).with_context(|| format!("there is no number {phone}"))?;
        self.people.get(&who).cloned().with_context(|| format!("there is no person {who}"))
    }

    /// Stores a customer's file at Meta; returns its id and the name it was sent with.
    fn receive(&mut self, phone: &str, kind: &str, given: &Given) -> Result<(String, String)> {
        let (bytes, name, mime) = sample(kind);
        let uploaded = match &given.upload {
            Some(id) => Some(self.uploads.remove(id).with_context(|| format!("there is no upload {id}"))?),
            None => None,
        };
        let (name, mime, bytes) = match (uploaded, given.own()) {
            (Some((name, mime, bytes)), _) => (name, mime, bytes),
            (None, Some(bytes)) => (name.to_owned(), "application/octet-stream".to_owned(), bytes),
            (None, None) => (name.to_owned(), mime.to_owned(), bytes),
        };
        let name = given.name.clone().unwrap_or(name);
        let mime = given.mime.clone().unwrap_or(mime);
        Ok((self.keep(phone, true, (bytes, Some(name.clone()), mime)), name))
    }

    fn file(&mut self, phone: &str, kind: &str, given: &Given, mut more: Value) -> Result<Draft> {
        let (id, name) = self.receive(phone, kind, given)?;
        let key = if kind == "voice" { "audio" } else { kind };
        if kind == "document" {
            more["filename"] = json!(name);
        }
        let caption = more["caption"].as_str().unwrap_or_default().to_owned();
        let body = self.media_object(&id, more);
        Ok(Draft { media: Some(id), ..Draft::new(key, body, &caption) })
    }

    /// The draft of a content.
    pub(crate) fn draft(&mut self, phone: &str, content: &Content) -> Result<DraftBox> {
        let caption = |caption: &str| if caption.is_empty() { json!({}) } else { json!({"caption": caption}) };
        Ok(DraftBox(match content {
            Content::Text { text } => Draft::new("text", json!({"body": text}), text),
            Content::Image { file, caption: text } => self.file(phone, "image", file, caption(text))?,
            Content::Video { file, caption: text } => self.file(phone, "video", file, caption(text))?,
            Content::Audio { file } => self.file(phone, "audio", file, json!({"voice": false}))?,
            Content::Voice { file } => self.file(phone, "voice", file, json!({"voice": true}))?,
            Content::Document { file, caption: text } => self.file(phone, "document", file, caption(text))?,
            Content::Sticker { file, animated } => self.file(phone, "sticker", file, json!({"animated": animated}))?,
            Content::Location { latitude, longitude, name, address } => {
                let mut body = json!({"latitude": latitude, "longitude": longitude});
                for (key, value) in [("name", name), ("address", address)] {
                    if !value.is_empty() {
                        body[key] = json!(value);
                    }
                }
                Draft::new("location", body, name)
            }
            Content::Contacts { contacts } => {
                let names: Vec<&str> =
                    contacts.iter().filter_map(|one| one["name"]["formatted_name"].as_str()).collect();
                Draft::new("contacts", json!(contacts), &names.join(", "))
            }
            Content::Order { catalog_id, text, items } => {
                let body = json!({"catalog_id": catalog_id, "text": text, "product_items": items});
                Draft::new("order", body, text)
            }
            Content::Unsupported { what } => {
                let more = json!({"errors": [without_link(131_051)]});
                Draft { more, ..Draft::new("unsupported", json!({"type": what}), what) }
            }
            Content::Unavailable => {
                let more = json!({"errors": [without_link(131_060)]});
                Draft { more, ..Draft::new("unsupported", Value::Null, "") }
            }
            Content::Raw { name, body } => Draft::new(name, body.clone(), ""),
        }))
    }

    /// A customer's message.
    pub(super) fn send(&mut self, who: i64, phone: &str, content: &Content, with: &Dressing) -> Result<String> {
        self.both(who, phone)?;
        let mut draft = self.draft(phone, content)?.0;
        let mut context = Map::new();
        if let Some(id) = &with.reply_to {
            context.extend(self.context(phone, id));
            draft.quoted = Some(id.clone());
        }
        for (key, on) in [("forwarded", with.forwarded), ("frequently_forwarded", with.forwarded_often)] {
            if on {
                context.insert(key.to_owned(), json!(true));
            }
        }
        if let Some(product) = &with.product {
            context.insert("from".to_owned(), json!(self.number_of(phone)));
            context.insert("id".to_owned(), json!(self.next_wamid(&self.number_of(phone), 0x11)));
            context.insert("referred_product".to_owned(), product.clone());
        }
        if !context.is_empty() {
            draft.more["context"] = Value::Object(context);
        }
        for (key, value) in [("referral", with.referral.clone()), ("group_id", with.group_id.clone().map(Value::from))]
        {
            if let Some(value) = value {
                draft.more[key] = value;
            }
        }
        self.deliver_in(who, phone, draft)
    }

    /// `context` of an answer to a message.
    pub(super) fn context(&self, phone: &str, id: &str) -> Map<String, Value> {
        let known = self.message(phone, id).filter(|(_, message)| message.by == By::Customer);
        let author = known.and_then(|(person, _)| self.people.get(&person));
        let mut context = Map::new();
        match author {
            Some(person) if self.sees_phone(phone, person) => {
                context.insert("from".to_owned(), json!(person.wa_id));
            }
            Some(_) => {}
            None => {
                context.insert("from".to_owned(), json!(self.number_of(phone)));
            }
        }
        if let Some(id) = author.and_then(|person| person.user_id.as_ref()) {
            context.insert("from_user_id".to_owned(), json!(id));
        }
        context.insert("id".to_owned(), json!(id));
        context
    }

    /// Adds a draft to the chat, opens the window, queues webhooks; returns the wamid.
    pub(super) fn deliver_in(&mut self, who: i64, phone: &str, draft: Draft) -> Result<String> {
        let person = self.both(who, phone)?;
        let id = self.next_wamid(&person.wa_id, 0x12);
        let mut json = json!({"id": id, "timestamp": self.seconds().to_string(), "type": draft.kind});
        self.put_ids(phone, &person, "from", &mut json);
        if !draft.body.is_null() {
            json[draft.kind.as_str()] = draft.body.clone();
        }
        let more = draft.more.as_object().cloned().unwrap_or_default();
        for (key, value) in &more {
            json[key] = value.clone();
        }
        let contact = self.contact(phone, &person);
        let (at, now, entry) = (self.seconds(), self.now, self.entry_hours * HOUR);
        let chat = self.chat_mut(phone, who);
        if draft.kind != "system" && draft.kind != "request_welcome" {
            chat.open_until = chat.open_until.max(now + WINDOW);
        }
        if more.contains_key("referral") {
            chat.entry_until = now + entry;
            chat.open_until = chat.open_until.max(now + entry);
        }
        if !draft.is_silent {
            chat.messages.push(Message {
                id: id.clone(),
                by: By::Customer,
                at,
                kind: draft.kind.clone(),
                body: draft.body,
                more,
                quoted: draft.quoted,
                reactions: Default::default(),
                status: None,
                error: None,
                callback: None,
                category: String::new(),
                text: draft.text,
                json: json.clone(),
                media: draft.media,
                is_to_phone: false,
                is_read: false,
                is_edited: false,
                is_revoked: false,
                is_old: false,
            });
        }
        // A system message has no `contacts`.
        let value = match draft.kind.as_str() {
            "system" => json!({"messages": [json]}),
            _ => json!({"contacts": [contact], "messages": [json]}),
        };
        self.tell_phone(phone, "messages", value);
        Ok(id)
    }
}

/// A draft for use in other modules.
pub(crate) struct DraftBox(pub(super) Draft);

impl DraftBox {
    /// Kind, body, text, media.
    pub(crate) fn parts(self) -> (String, Value, String, Option<String>) {
        (self.0.kind, self.0.body, self.0.text, self.0.media)
    }
}

/// Errors in messages have no `href`.
fn without_link(code: i64) -> Value {
    let mut error = codes::in_webhook(code, None);
    if let Some(error) = error.as_object_mut() {
        error.remove("href");
    }
    error
}
