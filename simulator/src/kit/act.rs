//! The vocabulary of `/acts`: what people do on their phones, and what the business does in the messenger's own
//! application. Each messenger keeps its own words for it, in tables.

use anyhow::{Context, Result, ensure};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde_json::{Map, Value};

use super::id::Id;
use super::model::{State, Upload};

/// What every messenger has in common.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verb {
    /// Allows the line to write, with a payload if the person came through a link.
    Start,
    /// Forbids the line to write until the next start.
    Stop,
    /// Blocks the line; unblocks it with `"on": false` or `"blocked": false`.
    Block,
    Unblock,
    #[default]
    Send,
    Edit,
    Remove,
    React,
    Press,
    /// Reads everything, or everything up to a message.
    Read,
    Type,
    /// What only this messenger has; its name decides.
    Own,
}

/// An act in the words of a messenger: its name, what it does, and the fields that only it has.
pub type ActWord = (&'static str, Verb, &'static [&'static str]);

/// A kind of content in the words of a messenger.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    pub name: &'static str,
    /// Fields beside `text`, `caption` and files.
    pub fields: &'static [&'static str],
    /// What is sent if no file is given; none for content without files.
    pub sample: Option<Sample>,
    /// The text of its button on the phone, and its fields as JSON; none if the phone does not offer it.
    pub button: Option<(&'static str, &'static str)>,
}

impl Kind {
    pub const fn new(name: &'static str, fields: &'static [&'static str]) -> Self {
        Self { name, fields, sample: None, button: None }
    }

    #[must_use]
    pub const fn sample(self, sample: Sample) -> Self {
        Self { sample: Some(sample), ..self }
    }

    /// With a button on the phone: the key of its text, and the fields that it sends.
    #[must_use]
    pub const fn button(self, word: &'static str, fields: &'static str) -> Self {
        Self { button: Some((word, fields)), ..self }
    }
}

/// A small built-in file.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    pub name: &'static str,
    pub mime: &'static str,
    pub bytes: &'static [u8],
}

macro_rules! samples {
    ($($name:ident: $file:literal, $mime:literal;)*) => {
        impl Sample {$(
            pub const $name: Self = Self {
                name: $file,
                mime: $mime,
                bytes: include_bytes!(concat!("../../assets/samples/", $file)),
            };
        )*}
    };
}

samples! {
    PICTURE: "picture.jpg", "image/jpeg";
    DRAWING: "picture.png", "image/png";
    CLIP: "clip.mp4", "video/mp4";
    MELODY: "melody.mp3", "audio/mpeg";
    VOICE: "voice.ogg", "audio/ogg";
    VOICE_MP4: "voice.mp4", "audio/mp4";
    OFFER: "offer.pdf", "application/pdf";
    STICKER: "sticker.webp", "image/webp";
    ANIMATED_STICKER: "sticker.tgs", "application/x-tgsticker";
    VIDEO_STICKER: "sticker.webm", "video/webm";
    THUMBNAIL: "thumbnail.png", "image/png";
    POSTER: "poster.png", "image/png";
}

/// A file of a content; the sample of its kind if there is nothing else.
#[must_use]
#[derive(Clone, Debug, Default)]
pub struct Given {
    pub name: Option<String>,
    pub mime: Option<String>,
    pub bytes: Option<Bytes>,
    /// The id that `POST /uploads` returned.
    pub upload: Option<String>,
    /// Other fields: `size`, `duration`, …
    pub more: Map<String, Value>,
}

impl Given {
    /// The built-in file of the kind.
    pub fn sample() -> Self {
        Self::default()
    }

    pub fn bytes(name: &str, mime: &str, bytes: impl Into<Bytes>) -> Self {
        let (name, mime) = (Some(name.to_owned()), Some(mime.to_owned()));
        Self { name, mime, bytes: Some(bytes.into()), ..Self::default() }
    }

    pub fn named(self, name: &str) -> Self {
        Self { name: Some(name.to_owned()), ..self }
    }

    /// With a field of the messenger: `size`, `duration`, …
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.more.insert(name.to_owned(), value.into());
        self
    }

    fn read(given: &Value) -> Result<Self> {
        let mut more = given.as_object().context("a file is an object")?.clone();
        let mut text = |name: &str| more.remove(name).and_then(|value| value.as_str().map(str::to_owned));
        let (name, mime, upload) = (text("name"), text("mime"), text("upload"));
        let bytes = match text("data") {
            Some(data) => Some(Bytes::from(STANDARD.decode(data).context("data is not base64")?)),
            None => None,
        };
        Ok(Self { name, mime, bytes, upload, more })
    }

    /// Name, media type and bytes of the file.
    pub fn resolve<O>(&self, state: &State<O>, sample: Sample) -> Result<(String, String, Bytes)> {
        let (mut name, mut mime) = (sample.name.to_owned(), sample.mime.to_owned());
        let mut bytes = Bytes::from_static(sample.bytes);
        if let Some(id) = &self.upload {
            let upload = state.uploads.get(id).context("there is no such upload")?.clone();
            (name, mime, bytes) = (upload.name, upload.mime, upload.bytes);
        }
        let bytes = self.bytes.clone().unwrap_or(bytes);
        Ok((self.name.clone().unwrap_or(name), self.mime.clone().unwrap_or(mime), bytes))
    }
}

