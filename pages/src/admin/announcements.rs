//! Announcements of the vendor: planned, running and ended ones; each can be changed and deleted.

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use base::error::{Error, Result};
use base::i18n::{Sentence, Words};
use base::store::in_transaction;
use chrono::{DateTime, NaiveDateTime};
use domain::announcements as stored;
use domain::announcements::{Audience, Draft, Flaw, LONGEST_TEXT, Phase};
use domain::identity::{EmptyForm, Form};
use entity::announcement::Model;
use entity::tenant::{self, Column};
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::accounts;
use super::operator::AdminVisitor;
use crate::panel::{Answer, AppData, Notice, PageContext, PanelContext, SelectOption, Tone, Wrong, html, html_as};

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
    audiences: Vec<SelectOption>,
    plans: Vec<SelectOption>,
    integrations: Vec<SelectOption>,
    longest: usize,
    wrong: Wrong,
}

/// The list.
pub async fn show(app: AppData, visitor: AdminVisitor) -> Answer {
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
pub async fn new(app: AppData, visitor: AdminVisitor) -> Answer {
    let form = AnnouncementForm { audience: "all".to_owned(), ..AnnouncementForm::default() };
    answer(&app, &visitor, None, form, None)
}

/// Stores a new one.
pub async fn add(app: AppData, visitor: AdminVisitor, form: Form<AnnouncementForm>) -> Answer {
    let row = match form.0.read(&app, None).await? {
        Ok(row) => row,
        Err(flaw) => return answer(&app, &visitor, None, form.0, Some(flaw.as_str())),
    };
    in_transaction(&app.store, async |tx| {
        visitor.audit(&app, tx, "announcement.added", &row.id.to_string(), detail(&row)).await?;
        stored::add(tx, row).await
    })
    .await?;
    app.usage.announced.forget();
    visitor.see_other(&app, HERE, Notice::done(visitor.words.text("common-saved"))).await
}

/// The form of a stored one.
pub async fn edit(app: AppData, visitor: AdminVisitor, id: web::Path<Uuid>) -> Answer {
    let row = load(&app, *id).await?;
    answer(&app, &visitor, Some(row.id), AnnouncementForm::of(&row), None)
}

/// Changes one. What was shown already stays in no other place: readers see the new text with their next page.
pub async fn change(app: AppData, visitor: AdminVisitor, id: web::Path<Uuid>, form: Form<AnnouncementForm>) -> Answer {
    let before = load(&app, *id).await?;
    let row = match form.0.read(&app, Some(&before)).await? {
        Ok(row) => row,
        Err(flaw) => return answer(&app, &visitor, Some(before.id), form.0, Some(flaw.as_str())),
    };
    if row != before {
        let (object, detail) = (row.id.to_string(), detail(&row));
        in_transaction(&app.store, async |tx| {
            if !stored::change(tx, row).await? {
                return Err(Error::NotFound);
            }
            Ok(visitor.audit(&app, tx, "announcement.changed", &object, detail).await?)
        })
        .await?;
        app.usage.announced.forget();
    }
    visitor.see_other(&app, HERE, Notice::done(visitor.words.text("common-saved"))).await
}

/// Deletes one.
pub async fn delete(app: AppData, visitor: AdminVisitor, id: web::Path<Uuid>, _form: Form<EmptyForm>) -> Answer {
    let row = load(&app, *id).await?;
    in_transaction(&app.store, async |tx| {
        if !stored::remove(tx, row.id).await? {
            return Err(Error::NotFound);
        }
        Ok(visitor.audit(&app, tx, "announcement.deleted", &row.id.to_string(), detail(&row)).await?)
    })
    .await?;
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
                accounts::by_ids(app.store.read(), named).await?.into_iter().map(|tenant| tenant.host).collect();
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
        let field = match (flaw, form.audience.as_str()) {
            ("times", _) => "ends",
            ("text", _) if is_text(&form.text_ru) => "text_en",
            ("text", _) => "text_ru",
            ("audience", "accounts") => "accounts",
            ("audience", "plan") => "plan",
            ("audience", "integration") => "integration",
            _ => flaw,
        };
        (field, words.text_of("admin-announcement-wrong-", flaw).with("longest", LONGEST_TEXT))
    });
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let to = |kind| SelectOption::new(kind, words.text_of("admin-announcement-to-", kind), &form.audience);
    let plans: Vec<String> = app.config.plan_list.get().iter().map(|plan| plan.name.clone()).collect();
    let integrations: Vec<String> = app.integrations.all().iter().map(|one| one.name.clone()).collect();
    let shown = AnnouncementPage {
        page: page.clone(),
        id,
        audiences: Audience::KINDS.map(to).into(),
        plans: named(plans, &form.plan),
        integrations: named(integrations, &form.integration),
        form,
        longest: LONGEST_TEXT,
        wrong: Wrong::new(wrong),
    };
    html_as(status, &page, &shown)
}

/// Whether it can be announced: not empty, and not too long.
fn is_text(typed: &str) -> bool {
    !typed.trim().is_empty() && typed.chars().count() <= LONGEST_TEXT
}

/// These names as choices, and none of them.
fn named(names: Vec<String>, chosen: &str) -> Vec<SelectOption> {
    let none = SelectOption::new("", "–", chosen);
    std::iter::once(none).chain(names.into_iter().map(|name| SelectOption::new(name.clone(), name, chosen))).collect()
}

