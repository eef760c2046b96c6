//! `/panel/routing`: the rules for new enquiries. Every change is saved in a draft, which is tried and then switched on.
//!
//! ```text
//! list ─▶ a rule's form ─▶ draft ─▶ try · replay ─▶ switched on = a new version ─▶ versions: the way back
//! ```

mod form;
pub mod names;
mod trial;
mod versions;

use std::collections::{BTreeMap, BTreeSet};

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use base::error::{Error, FieldError, Result};
use base::i18n::Sentence;
use base::millis::DAY;
use domain::route::decide::RuleName;
use domain::route::plan::{Presence, RuleFault};
use domain::route::rule::{Assignee, Rule};
use domain::route::versions::{self as stored, NewVersion};
use domain::route::{RuleSet, decision};
use serde::Deserialize;
use uuid::Uuid;

use super::choice::SelectOption;
use super::fields::refused;
use super::{Answer, AppData, EmptyForm, Form, Member, Nav, Notice, PageContext, PanelContext, Right, html_as};
use names::{Names, Said};

const LIST: &str = "/panel/routing";
/// How long matches are counted.
const COUNTED: i64 = 30 * DAY;

/// Paths are relative to `/panel`.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/routing", web::get().to(list))
        .route("/routing", web::post().to(save_settings))
        .route("/routing/on", web::post().to(switch_on))
        .route("/routing/discard", web::post().to(discard))
        .route("/routing/rules/new", web::get().to(form::new))
        .route("/routing/rules", web::post().to(form::create))
        .route("/routing/rules/{id}", web::get().to(form::get))
        .route("/routing/rules/{id}", web::post().to(form::save))
        .route("/routing/rules/{id}/act", web::post().to(act))
        .route("/routing/try", web::get().to(trial::form))
        .route("/routing/try", web::post().to(trial::run))
        .route("/routing/replay", web::get().to(trial::replay))
        .route("/routing/versions", web::get().to(versions::list))
        .route("/routing/versions/{number}/restore", web::post().to(versions::restore));
}

/// The rules that are edited: the draft, else those in force.
struct Working {
    rules: RuleSet,
    is_draft: bool,
    /// The number of the newest version, against which a change is checked.
    seen: i32,
}

impl Working {
    async fn read(app: &PanelContext, tenant_id: Uuid) -> Result<Self> {
        let Some(latest) = stored::latest(app.store.read(), tenant_id).await? else {
            return Ok(Self { rules: RuleSet::default(), is_draft: false, seen: 0 });
        };
        let rules = stored::rules_of(&latest).unwrap_or_default();
        Ok(Self { rules, is_draft: latest.is_draft, seen: latest.number })
    }
}

/// Saves changed rules as the draft.
async fn save_draft(app: &PanelContext, member: &Member, rules: RuleSet, seen: i32) -> Result<()> {
    let new = NewVersion { rules, is_draft: true, seen: Some(seen), restored: None };
    stored::save(app, member.tenant_id, new, &member.by()).await.map(drop)
}

/// Back to the list, with what was done or that somebody else was faster.
async fn back(app: &PanelContext, member: &Member, done: Result<()>, said: Sentence) -> Answer {
    let words = member.words;
    let notice = match done {
        Ok(()) => Notice::done(said),
        Err(Error::Changed(_)) => Notice::failed(words.text("routing-changed")),
        Err(error @ Error::Invalid(_)) => Notice::failed(error.first_text().sentence(words, member.crm())),
        Err(error) => return Err(error),
    };
    member.see_other(app, LIST, notice).await
}

/// What was done with a rule.
fn drafted(member: &Member, deed: &str, name: &str) -> Sentence {
    member.words.text("routing-drafted").with("deed", deed).with("name", name.trim())
}

struct RuleRow {
    id: String,
    name: String,
    on: bool,
    when: Vec<Said>,
    then: Vec<Said>,
    matches: i64,
    marks: Vec<String>,
    is_first: bool,
    is_last: bool,
}

