//! The confirmation page of an action: what will happen, the button, a link back.

use actix_web::HttpResponse;
use askama::Template;
use base::error::Result;
use base::i18n::Sentence;

use super::{PageContext, html};

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
    pub fn ask(&self) -> Result<HttpResponse> {
        html(&self.page, self)
    }
}
