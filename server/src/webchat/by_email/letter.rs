//! The texts of the letters, without markup: nothing that a visitor or a stranger wrote becomes a link or a picture.

use base::i18n::Words;
use connectors::webchat::WebChatSettings;
use domain::identity::email_limits;
use entity::source;

use super::token::BACK_DAYS;
use crate::webchat::message_view::MessageView;

/// The chat's title as shown in letters, on one line.
pub(super) fn title(settings: &WebChatSettings, source: &source::Model) -> String {
    let title = settings.title.as_deref().unwrap_or(&source.name);
    title.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The title in a letter to an address whose reader has not agreed to anything: words only. Without words, the usual
/// title.
pub(super) fn plain_title(words: Words, title: &str) -> String {
    let name = email_limits::name(title);
    if name.is_empty() { words.text("chat-title").to_string() } else { name }
}

/// The letter that asks to confirm the address. It contains nothing that the visitor entered, and of the account only
/// [`plain_title`]: its reader may be a stranger to both.
pub(super) fn confirmation(words: Words, title: &str, url: &str) -> String {
    words.text("chat-mail-confirm-letter").with("title", title).with("url", url).to_string()
}

/// A letter with answers.
pub(super) struct Letter<'a> {
    pub title: &'a str,
    /// The link that opens the conversation.
    pub back: &'a str,
    /// The link that ends the letters.
    pub end: &'a str,
    pub answers: Vec<MessageView>,
}

impl Letter<'_> {
    pub fn text(&self, words: Words) -> String {
        let answers = self.answers.iter().map(|answer| entry(words, answer)).collect::<Vec<_>>().join("\n\n");
        words
            .text("chat-mail-letter")
            .with("title", self.title)
            .with("answers", answers)
            .with("back", self.back)
            .with("end", self.end)
            .with("count", BACK_DAYS)
            .to_string()
    }
}

/// An answer with its author's name; a file by its name.
fn entry(words: Words, answer: &MessageView) -> String {
    let mut lines = answer.above.clone();
    if let Some(file) = &answer.file {
        let name = if file.name.is_empty() {
            words.text_of("messages-kind-", file.kind).to_string()
        } else {
            file.name.clone()
        };
        lines.push(words.text("chat-mail-file").with("name", name).to_string());
    }
    if let Some(card) = &answer.card {
        lines.push([card.title.as_str(), &card.note].join(", "));
    }
    lines.extend([&answer.text, &answer.below].into_iter().filter(|text| !text.is_empty()).cloned());
    let name = answer.name.clone().unwrap_or_else(|| words.text("chat-employee").to_string());
    format!("{name}:\n{}", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use base::i18n::Language;

    use super::*;
    use crate::webchat::message_view::File;

    #[test]
    fn n8_a_title_without_words_is_the_usual_one() {
        let words = Words::new(Language::En);
        assert_eq!(plain_title(words, "Shop № 24, Moscow!"), "Shop 24 Moscow");
        assert_eq!(plain_title(words, "★ 88005553535 ★"), words.text("chat-title").to_string());
    }

    #[test]
    fn a_letter_has_the_answers_and_both_links_in_every_language() {
        let answer = MessageView {
            name: Some("Olga".to_owned()),
            text: "We have it.\nIn blue.".to_owned(),
            file: Some(File { kind: "picture", name: "blue.png".to_owned(), ..File::default() }),
            ..MessageView::default()
        };
        for language in [Language::En, Language::Ru, Language::Es, Language::Pt] {
            let letter = Letter { title: "Shop", back: "https://b", end: "https://e", answers: vec![answer.clone()] };
            let text = letter.text(Words::new(language));
            for part in ["Shop", "Olga:\n", "blue.png\nWe have it.\nIn blue.", "https://b", "https://e"] {
                assert!(text.contains(part), "{language:?}: {part} is not in {text}");
            }
            let text = confirmation(Words::new(language), "Shop", "https://c");
            assert!(text.contains("Shop") && text.contains("https://c"), "{text}");
        }
    }
}
