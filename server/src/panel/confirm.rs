//! The question before a deed: what will happen, the button that does it, the way back.

use actix_web::HttpResponse;
use askama::Template;

use super::{PageContext, html};
use crate::error::Result;
use crate::words::Sentence;

#[derive(Template)]
#[template(path = "panel/confirm.html")]
pub struct Confirm {
    pub sentence: Sentence,
    /// Where the form goes.
    pub action: String,
    pub button: Sentence,
    /// It cannot be taken back.
    pub danger: bool,
    pub back: String,
    pub page: PageContext,
}

impl Confirm {
    /// The question as a page.
    pub fn ask(&self) -> Result<HttpResponse> {
        html(&self.page, self)
    }
}
