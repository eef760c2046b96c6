//! Detects a file's type from its first bytes, whatever its sender declares.

use super::MediaKind;

/// Number of first bytes examined.
pub(super) const HEAD: usize = 8 * 1024;
/// An unrecognised type.
pub(super) const UNKNOWN: &str = "application/octet-stream";
/// Types that browsers display without executing anything.
const SHOWN: &[&str] = &[
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "image/avif",
    "image/bmp",
    "image/heif",
    "video/mp4",
    "video/webm",
    "video/quicktime",
    "audio/mpeg",
    "audio/ogg",
    "audio/m4a",
    "audio/x-wav",
    "audio/x-flac",
    "audio/aac",
    "audio/amr",
];

/// The type of a file with these first bytes.
pub(super) fn type_of(head: &[u8]) -> &'static str {
    if let Some(markup) = markup(head) {
        return markup;
    }
    if let Some(found) = infer::get(head) {
        return match found.mime_type() {
            // An Ogg file with Opus is `audio/ogg` (RFC 7845 §9); `audio/opus` is its bare form on the wire (RFC 7587).
            "audio/opus" => "audio/ogg",
            other => other,
        };
    }
    if is_text(head) { "text/plain" } else { UNKNOWN }
}

/// Whatever a browser might take for a page: the first non-blank character is `<`.
fn markup(head: &[u8]) -> Option<&'static str> {
    let rest = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    if !rest.starts_with(b"<") {
        return None;
    }
    let has = |tag: &[u8]| rest.windows(tag.len()).any(|window| window.eq_ignore_ascii_case(tag));
    Some(if has(b"<svg") {
        "image/svg+xml"
    } else if rest.len() >= 5 && rest[..5].eq_ignore_ascii_case(b"<?xml") {
        "text/xml"
    } else {
        "text/html"
    })
}

/// UTF-8 without control characters; the end may be cut within a character.
fn is_text(head: &[u8]) -> bool {
    let whole = match std::str::from_utf8(head) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    };
    whole && !head.is_empty() && !head.iter().any(|byte| matches!(byte, 0..=8 | 14..=26 | 28..=31 | 127))
}

/// Whether a file of this type can be sent as this kind.
pub(super) fn fits(kind: MediaKind, mime_type: &str) -> bool {
    let picture = mime_type.starts_with("image/") && mime_type != "image/svg+xml";
    let sound = mime_type.starts_with("audio/");
    match kind {
        MediaKind::File => true,
        MediaKind::Picture | MediaKind::Avatar => picture,
        MediaKind::Video => mime_type.starts_with("video/"),
        MediaKind::Audio => sound,
        // Some messengers record into video containers.
        MediaKind::Voice => sound || ["video/mp4", "video/webm"].contains(&mime_type),
        // Animated stickers are videos or compressed drawings.
        MediaKind::Sticker => picture || ["video/webm", "application/gzip"].contains(&mime_type),
    }
}

/// The most likely kind of a file of this type.
pub(super) fn kind_of(mime_type: &str) -> MediaKind {
    [MediaKind::Picture, MediaKind::Video, MediaKind::Audio]
        .into_iter()
        .find(|kind| fits(*kind, mime_type))
        .unwrap_or(MediaKind::File)
}

/// How a file is served: its `Content-Type`, and whether a browser may display it inline.
pub(super) fn served(mime_type: &str) -> (&str, bool) {
    match mime_type {
        shown if SHOWN.contains(&shown) => (shown, true),
        "text/plain" => ("text/plain; charset=utf-8", false),
        // Types that a browser would execute.
        active if active.starts_with("text/") || active.contains("xml") || active.contains("script") => {
            (UNKNOWN, false)
        }
        other => (other, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_recognised_by_the_first_bytes() {
        for (head, mime_type) in [
            (b"\xff\xd8\xff\xe0\x00\x10JFIF".as_slice(), "image/jpeg"),
            (b"\x89PNG\r\n\x1a\n", "image/png"),
            (b"GIF89a<script>", "image/gif"),
            (b"%PDF-1.7", "application/pdf"),
            (b"OggS\x00\x02", "audio/ogg"),
            (b"OggS\x00\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x13OpusHead\x01\x01", "audio/ogg"),
            (b"<html>", "text/html"),
            (b"\xef\xbb\xbf \n<!DOCTYPE html>", "text/html"),
            (b" <script>alert(1)</script>", "text/html"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'>", "image/svg+xml"),
            (b"<?xml version='1.0'?><!-- x --><SVG onload=alert(1)>", "image/svg+xml"),
            (b"<?xml version='1.0'?><a/>", "text/xml"),
            (b"name;phone\n\xd0\x90\xd0\xbd\xd0\xbd\xd0\xb0;7\n", "text/plain"),
            (b"alert(1)", "text/plain"),
            (b"cut within a sign \xd0", "text/plain"),
            (b"\x00\x01\x02", UNKNOWN),
            (b"", UNKNOWN),
        ] {
            assert_eq!(type_of(head), mime_type, "{:?}", String::from_utf8_lossy(head));
        }
    }

    #[test]
    fn no_content_that_a_browser_would_execute_is_shown_inline() {
        for active in ["text/html", "image/svg+xml", "text/xml", "application/javascript", "text/x-shellscript"] {
            assert_eq!(served(active), (UNKNOWN, false), "{active}");
        }
        assert_eq!(served("text/plain"), ("text/plain; charset=utf-8", false));
        assert_eq!(served("application/pdf"), ("application/pdf", false));
        assert_eq!(served("image/png"), ("image/png", true));
    }

    #[test]
    fn a_false_kind_of_a_file_is_detected() {
        assert!(fits(MediaKind::Picture, "image/webp") && !fits(MediaKind::Picture, "image/svg+xml"));
        assert!(!fits(MediaKind::Picture, "text/html") && !fits(MediaKind::Video, "application/x-executable"));
        assert!(fits(MediaKind::Voice, "video/mp4") && !fits(MediaKind::Audio, "video/mp4"));
        assert!(fits(MediaKind::File, UNKNOWN) && fits(MediaKind::Sticker, "application/gzip"));
        assert_eq!((kind_of("image/gif"), kind_of("image/svg+xml")), (MediaKind::Picture, MediaKind::File));
    }
}
