//! The file objects of `Message`: `Video`, `Voice`, `Document` and the others.

use bytes::Bytes;
use serde_json::{Value, json};

use super::{
    image,
    state::{FileKind, State},
};

/// Metadata of a file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    pub(crate) duration: Option<i64>,
    pub(crate) width: Option<i64>,
    pub(crate) height: Option<i64>,
    /// The declared size.
    pub(crate) size: Option<i64>,
}

/// Stores a file and returns its object. For pictures use `show::photo_sizes`.
pub(crate) fn object(
    state: &mut State,
    kind: FileKind,
    (bytes, name, mime): (Bytes, Option<String>, String),
    facts: &Facts,
) -> Value {
    let measured = image::dimensions(&bytes);
    let unique = state.files.keep(kind, bytes, name.clone(), Some(mime.clone()));
    if let (Some(size), Some(stored)) = (facts.size, state.files.get_mut(&unique)) {
        stored.size = size;
    }
    let size = state.files.get(&unique).map_or(0, |stored| stored.size);
    let mut object = json!({"file_unique_id": unique, "file_size": size});
    let duration = facts.duration.unwrap_or(3);
    match kind {
        FileKind::Video | FileKind::Animation => {
            object["width"] = json!(facts.width.unwrap_or(640));
            object["height"] = json!(facts.height.unwrap_or(360));
            object["duration"] = json!(duration);
            object["mime_type"] = json!(mime);
        }
        FileKind::VideoNote => {
            object["length"] = json!(facts.width.unwrap_or(384));
            object["duration"] = json!(duration);
        }
        FileKind::Voice | FileKind::Audio => {
            object["duration"] = json!(duration);
            object["mime_type"] = json!(mime);
        }
        FileKind::Sticker => {
            let (width, height) = measured.unwrap_or((512, 512));
            object["type"] = json!("regular");
            object["width"] = json!(width);
            object["height"] = json!(height);
            object["is_animated"] = json!(mime == "application/x-tgsticker");
            object["is_video"] = json!(mime == "video/webm");
        }
        _ => object["mime_type"] = json!(mime),
    }
    let has_name = matches!(kind, FileKind::Video | FileKind::Animation | FileKind::Audio | FileKind::Document);
    if let Some(name) = name.filter(|_| has_name) {
        object["file_name"] = json!(name);
    }
    if matches!(kind, FileKind::Video | FileKind::VideoNote | FileKind::Sticker) {
        object["thumbnail"] = preview(state);
    }
    object
}

/// The preview of videos and stickers.
pub(crate) fn thumbnail() -> Bytes {
    Bytes::from_static(include_bytes!("../../assets/samples/thumbnail.png"))
}

fn preview(state: &mut State) -> Value {
    let bytes = thumbnail();
    let size = bytes.len();
    let unique = state.files.keep(FileKind::Thumbnail, bytes, None, None);
    json!({"file_unique_id": unique, "file_size": size, "width": 320, "height": 200})
}