/// Content that a person sends: a kind of the messenger, and what belongs to it.
#[must_use]
#[derive(Clone, Debug, Default)]
pub struct Content {
    pub kind: String,
    /// The text, or the caption of a file.
    pub text: String,
    pub files: Vec<Given>,
    pub more: Map<String, Value>,
}

impl Content {
    /// Content of this kind, with the built-in file if it has one.
    pub fn of(kind: &str) -> Self {
        Self { kind: kind.to_owned(), ..Self::default() }
    }

    pub fn text(text: &str) -> Self {
        Self::of("text").saying(text)
    }

    pub fn saying(self, text: &str) -> Self {
        Self { text: text.to_owned(), ..self }
    }

    pub fn file(mut self, file: Given) -> Self {
        self.files.push(file);
        self
    }

    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.more.insert(name.to_owned(), value.into());
        self
    }

    /// A field of the messenger as text; empty if it is none.
    pub fn field(&self, name: &str) -> &str {
        self.more.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// Its files: those that were given, or the built-in one of its kind.
    pub fn resolve<O>(&self, state: &State<O>, kinds: &[Kind]) -> Result<Vec<Upload>> {
        let sample = kinds.iter().find(|one| one.name == self.kind).and_then(|one| one.sample);
        let sample = sample.with_context(|| format!("{} has no files", self.kind))?;
        let none = [Given::sample()];
        let given = if self.files.is_empty() { none.as_slice() } else { self.files.as_slice() };
        let upload = |one: &Given| {
            let (name, mime, bytes) = one.resolve(state, sample)?;
            Ok(Upload { name, mime, bytes })
        };
        given.iter().map(upload).collect()
    }

    /// Reads content as JSON, by the kinds of the messenger.
    pub(crate) fn read(given: &Value, kinds: &[Kind]) -> Result<Self> {
        let mut more = given.as_object().context("content is an object")?.clone();
        let kind = more.remove("kind").and_then(|kind| kind.as_str().map(str::to_owned)).context("kind is missing")?;
        let known = kinds.iter().find(|one| one.name == kind);
        let known = known.with_context(|| format!("there is no content {kind}"))?;
        let mut text = |name: &str| {
            let is_own = known.fields.contains(&name);
            (if is_own { None } else { more.remove(name) }).and_then(|text| text.as_str().map(str::to_owned))
        };
        let text = text("text").or_else(|| text("caption")).unwrap_or_default();
        let mut files = Vec::new();
        if known.sample.is_some() {
            if let Some(file) = more.remove("file") {
                files.push(Given::read(&file)?);
            } else if more.contains_key("data") || more.contains_key("upload") {
                let file = ["data", "upload", "name", "mime"].map(|name| Some((name.to_owned(), more.remove(name)?)));
                files.push(Given::read(&Value::Object(file.into_iter().flatten().collect()))?);
            }
            for file in more.remove("files").as_ref().and_then(Value::as_array).into_iter().flatten() {
                files.push(Given::read(file)?);
            }
        }
        let strange = more.keys().find(|name| !known.fields.contains(&name.as_str()));
        ensure!(strange.is_none(), "{kind} has no field {}", strange.cloned().unwrap_or_default());
        Ok(Self { kind, text, files, more })
    }
}

#[must_use]
#[derive(Clone, Debug, Default)]
pub struct Act {
    /// The messenger's word.
    pub name: String,
    pub verb: Verb,
    pub who: i64,
    /// The line that it is about; empty if it follows from the place or the message.
    pub line: Id,
    /// Another place than the private dialog with the line: the messenger's word and its id.
    pub to: Option<(String, Value)>,
    pub messages: Vec<Id>,
    pub text: Option<String>,
    pub contents: Vec<Content>,
    pub reply_to: Option<Id>,
    pub forward: Option<Id>,
    /// Whatever else the messenger's word needs.
    pub more: Map<String, Value>,
}

/// Fields with the id of a line, in the words of all messengers.
const LINES: [&str; 5] = ["bot", "community", "phone", "account", "seller"];

impl Act {
    /// An act by the messenger's word.
    pub(crate) fn named(name: &str, words: &[ActWord]) -> Result<Self> {
        let known = words.iter().find(|(known, ..)| *known == name);
        let (_, verb, _) = known.with_context(|| format!("there is no act {name}"))?;
        Ok(Self { name: name.to_owned(), verb: *verb, ..Self::default() })
    }