#[derive(Template)]
#[template(path = "panel/routing/list.html")]
struct RoutingPage {
    page: PageContext,
    tab: &'static str,
    rows: Vec<RuleRow>,
    may: bool,
    is_draft: bool,
    seen: i32,
    silence: String,
    users: Vec<SelectOption>,
    unmatched: i64,
    errors: Vec<(String, String)>,
}

impl RoutingPage {
    fn error(&self, name: &str) -> String {
        self.errors.iter().find(|(of, _)| of == name).map(|(_, text)| text.clone()).unwrap_or_default()
    }
}

/// `GET /panel/routing`.
async fn list(app: AppData, member: Member) -> Answer {
    member.require(Right::Look)?;
    show(&app, &member, None).await
}

/// `unsaved`: the settings as they were sent, and what is wrong with them.
async fn show(app: &PanelContext, member: &Member, unsaved: Option<(&SettingsForm, Vec<(String, String)>)>) -> Answer {
    let page = member.page("routing-title", Nav::Routing).with_error_if(unsaved.is_some());
    let status = if unsaved.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let working = Working::read(app, member.tenant_id).await?;
    let names = Names::read(app, member, &page, true).await?;
    let since = app.clock.millis() - COUNTED;
    let matches = decision::matches(app.store.read(), member.tenant_id, since).await?;
    let rows = rows(&working.rules, &names, &matches);
    let (silence, fallback, errors) = match unsaved {
        Some((form, errors)) => (form.silence.clone(), form.fallback_user.clone(), errors),
        None => {
            let fallback = working.rules.fallback_user.map(|user| user.to_string()).unwrap_or_default();
            (working.rules.silence_hours.to_string(), fallback, Vec::new())
        }
    };
    let shown = RoutingPage {
        tab: "rules",
        rows,
        may: member.may(Right::EditSources),
        is_draft: working.is_draft,
        seen: working.seen,
        silence,
        users: names.user_options("routing-nobody", &fallback),
        unmatched: matches.get("").copied().unwrap_or_default(),
        errors,
        page: page.clone(),
    };
    html_as(status, &page, &shown)
}

fn rows(rules: &RuleSet, names: &Names<'_>, matches: &BTreeMap<String, i64>) -> Vec<RuleRow> {
    let presence = names.presence();
    let mut is_hidden = false;
    let last = rules.rules.len().saturating_sub(1);
    let mut rows = Vec::with_capacity(rules.rules.len());
    for (place, rule) in rules.rules.iter().enumerate() {
        let mut marks = faults(names, rule, &presence);
        if is_hidden && rule.on {
            marks.push(names.page.words.text("routing-fault-hidden").to_string());
        }
        is_hidden |= rule.on && rule.when == domain::route::rule::Conditions::default();
        rows.push(RuleRow {
            id: rule.id.clone(),
            name: rule.name.clone(),
            on: rule.on,
            when: names.conditions(&rule.when),
            then: names.actions(&rule.then),
            matches: matches.get(&rule.id).copied().unwrap_or_default(),
            marks,
            is_first: place == 0,
            is_last: place == last,
        });
    }
    rows
}

