//! Turns addresses in texts into links, on pages without script. The script does the same by `linked` of `content.js`.

/// A piece of a text.
#[derive(Debug, PartialEq, Eq)]
pub struct TextPiece<'a> {
    pub text: &'a str,
    /// It is an address.
    pub is_link: bool,
}

/// Divides a text at its addresses; the punctuation that ends a sentence belongs to the sentence.
pub fn pieces(text: &str) -> Vec<TextPiece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = start_of_address(rest) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c: char| c.is_whitespace() || "<>\"".contains(c)).unwrap_or(from.len());
        let address = from.get(..end).unwrap_or(from);
        let address = address.trim_end_matches(|c: char| ".,:;!?'«»…)]}".contains(c));
        pieces.push(TextPiece { text: before, is_link: false });
        pieces.push(TextPiece { text: address, is_link: true });
        rest = from.get(address.len()..).unwrap_or_default();
    }
    pieces.push(TextPiece { text: rest, is_link: false });
    pieces.retain(|piece| !piece.text.is_empty());
    pieces
}

/// Where the next address with something behind its slashes begins.
fn start_of_address(text: &str) -> Option<usize> {
    let lower = text.to_ascii_lowercase();
    let starts = lower.match_indices("http").map(|(at, _)| at);
    let mut addresses = starts.filter(|at| {
        let from = lower.get(*at..).unwrap_or_default();
        let host = from.strip_prefix("https://").or_else(|| from.strip_prefix("http://")).unwrap_or_default();
        let begins_word = !text.get(..*at).unwrap_or_default().ends_with(char::is_alphanumeric);
        begins_word && host.starts_with(|c: char| c.is_alphanumeric() || c == '[')
    });
    addresses.next()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn links(text: &str) -> Vec<&str> {
        pieces(text).into_iter().filter(|piece| piece.is_link).map(|piece| piece.text).collect()
    }

    #[test]
    fn an_address_is_a_link_without_the_end_of_its_sentence() {
        assert_eq!(links("I agree: https://shop.example/privacy."), ["https://shop.example/privacy"]);
        assert_eq!(
            links("(see HTTP://a.example/b?c=d#e), or http://[::1]/!"),
            ["HTTP://a.example/b?c=d#e", "http://[::1]/"]
        );
        assert_eq!(links("https://пример.рф/страница и https://"), ["https://пример.рф/страница"]);
        for none in ["", "xhttps://a.example", "javascript:alert(1)", "http:/a", "http://"] {
            assert!(links(none).is_empty(), "{none}");
        }
    }

    proptest! {
        #[test]
        fn nothing_of_a_text_is_lost(text in any::<String>(), more in "(https?://|[a-z./<\" ]){0,40}") {
            let text = text + &more;
            let whole: String = pieces(&text).iter().map(|piece| piece.text).collect();
            prop_assert_eq!(whole, text);
        }
    }
}
