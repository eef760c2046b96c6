//! The checks of `parom doctor` on a page: what they found last, and a button to run them.

use askama::Template;
use base::i18n::{CRM, LocalizedText, Sentence, Words};
use domain::doctor::{LastLook, LookedCheck, Status, look};
use domain::identity::{EmptyForm, Form};

use super::operator::AdminVisitor;
use super::states::StateBadge;
use crate::panel::{Answer, AppData, Notice, PageContext, Tone, html};

const HERE: &str = "/admin/doctor";

#[derive(Template)]
#[template(path = "admin/doctor.html")]
struct Doctor {
    page: PageContext,
    /// None: nobody has run them yet.
    last: Option<LastChecks>,
}

struct LastChecks {
    at: i64,
    /// Failures, then warnings.
    wrong: Vec<LookedCheck>,
    passed: Vec<LookedCheck>,
    warnings: usize,
    failures: usize,
}

impl LastChecks {
    fn of(LastLook { at, seen }: LastLook<LookedCheck>) -> Self {
        let count = |status| seen.iter().filter(|check| check.status == status).count();
        let (warnings, failures) = (count(Status::Warn), count(Status::Fail));
        let (passed, mut wrong): (Vec<_>, Vec<_>) = seen.into_iter().partition(|check| check.status == Status::Ok);
        wrong.sort_by_key(|check| check.status != Status::Fail);
        Self { at, wrong, passed, warnings, failures }
    }
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

/// What the checks found when they ran last.
pub async fn show(app: AppData, visitor: AdminVisitor) -> Answer {
    let last = LastLook::of_checks(&app.store).await?.map(LastChecks::of);
    let page = visitor.page("admin-doctor", HERE);
    html(&page, &Doctor { page: page.clone(), last })
}

/// Runs the checks and shows what they found.
pub async fn run(app: AppData, visitor: AdminVisitor, _form: Form<EmptyForm>) -> Answer {
    let checks = look(&app.config, None).await;
    LastLook::keep_checks(&app.store, checks, app.clock.millis()).await?;
    visitor.see_other(&app, HERE, Notice::done(visitor.words.text("admin-road-looked"))).await
}
