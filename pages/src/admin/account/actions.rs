//! The vendor's actions on an account. Those that change its service (suspension, a view of its panel) require a reason,
//! which the account can read in its own log. Notes are the vendor's own: the account sees neither them nor, in its log,
//! that they were written.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, web};
use askama::Template;
use base::config::Retention;
use base::error::{Error, Result};
use base::i18n::{Sentence, Words};
use base::store::in_transaction;
use chrono::{DateTime, Days, NaiveDate, NaiveTime};
use domain::identity::signed_in::Entry;
use domain::identity::{EmptyForm, Form, session as sessions};
use domain::tenant as tenants;
use domain::tenant::KeptChange;
use domain::tenant::plan::{self, PlanChange};
use entity::account_note::{self, Column, Model};
use entity::{source, tenant};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::{address, data_tab, load, plan_tab};
use crate::admin::operator::AdminVisitor;
use crate::admin::operators;
use crate::admin::states;
use crate::panel::{
    Answer, AppData, Notice, PageContext, PanelContext, SelectOption, Tone, html_as, said, to as redirect,
};

/// Longest and shortest reason, in characters.
const LONGEST_REASON: usize = 500;
const SHORTEST_REASON: usize = 3;

/// The reason in the operator's words.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReasonForm {
    reason: String,
}

impl ReasonForm {
    /// The trimmed reason, cut to the longest; `None` if it is too short.
    pub fn text(&self) -> Option<String> {
        let text: String = self.reason.replace('\0', "").trim().chars().take(LONGEST_REASON).collect();
        (text.chars().count() >= SHORTEST_REASON).then_some(text)
    }
}

/// A form that asks for a reason.
pub struct ReasonQuestion {
    pub title: Sentence,
    /// The effect of the action.
    pub says: Sentence,
    pub label: Sentence,
    pub button: Sentence,
    pub danger: bool,
    /// The last part of the form's address.
    pub path: &'static str,
}

#[derive(Template)]
#[template(path = "admin/reason.html")]
struct ReasonPage {
    page: PageContext,
    question: ReasonQuestion,
    action: String,
    back: String,
    wrong: String,
}

impl ReasonQuestion {
    /// The form as a page; with an error unless `status` is 200.
    pub fn ask(self, visitor: &AdminVisitor, tenant: &tenant::Model, status: StatusCode) -> Answer {
        let wrong = (status != StatusCode::OK).then(|| visitor.words.text("admin-reason-missing"));
        let page = visitor.page(self.title.to_string(), "/admin/accounts").with_error_if(wrong.is_some());
        let back = address(tenant.tenant_id);
        let action = format!("{back}/{}", self.path);
        let asked = ReasonPage { page: page.clone(), question: self, action, back, wrong: said(wrong) };
        html_as(status, &page, &asked)
    }
}

/// What the form of plan and limits shows.
pub(super) struct PlanForm {
    pub plans: Vec<SelectOption>,
    /// Whether amoCRM shows its time window.
    pub windows: Vec<SelectOption>,
    /// As typed. Last days are `2026-12-31`; empty: no end.
    pub typed: PlanInput,
    pub grace_days: u32,
}

/// What was entered. Fields that were not sent stay as they are.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanInput {
    plan: String,
    trial_until: String,
    paid_until: String,
    /// The maximum number of sources; empty: the plan's or the configured one.
    limit: Option<String>,
    /// The share of concurrent deliveries.
    weight: Option<String>,
    /// `on` or `off`: amoCRM's time window.
    window: Option<String>,
}

impl PlanInput {
    fn of(tenant: &tenant::Model) -> Self {
        Self {
            plan: tenant.plan.clone().unwrap_or_default(),
            trial_until: last_day(tenant.trial_until),
            paid_until: last_day(tenant.paid_until),
            limit: Some(tenant.sources_limit.map(|limit| limit.to_string()).unwrap_or_default()),
            weight: Some(tenant.weight.to_string()),
            window: Some(if tenant.window_off { "off" } else { "on" }.to_owned()),
        }
    }
}

