//! The reader's language.

use actix_web::HttpRequest;
use actix_web::http::header::{ACCEPT_LANGUAGE, HeaderMap, Quality, QualityItem};
use fluent_templates::{LanguageIdentifier, langid};
use serde::{Deserialize, Serialize};

/// The cookie that stores a chosen language.
pub const COOKIE: &str = "lang";

crate::worded! {
    /// A language of the product with its code, as in `<html lang>`; in the order of menus.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "lowercase")]
    pub enum Language, code {
        En = "en",
        Ru = "ru",
        Es = "es",
        Pt = "pt",
    }
}

impl Language {
    /// Languages with a translation of every text. The others have all that accounts see (`locales/README.md`), and English
    /// for the rest.
    pub const COMPLETE: [Self; 2] = [Self::En, Self::Ru];

    /// Its own name, for people who do not read the others.
    pub const fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Ru => "Русский",
            Self::Es => "Español",
            Self::Pt => "Português",
        }
    }

    /// Whether its texts were translated by a machine, and no native has read them yet.
    pub const fn is_machine_made(self) -> bool {
        matches!(self, Self::Es | Self::Pt)
    }

    /// The languages that a reader of this one may change to, in the order of menus.
    pub fn others(self) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |one| *one != self)
    }

    /// This language if every text has a translation to it, else English: for programs and the vendor's own pages.
    pub const fn complete(self) -> Self {
        match self {
            Self::En | Self::Es | Self::Pt => Self::En,
            Self::Ru => Self::Ru,
        }
    }

    /// The language of a code such as `ru` or `ru_RU.UTF-8`.
    pub fn of_code(code: &str) -> Option<Self> {
        let tag = code.split(['-', '_', '.', '@']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| tag.eq_ignore_ascii_case(language.code()))
    }

    /// From `Accept-Language`: the preferred one of ours, else English.
    pub fn preferred(accept: &str) -> Self {
        Self::preferred_of(&Self::ALL, accept)
    }

    fn preferred_of(offered: &[Self], accept: &str) -> Self {
        let mut best = (Quality::ZERO, Self::En);
        for item in accept.split(',').filter_map(|item| item.parse::<QualityItem<String>>().ok()) {
            let language = Self::of_code(item.item.trim()).filter(|one| offered.contains(one));
            if let Some(language) = language.filter(|_| item.quality > best.0) {
                best = (item.quality, language);
            }
        }
        best.1
    }

    /// From `?lang=`, then the cookie of an earlier choice, then the browser's preference.
    pub fn of_request(request: &HttpRequest) -> Self {
        Self::chosen(request).unwrap_or_else(|| Self::preferred(accept_of(request.headers())))
    }

    /// [`Language::of_request`] for the vendor's own pages, which have complete languages only.
    pub fn of_operator(request: &HttpRequest) -> Self {
        Self::chosen(request).map_or_else(|| Self::accepted(request.headers()), Self::complete)
    }

    /// From `?lang=`, else from the cookie of an earlier choice.
    fn chosen(request: &HttpRequest) -> Option<Self> {
        let asked = request.query_string().split('&').find_map(|pair| Self::of_code(pair.strip_prefix("lang=")?));
        asked.or_else(|| Self::of_code(&crate::browser::cookie::value(request, COOKIE)?))
    }

    /// The preference of a program's request, among the complete languages.
    pub fn accepted(headers: &HeaderMap) -> Self {
        Self::preferred_of(&Self::COMPLETE, accept_of(headers))
    }

    pub(super) const fn id(self) -> LanguageIdentifier {
        match self {
            Self::En => langid!("en"),
            Self::Ru => langid!("ru"),
            Self::Es => langid!("es"),
            Self::Pt => langid!("pt"),
        }
    }
}

fn accept_of(headers: &HeaderMap) -> &str {
    headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
