//! `/panel/sources/{id}/shadow`: what a source saw beside another service, and on a chosen day what amoCRM says of it.

use actix_web::web;
use askama::Template;
use base::error::{Error, Result};
use base::i18n::{Sentence, Words};
use chrono::NaiveDate;
use connectors::Shadow;
use domain::takeover::{self, AnswerBy, Comparison, Difference};
use entity::source;
use serde::Deserialize;

use super::access::AbilityRow;
use super::{KindAbilities, SourceStateView, find, state_view};
use crate::panel::choice::{day, pipeline_name, pipelines};
use crate::panel::reasons::customer;
use crate::panel::{self, Answer, AppData, Member, Nav, PageContext, PanelContext, Right};

/// The choice that another service keeps a new source's line for now, and what the source then sees; none if there is no
/// such choice. `moves`: the line's only receiver is another service.
pub(in crate::panel) fn offer(
    app: &PanelContext,
    words: Words,
    kind: &str,
    moves: bool,
) -> Option<(Sentence, Sentence)> {
    let (label, sees) = match app.connectors.get(kind)?.shadow() {
        Shadow::No => return None,
        Shadow::Nothing if !moves => return None,
        Shadow::Nothing => ("wizard-shadow-plan", "shadow-sees-nothing"),
        Shadow::Questions => ("wizard-shadow", "shadow-sees-questions"),
        Shadow::Both => ("wizard-shadow", "shadow-sees-both"),
    };
    Some((words.text(label), words.text(sees)))
}

/// The same as a table.
fn table(app: &PanelContext, words: Words, source: &source::Model) -> Result<KindAbilities> {
    let row = |is_seen: bool, key: &'static str| {
        let (tone, word) = if is_seen { ("ok", "answer-yes") } else { ("off", "answer-no") };
        AbilityRow { tone, word: words.text(word), text: words.text(key) }
    };
    let connector = app.connectors.get(&source.kind).ok_or(Error::NotFound)?;
    let mut lines = vec![
        row(connector.shadow() != Shadow::Nothing, "shadow-row-questions"),
        row(connector.shadow() == Shadow::Both, "shadow-row-answers"),
        row(false, "shadow-row-statuses"),
        row(false, "shadow-row-history"),
    ];
    let note = format!("shadow-note-{}", source.kind);
    if words.has(&note) {
        lines.push(AbilityRow { text: words.text(note), ..row(true, "answer-yes") });
    }
    let about = match connector.shadow() {
        Shadow::Nothing => "shadow-sees-nothing",
        _ => "shadow-about",
    };
    Ok(KindAbilities { about: words.text(about), lines })
}

#[derive(Debug, Deserialize)]
pub struct ShadowQuery {
    day: Option<String>,
}

/// A message that one side lacks.
struct DifferenceRow {
    /// `<time>`.
    time: String,
    direction: Sentence,
    /// In amoCRM; a dash if unknown.
    contact: String,
    origin: String,
    /// The message's page; empty if the shadow did not see it.
    href: String,
}

struct ChatRow {
    customer: String,
    href: String,
    contact: String,
    messages: usize,
    /// How it could be answered now; with a `<time>` that follows, empty if there is no limit.
    answer: Sentence,
    until: String,
}

struct ComparedDay {
    day: String,
    found: Comparison,
    missing_here: Vec<DifferenceRow>,
    missing_in_crm: Vec<DifferenceRow>,
    chats: Vec<ChatRow>,
    templates: Option<Sentence>,
}

#[derive(Template)]
#[template(path = "panel/sources/shadow.html")]
struct ShadowPage {
    page: PageContext,
    tab: &'static str,
    id: String,
    may: bool,
    state: SourceStateView,
    card: KindAbilities,
    /// Which pipeline its chats would go to.
    pipeline: Sentence,
    /// Each with its address, its name and the number of messages.
    days: Vec<(String, String, i64)>,
    compared: Option<ComparedDay>,
}

/// `GET /panel/sources/{id}/shadow`. With a day it asks amoCRM.
pub async fn get(app: AppData, member: Member, id: web::Path<String>, asked: web::Query<ShadowQuery>) -> Answer {
    let source = find(&app, &member, Right::Look, &id).await?;
    if !source.is_shadow() {
        return Err(Error::NotFound);
    }
    let mut page = member.page(source.name.clone(), Nav::Sources);
    let state = domain::source::state(&app.sources, &source).await?;
    let known = pipelines(&app, source.tenant_id, false).await?;
    let day = asked.day.as_deref().and_then(day);
    let mut compared = None;
    if let Some(day) = day {
        match takeover::compare(&app.sources, &source, day).await {
            Ok(found) => compared = Some(shown(&page, day, found)),
            Err(error) => page = page.with_notice(member.refused(error)?),
        }
    }
    let shown = ShadowPage {
        tab: "shadow",
        id: source.id.to_string(),
        may: member.may(Right::EditSources),
        state: state_view(&page, &source, &state),
        card: table(&app, page.words, &source)?,
        pipeline: match source.pipeline_id {
            0 => page.words.text("shadow-pipeline-main"),
            id => page.words.text("shadow-pipeline-named").with("pipeline", pipeline_name(&page, known.as_ref(), id)),
        },
        days: takeover::days(&app.sources, &source)
            .await?
            .into_iter()
            .map(|one| (one.day.to_string(), date(&page, one.day), one.messages))
            .collect(),
        compared,
        page: page.clone(),
    };
    panel::html(&page, &shown)
}

/// A day in UTC, as pages write it.
fn date(page: &PageContext, day: NaiveDate) -> String {
    page.when(&page.day_begins(day)).date()
}

fn shown(page: &PageContext, day: NaiveDate, found: Comparison) -> ComparedDay {
    let contact = |id: Option<i64>| id.map_or_else(|| "–".to_owned(), |id| id.to_string());
    let row = |one: &Difference| DifferenceRow {
        time: page.time(&one.at),
        direction: page.words.text(if one.is_outgoing {
            "messages-direction-to-messenger"
        } else {
            "messages-direction-to-crm"
        }),
        contact: contact(one.contact_id),
        origin: one.origin.clone(),
        href: one.message_id.map(|id| format!("/panel/messages/{id}")).unwrap_or_default(),
    };
    let chats = found.chats.iter().map(|chat| ChatRow {
        customer: customer(&chat.customer, page.words),
        href: format!("/panel/conversations/{}", chat.conversation_id),
        contact: chat.contact.as_ref().map_or_else(|| "–".to_owned(), |(id, name)| format!("{name} ({id})")),
        messages: chat.messages,
        answer: match (chat.answer_by, chat.answer_until) {
            (AnswerBy::Text, Some(_)) => page.words.text("shadow-answer-until"),
            (by, _) => page.words.text_of("shadow-answer-", by.as_str()),
        },
        until: match chat.answer_by {
            AnswerBy::Text => chat.answer_until.map(|until| page.time(&until)).unwrap_or_default(),
            AnswerBy::Template | AnswerBy::Nothing => String::new(),
        },
    });
    let templates = found.templates.as_ref().map(|found| {
        let (ready, none) = (found.ready.join(", "), found.ready.is_empty());
        page.words.text(if none { "shadow-templates-none" } else { "shadow-templates" }).with("names", ready)
    });
    ComparedDay {
        day: date(page, day),
        missing_here: found.missing_here.iter().map(row).collect(),
        missing_in_crm: found.missing_in_crm.iter().map(row).collect(),
        chats: chats.collect(),
        templates,
        found,
    }
}
