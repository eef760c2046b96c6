//! What an administrator enters at the messenger by hand.

use base::error::Result;
use base::i18n::Sentence;
use entity::source;

use crate::panel::{PageContext, PanelContext};
use crate::settings;

/// How much of a secret value is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Secrets {
    /// All of it, while the source is being connected.
    Whole,
    /// The last characters.
    Masked,
}

/// Values with their labels, and where they are entered.
pub struct EnteredByHand {
    pub title: Sentence,
    pub hint: Sentence,
    pub values: Vec<EnteredValue>,
}

/// One of the values.
pub struct EnteredValue {
    pub label: Sentence,
    pub value: String,
    /// Only its end is shown, so it cannot be copied.
    pub is_masked: bool,
}

impl EnteredByHand {
    /// None if the messenger needs nothing entered by hand.
    pub fn of(
        app: &PanelContext,
        page: &PageContext,
        source: &source::Model,
        secrets: Secrets,
    ) -> Result<Option<Self>> {
        let words = page.words;
        let told = crate::source::line::webhook_to_enter(&app.sources, source)?;
        Ok(told.map(|told| {
            let values = told.values.into_iter().map(|one| {
                let is_masked = one.is_secret && secrets == Secrets::Masked;
                let value = if is_masked { settings::mask(&one.value) } else { one.value };
                EnteredValue { label: words.text(one.label), value, is_masked }
            });
            Self { title: words.text(told.title), hint: words.text(told.hint), values: values.collect() }
        }))
    }
}
