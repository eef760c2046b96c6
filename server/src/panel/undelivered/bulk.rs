//! Resends or drops many letters, after a page that counts them; each letter once. Selected rows are processed
//! immediately; all matches of a filter become a replay, as in the API, the admin and the command line.

use actix_web::web;
use askama::Template;
use base::error::{Error, Result};
use base::i18n::{LocalizedText, Sentence};
use serde_json::json;
use uuid::Uuid;

use super::UndeliveredFilters;
use crate::delivery::dead as deeds;
use crate::delivery::read::dead::{self, DeadLetterFilter};
use crate::delivery::read::list::Ground;
use crate::delivery::replay::{self, A_SECOND, ReplayAction};
use crate::panel::PanelContext;
use crate::panel::{self, Answer, AppData, EmptyForm, Fields, Form, Member, Nav, Notice, PageContext, Right, Tone};

const HERE: &str = "/panel/undelivered";
/// Maximum number of selected rows.
const MOST: u64 = 500;
/// Maximum number of letters checked for unknown outcomes.
const LOOKED_AT: u64 = 500;
const NAMES: [&str; 7] = ["id", "all", "do", "source", "reason", "period", "back"];

fn action(fields: &Fields) -> Result<ReplayAction> {
    ReplayAction::named(fields.get("do")).ok_or_else(|| Error::Malformed(LocalizedText::new("said-form-deed")))
}

#[derive(Template)]
#[template(path = "panel/undelivered/confirm.html")]
struct BulkConfirmPage {
    page: PageContext,
    sentence: Sentence,
    /// How many will fail again; none if no such message was found.
    again: Option<Sentence>,
    rate: Option<Sentence>,
    deed: &'static str,
    button: Sentence,
    danger: bool,
    /// Empty means all that match the filter.
    ids: Vec<Uuid>,
    query: UndeliveredFilters,
    back: String,
}

fn query_of(fields: &Fields) -> UndeliveredFilters {
    UndeliveredFilters {
        source: fields.get("source").to_owned(),
        reason: fields.get("reason").to_owned(),
        period: fields.get("period").to_owned(),
        cursor: None,
    }
}

/// `POST /panel/undelivered/confirm`: counts the selection and changes nothing.
pub async fn ask(app: AppData, member: Member, form: Form<Fields>) -> Answer {
    member.require(Right::Retry)?;
    form.known(&NAMES)?;
    let action = action(&form)?;
    let query = query_of(&form);
    let title = match action {
        ReplayAction::Retry => "undelivered-retry-title",
        ReplayAction::Drop => "undelivered-drop-title",
    };
    let page = member.page(title, Nav::Undelivered);
    let (db, tenant_id) = (app.store.read(), member.tenant_id);
    let all = form.has("all");
    let wanted = wanted(&app, (&page, tenant_id), &query, &form).await?;
    let count = dead::count(db, tenant_id, &wanted).await?;
    let back = query.address("/panel/undelivered", "");
    if count == 0 {
        let notice = Notice::of(Tone::Warn, member.words.text("undelivered-none-chosen"));
        return member.see_other(&app, &back, notice).await;
    }
    let first = dead::ids(db, tenant_id, &wanted, LOOKED_AT).await?;
    let dry = dead::dry_run(db, tenant_id, &first).await?;
    let words = page.words;
    let (sentence, button) = match action {
        ReplayAction::Retry => (
            words.text("undelivered-retry-confirm").with("count", count).with("maybe", dry.maybe_twice),
            words.text("undelivered-retry-selected").with("count", count),
        ),
        ReplayAction::Drop => (
            words.text("undelivered-drop-confirm").with("count", count).with("crm", page.crm),
            words.text("undelivered-drop-selected").with("count", count),
        ),
    };
    let confirm = BulkConfirmPage {
        sentence,
        again: (action == ReplayAction::Retry && dry.shut > 0)
            .then(|| words.text("undelivered-retry-shut").with("count", dry.shut)),
        rate: all.then(|| words.text("undelivered-rate").with("rate", A_SECOND)),
        deed: action.word(),
        button,
        danger: action == ReplayAction::Drop,
        ids: if all { Vec::new() } else { first },
        query,
        back,
        page: page.clone(),
    };
    panel::html(&page, &confirm)
}