impl PlanForm {
    pub fn of(app: &PanelContext, words: Words, tenant: &tenant::Model, typed: Option<PlanInput>) -> Self {
        let stored = PlanInput::of(tenant);
        let typed = typed.map_or(stored.clone(), |typed| PlanInput {
            limit: typed.limit.or(stored.limit),
            weight: typed.weight.or(stored.weight),
            window: typed.window.or(stored.window),
            ..typed
        });
        let option = |name: &str, text: String| SelectOption::new(name, text, &typed.plan);
        let mut plans = vec![option("", words.text("admin-plan-none").to_string())];
        plans.extend(app.config.plan_list.get().iter().map(|plan| option(&plan.name, plan.name.clone())));
        let windows = [("on", "admin-window-shown"), ("off", "admin-window-hidden")].map(|(value, key)| {
            let label = words.text(key).with("crm", states::crm(app, tenant));
            SelectOption::new(value, label, typed.window.as_deref().unwrap_or("on"))
        });
        if plans.iter().all(|plan| !plan.chosen) {
            let unknown = words.text("admin-plan-unknown").with("plan", typed.plan.as_str());
            plans.push(option(&typed.plan, unknown.to_string()));
        }
        Self { plans, windows: windows.into(), typed, grace_days: app.config.plans.get().grace_days }
    }

    pub fn trial_until(&self) -> &str {
        &self.typed.trial_until
    }

    pub fn paid_until(&self) -> &str {
        &self.typed.paid_until
    }

    pub fn limit(&self) -> &str {
        self.typed.limit.as_deref().unwrap_or_default()
    }

    pub fn weight(&self) -> &str {
        self.typed.weight.as_deref().unwrap_or_default()
    }
}

/// What is to be set; the error is the field that cannot be read.
struct Wanted {
    plan: PlanChange,
    limit: Option<Option<i32>>,
    weight: Option<i32>,
    window_off: Option<bool>,
}

impl Wanted {
    fn read(typed: &PlanInput, tenant: &tenant::Model) -> Result<Self, &'static str> {
        let trial_until = until(&typed.trial_until, tenant.trial_until).ok_or("trial_until")?;
        let paid_until = until(&typed.paid_until, tenant.paid_until).ok_or("paid_until")?;
        let name = Some(typed.plan.clone()).filter(|name| !name.is_empty());
        let limit = match typed.limit.as_deref().map(str::trim) {
            None => None,
            Some("") => Some(None),
            Some(limit) => Some(Some(limit.parse::<i32>().map_err(|_| "limit")?)),
        };
        let weight = typed.weight.as_deref().map(|weight| weight.trim().parse::<i32>().map_err(|_| "weight"));
        Ok(Self {
            // A plan that is no longer configured may stay.
            plan: PlanChange {
                plan: (name != tenant.plan).then_some(name),
                trial_until: Some(trial_until),
                paid_until: Some(paid_until),
            },
            limit: limit.filter(|limit| *limit != tenant.sources_limit),
            weight: weight.transpose()?.filter(|weight| *weight != tenant.weight),
            window_off: typed.window.as_deref().map(|window| window == "off").filter(|off| *off != tenant.window_off),
        })
    }
}

/// Why a field is refused.
fn plan_wrong(words: Words, field: &'static str) -> (&'static str, Sentence) {
    let text = match field {
        "limit" => words.text("admin-limit-wrong"),
        "weight" => words.text("admin-weight-wrong").with("most", tenants::MOST_WEIGHT),
        _ => words.text("admin-plan-wrong"),
    };
    (field, text)
}

/// Sets plan, ends and limits, those that changed; all of them are checked before the first is stored.
pub async fn set_plan(app: AppData, visitor: AdminVisitor, id: web::Path<Uuid>, form: Form<PlanInput>) -> Answer {
    let tenant = load(&app, *id).await?;
    match save_plan(&app, &visitor, &tenant, &form.0).await? {
        Ok(()) => {
            let there = format!("{}/plan", address(*id));
            visitor.see_other(&app, &there, Notice::done(visitor.words.text("admin-plan-saved"))).await
        }
        Err(field) => {
            let wrong = plan_wrong(visitor.words, field);
            plan_tab(&app, &visitor, tenant, Some(form.0), Some(wrong)).await
        }
    }
}