/// As browsers send and take `datetime-local`; in UTC here.
const TIME: &str = "%Y-%m-%dT%H:%M";
/// Most accounts that one announcement may name.
const ACCOUNTS: usize = 200;

/// The fields as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnnouncementForm {
    pub text_ru: String,
    pub text_en: String,
    pub link: String,
    pub starts: String,
    pub ends: String,
    pub audience: String,
    /// Ids or hosts, separated by spaces, commas or lines.
    pub accounts: String,
    pub plan: String,
    pub integration: String,
}

impl AnnouncementForm {
    /// The form of a stored announcement.
    pub fn of(row: &Model) -> Self {
        let audience = Audience::stored(row);
        let mut form = Self {
            text_ru: row.text_ru.clone(),
            text_en: row.text_en.clone(),
            link: row.link.clone(),
            starts: input_time(row.starts_at),
            ends: input_time(row.ends_at),
            audience: audience.as_str().to_owned(),
            ..Self::default()
        };
        match audience {
            Audience::All => {}
            Audience::Accounts(ids) => form.accounts = ids.iter().map(|id| format!("{id}\n")).collect(),
            Audience::Plan(name) => form.plan = name,
            Audience::Integration(name) => form.integration = name,
        }
        form
    }

    /// What it means. `before`: the announcement that it changes.
    pub async fn read(&self, app: &PanelContext, before: Option<&Model>) -> Result<Result<Model, Flaw>, DbErr> {
        let now = app.clock.millis();
        // An empty start is this moment; a time that was not touched keeps its seconds.
        let starts =
            if self.starts.trim().is_empty() { Some(now) } else { time(&self.starts, before.map(|row| row.starts_at)) };
        let times = starts.zip(time(&self.ends, before.map(|row| row.ends_at)));
        let Some((starts_at, ends_at)) = times else { return Ok(Err(Flaw::Times)) };
        let Some(audience) = self.audience(app).await? else { return Ok(Err(Flaw::Audience)) };
        let draft = Draft {
            text_ru: self.text_ru.clone(),
            text_en: self.text_en.clone(),
            link: self.link.clone(),
            audience,
            starts_at,
            ends_at,
        };
        let id = before.map_or_else(|| app.clock.uuid_v7(), |row| row.id);
        Ok(draft.into_row(id, before.map_or(now, |row| row.created_at)))
    }

    /// None if it names an account, plan or integration that does not exist.
    async fn audience(&self, app: &PanelContext) -> Result<Option<Audience>, DbErr> {
        Ok(match self.audience.as_str() {
            "all" => Some(Audience::All),
            "accounts" => self.accounts(app).await?.map(Audience::Accounts),
            "plan" => app.config.plan(&self.plan).map(|plan| Audience::Plan(plan.name.clone())),
            "integration" => {
                app.integrations.named(&self.integration).map(|found| Audience::Integration(found.name.clone()))
            }
            _ => None,
        })
    }

    /// The named accounts; none if there are none or too many, or if one is unknown.
    async fn accounts(&self, app: &PanelContext) -> Result<Option<Vec<Uuid>>, DbErr> {
        let typed = self.accounts.replace('\0', "").to_lowercase();
        let names: BTreeSet<&str> =
            typed.split(|sign: char| sign.is_whitespace() || sign == ',').filter(|name| !name.is_empty()).collect();
        if names.is_empty() || names.len() > ACCOUNTS {
            return Ok(None);
        }
        let mut ids = BTreeSet::new();
        for name in names {
            let mut named = Condition::any().add(Column::Host.eq(name));
            if let Ok(id) = Uuid::try_parse(name) {
                named = named.add(Column::TenantId.eq(id));
            }
            if let Ok(number) = name.parse::<i64>() {
                named = named.add(Column::AccountId.eq(number));
            }
            // One amoCRM account may have installed several integrations.
            let found = tenant::Entity::find().filter(named).all(app.store.read()).await?;
            if found.is_empty() {
                return Ok(None);
            }
            ids.extend(found.into_iter().map(|tenant| tenant.tenant_id));
        }
        Ok(Some(ids.into_iter().collect()))
    }
}

fn input_time(at: i64) -> String {
    DateTime::from_timestamp_millis(at).map_or_else(String::new, |at| at.format(TIME).to_string())
}

/// The moment of what was typed; `now_is` if that is still shown like this.
fn time(typed: &str, now_is: Option<i64>) -> Option<i64> {
    let typed = typed.trim();
    if let Some(at) = now_is
        && typed == input_time(at)
    {
        return Some(at);
    }
    // Some browsers send seconds as well.
    let typed = typed.get(..16).unwrap_or(typed);
    Some(NaiveDateTime::parse_from_str(typed, TIME).ok()?.and_utc().timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_saved_form_changes_no_time() {
        const AT: i64 = 1_800_000_012_345;
        assert_eq!(time(&input_time(AT), Some(AT)), Some(AT));
        assert_eq!(time("1970-01-01T00:01", Some(AT)), Some(60_000));
        assert_eq!(
            (time("1970-01-01T00:01:59", None), time("tomorrow", None), time("", None)),
            (Some(60_000), None, None)
        );
    }
}
