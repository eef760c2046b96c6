//! What machines write oddly in JSON: a cut emoji, a byte that is no UTF-8, a byte order mark. None of it is a reason to
//! lose the rest of a text, so every entrance reads bodies mended, after their signatures were verified.

use std::borrow::Cow;

/// The bytes as JSON parsers accept them: broken characters (invalid UTF-8, escaped halves of surrogate pairs) become
/// U+FFFD, and a byte order mark is left out. Borrowed if no character was broken.
pub fn mended(body: &[u8]) -> Cow<'_, [u8]> {
    match String::from_utf8_lossy(unmarked(body)) {
        Cow::Borrowed(text) => whole_escapes(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(whole_escapes(text.as_bytes()).into_owned()),
    }
}

/// The bytes without a byte order mark.
pub(super) fn unmarked(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

/// Replaces escapes of lone surrogates.
pub(super) fn whole_escapes(bytes: &[u8]) -> Cow<'_, [u8]> {
    let mut whole = Cow::Borrowed(bytes);
    let mut at = 0;
    while let Some(step) = bytes.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == b'\\')) {
        at += step;
        at += match (unit(bytes, at), unit(bytes, at + 6)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => {
                if let Some(escape) = whole.to_mut().get_mut(at..at + 6) {
                    escape.copy_from_slice(b"\\ufffd");
                }
                6
            }
            (Some(_), _) => 6,
            (None, _) => 2,
        };
    }
    whole
}

/// The UTF-16 unit of an escape like `\ud83d`.
fn unit(bytes: &[u8], at: usize) -> Option<u16> {
    let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    let digits = std::str::from_utf8(digits).ok().filter(|digits| !digits.starts_with('+'))?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_characters_are_replaced_and_nothing_else() {
        for (written, read) in [
            (r#""half \ud83d""#.as_bytes(), "half \u{fffd}"),
            (br#""\udc4b\ud83d turned""#, "\u{fffd}\u{fffd} turned"),
            (br#""\ud83d\ud83d\udc4b""#, "\u{fffd}👋"),
            (br#""\ud83d\n\\ud83d \u041f\uDC4B""#, "\u{fffd}\n\\ud83d П\u{fffd}"),
            (br#""\ud83d\u0041 \ud83d\\udc4b""#, "\u{fffd}A \u{fffd}\\udc4b"),
            (b"\"bytes \xff\xfe \xd0\x9f\"", "bytes \u{fffd}\u{fffd} П"),
            (b"\"\xf0\x9f\x91 \\ud83d\"", "\u{fffd} \u{fffd}"),
            (b"\"\xed\xa0\xbd\"", "\u{fffd}\u{fffd}\u{fffd}"),
            (b"\xef\xbb\xbf\"marked \xef\xbb\xbf\"", "marked \u{feff}"),
        ] {
            assert_ne!(mended(written), written);
            assert_eq!(serde_json::from_slice::<String>(&mended(written)).unwrap(), read);
        }
        for whole in [r#""\ud83d\udc4b \u0000 \\ud83d 👋""#, r#""\u+d83""#, r#""\ud8"#, "\\", "", "\"\\u"] {
            assert!(matches!(mended(whole.as_bytes()), Cow::Borrowed(same) if same == whole.as_bytes()), "{whole}");
        }
    }
}
