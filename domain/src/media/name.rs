//! File names: a sender's name, made safe for every file system and header.

use actix_web::http::header::{Charset, ContentDisposition, DispositionParam, DispositionType, ExtendedValue};

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
    if is_visible(kept) { shortened(kept) } else { String::new() }
}

fn shortened(name: &str) -> String {
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

#[cfg(test)]
mod tests {
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
}
