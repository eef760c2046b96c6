//! Pause and resume. The form for resuming shows how many messages wait and how old they are, and asks which of them to
//! send.

use actix_web::web;
use askama::Template;
use base::i18n::Sentence;
use base::millis::HOUR;
use entity::source;
use serde::Deserialize;

use super::find;
use crate::delivery::dead;
use crate::panel::choice::SelectOption;
use crate::panel::{self, Answer, AppData, EmptyForm, Form, Member, Nav, PageContext, Right};
use crate::source::{SourceChange, StateReason};

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
pub async fn ask(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    let source = find(&app, &member, Right::EditSources, &id).await?;
    let (count, _) = dead::held(&app.delivery, &source).await?;
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
    let (count, oldest) = dead::held(&app.delivery, &source).await?;
    let suspended = crate::source::state(&app.sources, &source).await?.reason == Some(StateReason::WebhookSuspended);
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
    let done = crate::source::change(&app.sources, member.tenant_id, source.id, change, None, &member.by()).await;
    let said = member.words.text(key).with("source", source.name.as_str());
    member.outcome(app, &format!("/panel/sources/{}", source.id), done, said).await
}
