//! Actions on a source: pause and resume (the form for resuming shows how many messages wait and how old they are, and asks
//! which of them to send), delete, restore one that a user deleted in amoCRM, replace a signing secret, which is shown once
//! on its own page, and "Test this source", which checks every step of a message's route.

use actix_web::web;
use askama::Template;
use base::error::{Error, Result};
use base::i18n::{Sentence, Words};
use base::millis::HOUR;
use connectors::kinds::{has_own_server, is_web_chat};
use domain::delivery::dead_letters;
use domain::delivery::read::{activity, chats};
use domain::source::{SourceChange, StateReason};
use entity::source;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::find;
use crate::panel::choice::SelectOption;
use crate::panel::{
    self, Answer, AppData, ConfirmPage, EmptyForm, Form, Member, Nav, Notice, PageContext, PanelContext, Right, Tone,
    to,
};

/// Maximum age in hours of the waiting messages to send; 0: all; -1: none.
const AGES: [i64; 5] = [0, 1, 6, 12, -1];

#[derive(Template)]
#[template(path = "panel/sources/pause.html")]
struct Ask {
    page: PageContext,
    sentence: Sentence,
    action: String,
    button: Sentence,
    back: String,
    /// What to do with waiting messages; empty if none wait.
    choices: Vec<SelectOption>,
    note: Option<Sentence>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PauseForm {
    drop: Option<String>,
}

/// `GET /panel/sources/{id}/pause`.
pub async fn ask_pause(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    let source = find(&app, &member, Right::EditSources, &id).await?;
    let (count, _) = dead_letters::held(&app.delivery, &source).await?;
    let page = member.page("source-pause", Nav::Sources);
    let ask = Ask {
        sentence: page.words.text("source-pause-confirm").with("source", source.name.as_str()).with("count", count),
        action: format!("/panel/sources/{}/pause", source.id),
        button: page.words.text("source-pause"),
        back: format!("/panel/sources/{}", source.id),
        choices: Vec::new(),
        note: None,
        page: page.clone(),
    };
    panel::html(&page, &ask)
}

/// `POST /panel/sources/{id}/pause`.
pub async fn pause(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    let source = find(&app, &member, Right::EditSources, &id).await?;
    let change = SourceChange { paused: Some(true), ..SourceChange::default() };
    carry_out(&app, &member, &source, change, "source-paused").await
}

/// `GET /panel/sources/{id}/resume`.
pub async fn ask_resume(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    let source = find(&app, &member, Right::EditSources, &id).await?;
    let (count, oldest) = dead_letters::held(&app.delivery, &source).await?;
    let suspended = domain::source::state(&app.sources, &source).await?.reason == Some(StateReason::WebhookSuspended);
    let key = if suspended { "webhooks-test-and-on" } else { "source-resume" };
    let page = member.page(key, Nav::Sources);
    let words = page.words;
    let button = words.text(key);
    let label = |hours: i64| match hours {
        0 => words.text("source-resume-all").with("count", count),
        -1 => words.text("source-resume-none"),
        hours => words.text("source-resume-younger").with("hours", hours),
    };
    let now = app.clock.millis();
    // Ages that no message has reached are not offered.
    let reached = |hours: &&i64| **hours <= 0 || oldest.is_some_and(|oldest| now - oldest > **hours * HOUR);
    let choices = if count == 0 {
        Vec::new()
    } else {
        AGES.iter().filter(reached).map(|hours| SelectOption::new(hours.to_string(), label(*hours), "0")).collect()
    };
    let stamp = oldest.map(|oldest| page.when(&oldest).stamp()).unwrap_or_default();
    let key = if count == 0 { "source-resume-nothing" } else { "source-held" };
    let ask = Ask {
        sentence: words.text(key).with("count", count).with("stamp", stamp).with("source", source.name.as_str()),
        action: format!("/panel/sources/{}/resume", source.id),
        button,
        back: format!("/panel/sources/{}", source.id),
        note: (count > 0).then(|| words.text("source-resume-dropped").with("crm", page.crm)),
        choices,
        page: page.clone(),
    };
    panel::html(&page, &ask)
}

/// `POST /panel/sources/{id}/resume`.
pub async fn resume(app: AppData, member: Member, id: web::Path<String>, form: Form<PauseForm>) -> Answer {
    let source = find(&app, &member, Right::EditSources, &id).await?;
    let hours = form.drop.as_deref().and_then(|text| text.parse::<i64>().ok()).filter(|hours| AGES.contains(hours));
    let now = app.clock.millis();
    let drop_before = match hours.unwrap_or(0) {
        0 => None,
        -1 => Some(now + 1),
        hours => Some(now - hours * HOUR),
    };
    let change = SourceChange { paused: Some(false), drop_before, ..SourceChange::default() };
    carry_out(&app, &member, &source, change, "source-resumed").await
}

async fn carry_out(
    app: &AppData,
    member: &Member,
    source: &source::Model,
    change: SourceChange,
    key: &'static str,
) -> Answer {
    let done = domain::source::change(&app.sources, member.tenant_id, source.id, change, None, &member.by()).await;
    let said = member.words.text(key).with("source", source.name.as_str());
    member.outcome(app, &format!("/panel/sources/{}", source.id), done, said).await
}

/// `GET /panel/sources/{id}/delete`: shows what would be lost.
pub async fn ask_delete(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    let source = find(&app, &member, Right::EditSources, &id).await?;
    let (db, tenant_id) = (app.store.read(), member.tenant_id);
    let chats = chats::count(db, tenant_id, source.id).await?;
    let waiting = activity::waiting(db, tenant_id, source.id).await?;
    let page = member.page("source-delete", Nav::Sources);
    let sentence = page
        .words
        .text("source-delete-confirm")
        .with("source", source.name.as_str())
        .with("crm", page.crm)
        .with("chats", chats)
        .with("waiting", waiting);
    let confirm = ConfirmPage {
        sentence,
        action: format!("/panel/sources/{}/delete", source.id),
        button: page.words.text("source-delete"),
        danger: true,
        back: format!("/panel/sources/{}", source.id),
        page,
    };
    confirm.ask()
}

/// `POST /panel/sources/{id}/delete`.
pub async fn delete(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    let source = find(&app, &member, Right::EditSources, &id).await?;
    let words = member.words;
    let deleted = match domain::source::delete(&app.sources, member.tenant_id, source.id, &member.by()).await {
        Ok(deleted) => deleted,
        Err(error) => {
            let notice = member.refused(error)?;
            return member.see_other(&app, &format!("/panel/sources/{}", source.id), notice).await;
        }
    };
    let done = words.text("source-deleted").with("source", source.name.as_str()).to_string();
    let notice = if deleted.was_default {
        Notice::of(Tone::Warn, format!("{done} {}", words.text("sources-pick-default")))
    } else {
        Notice::done(done)
    };
    member.see_other(&app, "/panel/sources", notice).await
}

/// `POST /panel/sources/{id}/take-back`: registers our webhook with the messenger again.
pub async fn take_back(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    let source = find(&app, &member, Right::EditSources, &id).await?;
    let done = domain::source::line::take_back(&app.sources, member.tenant_id, source.id, &member.by()).await;
    let said = member.words.text("source-taken-back").with("source", source.name.as_str());
    member.outcome(&app, &format!("/panel/sources/{}", source.id), done, said).await
}

/// `POST /panel/sources/{id}/restore`.
pub async fn restore(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    let source = find(&app, &member, Right::EditSources, &id).await?;
    let done = domain::source::restore(&app.sources, member.tenant_id, source.id, &member.by()).await;
    let said = member.words.text("source-restored").with("source", source.name.as_str()).with("crm", member.crm());
    member.outcome(&app, &format!("/panel/sources/{}", source.id), done, said).await
}

/// The session key that stores a new secret until its page has been shown.
const FRESH: &str = "fresh-secret";

#[derive(Serialize, Deserialize)]
struct IssuedSecret {
    source_id: Uuid,
    secret: String,
}

#[derive(Template)]
#[template(path = "panel/sources/secret.html")]
struct SecretCreatedPage {
    page: PageContext,
    id: String,
    secret: String,
    hint: Sentence,
}

/// Texts of the pages for a kind's secret.
#[derive(Clone, Copy)]
struct SecretTexts {
    title: &'static str,
    hint: &'static str,
    button: &'static str,
    made: &'static str,
}

const CUSTOM: SecretTexts = SecretTexts {
    title: "wizard-custom-secret",
    hint: "webhooks-rotate-hint",
    button: "webhooks-rotate",
    made: "webhooks-rotated",
};
const WEBCHAT: SecretTexts = SecretTexts {
    title: "wizard-web-secret",
    hint: "wizard-web-secret-hint",
    button: "wizard-web-secret-new",
    made: "wizard-web-secret-made",
};

async fn with_secret(app: &PanelContext, member: &Member, id: &str) -> Result<(source::Model, SecretTexts)> {
    let source = find(app, member, Right::EditSources, id).await?;
    match source.kind.as_str() {
        kind if has_own_server(kind) => Ok((source, CUSTOM)),
        kind if is_web_chat(kind) => Ok((source, WEBCHAT)),
        _ => Err(Error::NotFound),
    }
}

/// `GET /panel/sources/{id}/secret`.
pub async fn ask_secret(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    let (source, said) = with_secret(&app, &member, &id).await?;
    let page = member.page(said.button, Nav::Sources);
    let confirm = ConfirmPage {
        sentence: page.words.text(said.hint),
        action: format!("/panel/sources/{}/secret", source.id),
        button: page.words.text(said.button),
        danger: false,
        back: format!("/panel/sources/{}/access", source.id),
        page,
    };
    confirm.ask()
}

/// `POST /panel/sources/{id}/secret`.
pub async fn rotate(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    let (source, said) = with_secret(&app, &member, &id).await?;
    let (tenant_id, by) = (member.tenant_id, member.by());
    let made = if has_own_server(&source.kind) {
        domain::source::rotate_secret(&app.sources, tenant_id, source.id, &by).await
    } else {
        domain::source::rotate_site_secret(&app.sources, tenant_id, source.id, &by).await
    };
    let secret = match made {
        Ok(secret) => secret,
        // Another person changed it a moment earlier, so the secret is already new.
        Err(Error::Changed(_)) => {
            let notice = Notice::of(Tone::Warn, member.words.text("webhooks-rotated-by-other"));
            return member.see_other(&app, &format!("/panel/sources/{}/access", source.id), notice).await;
        }
        Err(error) => return Err(error),
    };
    let fresh = IssuedSecret { source_id: source.id, secret: secret.expose_secret().to_owned() };
    member.set_data(&app, FRESH, Some(&fresh)).await?;
    let notice = Notice::done(member.words.text(said.made).with("source", source.name));
    member.see_other(&app, &format!("/panel/sources/{}/secret/made", source.id), notice).await
}

/// `GET /panel/sources/{id}/secret/made`: shows the new secret, once.
pub async fn secret_made(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    let (source, said) = with_secret(&app, &member, &id).await?;
    let fresh = member.data::<IssuedSecret>(&app, FRESH).filter(|fresh| fresh.source_id == source.id);
    let Some(fresh) = fresh else {
        let notice = Notice::of(Tone::Warn, member.words.text("keys-shown-before"));
        return member.see_other(&app, &format!("/panel/sources/{}/access", source.id), notice).await;
    };
    member.set_data::<IssuedSecret>(&app, FRESH, None).await?;
    let page = member.page(said.title, Nav::Sources);
    let hint = page.words.text(said.hint);
    panel::html(&page, &SecretCreatedPage { id: source.id.to_string(), secret: fresh.secret, hint, page: page.clone() })
}

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

pub(super) struct TestStepRow {
    pub tone: &'static str,
    pub state: Sentence,
    pub title: Sentence,
    pub took: String,
    pub detail: String,
}

/// The last test of this source in this session.
pub(super) struct LastTest {
    /// When it was, as `<time>`.
    pub at: String,
    pub passed: bool,
    /// Its outcome, in the words that were read when it ended.
    pub outcome: Sentence,
    pub steps: Vec<TestStepRow>,
}

impl Last {
    fn failed(&self) -> Option<&Ran> {
        self.steps.iter().find(|step| !step.ok)
    }

