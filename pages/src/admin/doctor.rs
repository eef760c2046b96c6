//! The checks of `parom doctor` on a page: what they found last, and a button to run them.

use askama::Template;
use base::error::Result;
use base::i18n::{CRM, LocalizedText, Sentence, Words};
use domain::doctor::{LastResult, LookedCheck, Status, look};
use domain::identity::{EmptyForm, Form};

use super::operator::AdminVisitor;
use super::states::StateBadge;
use crate::panel::{Answer, AppData, Notice, PageContext, PanelContext, Tone, html};

const HERE: &str = "/admin/doctor";

#[derive(Template)]
#[template(path = "admin/doctor.html")]
struct Doctor {
    page: PageContext,
    /// When they ran.
    at: i64,
    /// Failures, then warnings.
    wrong: Vec<LookedCheck>,
    passed: Vec<LookedCheck>,
    warnings: usize,
    failures: usize,
}

impl Doctor {
    fn tone(&self, check: &LookedCheck) -> Tone {
        badge(self.page.words, check.status).tone
    }

    fn word(&self, check: &LookedCheck) -> Sentence {
        badge(self.page.words, check.status).text
    }

    /// What was checked; of a release that checks more, the name in its result.
    fn name(&self, check: &LookedCheck) -> String {
        let key = format!("admin-checked-{}", check.name);
        if self.page.words.has(&key) { self.page.words.text(key).to_string() } else { check.name.clone() }
    }

    fn detail(&self, check: &LookedCheck) -> String {
        check.detail.sentence(self.page.words, CRM)
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

/// The page. Before anybody has run the checks it runs them, which takes some seconds.
pub async fn show(app: AppData, visitor: AdminVisitor) -> Answer {
    let LastResult { at, checks } = match LastResult::read(&app.store).await? {
        Some(last) => last,
        None => run_checks(&app).await?,
    };
    let count = |status| checks.iter().filter(|check| check.status == status).count();
    let (warnings, failures) = (count(Status::Warn), count(Status::Fail));
    let (passed, mut wrong): (Vec<_>, Vec<_>) = checks.into_iter().partition(|check| check.status == Status::Ok);
    wrong.sort_by_key(|check| check.status != Status::Fail);
    let page = visitor.page("admin-doctor", HERE);
    html(&page, &Doctor { page: page.clone(), at, wrong, passed, warnings, failures })
}

/// Runs the checks and shows what they found.
pub async fn run(app: AppData, visitor: AdminVisitor, _form: Form<EmptyForm>) -> Answer {
    run_checks(&app).await?;
    visitor.see_other(&app, HERE, Notice::done(visitor.words.text("admin-road-looked"))).await
}

async fn run_checks(app: &PanelContext) -> Result<LastResult> {
    let checks = look(&app.config, None).await;
    Ok(LastResult::keep(&app.store, checks, app.clock.millis()).await?)
}
