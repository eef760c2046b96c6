//! The confirmation page of an action: what will happen, the button, a link back.

use askama::Template;
use base::i18n::Sentence;

use super::{PageContext, html};
use crate::panel::Answer;

#[derive(Template)]
#[template(path = "panel/confirm.html")]
pub struct ConfirmPage {
    pub sentence: Sentence,
    /// Address that the form posts to.
    pub action: String,
    pub button: Sentence,
    /// The action is irreversible.
    pub danger: bool,
    pub back: String,
    pub page: PageContext,
}

impl ConfirmPage {
    /// Renders the confirmation page.
    pub fn ask(&self) -> Answer {
        html(&self.page, self)
    }
}