/// The letters selected by a form.
async fn wanted(
    app: &PanelContext,
    (page, tenant_id): (&PageContext, Uuid),
    query: &UndeliveredFilters,
    form: &Fields,
) -> Result<DeadLetterFilter> {
    if !form.has("all") {
        return Ok(DeadLetterFilter { ids: Some(chosen(form)?), ..DeadLetterFilter::default() });
    }
    let ground = Ground::of_tenant(app.store.read(), tenant_id).await?;
    Ok(query.wanted(page, &ground, app.clock.millis()))
}

/// `POST /panel/undelivered/decide`: applies the action to each letter that still exists.
pub async fn decide(app: AppData, member: Member, form: Form<Fields>) -> Answer {
    member.require(Right::Retry)?;
    form.known(&NAMES)?;
    let action = action(&form)?;
    if form.has("all") {
        return begin(&app, &member, action, &form).await;
    }
    let ids = chosen(&form)?;
    let tenant_id = member.tenant_id;
    let mut done: u64 = 0;
    for id in &ids {
        done += u64::from(settle(&app, tenant_id, *id, action).await?);
    }
    if done > 0 {
        let object = if let [one] = ids.as_slice() { one.to_string() } else { String::new() };
        member.audit(&app, app.store.write(), noted(action), &object, json!({ "count": done })).await?;
    }
    let tone = if done > 0 { Tone::Ok } else { Tone::Warn };
    let key = match action {
        ReplayAction::Retry => "undelivered-retried",
        ReplayAction::Drop => "undelivered-dropped",
    };
    let notice = Notice::of(tone, member.words.text(key).with("count", done));
    member.see_other(&app, HERE, notice).await
}

/// Resends or removes one letter. False if it is gone.
pub async fn settle(app: &PanelContext, tenant_id: Uuid, id: Uuid, action: ReplayAction) -> Result<bool> {
    Ok(match action {
        ReplayAction::Retry => deeds::retry(&app.delivery, tenant_id, id).await?,
        ReplayAction::Drop => deeds::drop(&app.delivery, tenant_id, id).await?,
    })
}

/// Starts a replay of all matches, at a limited rate.
async fn begin(app: &PanelContext, member: &Member, action: ReplayAction, form: &Fields) -> Answer {
    let page = member.page("undelivered-title", Nav::Undelivered);
    let tenant_id = member.tenant_id;
    let wanted = wanted(app, (&page, tenant_id), &query_of(form), form).await?;
    let by = format!("person:{}", member.person.id);
    let row = replay::start(&app.delivery, tenant_id, action, &wanted, &by).await?;
    let detail = json!({ "count": row.total, "replay": row.id });
    member.audit(app, app.store.write(), noted(action), "", detail).await?;
    let said = member.words.text("undelivered-begun").with("count", row.total).with("rate", A_SECOND);
    member.see_other(app, HERE, Notice::of(Tone::Wait, said)).await
}

/// `POST /panel/undelivered/stop/{id}`: stops a replay; letters that were processed stay processed.
pub async fn stop(app: AppData, member: Member, id: web::Path<Uuid>, _form: Form<EmptyForm>) -> Answer {
    member.require(Right::Retry)?;
    let tenant_id = member.tenant_id;
    replay::find(&app.delivery, tenant_id, *id).await?.ok_or(Error::NotFound)?;
    let key = if replay::cancel(&app.delivery, tenant_id, *id).await? {
        member.audit(&app, app.store.write(), "undelivered.stopped", "", json!({ "replay": *id })).await?;
        "undelivered-stopped"
    } else {
        "undelivered-over"
    };
    member.see_other(&app, HERE, Notice::of(Tone::Ok, member.words.text(key))).await
}

const fn noted(action: ReplayAction) -> &'static str {
    match action {
        ReplayAction::Retry => "undelivered.retried",
        ReplayAction::Drop => "undelivered.dropped",
    }
}

fn chosen(fields: &Fields) -> Result<Vec<Uuid>> {
    let ids: Vec<_> = fields
        .all("id")
        .into_iter()
        .map(Uuid::try_parse)
        .collect::<Result<_, _>>()
        .map_err(|_| Error::Malformed(LocalizedText::new("said-form-id")))?;
    let fits = u64::try_from(ids.len()).is_ok_and(|count| count <= MOST);
    if fits { Ok(ids) } else { Err(Error::Malformed(LocalizedText::new("said-form-most").with("most", MOST))) }
}
