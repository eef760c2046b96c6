//! Text with its links.

use crate::max::wire::Markup;
use crate::text_links::{self, Link};

/// The text with each link's address after its label. Other formatting is dropped.
pub(super) fn with_links(text: &str, markup: impl Iterator<Item = Markup>) -> String {
    let markup: Vec<Markup> = markup.filter(|one| one.r#type == "link").collect();
    let links =
        markup.iter().filter_map(|one| Some(Link { offset: one.from, length: one.length, url: one.url.as_deref()? }));
    text_links::with_links(text, links)
}
