//! Why a line was skipped or an import stopped, stored in every language, because it is read later and the faulty
//! value is not stored.

use std::collections::BTreeMap;

use base::error::Error;
use base::i18n::{CRM, Language, LocalizedText, Words};

/// A sentence in every language, in its stored form.
pub fn kept(said: &LocalizedText) -> String {
    in_all(|words| said.plain(words, CRM))
}

/// What is wrong with a message: its fields, or that it is not a message.
pub fn of_error(error: &Error) -> String {
    in_all(|words| match error {
        Error::Invalid(fields) => {
            let fields = fields.iter().map(|field| format!("{}: {}", field.pointer, field.detail.plain(words, CRM)));
            fields.collect::<Vec<_>>().join("; ")
        }
        other => other.text().plain(words, CRM),
    })
}

fn in_all(say: impl Fn(Words) -> String) -> String {
    let all: BTreeMap<&str, String> =
        Language::COMPLETE.into_iter().map(|language| (language.code(), say(Words::new(language)))).collect();
    serde_json::to_string(&all).unwrap_or_default()
}

/// The stored sentence in this language.
pub fn explain(stored: &str, language: Language) -> String {
    let all: BTreeMap<String, String> = serde_json::from_str(stored).unwrap_or_default();
    all.get(language.complete().code()).cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_shown_in_the_language_of_its_reader() {
        let error = Error::field("/content/text", LocalizedText::new("said-empty"));
        let stored = of_error(&error);
        let (english, russian) = (explain(&stored, Language::En), explain(&stored, Language::Ru));
        assert!(english.starts_with("/content/text: ") && russian.starts_with("/content/text: "));
        assert_ne!(english, russian);
        assert_eq!(explain("", Language::En), "");
    }
}
