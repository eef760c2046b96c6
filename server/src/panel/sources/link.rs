//! The link of a source for customers.

use base::i18n::Sentence;

use crate::panel::PageContext;

/// A link for customers with what is done with the text after its last parameter (`start=`, `ref=`, `text=`).
pub(super) fn with_hint(page: &PageContext, link: String) -> (String, Sentence) {
    let part = link.rsplit_once('?').map_or("", |(_, part)| part).trim_end_matches('=');
    let own = format!("source-deep-link-hint-{part}");
    let key = if page.words.has(&own) { own } else { "source-deep-link-hint".to_owned() };
    let hint = page.words.text(key).with("part", format!("{part}="));
    (link, hint)
}
