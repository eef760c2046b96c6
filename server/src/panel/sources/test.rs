//! "Test this source": checks every step of a message's route; the result is shown until the next run.

use actix_web::web;
use askama::Template;
use base::i18n::Sentence;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::find;
use super::state_view::{SourceStateView, shown};
use crate::panel::{self, Answer, AppData, EmptyForm, Form, Member, Nav, Notice, PageContext, Right};

/// The session key that stores the last result.
const LAST: &str = "last-test";

#[derive(Serialize, Deserialize)]
struct Last {
    source_id: Uuid,
    at: i64,
    steps: Vec<Ran>,
}

#[derive(Serialize, Deserialize)]
struct Ran {
    name: String,
    ok: bool,
    detail: String,
    ms: i64,
}

struct TestStepRow {
    tone: &'static str,
    state: Sentence,
    title: Sentence,
    took: String,
    detail: String,
}

#[derive(Template)]
#[template(path = "panel/sources/test.html")]
struct TestPage {
    page: PageContext,
    tab: &'static str,
    id: String,
    may: bool,
    state: SourceStateView,
    at: String,
    rows: Vec<TestStepRow>,
}

/// `GET /panel/sources/{id}/test`.
pub async fn get(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    let source = find(&app, &member, Right::Look, &id).await?;
    let page = member.page(member.words.text("source-title").with("name", source.name.as_str()), Nav::Sources);
    let words = page.words;
    let last = member.data::<Last>(&app, LAST).filter(|last| last.source_id == source.id);
    let row = |ran: &Ran| {
        let (tone, state) = if ran.ok { ("ok", "letter-state-done") } else { ("bad", "source-test-step-failed") };
        TestStepRow {
            tone,
            state: words.text(state),
            title: words.text_of("source-test-", &ran.name).with("crm", page.crm),
            took: page.duration(&ran.ms),
            detail: ran.detail.clone(),
        }
    };
    let state = crate::source::state(&app.sources, &source).await?;
    let shown = TestPage {
        tab: "test",
        id: source.id.to_string(),
        may: member.may(Right::EditSources),
        state: shown(&page, &source, &state),
        at: last.as_ref().map(|last| page.time(&last.at)).unwrap_or_default(),
        rows: last.as_ref().map(|last| last.steps.iter().map(row).collect()).unwrap_or_default(),
        page: page.clone(),
    };
    panel::html(&page, &shown)
}

/// `POST /panel/sources/{id}/test`.
pub async fn run(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    let source = find(&app, &member, Right::EditSources, &id).await?;
    let path = format!("/panel/sources/{}/test", source.id);
    let words = member.words;
    let steps = match crate::source::test(&app.sources, member.tenant_id, source.id, &member.by()).await {
        Ok(steps) => steps,
        Err(error) => return member.see_other(&app, &path, member.refused(error)?).await,
    };
    let ran: Vec<Ran> = steps
        .into_iter()
        .map(|step| Ran {
            name: step.name.to_owned(),
            ok: step.ok,
            detail: step.detail.map(|said| said.in_words(words, member.crm())).unwrap_or_default(),
            ms: i64::try_from(step.ms).unwrap_or(i64::MAX),
        })
        .collect();
    let notice = match ran.iter().find(|step| !step.ok) {
        None => {
            let ms: i64 = ran.iter().map(|step| step.ms).sum();
            Notice::done(words.text("source-test-passed").with("ms", ms).with("steps", ran.len()))
        }
        Some(failed) => {
            let step = words.text_of("source-test-", &failed.name).with("crm", member.crm()).to_string();
            Notice::failed(words.text("source-test-failed").with("step", step).with("reason", failed.detail.as_str()))
        }
    };
    let last = Last { source_id: source.id, at: app.clock.millis(), steps: ran };
    member.set_data(&app, LAST, Some(&last)).await?;
    member.see_other(&app, &path, notice).await
}
