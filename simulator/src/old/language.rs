//! The language of pages.

use actix_web::{HttpRequest, http::header};

/// The language of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    En,
    Ru,
}

impl Language {
    fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ru => "ru",
        }
    }

    fn other(self) -> Self {
        match self {
            Self::En => Self::Ru,
            Self::Ru => Self::En,
        }
    }

    /// The requested language: `?lang=`, else the first supported one of `Accept-Language`.
    fn choose(asked: Option<&str>, accepted: &str) -> Self {
        let named = |code: &str| match code.to_ascii_lowercase().as_str() {
            "ru" => Some(Self::Ru),
            "en" => Some(Self::En),
            _ => None,
        };
        let wanted = accepted.split(',').find_map(|part| named(part.trim().get(..2)?));
        asked.and_then(named).or(wanted).unwrap_or(Self::En)
    }
}

/// All visible texts of a double's pages.
pub(crate) trait Bilingual: Sized + 'static {
    fn in_language(language: Language) -> &'static Self;
}

/// The language that the link requests, and the resulting one.
fn chosen(request: &HttpRequest) -> (Option<String>, Language) {
    let mut pairs = url::form_urlencoded::parse(request.query_string().as_bytes());
    let asked = pairs.find(|(key, _)| key == "lang").map(|(_, value)| value.into_owned());
    let accepted = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let language = Language::choose(asked.as_deref(), accepted.unwrap_or_default());
    (asked, language)
}

/// The texts in the requested language.
pub(crate) fn words<W: Bilingual>(request: &HttpRequest) -> &'static W {
    W::in_language(chosen(request).1)
}

/// Data common to all pages: the language, and how links keep it.
pub(crate) struct Frame<W: 'static> {
    pub(crate) words: &'static W,
    /// `?lang=ru` if the reader chose a language by a link, else empty.
    language_query: String,
    /// The same page in the other language.
    pub(crate) other_href: String,
}

impl<W: Bilingual> Frame<W> {
    pub(crate) fn of(request: &HttpRequest) -> Self {
        let (asked, language) = chosen(request);
        Self {
            words: W::in_language(language),
            language_query: asked.map_or_else(String::new, |_| format!("?lang={}", language.code())),
            other_href: format!("{}?lang={}", request.path(), language.other().code()),
        }
    }

    /// A link that keeps the chosen language.
    pub(crate) fn link(&self, path: &str) -> String {
        format!("{path}{}", self.language_query)
    }
}

/// Replaces `{name}` by a value.
pub(crate) fn fill(text: &str, name: &str, value: &str) -> String {
    text.replace(&format!("{{{name}}}"), value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_follows_the_link_then_the_browser() {
        assert_eq!(Language::choose(Some("ru"), "en-GB"), Language::Ru);
        assert_eq!(Language::choose(None, "de, ru-RU;q=0.9, en;q=0.8"), Language::Ru);
        assert_eq!(Language::choose(Some("xx"), ""), Language::En);
    }
}
