//! A text whose reader, and so language, is not known yet: errors are created before it is known who will read them.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Language, Words};

/// The platform's name where it is unknown.
pub const CRM: &str = "amoCRM";

/// A message key with its arguments. `Display` is English, for logs and programs; people read it by
/// [`LocalizedText::in_words`].
///
/// `crm` is filled by [`LocalizedText::in_words`]. Remote error texts are inserted unchanged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalizedText {
    key: Cow<'static, str>,
    with: Vec<(Cow<'static, str>, Filling)>,
}

/// The value of an argument.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Filling {
    Number(i64),
    Text(String),
    /// A text within the text, in the same language.
    Localized(LocalizedText),
    /// Several texts, joined by commas.
    List(Vec<LocalizedText>),
}

impl LocalizedText {
    /// A text of `locales/*/error_details.ftl`, or of any other file.
    pub fn new(key: impl Into<Cow<'static, str>>) -> Self {
        Self { key: key.into(), with: Vec::new() }
    }

    /// Foreign text, unchanged.
    pub fn quoted(text: impl Into<String>) -> Self {
        Self::new("said-quoted").with("text", text.into())
    }

    /// Its message key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Sets one argument.
    #[must_use]
    pub fn with(mut self, name: &'static str, filling: impl Into<Filling>) -> Self {
        self.with.push((name.into(), filling.into()));
        self
    }

    /// The text for serde's error about an invalid value.
    pub fn of_serde(text: &str) -> Self {
        let names = |text: &str| text.split('`').skip(1).step_by(2).collect::<Vec<_>>().join(", ");
        let quoted = |start: &str| text.strip_prefix(start)?.split_once('`');
        if let Some((field, rest)) = quoted("unknown field `") {
            let known = names(rest);
            let key = if known.is_empty() { "said-field-unknown" } else { "said-field-unknown-of" };
            return Self::new(key).with("field", field).with("known", known);
        }
        if let Some((field, _)) = quoted("missing field `") {
            return Self::new("said-field-missing").with("field", field);
        }
        if let Some((field, _)) = quoted("duplicate field `") {
            return Self::new("said-field-twice").with("field", field);
        }
        if let Some((value, rest)) = quoted("unknown variant `") {
            return Self::new("said-value-unknown").with("value", value).with("known", names(rest));
        }
        Self::new("said-value-unfit").with("reason", text)
    }

    /// Parses a stored text back into its key and arguments; anything else is foreign text.
    pub fn stored(text: &str) -> Self {
        let found = stored().find_map(|(key, names)| Self::unsaid(key, &names, text));
        found.unwrap_or_else(|| Self::quoted(text))
    }

    /// The text of this key whose `Display` is this string.
    fn unsaid(key: &'static str, names: &[&'static str], text: &str) -> Option<Self> {
        const GAP: &str = "\u{1}";
        let pattern = names.iter().fold(Self::new(key), |text, name| text.with(name, GAP)).to_string();
        let (mut detail, mut pieces) = (Self::new(key), pattern.split(GAP));
        let mut rest = text.strip_prefix(pieces.next()?)?;
        for name in names {
            let piece = pieces.next()?;
            let end = if piece.is_empty() { rest.len() } else { rest.find(piece)? };
            detail = detail.with(name, rest.get(..end)?);
            rest = rest.get(end + piece.len()..)?;
        }
        rest.is_empty().then_some(detail)
    }

    /// Renders the text for a reader with this platform name.
    pub fn in_words(&self, words: Words, crm: &str) -> String {
        let mut sentence = words.text(self.key.clone()).with("crm", crm);
        for (name, filling) in &self.with {
            let name = name.clone();
            sentence = match filling {
                Filling::Number(number) => sentence.filled(name, *number),
                Filling::Text(text) => sentence.filled(name, text.as_str()),
                Filling::Localized(text) => sentence.filled(name, text.in_words(words, crm)),
                Filling::List(list) => {
                    let list: Vec<_> = list.iter().map(|item| item.in_words(words, crm)).collect();
                    sentence.filled(name, list.join(", "))
                }
            };
        }
        sentence.to_string()
    }

    /// [`LocalizedText::in_words`] as a sentence of its own, for people: details are written to follow a colon, so they
    /// have neither a capital letter nor a full stop.
    pub fn sentence(&self, words: Words, crm: &str) -> String {
        let text = self.in_words(words, crm);
        let text = text.trim_end_matches('.');
        let mut signs = text.chars();
        match signs.next() {
            Some(first) if !text.starts_with(crm) && !text.starts_with("http") => {
                first.to_uppercase().chain(signs).chain(['.']).collect()
            }
            _ => format!("{text}."),
        }
    }

    /// [`LocalizedText::in_words`] for programs, terminals and logs: with plain spaces instead of no-break ones.
    pub fn plain(&self, words: Words, crm: &str) -> String {
        self.in_words(words, crm).replace('\u{a0}', " ")
    }
}

