//! Why a line was skipped or an import stopped, stored in every language, because it is read later and the faulty
//! value is not stored.

use std::collections::BTreeMap;

use base::error::{Error, FieldError};
use base::i18n::{CRM, Language, LocalizedText, Words};

use super::format::{Format, NAMED};

/// A sentence in every language, in its stored form.
pub fn kept(said: &LocalizedText) -> String {
    in_all(|words| said.plain(words, CRM))
}

/// What is wrong with a message: its fields, or that it is not a message.
pub fn of_error(error: &Error, format: Format) -> String {
    in_all(|words| match error {
        Error::Invalid(fields) => {
            let fields = fields.iter().map(|field| match empty_column(field).filter(|_| format == Format::Csv) {
                Some(column) => LocalizedText::new("said-import-column").with("column", column).plain(words, CRM),
                None => format!("{}: {}", field.pointer, field.detail.plain(words, CRM)),
            });
            fields.collect::<Vec<_>>().join("; ")
        }
        // Where in the line it breaks differs from line to line, so that equal reasons would not be listed as one.
        Error::Malformed(said) if said.key() == "said-json-none" => {
            LocalizedText::new("said-import-not-json").plain(words, CRM)
        }
        other => other.text().plain(words, CRM),
    })
}

/// The column that a CSV row lacks: an object without a value is missing as a whole, and then its required column is
/// named.
fn empty_column(field: &FieldError) -> Option<String> {
    if field.detail.key() != "said-field-missing" {
        return None;
    }
    let path = field.pointer.trim_start_matches('/').replace('/', ".");
    let inner = format!("{path}.");
    Some(NAMED.into_iter().find(|named| named.starts_with(&inner)).map_or(path, str::to_owned))
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
        let stored = of_error(&error, Format::Lines);
        let (english, russian) = (explain(&stored, Language::En), explain(&stored, Language::Ru));
        assert!(english.starts_with("/content/text: ") && russian.starts_with("/content/text: "));
        assert_ne!(english, russian);
        assert_eq!(explain("", Language::En), "");
    }

    #[test]
    fn an_empty_column_of_a_csv_file_is_named() {
        let missing = |pointer: &str, field: &str| {
            Error::field(pointer, LocalizedText::new("said-field-missing").with("field", field))
        };
        let said = |error: &Error, format| explain(&of_error(error, format), Language::En);
        let whole = missing("/conversation", "conversation");
        assert_eq!(said(&whole, Format::Csv), "Column “conversation.id” is empty");
        assert_eq!(said(&missing("/sender/id", "id"), Format::Csv), "Column “sender.id” is empty");
        assert_eq!(said(&whole, Format::Lines), "/conversation: missing field `conversation`");
    }
}
