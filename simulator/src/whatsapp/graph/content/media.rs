//! Files: by the id of an upload, or by a link that Meta downloads.

use serde_json::Value;

use super::{Content, Linked, Place, sticker};
use crate::whatsapp::{
    graph::error::{GraphError, ensure},
    state::{Media, State},
};

/// Maximum characters of a caption.
const CAPTION: usize = 1024;
const MB: usize = 1024 * 1024;

/// Media types of documents.
pub(in crate::whatsapp::graph) const DOCUMENTS: [&str; 8] = [
    "application/pdf",
    "text/plain",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
];

/// Media types and maximum bytes of a kind; `None` allows any type.
pub(in crate::whatsapp::graph) fn limits(kind: &str) -> (Option<&'static [&'static str]>, usize) {
    match kind {
        "image" => (Some(&["image/jpeg", "image/png"]), 5 * MB),
        "video" => (Some(&["video/mp4", "video/3gpp"]), 16 * MB),
        "audio" => (Some(&["audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg", "audio/opus"]), 16 * MB),
        "sticker" => (Some(&["image/webp"]), 500 * 1024),
        // The type of a document is checked when it is uploaded; a link is not checked.
        _ => (None, 100 * MB),
    }
}

/// Whether a file may be sent as this kind; the error is the `details` of 131053.
pub(in crate::whatsapp::graph) fn fits(kind: &str, mime: &str, size: usize) -> Result<(), String> {
    let plain = mime.split(';').next().unwrap_or_default().trim();
    let (types, most) = limits(kind);
    if let Some(types) = types.filter(|types| !types.contains(&plain)) {
        return Err(format!("Unsupported {kind} mime type {plain}. Please use one of {}.", types.join(", ")));
    }
    if size > most {
        return Err(format!("Media file size too big. Max file size we currently support: {most} bytes."));
    }
    Ok(())
}

/// Whether the bytes match their declared type, as far as Meta checks.
fn is_genuine(kind: &str, media: &Media, is_voice: bool) -> Result<(), String> {
    fits(kind, &media.mime, media.bytes.len())?;
    let starts = |magic: &[u8]| media.bytes.starts_with(magic);
    let is_ogg = media.mime.starts_with("audio/ogg");
    let is_opus = media.bytes.windows(8).take(512).any(|window| window == b"OpusHead");
    match media.mime.as_str() {
        "image/jpeg" if !starts(&[0xFF, 0xD8]) => Err("Image file is not a valid JPEG.".to_owned()),
        "image/png" if !starts(&[0x89, b'P', b'N', b'G']) => Err("Image file is not a valid PNG.".to_owned()),
        _ if kind == "audio" && is_ogg && !is_opus => Err("Audio codec is not supported: use OPUS.".to_owned()),
        _ if is_voice && !is_ogg => Err("Voice messages must be audio/ogg with the OPUS codec.".to_owned()),
        _ if kind == "sticker" => sticker::check(&media.bytes),
        _ => Ok(()),
    }
}

/// The file of an object with `id` or `link`.
pub(super) fn attach(
    state: &State,
    place: &Place<'_>,
    content: &mut Content,
    (kind, given, is_voice): (&str, &Value, bool),
) -> Result<(), GraphError> {
    if let Some(link) = given["link"].as_str() {
        let is_link = link.starts_with("https://") || link.starts_with("http://");
        ensure(is_link, || GraphError::parameter(&format!("Param {kind}['link'] is not a valid URI.")))?;
        let name = given["filename"].as_str().map(str::to_owned);
        content.linked = Some(Linked { link: link.to_owned(), kind: kind.to_owned(), name });
        return Ok(());
    }
    let id = match &given["id"] {
        Value::String(id) => id.clone(),
        Value::Number(id) => id.to_string(),
        _ => return Err(GraphError::parameter(&format!("The parameter {kind}['id'] or {kind}['link'] is required."))),
    };
    // A file belongs to the number that uploaded it.
    let media = state.living_media(&id).filter(|media| media.phone == place.phone).ok_or_else(|| {
        GraphError::parameter(&format!(
            "Param {kind}['id'] is not a valid whatsapp business account media attachment ID"
        ))
    })?;
    content.unfit = is_genuine(kind, media, is_voice).err();
    content.media = Some(id);
    Ok(())
}

pub(super) fn read(state: &State, place: &Place<'_>, kind: &str, body: Value) -> Result<Content, GraphError> {
    let caption = body["caption"].as_str().unwrap_or_default().to_owned();
    ensure(caption.chars().count() <= CAPTION, || {
        GraphError::parameter(&format!("Param {kind}['caption'] must be at most {CAPTION} characters long."))
    })?;
    ensure(caption.is_empty() || !["audio", "sticker"].contains(&kind), || {
        GraphError::parameter(&format!("Unexpected key \"caption\" on param \"{kind}\"."))
    })?;
    ensure(body.get("filename").is_none() || kind == "document", || {
        GraphError::parameter(&format!("Unexpected key \"filename\" on param \"{kind}\"."))
    })?;
    let is_voice = body["voice"] == true;
    let mut content = Content::new(kind, body.clone(), &caption);
    attach(state, place, &mut content, (kind, &body, is_voice))?;
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_types_and_sizes() {
        for (kind, mime, most) in [
            ("image", "image/jpeg", 5 * MB),
            ("video", "video/mp4", 16 * MB),
            ("audio", "audio/ogg; codecs=opus", 16 * MB),
            ("sticker", "image/webp", 500 * 1024),
            ("document", "application/zip", 100 * MB),
        ] {
            assert_eq!(fits(kind, mime, most), Ok(()), "{kind}");
            assert!(fits(kind, mime, most + 1).unwrap_err().contains("too big"), "{kind}");
        }
        assert!(fits("image", "image/gif", 1).unwrap_err().starts_with("Unsupported image mime type image/gif."));
        assert!(fits("sticker", "image/png", 1).is_err());
    }
}
