//! What a file is called and what it is: a sender's name, made safe for every file system and header; its type by its first
//! bytes, whatever the sender declares; the words in its place.

use actix_web::http::header::{Charset, ContentDisposition, DispositionParam, DispositionType, ExtendedValue};
use base::i18n::Words;
use base::message::is_visible;

use super::MediaKind;

/// Maximum length in bytes; every file system allows this.
const MOST_BYTES: usize = 180;
/// Characters that change the writing direction: they display `ann\u{202e}exe.exe` as `annexe.exe`.
const TURNS: &[char] = &[
    '\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}', '\u{2066}', '\u{2067}',
    '\u{2068}', '\u{2069}', '\u{feff}', '\u{fffd}',
];

/// The last part of a path, without characters special to a shell, a file system or a header; empty if nothing remains.
/// The extension survives if the name is too long.
pub(super) fn clean(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let fits = |sign: &char| !sign.is_control() && !TURNS.contains(sign) && !"<>:\"|?*".contains(*sign);
    let kept: String = last.chars().filter(fits).collect();
    let kept = kept.trim().trim_start_matches('.').trim_end_matches(['.', ' ']);
    if is_visible(kept) { shorten(kept) } else { String::new() }
}

fn shorten(name: &str) -> String {
    if name.len() <= MOST_BYTES {
        return name.to_owned();
    }
    let end = name.rsplit_once('.').map(|(_, end)| end).filter(|end| end.len() <= 16 && end.is_ascii());
    let room = MOST_BYTES - end.map_or(0, |end| end.len() + 1);
    let stem = &name[..name.floor_char_boundary(room)];
    end.map_or_else(|| stem.to_owned(), |end| format!("{stem}.{end}"))
}

/// A name for an unnamed file. Never derived from its address, which may be a secret.
pub(super) fn made_up(kind: MediaKind, mime_type: &str) -> String {
    let word = kind.word();
    extension(mime_type).map_or_else(|| word.to_owned(), |end| format!("{word}.{end}"))
}

fn extension(mime_type: &str) -> Option<&'static str> {
    Some(match mime_type {
        "image/jpeg" => "jpg",
        "image/png" => "png",
        "image/gif" => "gif",
        "image/webp" => "webp",
        "image/heif" => "heic",
        "image/avif" => "avif",
        "image/bmp" => "bmp",
        "image/tiff" => "tif",
        "image/svg+xml" => "svg",
        "video/mp4" => "mp4",
        "video/webm" => "webm",
        "video/quicktime" => "mov",
        "video/x-matroska" => "mkv",
        "video/x-msvideo" => "avi",
        "audio/mpeg" => "mp3",
        "audio/ogg" => "ogg",
        "audio/m4a" => "m4a",
        "audio/x-wav" => "wav",
        "audio/x-flac" => "flac",
        "audio/aac" => "aac",
        "audio/amr" => "amr",
        "application/pdf" => "pdf",
        "application/zip" => "zip",
        "application/gzip" => "gz",
        "application/msword" => "doc",
        "application/vnd.ms-excel" => "xls",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => "docx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "xlsx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation" => "pptx",
        "text/plain" => "txt",
        "text/html" => "html",
        "text/xml" => "xml",
        _ => return None,
    })
}

/// `Content-Disposition` with an ASCII name for old clients and the full one by RFC 5987.
pub(super) fn disposition(inline: bool, name: &str) -> ContentDisposition {
    let plain: String = name.chars().map(|sign| if sign.is_ascii() { sign } else { '_' }).collect();
    let value = name.as_bytes().to_vec();
    let whole = ExtendedValue { charset: Charset::Ext("UTF-8".to_owned()), language_tag: None, value };
    let disposition = if inline { DispositionType::Inline } else { DispositionType::Attachment };
    let mut parameters = vec![DispositionParam::Filename(plain)];
    if !name.is_ascii() {
        parameters.push(DispositionParam::FilenameExt(whole));
    }
    ContentDisposition { disposition, parameters }
}

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

/// The text of a message whose file is unavailable: that it could not be loaded, then the caption.
pub fn placeholder(words: Words, file_name: &str, caption: Option<&str>) -> String {
    let instead = match file_name {
        "" => words.text("media-not-loaded-unnamed").to_string(),
        name => words.text("media-not-loaded").with("name", name.to_owned()).to_string(),
    };
    match caption.filter(|caption| !caption.trim().is_empty()) {
        Some(caption) => format!("{instead}\n{caption}"),
        None => instead,
    }
}

#[cfg(test)]
mod tests {
    use base::i18n::Language;

    use super::*;

    #[test]
    fn names_are_fit_for_every_file_system_and_header() {
        for (said, kept) in [
            ("photo.jpg", "photo.jpg"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Windows\\system.ini", "system.ini"),
            ("..", ""),
            (".htaccess", "htaccess"),
            ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie x=1.pdf"),
            ("ann\u{202e}gpj.exe", "anngpj.exe"),
            ("nul\0byte.png", "nulbyte.png"),
            ("say \"hi\".txt", "say hi.txt"),
            ("Счёт № 5.pdf", "Счёт № 5.pdf"),
            ("folder/", ""),
            ("trailing. ", "trailing"),
        ] {
            assert_eq!(clean(said), kept, "{said:?}");
        }
        let long = clean(&format!("{}.docx", "я".repeat(500)));
        assert!(long.len() <= MOST_BYTES && long.ends_with("я.docx"), "{long}");
        assert_eq!(clean(&"x".repeat(500)).len(), MOST_BYTES);
    }

    #[test]
    fn a_file_without_a_name_gets_one() {
        assert_eq!(made_up(MediaKind::Picture, "image/png"), "picture.png");
        assert_eq!(made_up(MediaKind::Voice, "audio/ogg"), "voice.ogg");
        assert_eq!(made_up(MediaKind::File, "application/octet-stream"), "file");
    }

    #[test]
    fn a_header_holds_any_name() {
        let said = |inline, name| disposition(inline, name).to_string();
        assert_eq!(said(true, "photo.jpg"), "inline; filename=\"photo.jpg\"");
        assert_eq!(
            said(false, "Счёт 1.pdf"),
            "attachment; filename=\"____ 1.pdf\"; filename*=UTF-8''%D0%A1%D1%87%D1%91%D1%82%201.pdf"
        );
    }

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

    #[test]
    fn the_placeholder_of_an_unavailable_file_exists_in_both_languages() {
        let plain = |language, name, caption| placeholder(Words::new(language), name, caption).replace('\u{a0}', " ");
        assert_eq!(plain(Language::En, "photo.jpg", None), "[photo.jpg could not be loaded]");
        assert_eq!(plain(Language::Ru, "фото.jpg", Some("вот")), "[не удалось загрузить фото.jpg]\nвот");
        assert_eq!(plain(Language::En, "", Some(" ")), "[the file could not be loaded]");
    }
}
