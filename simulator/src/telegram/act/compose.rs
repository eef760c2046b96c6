//! Converts a person's content to the fields of `Message`.

use anyhow::{Context, Result, bail};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::{
    content::{Content, Given, StickerForm},
    samples,
};
use crate::telegram::{
    detect, image,
    media::{self, Facts},
    state::{Draft, FileKind, State},
};

/// A file ready to be stored.
struct File {
    bytes: Bytes,
    name: Option<String>,
    mime: String,
}

impl Given {
    fn load(&self, state: &State, kind: FileKind, form: StickerForm) -> Result<File> {
        let (sample, usual_name, usual_mime) = samples::of(kind, form);
        let uploaded = match &self.upload {
            Some(id) => Some(state.files.uploads.get(id).cloned().context("no such upload")?),
            None => None,
        };
        let (name, mime, bytes) = match (uploaded, &self.bytes, &self.data) {
            (Some((name, mime, bytes)), _, _) => (Some(name), Some(mime), bytes),
            (None, Some(bytes), _) => (None, None, bytes.clone()),
            (None, None, Some(data)) => (None, None, Bytes::from(STANDARD.decode(data).context("data is not base64")?)),
            (None, None, None) => (Some(usual_name.to_owned()), Some(usual_mime.to_owned()), sample),
        };
        let name = self.name.clone().or(name).filter(|_| !self.is_nameless);
        let mime = self.mime.clone().or(mime).unwrap_or_else(|| usual_mime.to_owned());
        Ok(File { bytes, name, mime })
    }

    /// Stores the file and returns its object in `Message`.
    fn object(&self, state: &mut State, kind: FileKind, form: StickerForm) -> Result<Value> {
        let file = self.load(state, kind, form)?;
        let facts = Facts { duration: self.duration, size: self.size, ..Facts::default() };
        Ok(media::object(state, kind, (file.bytes, file.name, file.mime), &facts))
    }
}

/// Adds a caption, if there is one.
pub(super) fn captioned(fields: &mut Map<String, Value>, caption: &str) {
    if caption.is_empty() {
        return;
    }
    fields.insert("caption".to_owned(), json!(caption));
    let entities = detect::entities(caption);
    if !entities.is_empty() {
        fields.insert("caption_entities".to_owned(), json!(entities));
    }
}

/// A draft with one object under its kind.
fn of_object(kind: &str, object: Value, caption: &str) -> Draft {
    let mut draft = Draft::new(kind, json!({kind: object}));
    captioned(&mut draft.fields, caption);
    draft
}

/// Removes null fields.
fn present(mut value: Value) -> Value {
    if let Value::Object(fields) = &mut value {
        fields.retain(|_, one| !one.is_null());
    }
    value
}

impl Content {
    /// The draft of a person's message with this content.
    pub(super) fn draft(&self, state: &mut State, who: i64) -> Result<Draft> {
        let still = StickerForm::Static;
        Ok(match self {
            Self::Text { text, entities } => text_draft(text, entities)?,
            Self::Photo { file, caption } => of_object("photo", photo(state, file)?, caption),
            Self::LivePhoto { file, caption } => {
                let film = Given::sample().lasting(3).object(state, FileKind::Video, still)?;
                let mut draft = of_object("live_photo", present(film), caption);
                draft.fields.insert("photo".to_owned(), photo(state, file)?);
                draft
            }
            Self::Video { file, caption } => of_object("video", file.object(state, FileKind::Video, still)?, caption),
            Self::Animation { file, caption } => {
                let film = file.object(state, FileKind::Animation, still)?;
                let mut document = film.clone();
                if let Value::Object(fields) = &mut document {
                    fields.retain(|key, _| !["width", "height", "duration"].contains(&key.as_str()));
                }
                let mut draft = of_object("animation", film, caption);
                draft.fields.insert("document".to_owned(), document);
                draft
            }
            Self::Document { file, caption } => {
                of_object("document", file.object(state, FileKind::Document, still)?, caption)
            }
            Self::Voice { file, caption } => of_object("voice", file.object(state, FileKind::Voice, still)?, caption),
            Self::Audio { file, caption, performer, title } => {
                let mut audio = file.object(state, FileKind::Audio, still)?;
                audio["performer"] = json!(performer);
                audio["title"] = json!(title);
                of_object("audio", present(audio), caption)
            }
            Self::VideoNote { file } => of_object("video_note", file.object(state, FileKind::VideoNote, still)?, ""),
            Self::Sticker { file, emoji, set_name, form } => {
                let mut sticker = file.object(state, FileKind::Sticker, *form)?;
                sticker["emoji"] = json!(emoji);
                sticker["set_name"] = json!(set_name);
                sticker["is_animated"] = json!(*form == StickerForm::Animated);
                sticker["is_video"] = json!(*form == StickerForm::Video);
                of_object("sticker", present(sticker), "")
            }
            other => other.plain_draft(state, who)?,
        })
    }

