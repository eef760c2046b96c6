//! Announcements of the vendor: planned, running and ended ones; each can be changed and deleted.

mod form;

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use base::error::{Error, Result};
use base::i18n::{Sentence, Words};
use entity::announcement::Model;
use serde_json::{Value, json};
use uuid::Uuid;

use self::form::AnnouncementForm;
use super::accounts::find;
use super::operator::{AdminVisitor, Operator};
use crate::announcements::{self as stored, Audience, LONGEST_TEXT, Phase};
use crate::identity::{EmptyForm, Form};
use crate::panel::{Answer, AppData, Notice, PageContext, PanelContext, Tone, html, html_as};

const HERE: &str = "/admin/announcements";
/// Most that are listed.
const MOST: u64 = 200;

#[derive(Template)]
#[template(path = "admin/announcements.html")]
struct AnnouncementsPage {
    page: PageContext,
    groups: Vec<(Sentence, Vec<AnnouncementRow>)>,
}

struct AnnouncementRow {
    row: Model,
    text: String,
    tone: Tone,
    state: Sentence,
    audience: String,
}

#[derive(Template)]
#[template(path = "admin/announcement.html")]
struct AnnouncementPage {
    page: PageContext,
    /// The one that is changed; none for a new one.
    id: Option<Uuid>,
    form: AnnouncementForm,
    audiences: Vec<(&'static str, Sentence)>,
    plans: Vec<String>,
    integrations: Vec<String>,
    longest: usize,
    /// The wrong field and what is wrong with it.
    wrong: Option<(&'static str, Sentence)>,
}

/// The list.
pub async fn show(app: AppData, Operator(visitor): Operator) -> Answer {
    let words = visitor.words;
    let found = stored::list(app.store.read(), MOST).await?;
    let mut rows = Vec::new();
    for row in found {
        let audience = audience(&app, words, &row).await?;
        let phase = Phase::of(&row, app.clock.millis());
        let tone = match phase {
            Phase::Running => Tone::Ok,
            Phase::Planned => Tone::Wait,
            Phase::Ended => Tone::Off,
        };
        let state = words.text_of("admin-announcement-", phase.as_str());
        let text = stored::text(&row, words.language()).to_owned();
        rows.push((phase, AnnouncementRow { row, text, tone, state, audience }));
    }
    let mut groups = Vec::new();
    for phase in Phase::ALL {
        let (these, others): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(of, _)| *of == phase);
        rows = others;
        let these: Vec<AnnouncementRow> = these.into_iter().map(|(_, row)| row).collect();
        if !these.is_empty() {
            groups.push((words.text_of("admin-announcement-", phase.as_str()), these));
        }
    }
    let page = visitor.page("admin-announcements", HERE);
    html(&page, &AnnouncementsPage { page: page.clone(), groups })
}

/// The form of a new one.
pub async fn new(app: AppData, Operator(visitor): Operator) -> Answer {
    let form = AnnouncementForm { audience: "all".to_owned(), ..AnnouncementForm::default() };
    answer(&app, &visitor, None, form, None)
}

/// Stores a new one.
pub async fn add(app: AppData, Operator(visitor): Operator, form: Form<AnnouncementForm>) -> Answer {
    let row = match form.0.read(&app, None).await? {
        Ok(row) => row,
        Err(flaw) => return answer(&app, &visitor, None, form.0, Some(flaw.as_str())),
    };
    let tx = app.store.write_tx().await?;
    visitor.audit(&app, &tx, "announcement.added", &row.id.to_string(), detail(&row)).await?;
    stored::add(&tx, row).await?;
    tx.commit().await?;
    app.usage.announced.forget();
    visitor.see_other(&app, HERE, Notice::done(visitor.words.text("common-saved"))).await
}

/// The form of a stored one.
pub async fn edit(app: AppData, Operator(visitor): Operator, id: web::Path<Uuid>) -> Answer {
    let row = load(&app, *id).await?;
    answer(&app, &visitor, Some(row.id), AnnouncementForm::of(&row), None)
}

/// Changes one. What was shown already stays in no other place: readers see the new text with their next page.
pub async fn change(
    app: AppData,
    Operator(visitor): Operator,
    id: web::Path<Uuid>,
    form: Form<AnnouncementForm>,
) -> Answer {
    let before = load(&app, *id).await?;
    let row = match form.0.read(&app, Some(&before)).await? {
        Ok(row) => row,
        Err(flaw) => return answer(&app, &visitor, Some(before.id), form.0, Some(flaw.as_str())),
    };
    if row != before {
        let tx = app.store.write_tx().await?;
        let (object, detail) = (row.id.to_string(), detail(&row));
        if !stored::change(&tx, row).await? {
            return Err(Error::NotFound);
        }
        visitor.audit(&app, &tx, "announcement.changed", &object, detail).await?;
        tx.commit().await?;
        app.usage.announced.forget();
    }
    visitor.see_other(&app, HERE, Notice::done(visitor.words.text("common-saved"))).await
}

/// Deletes one.
pub async fn delete(app: AppData, Operator(visitor): Operator, id: web::Path<Uuid>, _form: Form<EmptyForm>) -> Answer {
    let row = load(&app, *id).await?;
    let tx = app.store.write_tx().await?;
    if !stored::remove(&tx, row.id).await? {
        return Err(Error::NotFound);
    }
    let object = row.id.to_string();
    visitor.audit(&app, &tx, "announcement.deleted", &object, detail(&row)).await?;
    tx.commit().await?;
    app.usage.announced.forget();
    visitor.see_other(&app, HERE, Notice::done(visitor.words.text("admin-announcement-deleted"))).await
}

async fn load(app: &PanelContext, id: Uuid) -> Result<Model> {
    stored::one(app.store.read(), id).await?.ok_or(Error::NotFound)
}

/// For the audit log.
fn detail(row: &Model) -> Value {
    json!({
        "text": row.text_en, "link": row.link, "audience": row.audience, "names": Audience::stored(row).names(),
        "from": base::json::Moment(row.starts_at), "until": base::json::Moment(row.ends_at),
    })
}

/// The audience as text: hosts of accounts as far as they fit on a line.
async fn audience(app: &PanelContext, words: Words, row: &Model) -> Result<String> {
    const NAMED: usize = 3;
    Ok(match Audience::stored(row) {
        Audience::All => words.text("admin-announcement-to-all").to_string(),
        Audience::Plan(name) => words.text("admin-announcement-of-plan").with("name", name).to_string(),
        Audience::Integration(name) => words.text("admin-announcement-of-integration").with("name", name).to_string(),
        Audience::Accounts(ids) => {
            let named = ids.get(..NAMED).unwrap_or(&ids);
            let hosts: Vec<String> =
                find::by_ids(app.store.read(), named).await?.into_iter().map(|tenant| tenant.host).collect();
            let count = words.text("admin-accounts-count").with("count", ids.len());
            if ids.len() > NAMED || hosts.is_empty() { count.to_string() } else { hosts.join(", ") }
        }
    })
}

fn answer(
    app: &PanelContext,
    visitor: &AdminVisitor,
    id: Option<Uuid>,
    form: AnnouncementForm,
    flaw: Option<&'static str>,
) -> Answer {
    let words = visitor.words;
    let title = if id.is_some() { "admin-announcement-change" } else { "admin-announcement-new" };
    let page = visitor.page(title, HERE).with_error_if(flaw.is_some());
    let wrong = flaw.map(|flaw| {
        let field = if flaw == "times" {
            "ends"
        } else if flaw == "text" {
            "text_ru"
        } else {
            flaw
        };
        (field, words.text_of("admin-announcement-wrong-", flaw).with("longest", LONGEST_TEXT))
    });
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let shown = AnnouncementPage {
        page: page.clone(),
        id,
        form,
        audiences: Audience::KINDS.map(|kind| (kind, words.text_of("admin-announcement-to-", kind))).to_vec(),
        plans: app.config.plan_list.get().iter().map(|plan| plan.name.clone()).collect(),
        integrations: app.integrations.all().iter().map(|one| one.name.clone()).collect(),
        longest: LONGEST_TEXT,
        wrong,
    };
    html_as(status, &page, &shown)
}
