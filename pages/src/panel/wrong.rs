//! What was refused of a form, below its field.

use base::i18n::Sentence;

/// The field of a form that was refused, and why.
pub struct Wrong(Option<(&'static str, String)>);

impl Wrong {
    pub fn new(wrong: Option<(&'static str, Sentence)>) -> Self {
        Self(wrong.map(|(field, wrong)| (field, wrong.to_string())))
    }

    /// What is wrong with this field; empty: nothing.
    pub fn of(&self, field: &str) -> &str {
        self.0.as_ref().filter(|(wrong, _)| *wrong == field).map_or("", |(_, text)| text)
    }
}

/// The same of a form with one field.
pub fn said(wrong: Option<Sentence>) -> String {
    wrong.map(|wrong| wrong.to_string()).unwrap_or_default()
}
