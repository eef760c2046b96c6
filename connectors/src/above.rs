//! Adds context above a customer's message, because amoCRM has no field for it.

use base::message::Content;

/// Puts a line above the message's own text or caption, with `gap` between them.
pub(crate) fn above(text: &str, gap: &str, content: &mut Content, caption: &mut Option<String>) {
    let joined = |below: &str| if below.is_empty() { text.to_owned() } else { format!("{text}{gap}{below}") };
    match content {
        Content::Text { text: below } => *below = joined(below),
        other => match other.media_mut() {
            Some(media) => media.text = Some(joined(media.text.as_deref().unwrap_or_default())),
            None => *caption = Some(joined(caption.as_deref().unwrap_or_default())),
        },
    }
}