impl fmt::Display for LocalizedText {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.plain(Words::new(Language::En), "amoCRM"))
    }
}

impl From<&str> for Filling {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Filling {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<LocalizedText> for Filling {
    fn from(text: LocalizedText) -> Self {
        Self::Localized(text)
    }
}

impl From<Vec<LocalizedText>> for Filling {
    fn from(list: Vec<LocalizedText>) -> Self {
        Self::List(list)
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl From<$number> for Filling {
            fn from(number: $number) -> Self {
                Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
            }
        }
    )*};
}

numbers!(i32, i64, u16, u32, u64, usize);

/// Texts that are stored in English beside foreign text, with their arguments in order.
pub(super) fn stored() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    include_str!("stored.txt").lines().filter_map(|line| {
        let mut words = line.split(' ');
        Some((words.next()?, words.collect()))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::source_code;

    const RU: Words = Words::new(Language::Ru);

    #[test]
    fn a_sentence_is_shown_in_the_readers_language_and_logged_in_english() {
        let inner = LocalizedText::quoted("no, <b>never</b>");
        let detail = LocalizedText::new("said-crm-answered").with("status", 403_u16).with("text", inner);
        assert_eq!(detail.to_string(), "amoCRM answered 403: no, <b>never</b>");
        let russian = detail.plain(RU, "Kommo");
        assert!(
            russian.contains("Kommo") && russian.contains("403") && russian.ends_with("no, <b>never</b>"),
            "{russian}"
        );
        assert!(russian.contains("ответ"), "{russian}");
    }

    /// Every string literal in the sources of server and command line that begins like this, without what follows its
    /// closing quote.
    fn quoted_after(start: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for (_, text) in source_code::rust_files() {
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            let ends = code.split(start).skip(1).filter_map(|rest| rest.split('"').next());
            found.extend(ends.map(str::to_owned));
        }
        found
    }

    #[test]
    fn every_sentence_and_every_title_has_words() {
        let composed = |end: &String| end.is_empty() || end.contains('{') || end.ends_with('-');
        for (quote, key) in [
            ("\"said-", "said-"),
            ("\"doctor-", "doctor-"),
            ("\"config-", "config-"),
            ("problem: \"", "problem-"),
            ("problem: \"", "problem-fix-"),
        ] {
            let ends = quoted_after(quote);
            assert!(ends.len() > 10, "{quote}: {ends:?}");
            for end in ends.iter().filter(|end| !composed(end)) {
                let key = format!("{key}{end}");
                assert!(Language::ALL.into_iter().all(|language| Words::new(language).has(&key)), "{key}");
            }
        }
    }

    #[test]
    fn a_sentence_stored_in_english_is_shown_in_russian() {
        for (text, russian) in [
            ("your server answered 401", "ваш сервер ответил 401"),
            ("your server did not answer in 15 seconds", "ваш сервер не ответил за 15 с"),
            ("10.0.0.1 is not a public address", "10.0.0.1 — не публичный адрес"),
            ("amoCRM answered 403: no: never", "ответ Kommo 403: no: never"),
            ("the channel took a holiday", "the channel took a holiday"),
            ("", ""),
        ] {
            assert_eq!(LocalizedText::stored(text).plain(RU, "Kommo"), russian);
        }
        for (key, names) in stored() {
            let detail = names.iter().fold(LocalizedText::new(key), |detail, name| detail.with(name, "17"));
            // Two refusals may have the same words: they are the same in Russian too.
            assert_eq!(
                LocalizedText::stored(&detail.to_string()).plain(RU, "Kommo"),
                detail.plain(RU, "Kommo"),
                "{key}"
            );
        }
    }

    #[test]
    fn messages_of_serde_become_sentences() {
        for (text, english) in [
            ("unknown field `x`, expected one of `a`, `b`", "unknown field `x`; known: a, b"),
            ("unknown field `x`, there are no fields", "unknown field `x`"),
            ("missing field `id`", "missing field `id`"),
            ("duplicate field `id`", "duplicate field `id`"),
            ("unknown variant `pigeon`, expected `a` or `b`", "unknown value `pigeon`; known: a, b"),
            ("invalid type: integer `1`, expected a string", "invalid type: integer `1`, expected a string"),
        ] {
            let detail = LocalizedText::of_serde(text);
            assert_eq!(detail.to_string(), english);
            assert!(detail.in_words(RU, "amoCRM").chars().any(|sign| ('а'..='я').contains(&sign)), "{detail}");
        }
    }
}