    pub fn of(verb: Verb) -> Self {
        Self { verb, ..Self::default() }
    }

    pub fn own(name: &str) -> Self {
        Self { name: name.to_owned(), verb: Verb::Own, ..Self::default() }
    }

    pub fn who(self, who: i64) -> Self {
        Self { who, ..self }
    }

    /// In the private dialog with this line.
    pub fn line(self, line: impl Into<Id>) -> Self {
        Self { line: line.into(), ..self }
    }

    /// In another place: `("group", -7)`.
    pub fn to(self, word: &str, id: impl Into<Value>) -> Self {
        Self { to: Some((word.to_owned(), id.into())), ..self }
    }

    pub fn message(mut self, id: impl Into<Id>) -> Self {
        self.messages.push(id.into());
        self
    }

    pub fn text(self, text: &str) -> Self {
        Self { text: Some(text.to_owned()), ..self }
    }

    pub fn content(mut self, content: Content) -> Self {
        self.contents.push(content);
        self
    }

    pub fn reply_to(self, message: impl Into<Id>) -> Self {
        Self { reply_to: Some(message.into()), ..self }
    }

    pub fn forward(self, message: impl Into<Id>) -> Self {
        Self { forward: Some(message.into()), ..self }
    }

    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.more.insert(name.to_owned(), value.into());
        self
    }

    /// A field of the messenger as text; empty if it is none.
    pub fn field(&self, name: &str) -> &str {
        self.more.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// A field of the messenger as an id.
    pub fn id(&self, name: &str) -> Result<Id> {
        self.more.get(name).and_then(Id::of).with_context(|| format!("{name} is missing"))
    }

    /// Whether it blocks, not unblocks.
    pub fn blocks(&self) -> bool {
        let switch = self.more.get("on").or_else(|| self.more.get("blocked"));
        self.verb == Verb::Block && switch != Some(&Value::Bool(false))
    }

    /// The first message that it is about.
    pub fn first(&self) -> Result<&Id> {
        self.messages.first().context("message is missing")
    }

    /// Reads an act as JSON, by the words of the messenger.
    pub(crate) fn read(given: &Value, words: &[ActWord], kinds: &[Kind]) -> Result<Self> {
        let mut more = given.as_object().context("an act is an object")?.clone();
        let name = more.remove("act").and_then(|name| name.as_str().map(str::to_owned)).context("act is missing")?;
        let mut act = Self::named(&name, words)?;
        let own = words.iter().find(|(known, ..)| *known == name).map(|(_, _, own)| *own).unwrap_or_default();
        if let Some(with) = more.remove("with") {
            more.extend(with.as_object().context("with is an object")?.clone());
        }
        let mut take = |name: &str| if own.contains(&name) { None } else { more.remove(name) };
        if let Some(who) = take("who") {
            act.who = who.as_i64().context("who is a number")?;
        }
        if let Some(line) = LINES.iter().find_map(|name| take(name)) {
            act.line = Id::of(&line).context("a line is a number or a text")?;
        }
        if let Some(to) = take("to").or_else(|| take("on")) {
            let (word, id) = to.as_object().and_then(|to| to.iter().next()).context("to names a place")?;
            match (LINES.contains(&word.as_str()), Id::of(id)) {
                (true, Some(line)) => act.line = line,
                _ => act.to = Some((word.clone(), id.clone())),
            }
        }
        act.text = take("text").and_then(|text| text.as_str().map(str::to_owned));
        act.reply_to = take("reply_to").or_else(|| take("quote")).as_ref().and_then(Id::of);
        act.forward = take("forward").as_ref().and_then(Id::of);
        let one = take("message").or_else(|| take("cmid")).or_else(|| take("id"));
        let many = take("messages").and_then(|all| all.as_array().cloned()).unwrap_or_default();
        act.messages = one.iter().chain(&many).filter_map(Id::of).collect();
        let one = take("content");
        let many = take("contents").or_else(|| take("items")).and_then(|all| all.as_array().cloned());
        let all = one.iter().chain(many.iter().flatten());
        act.contents = all.map(|content| Content::read(content, kinds)).collect::<Result<_>>()?;
        more.retain(|_, value| !value.is_null());
        let strange = more.keys().find(|field| !own.contains(&field.as_str()));
        ensure!(strange.is_none(), "{name} has no field {}", strange.cloned().unwrap_or_default());
        act.more = more;
        Ok(act)
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// Messages created or changed.
    pub messages: Vec<Id>,
    pub dialog: Id,
    /// The id of what else came of it: a press, a comment, a connection.
    pub id: Id,
}

impl Done {
    pub fn message(&self) -> Id {
        self.messages.first().cloned().unwrap_or_default()
    }
}