async fn save_plan(
    app: &PanelContext,
    visitor: &AdminVisitor,
    tenant: &tenant::Model,
    typed: &PlanInput,
) -> Result<Result<(), &'static str>> {
    let id = tenant.tenant_id;
    let wanted = match Wanted::read(typed, tenant) {
        Ok(wanted) => wanted,
        Err(field) => return Ok(Err(field)),
    };
    if wanted.limit.flatten().is_some_and(|limit| !(0..=tenants::MOST_SOURCES).contains(&limit)) {
        return Ok(Err("limit"));
    }
    if wanted.weight.is_some_and(|weight| !(1..=tenants::MOST_WEIGHT).contains(&weight)) {
        return Ok(Err("weight"));
    }
    match plan::change(&app.tenants, id, wanted.plan).await {
        Ok(Some(detail)) => {
            visitor.note_both(app, id, "account.plan_changed", detail).await?;
            operators::notify(app, visitor, "account.plan_changed", &tenant.host).await?;
        }
        Ok(None) => {}
        Err(Error::Invalid(_)) => return Ok(Err("plan")),
        Err(other) => return Err(other),
    }
    if let Some(limit) = wanted.limit {
        tenants::limit_sources(&app.tenants, id, limit).await?;
        let detail = json!({ "from": tenant.sources_limit, "to": limit });
        visitor.note_both(app, id, "account.limit_changed", detail).await?;
    }
    if let Some(weight) = wanted.weight {
        tenants::weigh(&app.tenants, id, weight).await?;
        visitor.note_both(app, id, "account.weighed", json!({ "from": tenant.weight, "to": weight })).await?;
    }
    if let Some(off) = wanted.window_off {
        tenants::switch_window(&app.tenants, id, off).await?;
        let action = if off { "account.window_off" } else { "account.window_on" };
        visitor.note_both(app, id, action, json!({})).await?;
    }
    Ok(Ok(()))
}

/// The last day of what ends at this moment.
fn last_day(at: Option<i64>) -> String {
    let day = at.and_then(|at| DateTime::from_timestamp_millis(at.saturating_sub(1)));
    day.map_or_else(String::new, |day| day.date_naive().to_string())
}

/// The moment at which an entered last day ends; `now_is` if that is still its day. None if it is no day.
fn until(typed: &str, now_is: Option<i64>) -> Option<Option<i64>> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Some(None);
    }
    if typed == last_day(now_is) {
        return Some(now_is);
    }
    let next = NaiveDate::parse_from_str(typed, "%Y-%m-%d").ok()?.checked_add_days(Days::new(1))?;
    Some(Some(next.and_time(NaiveTime::MIN).and_utc().timestamp_millis()))
}

/// The days as typed; empty: the configured number.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextsForm {
    pub(super) days: String,
    hooks: String,
    attempts: String,
    undelivered: String,
    audit: String,
}

/// A number of days that may be lower for the account than configured.
pub(super) struct KeptField {
    /// Name of the field; message key of its label: `admin-kept-{name}`.
    pub name: &'static str,
    /// As typed; empty: the configured number.
    pub days: String,
    pub configured: u32,
}

impl TextsForm {
    /// As it is stored.
    pub(super) fn of(tenant: &tenant::Model) -> Self {
        let typed = |days: Option<i32>| days.map(|days| days.to_string()).unwrap_or_default();
        Self {
            days: typed(tenant.texts_days),
            hooks: typed(tenant.hooks_days),
            attempts: typed(tenant.attempts_days),
            undelivered: typed(tenant.undelivered_days),
            audit: typed(tenant.audit_days),
        }
    }

    pub(super) fn kept(&self, configured: &Retention) -> [KeptField; 4] {
        let field = |name, days: &str, configured| KeptField { name, days: days.to_owned(), configured };
        [
            field("hooks", &self.hooks, configured.hooks_days),
            field("attempts", &self.attempts, configured.attempts_days),
            field("undelivered", &self.undelivered, configured.undelivered_days),
            field("audit", &self.audit, configured.audit_days),
        ]
    }
}

/// Text that is not a number is rejected like one that is too large.
fn days_of(days: &str) -> Option<u32> {
    match days.trim() {
        "" => None,
        typed => Some(typed.parse().unwrap_or(u32::MAX)),
    }
}

