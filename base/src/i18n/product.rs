//! The service's name in the texts of the catalog: [`crate::product::ProductName`] is put in place of Parom.

use fluent_templates::fluent_bundle::FluentValue;

use crate::product::{PAROM, PAROM_RU};

/// Marks these words in arguments, because only the catalog's own are replaced.
const GUARD: char = '\u{e000}';

/// The argument, marked so that [`ProductName::put_into`] leaves it as it is.
pub(super) fn guarded(value: &FluentValue<'static>) -> FluentValue<'static> {
    match value {
        FluentValue::String(text) if text.contains(PAROM) || text.contains(PAROM_RU) => {
            let text = text.replace(PAROM, &format!("P{GUARD}arom")).replace(PAROM_RU, &format!("П{GUARD}аром"));
            FluentValue::from(text)
        }
        other => other.clone(),
    }
}

/// Removes the marks of [`guarded`].
pub(super) fn unguarded(text: &str) -> String {
    text.replace(GUARD, "")
}

#[cfg(test)]
mod tests {
    use crate::i18n::{Language, Words};
    use crate::product::ProductName;

    fn put(text: &str) -> String {
        ProductName::new("Acme Chat").put_into(text)
    }

    #[test]
    fn texts_of_people_stay_unchanged() {
        let words = Words::named(Language::En, Some(ProductName::new("Acme Chat")));
        let text = words.text("stray-unknown").with("crm", "amoCRM").with("name", "Parom of ours").to_string();
        assert_eq!(text, "amoCRM has the source “Parom of ours”, which Acme Chat did not create.");
        assert_eq!(words.product(), "Acme Chat");
        assert_eq!(Words::new(Language::En).product(), "Parom");
        assert_eq!(ProductName::new("Acme Chat").as_str().as_ptr(), ProductName::new("Acme Chat").as_str().as_ptr());
    }

    #[test]
    fn no_text_has_the_word_in_another_form() {
        for language in Language::ALL {
            let folder = format!("{}/../locales/{}", env!("CARGO_MANIFEST_DIR"), language.code());
            for file in std::fs::read_dir(folder).unwrap() {
                let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
                let left = put(&text);
                let line = left.lines().find(|line| line.contains("Parom") || line.contains("Паром"));
                assert_eq!(line, None, "{}", language.code());
            }
        }
    }
}
