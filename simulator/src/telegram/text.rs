//! Texts and captions: trimmed, measured. No caller formats them, so what would format them is refused: a partial
//! implementation could mislead.

use super::params::{Params, Refusal, bad, ensure};

/// A text's length as Telegram counts it: UTF-16 units.
pub(super) fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// `text`: 1–4096 UTF-16 units.
pub(super) fn message(params: &Params) -> Result<String, Refusal> {
    let text = plain(params, "text")?;
    ensure(!text.is_empty(), || bad("message text is empty"))?;
    ensure(length(&text) <= 4096, || bad("message is too long"))?;
    Ok(text)
}

/// `caption`: 0–1024 UTF-16 units.
pub(super) fn caption(params: &Params) -> Result<String, Refusal> {
    let text = plain(params, "caption")?;
    ensure(length(&text) <= 1024, || bad("message caption is too long"))?;
    Ok(text)
}

fn plain(params: &Params, name: &str) -> Result<String, Refusal> {
    for format in ["parse_mode", "entities", "caption_entities"] {
        ensure(params.filled(format).is_none(), || bad(&format!("unsupported {format}")))?;
    }
    Ok(params.text(name).unwrap_or_default().trim().to_owned())
}
