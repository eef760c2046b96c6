//! Texts with their link targets (telegram §4.2).

use crate::telegram::wire::Entity;
use crate::text_links::{self, Link};

/// The text with each link's address after its label. Other formatting (bold, spoiler, mention) is dropped.
pub(super) fn with_links(text: &str, entities: &[Entity]) -> String {
    let links = entities
        .iter()
        .filter(|entity| entity.r#type == "text_link")
        .filter_map(|entity| Some(Link { offset: entity.offset, length: entity.length, url: entity.url.as_deref()? }));
    text_links::with_links(text, links)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(offset: usize, length: usize, url: &str) -> Entity {
        Entity { r#type: "text_link".to_owned(), offset, length, url: Some(url.to_owned()) }
    }

    #[test]
    fn the_address_of_a_link_follows_the_linked_words() {
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
