//! Small HTML fragments for templates. All input is escaped here.

use std::fmt::{Display, Write};

use base::i18n::When;

use super::notice::Tone;

/// The text with the five special characters of HTML escaped.
pub fn escaped(text: impl Display) -> String {
    let text = text.to_string();
    let mut out = String::with_capacity(text.len() + 8);
    for sign in text.chars() {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// The icon of a tone, 16 × 16, in the colour of the surrounding text; hidden from screen readers, which read the word
/// next to it.
pub fn icon(tone: Tone) -> String {
    let drawing = match tone {
        Tone::Ok => r#"<path d="m3 8.5 3.2 3.2L13 5"/>"#,
        Tone::Wait => r#"<circle cx="8" cy="8" r="6"/><path d="M8 4.5V8l2.5 1.5"/>"#,
        Tone::Warn => r#"<path d="M8 2.2 14.5 13.5h-13z"/><path d="M8 6.2v3.4M8 11.4v.4"/>"#,
        Tone::Bad => r#"<circle cx="8" cy="8" r="6"/><path d="m5.7 5.7 4.6 4.6m0-4.6-4.6 4.6"/>"#,
        Tone::Off => r#"<circle cx="8" cy="8" r="6"/><path d="M5.5 8h5"/>"#,
        Tone::Odd => {
            r#"<circle cx="8" cy="8" r="6"/><path d="M6.2 6.4a1.8 1.8 0 1 1 2.6 1.6c-.6.3-.8.6-.8 1.2M8 11.2v.3"/>"#
        }
    };
    format!(
        r#"<svg class="icon" viewBox="0 0 16 16" width="16" height="16" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{drawing}</svg>"#
    )
}

/// A state badge: icon and word.
pub fn badge(tone: Tone, word: impl Display) -> String {
    format!(r#"<span class="badge t-{}">{}{}</span>"#, tone.as_str(), icon(tone), escaped(word))
}

/// A `<time>` element: the short text, the machine-readable time and the full one.
pub fn time(said: &str, machine: &str, full: &str) -> String {
    let mut out = String::new();
    let _ = write!(out, r#"<time datetime="{}" title="{}">{}</time>"#, escaped(machine), escaped(full), escaped(said));
    out
}

/// `<time>` as "5 minutes ago".
pub fn ago(when: &When) -> String {
    time(&when.adverb(), &when.machine(), &when.full())
}

/// `<time>` that is still to come, as "in 5 minutes".
pub fn due(when: &When) -> String {
    time(&when.due(), &when.machine(), &when.full())
}

/// A hidden form field.
pub fn hidden(name: &str, value: &str) -> String {
    format!(r#"<input type="hidden" name="{}" value="{}">"#, escaped(name), escaped(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn input_never_becomes_markup() {
        let attack = r#""><script>alert('1')</script>&"#;
        for html in [badge(Tone::Ok, attack), time(attack, attack, attack), hidden(attack, attack)] {
            assert!(!html.contains("<script"), "{html}");
        }
        assert_eq!(escaped("a<b>&\"'"), "a&lt;b&gt;&amp;&quot;&#39;");
    }
}
