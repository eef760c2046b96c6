//! The service's name in texts. The catalog calls it Parom; an account whose integration has a brand reads the brand's
//! name instead. In Russian that name follows the word "сервис", which is declined like "Паром", because a name of any
//! origin cannot be declined by rule.

use std::sync::{PoisonError, RwLock};

/// The service's own name, as texts have it.
pub const PAROM: &str = "Parom";
/// The same in Russian, in any case.
pub const PAROM_RU: &str = "Паром";
/// Endings of the Russian word, the longest first: "сервис" has the same.
const ENDINGS: [&str; 5] = ["ом", "а", "у", "е", ""];

/// Each name in use, once and until the process ends, so that [`crate::i18n::Words`] can be copied.
static NAMES: RwLock<Vec<&'static str>> = RwLock::new(Vec::new());

/// A brand's name for the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProductName(&'static str);

impl ProductName {
    pub fn new(name: &str) -> Self {
        let known = |names: &[&'static str]| names.iter().copied().find(|one| *one == name);
        if let Some(one) = known(&NAMES.read().unwrap_or_else(PoisonError::into_inner)) {
            return Self(one);
        }
        let mut names = NAMES.write().unwrap_or_else(PoisonError::into_inner);
        Self(known(&names).unwrap_or_else(|| {
            let one: &'static str = Box::leak(name.into());
            names.push(one);
            one
        }))
    }

    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// A text of the catalog with this name in place of Parom.
    pub fn put_into(self, text: &str) -> String {
        let mut out = String::with_capacity(text.len() + self.0.len());
        let mut rest = text;
        while let Some(found) = [PAROM, PAROM_RU].iter().filter_map(|word| rest.find(word)).min() {
            let (before, word) = rest.split_at(found);
            out.push_str(before);
            let is_word = !out.ends_with(char::is_alphanumeric);
            let end = if is_word { self.replace(word, &mut out) } else { None };
            rest = end.unwrap_or_else(|| {
                let (letter, end) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
                out.push_str(letter);
                end
            });
        }
        out.push_str(rest);
        out
    }

    /// Writes the name instead of the word that a text begins with; the text after it. None if it is another word.
    fn replace<'text>(self, text: &'text str, out: &mut String) -> Option<&'text str> {
        let ends = |rest: &str| !rest.starts_with(char::is_alphanumeric);
        if let Some(rest) = text.strip_prefix(PAROM) {
            return ends(rest).then(|| {
                out.push_str(self.0);
                rest
            });
        }
        let rest = text.strip_prefix(PAROM_RU)?;
        let (ending, rest) =
            ENDINGS.iter().find_map(|ending| Some((*ending, rest.strip_prefix(ending).filter(|rest| ends(rest))?)))?;
        let begins = out.trim_end_matches([' ', '\u{a0}']).chars().last();
        let capital = begins.is_none_or(|last| matches!(last, '.' | '!' | '?' | '\n' | '«'));
        out.push_str(if capital { "Сервис" } else { "сервис" });
        out.push_str(ending);
        out.push('\u{a0}');
        out.push_str(self.0);
        Some(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(text: &str) -> String {
        ProductName::new("Acme Chat").put_into(text).replace('\u{a0}', " ")
    }

    #[test]
    fn the_name_replaces_the_word_in_its_case() {
        assert_eq!(
            put("Sign in to Parom. Parom’s checks; “Parom”."),
            "Sign in to Acme Chat. Acme Chat’s checks; “Acme Chat”."
        );
        let russian = "Паром повторит. Адрес Парома, вход в Паром. Парому мешает; сохранено Паромом, в Пароме.";
        let wanted = "Сервис Acme Chat повторит. Адрес сервиса Acme Chat, вход в сервис Acme Chat. Сервису Acme Chat \
                      мешает; сохранено сервисом Acme Chat, в сервисе Acme Chat.";
        assert_eq!(put(russian), wanted);
        assert_eq!(
            put("Ничего не нужно: Паром повторит\nПаром (проверка)"),
            "Ничего не нужно: сервис Acme Chat повторит\nСервис Acme Chat (проверка)"
        );
        for other in ["window.Parom2", "UnParom", "Паромщик", "Паромы", ""] {
            assert_eq!(put(other), other);
        }
    }
}
