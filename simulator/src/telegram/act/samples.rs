//! The built-in files, one of each kind.

use bytes::Bytes;

use super::content::StickerForm;
use crate::telegram::state::FileKind;

/// A built-in file with its usual name and media type.
pub(crate) fn of(kind: FileKind, form: StickerForm) -> (Bytes, &'static str, &'static str) {
    let (bytes, name, mime): (&'static [u8], _, _) = match (kind, form) {
        (FileKind::Photo | FileKind::Thumbnail, _) => {
            (include_bytes!("../../../assets/samples/picture.jpg"), "picture.jpg", "image/jpeg")
        }
        (FileKind::Video | FileKind::Animation | FileKind::VideoNote, _) => {
            (include_bytes!("../../../assets/samples/clip.mp4"), "clip.mp4", "video/mp4")
        }
        (FileKind::Voice, _) => (include_bytes!("../../../assets/samples/voice.ogg"), "voice.ogg", "audio/ogg"),
        (FileKind::Audio, _) => (include_bytes!("../../../assets/samples/melody.mp3"), "melody.mp3", "audio/mpeg"),
        (FileKind::Document, _) => {
            (include_bytes!("../../../assets/samples/offer.pdf"), "offer.pdf", "application/pdf")
        }
        (FileKind::Sticker, StickerForm::Static) => {
            (include_bytes!("../../../assets/samples/sticker.webp"), "sticker.webp", "image/webp")
        }
        (FileKind::Sticker, StickerForm::Animated) => {
            (include_bytes!("../../../assets/samples/sticker.tgs"), "sticker.tgs", "application/x-tgsticker")
        }
        (FileKind::Sticker, StickerForm::Video) => {
            (include_bytes!("../../../assets/samples/sticker.webm"), "sticker.webm", "video/webm")
        }
    };
    (Bytes::from_static(bytes), name, mime)
}