    /// Kinds of content without files.
    fn plain_draft(&self, state: &mut State, who: i64) -> Result<Draft> {
        let point = |latitude: f64, longitude: f64| json!({"latitude": latitude, "longitude": longitude});
        Ok(match self {
            Self::Location { latitude, longitude, live_period, heading, horizontal_accuracy } => {
                let mut location = point(*latitude, *longitude);
                location["live_period"] = json!(live_period);
                location["heading"] = json!(heading);
                location["horizontal_accuracy"] = json!(horizontal_accuracy);
                of_object("location", present(location), "")
            }
            Self::Venue { latitude, longitude, title, address } => {
                let location = point(*latitude, *longitude);
                let venue = json!({"location": location, "title": title, "address": address});
                Draft::new("venue", json!({"venue": venue, "location": location}))
            }
            Self::Contact { phone_number, first_name, last_name, user_id, vcard } => {
                let contact = json!({"phone_number": phone_number, "first_name": first_name, "last_name": last_name,
                    "user_id": user_id, "vcard": vcard});
                of_object("contact", present(contact), "")
            }
            Self::OwnContact => {
                let person = state.people.get(&who).context("no such person")?;
                let contact = json!({"phone_number": person.phone, "first_name": person.first_name,
                    "last_name": person.last_name, "user_id": person.id});
                of_object("contact", present(contact), "")
            }
            Self::Poll { question, options } => of_object("poll", poll(state, question, options), ""),
            Self::Dice { emoji, value } => of_object("dice", json!({"emoji": emoji, "value": value}), ""),
            Self::Story { chat, id } => of_object("story", json!({"chat": chat.channel(), "id": id}), ""),
            Self::PaidMedia { stars } => {
                let preview = json!({"type": "preview", "width": 1280, "height": 720, "duration": 20});
                of_object("paid_media", json!({"star_count": stars, "paid_media": [preview]}), "")
            }
            Self::Checklist { title, tasks } => {
                let task = |(id, text): (usize, &String)| json!({"id": id + 1, "text": text});
                let tasks: Vec<Value> = tasks.iter().enumerate().map(task).collect();
                of_object("checklist", json!({"title": title, "tasks": tasks}), "")
            }
            Self::RichMessage { blocks } => of_object("rich_message", json!({"blocks": blocks}), ""),
            Self::Raw { fields } => Draft::new("raw", Value::Object(fields.clone())),
            _ => bail!("this kind has a file"),
        })
    }
}

fn text_draft(text: &str, entities: &[Value]) -> Result<Draft> {
    let text = text.trim();
    if text.is_empty() {
        bail!("there is nothing to send");
    }
    if detect::length(text) > 4096 {
        bail!("a message has at most 4096 characters; the app would send two");
    }
    let entities = if entities.is_empty() { detect::entities(text) } else { entities.to_vec() };
    let mut draft = Draft::new("text", json!({"text": text}));
    if !entities.is_empty() {
        draft.fields.insert("entities".to_owned(), json!(entities));
    }
    Ok(draft)
}

fn photo(state: &mut State, given: &Given) -> Result<Value> {
    let file = given.load(state, FileKind::Photo, StickerForm::Static)?;
    let (width, height) = image::dimensions(&file.bytes).unwrap_or((1280, 960));
    Ok(crate::telegram::show::photo_sizes(state, &file.bytes, width, height))
}

fn poll(state: &mut State, question: &str, options: &[String]) -> Value {
    let mut option = |text: &String| {
        let id = format!("option-{}", state.next_serial());
        json!({"persistent_id": id, "text": text, "voter_count": 0})
    };
    let options: Vec<Value> = options.iter().map(&mut option).collect();
    let id = format!("{}", 5_431_112_223_334_000_000 + state.next_serial());
    json!({"id": id, "question": question, "options": options, "total_voter_count": 0, "is_closed": false,
        "is_anonymous": true, "type": "regular", "allows_multiple_answers": false, "allows_revoting": true,
        "members_only": false})
}
