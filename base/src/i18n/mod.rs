//! Localisation: every visible text in the product's languages, from `locales/{en,ru,es,pt}/*.ftl`, compiled in.
//! Spanish and Portuguese have all that accounts see (`locales/README.md`); a text without a translation is English.
//!
//! ```text
//! words.text("sources-used").with("used", 3).with("limit", 50)     ─▶  "3 of 50 used" / «Занято 3 из 50»
//! ```
//!
//! A [`Sentence`] implements `Display`: templates escape it like any other value. Numbers are grouped and no-break
//! spaces inserted by the rules of the language.

mod format;
mod language;
mod localized;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{Loader, static_loader};

use crate::product::{PAROM, PAROM_RU, ProductName};
pub use format::{When, Zone, bytes, decimal, duration};
pub use language::{COOKIE, Language};
pub use localized::{CRM, Filling, LocalizedText};

// Immutable data of the binary, parsed on first use; not mutable state.
static_loader! {
    static CATALOG = {
        locales: "../locales",
        fallback_language: "en",
        // No isolation marks: they would be copied along with an address or a key.
        customise: |bundle| {
            bundle.set_use_isolating(false);
            // A formatter is a function without an environment, so each language has its own.
            match bundle.locales.first().and_then(|locale| Language::of_code(locale.language.as_str())) {
                Some(Language::Ru) => bundle.set_formatter(Some(|value, _| format::grouped(value, Language::Ru))),
                Some(Language::Es) => bundle.set_formatter(Some(|value, _| format::grouped(value, Language::Es))),
                Some(Language::Pt) => bundle.set_formatter(Some(|value, _| format::grouped(value, Language::Pt))),
                Some(Language::En) | None => {
                    bundle.set_formatter(Some(|value, _| format::grouped(value, Language::En)));
                }
            }
        },
    };
}

/// The texts of one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    language: Language,
    product: Option<ProductName>,
}

impl Words {
    pub const fn new(language: Language) -> Self {
        Self { language, product: None }
    }

    /// Texts that call the service by a brand's name.
    pub const fn named(language: Language, product: Option<ProductName>) -> Self {
        Self { language, product }
    }

    /// The same texts in another language.
    #[must_use]
    pub const fn in_language(self, language: Language) -> Self {
        Self { language, product: self.product }
    }

    /// The brand's name for the service, if it has one.
    pub const fn brand(&self) -> Option<ProductName> {
        self.product
    }

    /// The name of the service.
    pub const fn product(&self) -> &'static str {
        match self.product {
            Some(name) => name.as_str(),
            None => PAROM,
        }
    }

    pub const fn language(&self) -> Language {
        self.language
    }

    /// The text of a key. Arguments are filled by [`Sentence::with`].
    pub fn text(&self, key: impl Into<Cow<'static, str>>) -> Sentence {
        Sentence { words: *self, key: key.into(), arguments: HashMap::new() }
    }

    /// The text of a state: `text_of("source-state-", "working")`. For keys whose end is data.
    pub fn text_of(&self, prefix: &str, end: impl fmt::Display) -> Sentence {
        self.text(format!("{prefix}{end}"))
    }

    /// Whether there is a text for this key, be it the English one for want of a translation.
    pub fn has(&self, key: &str) -> bool {
        is_in(self.language, key) || is_in(Language::En, key)
    }
}

/// Whether a language itself has a text for this key.
fn is_in(language: Language, key: &str) -> bool {
    // A text whose arguments are missing exists all the same. The error's type is private, so its text is compared.
    let found = CATALOG.lookup_single_language::<&str>(&language.id(), key, None);
    found.map_or_else(|error| error.to_string().starts_with("Fluent errors"), |_| true)
}

/// A text with its arguments, rendered by `Display`; a missing key renders as itself and is logged.
#[derive(Clone, Debug)]
pub struct Sentence {
    words: Words,
    key: Cow<'static, str>,
    arguments: Arguments,
}

type Arguments = HashMap<Cow<'static, str>, FluentValue<'static>>;

impl Sentence {
    /// Sets one argument: a number (selects the plural form) or a text.
    #[must_use]
    pub fn with(self, name: &'static str, value: impl Argument) -> Self {
        self.filled(Cow::Borrowed(name), value)
    }

    fn filled(mut self, name: Cow<'static, str>, value: impl Argument) -> Self {
        self.arguments.insert(name, value.into_value());
        self
    }
}

impl fmt::Display for Sentence {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let language = self.words.language;
        let lookup = |arguments: &Arguments| CATALOG.try_lookup_with_args(&language.id(), &self.key, arguments);
        let text = match self.words.product {
            None => lookup(&self.arguments),
            Some(name) => {
                let guarded = |(key, value): (&Cow<'static, str>, _)| (key.clone(), guarded(value));
                let text = lookup(&self.arguments.iter().map(guarded).collect());
                text.map(|text| unguarded(&name.put_into(&text)))
            }
        };
        match text {
            Some(text) => out.write_str(&format::glued(&text, language)),
            None => {
                tracing::error!(key = %self.key, "a text has no translation");
                out.write_str(&self.key)
            }
        }
    }
}

/// A value for an argument. References are accepted too, because templates pass them.
pub trait Argument {
    fn into_value(self) -> FluentValue<'static>;
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl Argument for $number {
            fn into_value(self) -> FluentValue<'static> {
                FluentValue::from(self)
            }
        }
    )*};
}

numbers!(i16, i32, i64, u16, u32, u64, usize, f64);

impl Argument for &str {
    fn into_value(self) -> FluentValue<'static> {
        FluentValue::from(self.to_owned())
    }
}

impl Argument for String {
    fn into_value(self) -> FluentValue<'static> {
        FluentValue::from(self)
    }
}

/// A text within a text.
impl Argument for Sentence {
    fn into_value(self) -> FluentValue<'static> {
        FluentValue::from(self.to_string())
    }
}

impl<T: Argument + Clone> Argument for &T {
    fn into_value(self) -> FluentValue<'static> {
        self.clone().into_value()
    }
}

// The service's name in the texts of the catalog: [`crate::product::ProductName`] is put in place of Parom.

/// Marks these words in arguments, because only the catalog's own are replaced.
const GUARD: char = '\u{e000}';

/// The argument, marked so that [`ProductName::put_into`] leaves it as it is.
fn guarded(value: &FluentValue<'static>) -> FluentValue<'static> {
    match value {
        FluentValue::String(text) if text.contains(PAROM) || text.contains(PAROM_RU) => {
            let text = text.replace(PAROM, &format!("P{GUARD}arom")).replace(PAROM_RU, &format!("П{GUARD}аром"));
            FluentValue::from(text)
        }
        other => other.clone(),
    }
}

/// Removes the marks of [`guarded`].
fn unguarded(text: &str) -> String {
    text.replace(GUARD, "")
}
