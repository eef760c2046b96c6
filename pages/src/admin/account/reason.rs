//! Actions on an account that require a reason, which the account can read.

use actix_web::http::StatusCode;
use askama::Template;
use base::i18n::Sentence;
use entity::tenant;
use serde::Deserialize;

use super::address;
use crate::admin::operator::AdminVisitor;
use crate::panel::{Answer, PageContext, html_as};

/// Longest and shortest reason, in characters.
const LONGEST: usize = 500;
const SHORTEST: usize = 3;

/// The reason in the operator's words.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReasonForm {
    reason: String,
}

impl ReasonForm {
    /// The trimmed reason, cut to the longest; `None` if it is too short.
    pub fn text(&self) -> Option<String> {
        let text: String = self.reason.replace('\0', "").trim().chars().take(LONGEST).collect();
        (text.chars().count() >= SHORTEST).then_some(text)
    }
}

/// A form that asks for a reason.
pub struct ReasonQuestion {
    pub title: Sentence,
    /// The effect of the action.
    pub says: Sentence,
    pub label: Sentence,
    pub button: Sentence,
    pub danger: bool,
    /// The last part of the form's address.
    pub deed: &'static str,
}

#[derive(Template)]
#[template(path = "admin/reason.html")]
struct ReasonPage {
    page: PageContext,
    says: Sentence,
    label: Sentence,
    button: Sentence,
    danger: bool,
    action: String,
    back: String,
    wrong: Option<Sentence>,
}

impl ReasonQuestion {
    /// The form as a page; with an error unless `status` is 200.
    pub fn ask(self, visitor: &AdminVisitor, tenant: &tenant::Model, status: StatusCode) -> Answer {
        let page = visitor.page(self.title, "/admin/accounts");
        let wrong = (status != StatusCode::OK).then(|| visitor.words.text("admin-reason-missing"));
        let page = if wrong.is_some() { page.with_error() } else { page };
        let back = address(tenant.tenant_id);
        let asked = ReasonPage {
            page: page.clone(),
            says: self.says,
            label: self.label,
            button: self.button,
            danger: self.danger,
            action: format!("{back}/{}", self.deed),
            back,
            wrong,
        };
        html_as(status, &page, &asked)
    }
}
