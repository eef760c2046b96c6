//! Runs the checks of `parom doctor` on a page.

use actix_web::web;
use askama::Template;
use base::i18n::{CRM, LocalizedText, Sentence, Words};
use domain::doctor::{Check, Status, look};
use serde::Deserialize;

use super::operator::AdminVisitor;
use super::states::StateBadge;
use crate::panel::{Answer, AppData, PageContext, Tone, html};

#[derive(Template)]
#[template(path = "admin/doctor.html")]
struct Doctor {
    page: PageContext,
    ran: bool,
    /// Failures, then warnings.
    wrong: Vec<Check>,
    passed: Vec<Check>,
    warnings: usize,
    failures: usize,
}

/// The query of the page.
#[derive(Default, Deserialize)]
pub struct DoctorQuery {
    /// Present: run the checks.
    run: Option<String>,
}

impl Doctor {
    fn tone(&self, check: &Check) -> Tone {
        badge(self.page.words, check.status).tone
    }

    fn word(&self, check: &Check) -> Sentence {
        badge(self.page.words, check.status).text
    }

    fn text(&self, text: &LocalizedText) -> String {
        text.in_words(self.page.words, CRM)
    }
}

/// The result of a check.
pub(super) fn badge(words: Words, status: Status) -> StateBadge {
    let (tone, key) = match status {
        Status::Ok => (Tone::Ok, "admin-check-ok"),
        Status::Warn => (Tone::Warn, "admin-check-warn"),
        Status::Fail => (Tone::Bad, "admin-check-fail"),
    };
    StateBadge { tone, text: words.text(key) }
}

/// The page; with `run` it waits for the checks.
pub async fn show(app: AppData, visitor: AdminVisitor, query: web::Query<DoctorQuery>) -> Answer {
    let ran = query.run.is_some();
    let checks = if ran { look(&app.config, None).await } else { Vec::new() };
    let count = |status| checks.iter().filter(|check| check.status == status).count();
    let (warnings, failures) = (count(Status::Warn), count(Status::Fail));
    let (passed, mut wrong): (Vec<Check>, Vec<Check>) =
        checks.into_iter().partition(|check| check.status == Status::Ok);
    wrong.sort_by_key(|check| check.status != Status::Fail);
    let page = visitor.page("admin-doctor", "/admin/doctor");
    html(&page, &Doctor { page: page.clone(), ran, wrong, passed, warnings, failures })
}
