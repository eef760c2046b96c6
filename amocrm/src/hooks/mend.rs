//! Repairs damaged text, so that no manager's message is lost because of one broken character.

use std::borrow::Cow;

use serde_json::Value;

/// The JSON of a body whose broken characters (invalid UTF-8, unpaired surrogates) are replaced by U+FFFD; true if
/// there were any.
pub(super) fn parse(body: &[u8]) -> serde_json::Result<(Value, bool)> {
    let error = match serde_json::from_slice(body) {
        Ok(value) => return Ok((value, false)),
        Err(error) => error,
    };
    let text = String::from_utf8_lossy(body);
    let mended = surrogates(text.as_bytes());
    let changed = mended.is_some() || matches!(text, Cow::Owned(_));
    let mended = mended.as_deref().unwrap_or(text.as_bytes());
    // The first error has the position in the original bytes.
    if changed && let Ok(value) = serde_json::from_slice(mended) { Ok((value, true)) } else { Err(error) }
}

/// Replaces escapes of unpaired surrogates; none if there are none.
fn surrogates(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut mended: Option<Vec<u8>> = None;
    let mut at = 0;
    while let Some(step) = bytes.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == b'\\')) {
        at += step;
        at += match (unit(bytes, at), unit(bytes, at + 6)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => {
                let escape = mended.get_or_insert_with(|| bytes.to_vec()).get_mut(at..at + 6);
                escape.into_iter().for_each(|escape| escape.copy_from_slice(b"\\ufffd"));
                6
            }
            (Some(_), _) => 6,
            (None, _) => 2,
        };
    }
    mended
}

/// The UTF-16 unit of an escape like `\ud83d`.
fn unit(bytes: &[u8], at: usize) -> Option<u16> {
    let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    let digits =
        std::str::from_utf8(digits).ok().filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
    u16::from_str_radix(digits, 16).ok()
}