/// Sets the number of days.
pub async fn set_texts(app: AppData, visitor: AdminVisitor, id: web::Path<Uuid>, form: Form<TextsForm>) -> Answer {
    let tenant = load(&app, *id).await?;
    let TextsForm { days, hooks, attempts, undelivered, audit } = &form.0;
    let days = days_of(days);
    if days.is_some_and(|days| days > tenants::most_days(&app.tenants)) {
        let wrong = visitor.words.text("admin-texts-wrong").with("most", tenants::most_days(&app.tenants));
        return data_tab(&app, &visitor, tenant, Some((form.0, "days", wrong))).await;
    }
    let kept = KeptChange {
        hooks: Some(days_of(hooks)),
        attempts: Some(days_of(attempts)),
        undelivered: Some(days_of(undelivered)),
        audit: Some(days_of(audit)),
    };
    if let Some(field) = kept.wrong(&app.config.retention) {
        let wrong = visitor.words.text("admin-kept-wrong");
        return data_tab(&app, &visitor, tenant, Some((form.0, field, wrong))).await;
    }
    tenants::keep_texts(&app.tenants, *id, days).await?;
    let kept = tenants::keep(&app.tenants, *id, kept).await?;
    let detail = json!({ "from": tenant.texts_days, "to": days, "others": kept });
    visitor.note_both(&app, *id, "data.term_changed", detail).await?;
    visitor.see_other(&app, &data_place(*id), Notice::done(visitor.words.text("common-saved"))).await
}

/// Asks for the reason.
pub async fn ask_suspend(app: AppData, visitor: AdminVisitor, id: web::Path<Uuid>) -> Answer {
    let tenant = load(&app, *id).await?;
    if tenant.suspended {
        return Ok(redirect(&address(*id)));
    }
    suspend_question(&app, &visitor, &tenant, StatusCode::OK).await
}

