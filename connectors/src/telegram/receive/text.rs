//! Texts with their link targets (telegram §4.2).

use crate::telegram::wire::Entity;

/// The text with each link's address after its label: `our offer (https://acme.test/…)`. All other formatting (bold,
/// spoiler, mention) keeps its text only. Offsets count UTF-16 units; entities outside the text are ignored.
pub(super) fn with_links(text: &str, entities: &[Entity]) -> String {
    let mut links: Vec<(usize, &str)> = entities
        .iter()
        .filter(|entity| entity.r#type == "text_link")
        .filter_map(|entity| {
            let url = entity.url.as_deref().filter(|url| !url.is_empty())?;
            let (start, end) =
                (byte_of(text, entity.offset)?, byte_of(text, entity.offset.checked_add(entity.length)?)?);
            let shown = text.get(start..end)?;
            (!shown.is_empty() && !is_same_address(shown, url)).then_some((end, url))
        })
        .collect();
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

#[cfg(test)]
mod tests {
    use super::*;

    fn link(offset: usize, length: usize, url: &str) -> Entity {
        Entity { r#type: "text_link".to_owned(), offset, length, url: Some(url.to_owned()) }
    }

    #[test]
    fn addresses_stand_behind_the_words_they_are_under() {
        let text = "👋🏽 Hi! See our offer and call +79990001122";
        let linked = with_links(text, &[link(13, 9, "https://acme.test/offer?id=7")]);
        assert_eq!(linked, "👋🏽 Hi! See our offer (https://acme.test/offer?id=7) and call +79990001122");
    }

    #[test]
    fn several_links_keep_their_places_and_an_address_is_not_said_twice() {
        let text = "a 🌸 b acme.test/x";
        let entities =
            [link(0, 1, "https://one.test"), link(2, 2, "https://two.test"), link(7, 11, "https://Acme.test/x/")];
        assert_eq!(with_links(text, &entities), "a (https://one.test) 🌸 (https://two.test) b acme.test/x");
    }

    #[test]
    fn places_that_are_none_are_left_out() {
        let text = "🌸!";
        let entities =
            [link(1, 1, "https://x.test"), link(0, 99, "https://x.test"), link(usize::MAX, 2, "https://x.test")];
        assert_eq!(with_links(text, &entities), text);
        assert_eq!(with_links("", &[link(0, 0, "https://x.test")]), "");
    }
}
