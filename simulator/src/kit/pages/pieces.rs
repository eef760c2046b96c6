//! People's texts with their links.

/// A part of a text: a link, or what is between links.
pub(crate) struct Piece {
    pub(crate) text: String,
    pub(crate) is_link: bool,
}

/// Cuts a text at its links. A mark that ends a sentence is no part of a link.
pub(crate) fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut add = |text: &str, is_link: bool| match pieces.last_mut() {
        Some(last) if !last.is_link && !is_link => last.text.push_str(text),
        _ if text.is_empty() => {}
        _ => pieces.push(Piece { text: text.to_owned(), is_link }),
    };
    for word in text.split_inclusive(char::is_whitespace) {
        let is_link = word.starts_with("https://") || word.starts_with("http://");
        let link = word.trim_end_matches(|sign: char| sign.is_whitespace() || ".,;:!?)»”".contains(sign));
        match word.split_at_checked(link.len()).filter(|_| is_link) {
            Some((link, rest)) => {
                add(link, true);
                add(rest, false);
            }
            None => add(word, false),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_cut_out() {
        let found = pieces("See https://a.example/b?c=1, or\nhttp://d.example.");
        let found: Vec<(&str, bool)> = found.iter().map(|one| (one.text.as_str(), one.is_link)).collect();
        let expected = [
            ("See ", false),
            ("https://a.example/b?c=1", true),
            (", or\n", false),
            ("http://d.example", true),
            (".", false),
        ];
        assert_eq!(found, expected);
    }
}
