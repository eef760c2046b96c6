//! Text with its links.

use crate::max::wire::Markup;

/// The text with each link's address after its label: `our offer (https://acme.test/…)`. All other formatting keeps its
/// text only. Offsets count UTF-16 units; markup outside the text is ignored.
pub(super) fn with_links(text: &str, markup: impl Iterator<Item = Markup>) -> String {
    let links = markup.filter(|one| one.r#type == "link").filter_map(|one| {
        let url = one.url.filter(|url| !url.is_empty())?;
        let (start, end) = (byte_of(text, one.from)?, byte_of(text, one.from.checked_add(one.length)?)?);
        let shown = text.get(start..end)?;
        (!shown.is_empty() && !is_same_address(shown, &url)).then_some((end, url))
    });
    let mut links: Vec<(usize, String)> = links.collect();
    // From the end to the start, so that earlier offsets stay valid.
    links.sort_by_key(|(end, _)| std::cmp::Reverse(*end));
    let mut whole = text.to_owned();
    for (end, url) in links {
        whole.insert_str(end, &format!(" ({url})"));
    }
    whole
}

/// The byte offset of an offset in UTF-16 units; none beyond the end or inside a character.
fn byte_of(text: &str, units: usize) -> Option<usize> {
    let mut passed = 0;
    for (place, sign) in text.char_indices() {
        if passed >= units {
            return (passed == units).then_some(place);
        }
        passed += sign.len_utf16();
    }
    (passed == units).then_some(text.len())
}

/// `acme.test/x` as the label of `https://acme.test/x/` hides nothing.
fn is_same_address(shown: &str, url: &str) -> bool {
    let bare = |address: &str| {
        let address = address.trim().trim_end_matches('/');
        let address = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://")).unwrap_or(address);
        address.to_lowercase()
    };
    bare(shown) == bare(url)
}