/// Suspends.
pub async fn suspend(app: AppData, visitor: AdminVisitor, id: web::Path<Uuid>, form: Form<ReasonForm>) -> Answer {
    let tenant = load(&app, *id).await?;
    let Some(reason) = form.text() else {
        return suspend_question(&app, &visitor, &tenant, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    tenants::suspend(&app.tenants, *id, true).await?;
    visitor.note_both(&app, *id, "account.suspended", json!({ "reason": reason })).await?;
    let text = visitor.words.text("admin-suspended").with("account", tenant.host);
    visitor.see_other(&app, &address(*id), Notice::of(Tone::Warn, text)).await
}

/// Ends the suspension.
pub async fn resume(app: AppData, visitor: AdminVisitor, id: web::Path<Uuid>, _form: Form<EmptyForm>) -> Answer {
    let tenant = load(&app, *id).await?;
    tenants::suspend(&app.tenants, *id, false).await?;
    visitor.note_both(&app, *id, "account.resumed", json!({})).await?;
    let text = visitor.words.text("admin-resumed").with("account", tenant.host);
    visitor.see_other(&app, &address(*id), Notice::done(text)).await
}

async fn suspend_question(
    app: &PanelContext,
    visitor: &AdminVisitor,
    tenant: &tenant::Model,
    status: StatusCode,
) -> Answer {
    let words = visitor.words;
    let count = source::Entity::of_tenant(tenant.tenant_id).filter(source::Column::DeletedAt.is_null());
    let count = count.count(app.store.read()).await?;
    let question = ReasonQuestion {
        title: words.text("admin-suspend-question").with("account", tenant.host.as_str()),
        says: words.text("admin-suspend-confirm").with("sources", count).with("account", tenant.host.as_str()),
        label: words.text("admin-suspend-reason"),
        button: words.text("admin-suspend"),
        danger: true,
        path: "suspend",
    };
    question.ask(visitor, tenant, status)
}

/// Asks for the reason.
pub async fn ask_view_as(app: AppData, visitor: AdminVisitor, id: web::Path<Uuid>) -> Answer {
    let tenant = load(&app, *id).await?;
    view_as_question(&visitor, &tenant, StatusCode::OK)
}

/// Opens the panel. Recorded in both logs in the same commit.
pub async fn view_as(
    app: AppData,
    request: HttpRequest,
    visitor: AdminVisitor,
    id: web::Path<Uuid>,
    form: Form<ReasonForm>,
) -> Answer {
    let tenant = load(&app, *id).await?;
    let Some(reason) = form.text() else {
        return view_as_question(&visitor, &tenant, StatusCode::UNPROCESSABLE_ENTITY);
    };
    let new = sessions::NewSession {
        tenant_id: tenant.tenant_id,
        kind: sessions::SessionKind::ViewAs,
        person_id: Some(visitor.person.id),
        crm_user_id: None,
        is_admin: false,
        via: "operator",
        language: visitor.words.language().code(),
        reason: &reason,
    };
    let entry = Entry::of(&app.identity, &request, tenant.tenant_id).await?;
    let opened = in_transaction(&app.store, async |tx| {
        entry.end(tx).await?;
        let opened = sessions::open(&app.identity, tx, new).await?;
        visitor.note_both_in(&app, tx, tenant.tenant_id, "account.looked_at", json!({ "reason": reason })).await?;
        Ok::<_, Error>(opened)
    })
    .await?;
    let mut answer = redirect(&entry.path(&request, tenant.tenant_id, "/panel"));
    for cookie in entry.cookies(&app.identity, &opened.token, false) {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(answer)
}

fn view_as_question(visitor: &AdminVisitor, tenant: &tenant::Model, status: StatusCode) -> Answer {
    let words = visitor.words;
    let question = ReasonQuestion {
        title: words.text("admin-view-as-question").with("account", tenant.host.as_str()),
        says: words.text("admin-view-as-says"),
        label: words.text("admin-view-as-reason"),
        button: words.text("admin-view-as"),
        danger: false,
        path: "view-as",
    };
    question.ask(visitor, tenant, status)
}

/// Longest note, in characters.
pub(super) const LONGEST_NOTE: usize = 2000;
/// Notes of an account; the oldest has to be deleted before another one is added.
const MOST_NOTES: u64 = 200;

/// The text of a new note.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoteForm {
    text: String,
}

/// The notes of an account, the newest first.
pub(super) async fn notes(app: &PanelContext, tenant_id: Uuid) -> Result<Vec<Model>, DbErr> {
    account_note::Entity::of_tenant(tenant_id).order_by_desc(Column::Id).limit(MOST_NOTES).all(app.store.read()).await
}

/// Adds a note.
pub async fn add_note(app: AppData, visitor: AdminVisitor, id: web::Path<Uuid>, form: Form<NoteForm>) -> Answer {
    load(&app, *id).await?;
    let text = form.0.text.replace('\0', "").trim().to_owned();
    let notes = notes(&app, *id).await?.len();
    let fits = (1..=LONGEST_NOTE).contains(&text.chars().count())
        && u64::try_from(notes).is_ok_and(|notes| notes < MOST_NOTES);
    if !fits {
        let wrong = visitor.words.text("admin-note-wrong").with("longest", LONGEST_NOTE).with("most", MOST_NOTES);
        return visitor.see_other(&app, &notes_place(*id), Notice::failed(wrong)).await;
    }
    let row = Model {
        tenant_id: *id,
        id: app.clock.uuid_v7(),
        author: visitor.name.clone(),
        text,
        created_at: app.clock.millis(),
    };
    let (object, detail) = (id.to_string(), json!({ "note": row.id }));
    in_transaction(&app.store, async |tx| {
        account_note::Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
        visitor.audit(&app, tx, "account.note_added", &object, detail).await
    })
    .await?;
    visitor.see_other(&app, &notes_place(*id), Notice::done(visitor.words.text("common-saved"))).await
}

/// Deletes a note.
pub async fn delete_note(
    app: AppData,
    visitor: AdminVisitor,
    ids: web::Path<(Uuid, Uuid)>,
    _form: Form<EmptyForm>,
) -> Answer {
    let (tenant_id, id) = *ids;
    in_transaction(&app.store, async |tx| {
        let gone = account_note::Entity::delete_of(tenant_id).filter(Column::Id.eq(id)).exec(tx).await?;
        if gone.rows_affected == 0 {
            return Err(Error::NotFound);
        }
        let object = tenant_id.to_string();
        Ok(visitor.audit(&app, tx, "account.note_deleted", &object, json!({ "note": id })).await?)
    })
    .await?;
    visitor.see_other(&app, &notes_place(tenant_id), Notice::done(visitor.words.text("admin-note-deleted"))).await
}

fn notes_place(tenant_id: Uuid) -> String {
    format!("{}/notes", address(tenant_id))
}

fn data_place(tenant_id: Uuid) -> String {
    format!("{}/data", address(tenant_id))
}

#[cfg(test)]
mod tests {
    use base::millis::DAY;

    use super::*;

    #[test]
    fn a_saved_form_changes_nothing_by_itself() {
        for at in [DAY, DAY + 1, DAY + 5_000, 2 * DAY] {
            assert_eq!(until(&last_day(Some(at)), Some(at)), Some(Some(at)));
        }
        assert_eq!((last_day(None), last_day(Some(DAY))), (String::new(), "1970-01-01".to_owned()));
        assert_eq!(until("1970-01-02", None), Some(Some(2 * DAY)));
        assert_eq!((until("", Some(DAY)), until("soon", None)), (Some(None), None));
    }
}
