//! The content of a person's message.

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::meta::state::State;

/// A file of a message; the built-in file of its kind if there are no bytes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Given {
    /// The whole file in base64.
    data: Option<String>,
    #[serde(skip)]
    bytes: Option<Bytes>,
    name: Option<String>,
    mime: Option<String>,
}

impl Given {
    /// The built-in file of the kind.
    pub fn sample() -> Self {
        Self::default()
    }

    /// Any file.
    pub fn bytes(name: &str, mime: &str, bytes: impl Into<Bytes>) -> Self {
        Self { bytes: Some(bytes.into()), name: Some(name.to_owned()), mime: Some(mime.to_owned()), data: None }
    }
}

/// Content that a person can send.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the webhooks")]
pub enum Content {
    Text {
        text: String,
    },
    /// One file, or several pictures at once.
    File {
        /// `image`, `video`, `audio` or `file`.
        form: String,
        #[serde(default)]
        files: Vec<Given>,
        #[serde(default)]
        text: Option<String>,
    },
    /// A sticker. On Messenger it has a number, and was sent both as `sticker` and as `image` until August 2026.
    Sticker {
        #[serde(default)]
        id: i64,
    },
    /// An answer to a story of the account.
    StoryReply {
        text: String,
    },
    /// The account was mentioned in the person's story.
    StoryMention,
    /// A post, a reel, or any address.
    Share {
        /// `share`, `ig_post`, `ig_reel`, `reel`, `post` or `fallback`.
        form: String,
        #[serde(default)]
        url: Option<String>,
        #[serde(default)]
        title: Option<String>,
    },
    /// Content that the API does not provide: view-once media, polls, GIFs.
    Unsupported,
    /// A message with the given webhook fields, unchanged.
    Raw {
        message: Map<String, Value>,
    },
}

impl Content {
    /// A text.
    pub fn text(text: &str) -> Self {
        Self::Text { text: text.to_owned() }
    }

    /// A file of this form.
    pub fn file(form: &str, file: Given) -> Self {
        Self::File { form: form.to_owned(), files: vec![file], text: None }
    }

    /// The text, the attachments and the other fields of its message.
    pub(super) fn parts(&self, state: &mut State) -> (Option<String>, Vec<Value>, Map<String, Value>) {
        let mut more = Map::new();
        match self {
            Self::Text { text } => (Some(text.clone()), Vec::new(), more),
            Self::File { form, files, text } => {
                let none = [Given::default()];
                let files = if files.is_empty() { none.as_slice() } else { files };
                let all = files.iter().map(|file| kept(state, form, file)).collect();
                (text.clone(), all, more)
            }
            Self::Sticker { id } => {
                let file = kept(state, "image", &Given::default());
                let (mut sticker, mut image) = (file.clone(), file);
                sticker["type"] = json!("sticker");
                for one in [&mut sticker, &mut image] {
                    one["payload"]["sticker_id"] = json!(id);
                }
                (None, vec![sticker, image], more)
            }
            Self::StoryReply { text } => {
                let file = kept(state, "image", &Given::default());
                let url = state.with_address(&file)["payload"]["url"].take();
                let story = json!({ "url": url, "id": format!("1791{:013}", state.next_serial()) });
                more.insert("reply_to".to_owned(), json!({ "story": story }));
                (Some(text.clone()), Vec::new(), more)
            }
            Self::StoryMention => {
                let mut file = kept(state, "image", &Given::default());
                file["type"] = json!("story_mention");
                (None, vec![file], more)
            }
            Self::Share { form, url, title } => {
                (None, vec![share(state, form, url.as_deref(), title.as_deref())], more)
            }
            Self::Unsupported => {
                more.insert("is_unsupported".to_owned(), json!(true));
                (None, Vec::new(), more)
            }
            Self::Raw { message } => (None, Vec::new(), message.clone()),
        }
    }
}

fn share(state: &mut State, form: &str, url: Option<&str>, title: Option<&str>) -> Value {
    let mut one = match url {
        Some(url) => json!({ "type": form, "payload": { "url": url } }),
        None => kept(state, if form.contains("reel") { "video" } else { "image" }, &Given::default()),
    };
    one["type"] = json!(form);
    if let Some(title) = title {
        one["payload"]["title"] = json!(title);
    }
    let id = format!("1792{:013}", state.next_serial());
    match form {
        "ig_post" => one["payload"]["ig_post_media_id"] = json!(id),
        "ig_reel" | "reel" => one["payload"]["reel_video_id"] = json!(id),
        _ => {}
    }
    one
}

/// Stores a file; returns its attachment.
fn kept(state: &mut State, form: &str, given: &Given) -> Value {
    let (bytes, name, mime): (&'static [u8], _, _) = match form {
        "video" => (include_bytes!("../../../assets/samples/clip.mp4"), "clip.mp4", "video/mp4"),
        "audio" => (include_bytes!("../../../assets/samples/voice.ogg"), "audioclip.mp4", "audio/mp4"),
        "file" => (include_bytes!("../../../assets/samples/offer.pdf"), "offer.pdf", "application/pdf"),
        _ => (include_bytes!("../../../assets/samples/picture.jpg"), "picture.jpg", "image/jpeg"),
    };
    let decoded = given.data.as_ref().and_then(|data| STANDARD.decode(data).ok()).map(Bytes::from);
    let bytes = given.bytes.clone().or(decoded).unwrap_or_else(|| Bytes::from_static(bytes));
    let (name, mime) = (given.name.as_deref().unwrap_or(name), given.mime.as_deref().unwrap_or(mime));
    let file = state.keep(form, name, mime, bytes);
    json!({ "type": form, "payload": { "file": file } })
}
