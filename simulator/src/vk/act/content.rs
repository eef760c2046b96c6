//! Content that a person sends.

use anyhow::{Context, Result, bail};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::vk::state::{State, Stored};

/// A file: given as bytes, uploaded before, or a small built-in one.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Given {
    /// Its name.
    pub name: Option<String>,
    /// Base64.
    pub data: Option<String>,
    /// The id returned by `POST /uploads`.
    pub upload: Option<String>,
}

/// Content of a message.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Content {
    /// Text only.
    Text { text: String },
    /// Photos with a text.
    Photo {
        #[serde(default)]
        files: Vec<Given>,
        #[serde(default)]
        text: String,
    },
    /// A file.
    Doc {
        #[serde(default)]
        file: Given,
        #[serde(default)]
        text: String,
    },
    /// A voice message.
    Voice {
        #[serde(default)]
        file: Given,
    },
    /// A drawing.
    Graffiti,
    /// A sticker.
    Sticker { id: i64 },
    /// A place.
    Location { latitude: f64, longitude: f64 },
    /// A video hosted by VK, which has no file.
    Video { title: String },
    /// Music hosted by VK.
    Audio { artist: String, title: String },
    /// Any attachments and fields, as in VK's documentation.
    Raw {
        #[serde(default)]
        text: String,
        #[serde(default)]
        attachments: Vec<Value>,
        #[serde(default)]
        fields: Map<String, Value>,
    },
}

/// A message's text, attachments and further fields.
pub(super) type Parts = (String, Vec<Value>, Map<String, Value>);

impl Content {
    /// A text.
    pub fn text(text: &str) -> Self {
        Self::Text { text: text.to_owned() }
    }

    /// A built-in photo with a text.
    pub fn photo(text: &str) -> Self {
        Self::Photo { files: vec![Given::default()], text: text.to_owned() }
    }

    /// The parts of a message by this person.
    pub(super) fn parts(self, state: &mut State, who: i64) -> Result<Parts> {
        let plain = |attachment: Value| (String::new(), vec![attachment], Map::new());
        Ok(match self {
            Self::Text { text } if text.trim().is_empty() => bail!("there is nothing to send"),
            Self::Text { text } => (text, Vec::new(), Map::new()),
            Self::Photo { files, text } => {
                let files = if files.is_empty() { vec![Given::default()] } else { files };
                let photos: Result<Vec<Value>> = files.iter().map(|file| file.keep(state, who, "photo")).collect();
                (text, photos?, Map::new())
            }
            Self::Doc { file, text } => (text, vec![file.keep(state, who, "doc")?], Map::new()),
            Self::Voice { file } => plain(file.keep(state, who, "audio_message")?),
            Self::Graffiti => plain(Given::default().keep(state, who, "graffiti")?),
            Self::Sticker { id } => plain(sticker(state, id)),
            Self::Location { latitude, longitude } => {
                let point = json!({"latitude": latitude, "longitude": longitude});
                let place = json!({"country": "Russia", "city": "Moscow", "title": "Moscow, Russia"});
                let geo = json!({"type": "point", "coordinates": point, "place": place});
                (String::new(), Vec::new(), [("geo".to_owned(), geo)].into_iter().collect())
            }
            Self::Video { title } => {
                let id = 456_239_000 + state.next_serial();
                plain(json!({"type": "video", "video": {"id": id, "owner_id": who, "title": title, "duration": 14,
                    "access_key": state.next_hex(18), "can_add": 1}}))
            }
            Self::Audio { artist, title } => {
                let id = 456_239_000 + state.next_serial();
                plain(json!({"type": "audio", "audio": {"id": id, "owner_id": who, "artist": artist, "title": title,
                    "duration": 201, "url": ""}}))
            }
            Self::Raw { text, attachments, fields } => (text, attachments, fields),
        })
    }
}

fn sticker(state: &mut State, id: i64) -> Value {
    let file = Given::default();
    let key = file.keep(state, 0, "face").ok();
    let url = key.as_ref().and_then(|one| one["face"]["url"].as_str()).unwrap_or_default();
    let image = |side: i64| json!({"url": url, "width": side, "height": side});
    let images: Vec<Value> = [64, 128, 256, 352, 512].into_iter().map(image).collect();
    json!({"type": "sticker", "sticker": {"inner_type": "base_sticker_new", "product_id": 279, "sticker_id": id,
        "images": images, "images_with_background": images, "is_allowed": true}})
}

impl Given {
    fn keep(&self, state: &mut State, who: i64, kind: &str) -> Result<Value> {
        let (sample, usual, mime): (&'static [u8], _, _) = match kind {
            "photo" => (include_bytes!("../../../assets/samples/picture.jpg"), "picture.jpg", "image/jpeg"),
            "audio_message" => (include_bytes!("../../../assets/samples/voice.ogg"), "voice.ogg", "audio/ogg"),
            "graffiti" | "face" => (include_bytes!("../../../assets/samples/picture.png"), "picture.png", "image/png"),
            _ => (include_bytes!("../../../assets/samples/offer.pdf"), "offer.pdf", "application/pdf"),
        };
        let uploaded = match &self.upload {
            Some(id) => Some(state.files.uploads.get(id).cloned().context("no such upload")?),
            None => None,
        };
        let (name, mime, bytes) = match (uploaded, &self.data) {
            (Some((name, mime, bytes)), _) => (name, mime, bytes),
            (None, Some(data)) => {
                let bytes = Bytes::from(STANDARD.decode(data).context("data is not base64")?);
                (usual.to_owned(), "application/octet-stream".to_owned(), bytes)
            }
            (None, None) => (usual.to_owned(), mime.to_owned(), Bytes::from_static(sample)),
        };
        let name = self.name.clone().unwrap_or(name);
        Ok(state.keep(who, Stored { kind: kind.to_owned(), name, mime, bytes, is_lost: false }))
    }
}
