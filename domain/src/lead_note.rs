//! Notes in the lead of a conversation: a visitor's answers to the shop's own questions, and their rating. The lead may be
//! created later, or wait until a person accepts it.
//!
//! ```text
//! answers, a rating ─▶ plan, in the same commit ─▶ contact of the chat ─▶ its lead ─▶ a note for each that is not there
//!                        ▲                            │ none yet, or it waits for a person
//!                        └───── later, up to 30 days ─┘
//! ```

use std::sync::Arc;

use amocrm::rest::{Lead, Note};
use base::i18n::{Words, Zone};
use base::message::Visits;
use chrono::TimeDelta;
use entity::{conversation, job};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait};
use uuid::Uuid;

use crate::contact;
use crate::job::{NewJob, NextRun, schedule};
use crate::tenant::TenantContext;
use crate::tenant::token::{CallError, with_token};

/// The kind's name.
pub const KIND: &str = "lead_notes";
/// The first look: by then amoCRM has usually made the lead.
pub const FIRST: TimeDelta = TimeDelta::seconds(10);
/// The first look for a rating: its comment may follow.
pub const RATED: TimeDelta = TimeDelta::minutes(3);
/// The least and the most time between checks for a lead that is not accepted yet.
const LEAST_WAIT: TimeDelta = TimeDelta::seconds(15);
pub const MOST_WAIT: TimeDelta = TimeDelta::hours(6);
/// How long a lead is waited for.
const PATIENCE: TimeDelta = TimeDelta::days(30);
/// Delays after the first, second, … failure in a row; after these it is in the panel only.
pub const BACK_OFF: [TimeDelta; 6] = [
    TimeDelta::minutes(1),
    TimeDelta::minutes(5),
    TimeDelta::minutes(30),
    TimeDelta::hours(2),
    TimeDelta::hours(12),
    TimeDelta::days(1),
];

/// Schedules the notes. To be called in the transaction that stores the answers or the rating.
pub async fn plan(
    db: &impl ConnectionTrait,
    now: i64,
    tenant_id: Uuid,
    conversation_id: Uuid,
    after: TimeDelta,
) -> Result<(), DbErr> {
    schedule(db, now, NewJob::new(tenant_id, KIND, conversation_id, now + after.num_milliseconds())).await
}

/// An attempt: the lead may not exist yet. Safe to repeat.
pub async fn write(app: Arc<TenantContext>, job: job::Model) -> anyhow::Result<NextRun> {
    let (app, id) = (&app, job.key.parse::<Uuid>()?);
    let known = conversation::Entity::find_by_id((job.tenant_id, id)).one(app.store.read()).await?;
    let told = known.as_ref().and_then(|known| Visits::stored(&known.visit));
    let tenant = app.lookup.tenant(job.tenant_id).await?;
    let (Some(known), Some(told), Some(tenant)) = (known, told, tenant) else { return Ok(NextRun::Never) };
    let Some(lead) = open_lead(app, &known).await? else { return Ok(later(app.clock.millis(), &job, MOST_WAIT)) };
    let words = Words::new(crate::tenant::language(&app.integrations, &tenant));
    let texts = notes(&told, words, Zone::named(&tenant.time_zone));
    add_missing(app, job.tenant_id, lead.id, texts, words).await?;
    Ok(NextRun::Never)
}

/// The texts of the notes.
fn notes(told: &Visits, words: Words, zone: Zone) -> Vec<String> {
    let answers = told.answers.iter().map(|answer| format!("{}: {}", answer.question, answer.answer));
    let answers = std::iter::once(words.text("lead-note-answers").to_string()).chain(answers).collect::<Vec<_>>();
    let rating = told.rating.as_ref().map(|rating| {
        let title = words.text("lead-note-rating").with("day", zone.date_of(rating.at).to_string());
        let score = words.text_of("chat-rating-", rating.score.word()).to_string();
        [format!("{title}: {score}"), rating.comment.clone()].join("\n").trim_end().to_owned()
    });
    let answers = (answers.len() > 1).then(|| answers.join("\n"));
    answers.into_iter().chain(rating).collect()
}

/// When a lead is looked for again: after a quarter of the time waited so far, but at most this long. Never after [`PATIENCE`].
pub fn later(now: i64, job: &job::Model, most: TimeDelta) -> NextRun {
    let age = now - job.created_at;
    if age > PATIENCE.num_milliseconds() {
        return NextRun::Never;
    }
    NextRun::At(now + (age / 4).clamp(LEAST_WAIT.num_milliseconds(), most.num_milliseconds()))
}

/// The pages of notes that are read, of 250 each.
const PAGES: u32 = 4;

/// Adds notes to a lead in the name of the service, those that are not there. An earlier attempt may have added them
/// without getting the answer.
pub async fn add_missing(
    app: &Arc<TenantContext>,
    tenant_id: Uuid,
    lead_id: i64,
    mut texts: Vec<String>,
    words: Words,
) -> Result<(), CallError> {
    for number in 1..=PAGES {
        if texts.is_empty() {
            return Ok(());
        }
        let ask = |rest: amocrm::rest::Rest, token| async move { rest.notes(&token, lead_id, number).await };
        let page = with_token(app, tenant_id, ask).await?;
        texts.retain(|text| !page.items.iter().any(|note| note.text.as_ref() == Some(text)));
        if !page.has_more {
            break;
        }
    }
    let service = app.config.vendor.name_in(words);
    let notes: Vec<Note> = texts.into_iter().map(|text| Note { service: service.clone(), text }).collect();
    if notes.is_empty() {
        return Ok(());
    }
    let add = |rest: amocrm::rest::Rest, token| {
        let notes = notes.clone();
        async move { rest.add_notes(&token, lead_id, &notes).await }
    };
    with_token(app, tenant_id, add).await?;
    Ok(())
}

/// Leads of a contact that are looked at, the newest first.
const LEADS: usize = 5;

/// The newest open lead of the chat's contact. None while the chat is not known to amoCRM, or its incoming lead waits
/// for a person: until then it is a draft.
pub async fn open_lead(app: &Arc<TenantContext>, known: &conversation::Model) -> Result<Option<Lead>, CallError> {
    let tenant_id = known.tenant_id;
    if known.amocrm_chat_id.is_empty() {
        return Ok(None);
    }
    let Some(contact_id) = contact::of_chat(app, tenant_id, &known.amocrm_chat_id).await? else { return Ok(None) };
    if contact::is_incoming(app, tenant_id, &known.amocrm_chat_id).await? {
        return Ok(None);
    }
    let ask = |rest: amocrm::rest::Rest, token| async move { rest.contact(&token, contact_id).await };
    let mut leads = with_token(app, tenant_id, ask).await?.map(|contact| contact.leads).unwrap_or_default();
    leads.sort_unstable_by(|one, other| other.cmp(one));
    Ok(newest_leads(app, tenant_id, leads).await?.0)
}

/// The newest open one of these leads, which are the newest first, and the newest closed one before it.
pub async fn newest_leads(
    app: &Arc<TenantContext>,
    tenant_id: Uuid,
    leads: impl IntoIterator<Item = i64>,
) -> Result<(Option<Lead>, Option<Lead>), CallError> {
    let mut closed = None;
    for id in leads.into_iter().take(LEADS) {
        let ask = |rest: amocrm::rest::Rest, token| async move { rest.lead(&token, id).await };
        match with_token(app, tenant_id, ask).await? {
            Some(lead) if lead.is_open() => return Ok((Some(lead), closed)),
            Some(lead) if !lead.is_deleted => drop(closed.get_or_insert(lead)),
            _ => {}
        }
    }
    Ok((None, closed))
}
