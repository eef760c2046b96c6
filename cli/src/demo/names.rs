//! Names of shops, people and things at the simulated messengers.

use base::i18n::Language;

/// Names in the language of the demo.
pub struct Names {
    pub shops: [&'static str; 2],
    /// The sources: the site's chat and the own messenger.
    pub sources: [&'static str; 2],
    /// The company that has the demo's server.
    pub company: &'static str,
    pub first: &'static str,
    pub last: &'static str,
    pub advert: &'static str,
    pub price: &'static str,
}

impl Names {
    pub const fn of(language: Language) -> Self {
        match language {
            Language::En | Language::Es | Language::Pt => Self {
                shops: ["Demo shop", "Second shop"],
                sources: ["Website chat", "Own messenger"],
                company: "Demo Ltd",
                first: "Maria",
                last: "Kovaleva",
                advert: "Blue sofa",
                price: "30 000 ₽",
            },
            Language::Ru => Self {
                shops: ["Демо-магазин", "Второй магазин"],
                sources: ["Чат на сайте", "Свой мессенджер"],
                company: "ООО «Демо»",
                first: "Мария",
                last: "Ковалёва",
                advert: "Диван синий",
                price: "30 000 ₽",
            },
        }
    }

    pub fn full(&self) -> String {
        format!("{} {}", self.first, self.last)
    }
}