    fn outcome(&self, words: Words, crm: &str) -> Sentence {
        let Some(failed) = self.failed() else {
            let ms: i64 = self.steps.iter().map(|step| step.ms).sum();
            return words.text("source-test-passed").with("ms", ms).with("steps", self.steps.len());
        };
        let step = words.text_of("source-test-", &failed.name).with("crm", crm).to_string();
        words.text("source-test-failed").with("step", step).with("reason", failed.detail.as_str())
    }
}

/// The last test, for the source's page.
pub(super) fn tested(
    app: &PanelContext,
    member: &Member,
    page: &PageContext,
    source: &source::Model,
) -> Option<LastTest> {
    let words = page.words;
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
    let last = member.data::<Last>(app, LAST).filter(|last| last.source_id == source.id)?;
    Some(LastTest {
        at: page.time(&last.at),
        passed: last.failed().is_none(),
        outcome: last.outcome(words, page.crm),
        steps: last.steps.iter().map(row).collect(),
    })
}

/// `GET /panel/sources/{id}/test`: the steps are on the source's page.
pub async fn test(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    let source = find(&app, &member, Right::Look, &id).await?;
    Ok(to(&format!("/panel/sources/{}", source.id)))
}

/// `POST /panel/sources/{id}/test`.
pub async fn run_test(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    let source = find(&app, &member, Right::EditSources, &id).await?;
    let path = format!("/panel/sources/{}", source.id);
    let words = member.words;
    let steps = match domain::source::test(&app.sources, member.tenant_id, source.id, &member.by()).await {
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
    let last = Last { source_id: source.id, at: app.clock.millis(), steps: ran };
    let outcome = last.outcome(words, member.crm());
    let notice = if last.failed().is_some() { Notice::failed(outcome) } else { Notice::done(outcome) };
    member.set_data(&app, LAST, Some(&last)).await?;
    member.see_other(&app, &path, notice).await
}