/// What of a rule is no longer there. A round robin goes on without those who left.
fn faults(names: &Names<'_>, rule: &Rule, presence: &Presence) -> Vec<String> {
    let stage = rule.then.stage.filter(|stage| !presence.has(*stage)).map(|_| names.fault(RuleFault::StageGone));
    let assignees = rule.then.responsible.iter().chain(rule.then.fallback.as_ref().map(|fallback| &fallback.to));
    let users: Vec<Vec<i64>> = assignees.map(Assignee::users).collect();
    let is_gone = |user_id: &i64| !presence.is_active(*user_id);
    let user = users.iter().any(|users| !users.is_empty() && users.iter().all(is_gone));
    let gone: BTreeSet<i64> = users.iter().flatten().copied().filter(is_gone).collect();
    let left: Vec<String> = gone.into_iter().map(|user_id| names.user(user_id)).collect();
    let people = match (user, left.is_empty()) {
        (true, _) => Some(names.fault(RuleFault::UserGone)),
        (false, true) => None,
        (false, false) => {
            Some(names.page.words.text("routing-fault-some-gone").with("names", left.join(", ")).to_string())
        }
    };
    let is_there = |id: &Uuid| names.sources.iter().any(|source| source.id == *id);
    let never = !rule.when.sources.is_empty() && !rule.when.sources.iter().any(is_there);
    let never = never.then(|| names.page.words.text("routing-fault-sources-gone").to_string());
    stage.into_iter().chain(people).chain(never).collect()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettingsForm {
    seen: i32,
    silence: String,
    fallback_user: String,
}

/// `POST /panel/routing`: what is the same for all rules.
async fn save_settings(app: AppData, member: Member, form: Form<SettingsForm>) -> Answer {
    member.require(Right::EditSources)?;
    let mut rules = Working::read(&app, member.tenant_id).await?.rules;
    rules.silence_hours = form.silence.trim().parse().unwrap_or_default();
    rules.fallback_user = form.fallback_user.parse().ok().map(base::json::NumericId);
    match save_draft(&app, &member, rules, form.seen).await {
        Err(Error::Invalid(wrong)) => {
            let said = |wrong: &FieldError| {
                let (name, label) = match wrong.pointer.as_str() {
                    "/silence_hours" => ("silence", "routing-silence"),
                    "/fallback_user" => ("fallback_user", "routing-fallback-user"),
                    _ => return (String::new(), wrong.detail.sentence(member.words, member.crm())),
                };
                (name.to_owned(), refused(member.words, &member.words.text(label).to_string(), &wrong.detail))
            };
            show(&app, &member, Some((&form.0, wrong.iter().map(said).collect()))).await
        }
        done => back(&app, &member, done, drafted(&member, "", "")).await,
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActForm {
    seen: i32,
    act: String,
    /// Where it is moved to, counted from 0 without it.
    #[serde(default)]
    place: usize,
}

/// `POST /panel/routing/rules/{id}/act`: moves a rule, turns it on or off, copies it below itself, or deletes it.
async fn act(app: AppData, member: Member, id: web::Path<String>, form: Form<ActForm>) -> Answer {
    member.require(Right::EditSources)?;
    let mut rules = Working::read(&app, member.tenant_id).await?.rules;
    let place = rules.rules.iter().position(|rule| rule.id == *id).ok_or(Error::NotFound)?;
    let name = rules.rules[place].name.clone();
    match form.act.as_str() {
        "up" if place > 0 => rules.rules.swap(place, place - 1),
        "down" if place + 1 < rules.rules.len() => rules.rules.swap(place, place + 1),
        "move" => {
            let moved = rules.rules.remove(place);
            rules.rules.insert(form.place.min(rules.rules.len()), moved);
        }
        "on" | "off" => rules.rules[place].on = form.act == "on",
        "copy" => {
            let copy = Rule { id: form::fresh_id(), on: false, ..rules.rules[place].clone() };
            rules.rules.insert(place + 1, copy);
        }
        "delete" => drop(rules.rules.remove(place)),
        _ => {}
    }
    let done = save_draft(&app, &member, rules, form.seen).await;
    back(&app, &member, done, drafted(&member, &form.act, &name)).await
}

/// `POST /panel/routing/on`: puts the draft in force.
async fn switch_on(app: AppData, member: Member, _form: Form<EmptyForm>) -> Answer {
    member.require(Right::EditSources)?;
    let draft = stored::draft(app.store.read(), member.tenant_id).await?.ok_or(Error::NotFound)?;
    let done = stored::restore(&app, member.tenant_id, draft.number, Some(draft.number), &member.by()).await;
    back(&app, &member, done.map(drop), member.words.text("routing-switched-on")).await
}

/// `POST /panel/routing/discard`.
async fn discard(app: AppData, member: Member, _form: Form<EmptyForm>) -> Answer {
    member.require(Right::EditSources)?;
    let done = stored::discard(&app, member.tenant_id, &member.by()).await.map(drop);
    back(&app, &member, done, member.words.text("routing-discarded")).await
}

/// A rule's name as pages show it, and what none is called.
fn rule_name(page: &PageContext, rule: Option<&RuleName>) -> String {
    rule.map_or_else(|| page.words.text("routing-none-matched").to_string(), |rule| rule.name.clone())
}
