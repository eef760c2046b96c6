//! Texts of the OpenAPI document as HTML.

/// A text with HTML's special characters escaped.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

/// Renders prose with `code` in backticks; blank lines separate paragraphs.
pub(super) fn prose(text: &str) -> String {
    text.split("\n\n").map(|paragraph| format!("<p>{}</p>", line(paragraph))).collect()
}

/// Renders one line of prose without a paragraph element.
pub(super) fn line(text: &str) -> String {
    let mut safe = String::new();
    for (place, part) in text.split('`').enumerate() {
        let part = escaped(part);
        safe.push_str(&if place % 2 == 1 { format!("<code>{part}</code>") } else { part });
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_text_becomes_markup() {
        assert_eq!(line("a <b> & `c <d>`"), "a &lt;b&gt; &amp; <code>c &lt;d&gt;</code>");
        assert_eq!(prose("one\n\ntwo"), "<p>one</p><p>two</p>");
        assert_eq!(line("an odd ` stays"), "an odd <code> stays</code>");
    }
}
