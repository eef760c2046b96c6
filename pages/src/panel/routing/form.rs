//! The form of a rule: all of it on one page, without scripts.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use base::error::{Error, FieldError};
use base::i18n::{LocalizedText, Sentence};
use base::json::NumericId;
use domain::route::rule::{
    Actions, Assignee, Conditions, ContactKind, CustomerKind, FallbackRule, HoursKind, LANGUAGES, LeadKind, LeadUse,
    Rule, Seat, StagePlace, TaskRule,
};
use uuid::Uuid;

use super::names::{Names, language};
use super::{LIST, Working, back, drafted, save_draft};
use crate::panel::choice::SelectOption;
use crate::panel::fields::refused;
use crate::panel::week::{DayRow, Week};
use crate::panel::{Answer, AppData, Fields, Form, Member, Nav, PageContext, Right, html_as};

/// A checkbox.
struct Tick {
    value: String,
    label: String,
    on: bool,
}

/// What can be ticked, and what is: that stays in the form when it can no longer be chosen, else saving would widen the rule.
fn ticks(offered: impl Iterator<Item = (String, String)>, chosen: impl Iterator<Item = (String, String)>) -> Vec<Tick> {
    let mut ticks: Vec<Tick> = offered.map(|(value, label)| Tick { value, label, on: false }).collect();
    for (value, label) in chosen {
        match ticks.iter_mut().find(|tick| tick.value == value) {
            Some(tick) => tick.on = true,
            None => ticks.push(Tick { value, label, on: true }),
        }
    }
    ticks
}

/// A person's place in a round robin.
struct SeatRow {
    id: i64,
    name: String,
    weight: String,
    limit: String,
    /// When they work, in short.
    works: Sentence,
    week: Vec<DayRow>,
}

impl SeatRow {
    fn is_wrong(&self) -> bool {
        self.week.iter().any(|row| !row.error.is_empty())
    }
}

#[derive(Template)]
#[template(path = "panel/routing/rule.html")]
struct RulePage {
    page: PageContext,
    tab: &'static str,
    action: String,
    seen: i32,
    /// Whether it is a rule that is stored.
    is_stored: bool,
    rule: Rule,
    /// Whether amoCRM listed people and pipelines.
    known: bool,
    sources: Vec<Tick>,
    messengers: Vec<Tick>,
    languages: Vec<Tick>,
    responsibles: Vec<Tick>,
    hours: Vec<SelectOption>,
    customers: Vec<SelectOption>,
    contacts: Vec<SelectOption>,
    leads: Vec<SelectOption>,
    uses: Vec<SelectOption>,
    stages: Vec<SelectOption>,
    assignees: Vec<SelectOption>,
    people: Vec<SelectOption>,
    seats: Vec<SeatRow>,
    fallbacks: Vec<SelectOption>,
    templates: Vec<SelectOption>,
    /// The week of the condition on times.
    days: Vec<DayRow>,
    lines: BTreeMap<&'static str, String>,
    errors: Vec<(String, String)>,
}

impl RulePage {
    fn error(&self, name: &str) -> String {
        self.errors.iter().find(|(of, _)| of == name).map(|(_, text)| text.clone()).unwrap_or_default()
    }

    fn line(&self, name: &str) -> &str {
        self.lines.get(name).map_or("", String::as_str)
    }

    /// Whether one of the conditions that few rules have is set, or wrong.
    fn has_rare_conditions(&self) -> bool {
        let mut rest = self.rule.when.clone();
        (rest.sources, rest.messengers, rest.languages) = Default::default();
        (rest.working_hours, rest.customer, rest.text_contains) = Default::default();
        rest != Conditions::default()
    }

    /// The same for its actions.
    fn has_rare_actions(&self) -> bool {
        let then = &self.rule.then;
        then.lead != LeadUse::default()
            || then.fallback.is_some()
            || then.template.is_some()
            || !then.tags.is_empty()
            || then.task.is_some()
            || MINUTES.iter().any(|name| !self.error(name).is_empty())
    }

    fn hint(&self, key: &str) -> String {
        self.page.words.text(key.to_owned()).with("crm", self.page.crm).with("marker", "{name}").to_string()
    }
}

/// The id of a new rule.
pub(super) fn fresh_id() -> String {
    Uuid::new_v4().simple().to_string()[..12].to_owned()
}

/// `GET /panel/routing/rules/new`.
pub async fn new(app: AppData, member: Member) -> Answer {
    member.require(Right::EditSources)?;
    let id = fresh_id();
    let then = Actions { accept: true, ..Actions::default() };
    let rule = Rule { id, name: String::new(), on: true, when: Conditions::default(), then };
    show(&app, &member, &rule, false, None).await
}

/// `GET /panel/routing/rules/{id}`.
pub async fn get(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    member.require(Right::EditSources)?;
    let working = Working::read(&app, member.tenant_id).await?;
    let rule = working.rules.rule(&id).ok_or(Error::NotFound)?;
    show(&app, &member, rule, true, None).await
}

/// `POST /panel/routing/rules`: a new one, below the others.
pub async fn create(app: AppData, member: Member, form: Form<Fields>) -> Answer {
    store(&app, &member, None, &form).await
}

/// `POST /panel/routing/rules/{id}`.
pub async fn save(app: AppData, member: Member, id: web::Path<String>, form: Form<Fields>) -> Answer {
    store(&app, &member, Some(&id), &form).await
}

/// Fields with a number of minutes.
const MINUTES: [&str; 2] = ["fallback_minutes", "task_minutes"];
/// A fallback to others than the form can name, which it keeps.
const OWN: &str = "own";

async fn store(app: &AppData, member: &Member, id: Option<&str>, form: &Fields) -> Answer {
    member.require(Right::EditSources)?;
    let mut rules = Working::read(app, member.tenant_id).await?.rules;
    let seen = form.get("seen").parse().unwrap_or_default();
    let given = id.map_or_else(|| form.get("id").to_owned(), str::to_owned);
    let place = rules.rules.iter().position(|rule| rule.id == given);
    if id.is_some() && place.is_none() {
        return Err(Error::NotFound);
    }
    let mut rule = read(&given, form);
    let unread = unread(member, form);
    if !unread.is_empty() {
        return show(app, member, &rule, id.is_some(), Some((form, unread))).await;
    }
    if form.get("fallback_to") == OWN {
        let stored = place.and_then(|place| rules.rules[place].then.fallback.clone());
        let after_minutes = form.get("fallback_minutes").trim().parse().unwrap_or_default();
        rule.then.fallback = stored.map(|stored| FallbackRule { after_minutes, ..stored });
    }
    let place = place.unwrap_or(rules.rules.len());
    if place == rules.rules.len() {
        rules.rules.push(rule.clone())
    } else {
        rules.rules[place] = rule.clone()
    }
    match save_draft(app, member, rules, seen).await {
        Err(Error::Invalid(wrong)) => {
            let at = format!("/rules/{place}/");
            let endings = std::iter::once(String::new()).chain(seated(form).map(|(id, _)| ending(id)));
            let mut errors: Vec<_> =
                endings.flat_map(|ending| Week::read(form, &ending).errors(member.words)).collect();
            let of_lines = wrong.iter().filter(|wrong| errors.is_empty() || !wrong.pointer.contains("/times"));
            let said = |wrong: &FieldError| {
                let name = field_of(wrong, &at);
                let words = member.words;
                let label = label_of(&name);
                if !words.has(&label) {
                    return (name, wrong.detail.sentence(words, member.crm()));
                }
                let label = words.text(label).with("crm", member.crm()).to_string();
                let text = match (name.as_str(), wrong.detail.key()) {
                    // The line says a name and no value.
                    ("campaign" | "fields", "said-empty") => {
                        refused(words, &label, &LocalizedText::new("routing-wrong-pairs"))
                    }
                    _ => refused(words, &label, &wrong.detail),
                };
                (name, text)
            };
            let rest: Vec<_> = of_lines.map(said).collect();
            errors.extend(rest);
            show(app, member, &rule, id.is_some(), Some((form, errors))).await
        }
        done => {
            let deed = if id.is_some() { "save" } else { "add" };
            back(app, member, done, drafted(member, deed, &rule.name)).await
        }
    }
}

/// Fields whose numbers cannot be read, also where nothing else makes use of them.
fn unread(member: &Member, form: &Fields) -> Vec<(String, String)> {
    let is_seat = |name: &str| name.starts_with("weight.") || name.starts_with("limit.");
    let in_turn = form.get("responsible") == "round_robin" || form.get("fallback_to") == "next";
    let is_number = |name: &str| MINUTES.contains(&name) || in_turn && is_seat(name);
    let is_unread = |text: &str| !text.trim().is_empty() && text.trim().parse::<u32>().is_err();
    let wrong = form.0.iter().filter(|(name, text)| is_number(name) && is_unread(text));
    let said = |(name, _): &(String, String)| {
        let label = member.words.text(label_of(name.split('.').next().unwrap_or_default())).to_string();
        let text = refused(member.words, &label, &LocalizedText::new("said-number"));
        (if is_seat(name) { "people".to_owned() } else { name.clone() }, text)
    };
    wrong.map(said).collect()
}

/// The name of the form's field that a mistake is in; empty if it is in none.
fn field_of(wrong: &FieldError, at: &str) -> String {
    let Some(rest) = wrong.pointer.strip_prefix(at) else { return String::new() };
    let rest = rest.strip_prefix("when/").or_else(|| rest.strip_prefix("then/")).unwrap_or(rest);
    match rest {
        rest if rest.starts_with("responsible") => "responsible",
        rest if rest.starts_with("fallback/after") => "fallback_minutes",
        rest if rest.starts_with("fallback") => "fallback_to",
        rest if rest.starts_with("task/within") => "task_minutes",
        rest if rest.starts_with("lead") => "use",
        rest if rest.starts_with("times") => "week",
        rest => rest.split('/').next().unwrap_or("name"),
    }
    .to_owned()
}

/// The label of a field, by its name.
fn label_of(name: &str) -> String {
    match name {
        "text_contains"
        | "text_begins"
        | "campaign"
        | "referral"
        | "contact"
        | "contact_responsible"
        | "working_hours"
        | "customer" => format!("routing-condition-{name}"),
        "sources" | "messengers" | "languages" | "fields" => {
            format!("routing-condition-{}", name.trim_end_matches('s'))
        }
        "countries" => "routing-condition-country".to_owned(),
        "week" => "routing-condition-times".to_owned(),
        _ => format!("routing-{}", name.replace('_', "-")),
    }
}

/// Non-empty lines.
fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// Lines of `name = value`.
pub(super) fn pairs(text: &str) -> BTreeMap<String, String> {
    let pair = |line: String| match line.split_once('=') {
        Some((name, value)) => (name.trim().to_owned(), value.trim().to_owned()),
        None => (line, String::new()),
    };
    lines(text).into_iter().map(pair).collect()
}

pub(super) fn filled(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn ids(values: &[&str]) -> Vec<NumericId> {
    values.iter().filter_map(|value| value.parse().ok().map(NumericId)).collect()
}

/// How names of a person's fields end.
fn ending(id: i64) -> String {
    format!(".{id}")
}

/// The people of the round robin that a form says, with their weights.
fn seated(form: &Fields) -> impl Iterator<Item = (i64, &str)> {
    let weights = form.0.iter().filter_map(|(name, weight)| Some((name.strip_prefix("weight.")?, weight.trim())));
    weights.filter(|(_, weight)| !weight.is_empty()).filter_map(|(id, weight)| Some((id.parse().ok()?, weight)))
}

/// The rule that a form says.
fn read(id: &str, form: &Fields) -> Rule {
    let text = |name: &str| form.get(name);
    let listed = |name: &str| -> Vec<String> { form.all(name).into_iter().map(str::to_owned).collect() };
    let when = Conditions {
        sources: form.all("sources").into_iter().filter_map(|id| Uuid::try_parse(id).ok()).collect(),
        messengers: listed("messengers"),
        working_hours: HoursKind::parse(text("working_hours")),
        times: Week::read(form, "").lines(),
        languages: listed("languages"),
        campaign: pairs(text("campaign")),
        referral: filled(text("referral")),
        customer: CustomerKind::parse(text("customer")),
        contact: ContactKind::parse(text("contact")),
        contact_responsible: ids(&form.all("contact_responsible")),
        lead: LeadKind::parse(text("lead")),
        text_begins: lines(text("text_begins")),
        text_contains: lines(text("text_contains")),
        fields: pairs(text("fields")),
        countries: text("countries").split([',', ' ', '\n']).filter_map(filled).collect(),
    };
    let seat = |(id, weight): (i64, &str)| Seat {
        user_id: NumericId(id),
        weight: weight.parse().unwrap_or_default(),
        limit: filled(text(&format!("limit.{id}"))).map(|limit| limit.parse().unwrap_or_default()),
        times: Week::read(form, &ending(id)).lines(),
    };
    let seats: Vec<Seat> = seated(form).map(seat).collect();
    let person = |value: &str| value.parse().ok().map(|id| Assignee::Person { user_id: NumericId(id) });
    let robin = || Assignee::RoundRobin { people: seats.clone() };
    let responsible = match text("responsible") {
        "contact" => Some(Assignee::Contact),
        "lead" => Some(Assignee::Lead),
        "round_robin" => Some(robin()),
        "person" => person(text("person")),
        _ => None,
    };
    let fallback_to = if text("fallback_to") == "next" { Some(robin()) } else { person(text("fallback_to")) };
    let number = |name: &str| text(name).trim().parse().unwrap_or_default();
    let stage = text("stage").split_once('/').and_then(|(pipeline, stage)| {
        Some(StagePlace { pipeline_id: NumericId(pipeline.parse().ok()?), status_id: NumericId(stage.parse().ok()?) })
    });
    let then = Actions {
        lead: LeadUse::parse(text("use")).unwrap_or_default(),
        accept: form.has("accept"),
        stage,
        responsible,
        fallback: fallback_to.map(|to| FallbackRule { after_minutes: number("fallback_minutes"), to }),
        tags: text("tags").split(',').filter_map(filled).collect(),
        task: filled(text("task")).map(|text| TaskRule { text, within_minutes: number("task_minutes") }),
        greeting: filled(text("greeting")),
        template: text("template").parse().ok().map(NumericId),
    };
    Rule { id: id.to_owned(), name: text("name").to_owned(), on: form.has("on"), when, then }
}

/// `unsaved`: the form as it was sent, and what is wrong with it.
async fn show(
    app: &AppData,
    member: &Member,
    rule: &Rule,
    is_stored: bool,
    unsaved: Option<(&Fields, Vec<(String, String)>)>,
) -> Answer {
    let (form, errors) = unsaved.map_or((None, Vec::new()), |(form, errors)| (Some(form), errors));
    let week_of = |stored: &[String], ending: &str| match form {
        Some(form) => Week::read(form, ending),
        None => Week::of(stored, ending),
    };
    let page = member.page(if is_stored { "routing-edit" } else { "routing-new" }, Nav::Routing);
    let page = page.with_error_if(!errors.is_empty());
    let names = Names::read(app, member, &page, true).await?;
    let working = Working::read(app, member.tenant_id).await?;
    let words = page.words;
    let crm = page.crm;
    let (when, then) = (&rule.when, &rule.then);
    let choice = |key: &str, all: &[&str], chosen: Option<&str>| {
        let chosen = chosen.unwrap_or_default();
        let any = SelectOption::new("", words.text("routing-any"), chosen);
        let named = all
            .iter()
            .map(|word| SelectOption::new(*word, words.text(format!("routing-{key}-{word}")).with("crm", crm), chosen));
        std::iter::once(any).chain(named).collect::<Vec<_>>()
    };
    let mut kinds: Vec<String> = names.sources.iter().map(|source| source.kind.clone()).collect();
    kinds.sort();
    kinds.dedup();
    let assignee = match &then.responsible {
        None => "",
        Some(Assignee::Contact) => "contact",
        Some(Assignee::Lead) => "lead",
        Some(Assignee::Person { .. }) => "person",
        Some(Assignee::RoundRobin { .. }) => "round_robin",
    };
    let person = match &then.responsible {
        Some(Assignee::Person { user_id }) => user_id.to_string(),
        _ => String::new(),
    };
    let fallback_to = then.fallback.as_ref().map(|fallback| &fallback.to);
    let (fallback, person_to) = match (fallback_to, &then.responsible) {
        (None, _) => ("", String::new()),
        (Some(Assignee::Person { user_id }), _) => ("", user_id.to_string()),
        (Some(Assignee::RoundRobin { people }), Some(Assignee::RoundRobin { people: own })) if people != own => {
            (OWN, String::new())
        }
        (Some(Assignee::RoundRobin { .. }), _) => ("next", String::new()),
        (Some(Assignee::Contact | Assignee::Lead), _) => (OWN, String::new()),
    };
    let mut fallbacks = names.user_options("routing-fallback-none", &person_to);
    fallbacks[0].chosen &= fallback.is_empty();
    let kept = fallback_to.filter(|_| fallback == OWN).map(|to| SelectOption::new(OWN, names.assignee(to), fallback));
    let next = SelectOption::new("next", words.text("routing-fallback-next"), fallback);
    fallbacks.splice(1..1, std::iter::once(next).chain(kept));
    let assignees = ["contact", "lead", "person", "round_robin"]
        .map(|word| SelectOption::new(word, words.text(format!("routing-assignee-{word}")), assignee));
    let mut assignees = assignees.to_vec();
    assignees.insert(0, SelectOption::new("", words.text("routing-nobody"), assignee));
    let stage = then.stage.map(|stage| format!("{}/{}", stage.pipeline_id, stage.status_id)).unwrap_or_default();
    let joined = |map: &BTreeMap<String, String>| {
        map.iter().map(|(name, value)| format!("{name} = {value}")).collect::<Vec<_>>().join("\n")
    };
    let minutes = |given: Option<u32>| given.map(|minutes| minutes.to_string()).unwrap_or_default();
    let mut lines = BTreeMap::from([
        ("campaign", joined(&when.campaign)),
        ("referral", when.referral.clone().unwrap_or_default()),
        ("text_begins", when.text_begins.join("\n")),
        ("text_contains", when.text_contains.join("\n")),
        ("fields", joined(&when.fields)),
        ("countries", when.countries.join(", ")),
        ("tags", then.tags.join(", ")),
        ("task", then.task.as_ref().map(|task| task.text.clone()).unwrap_or_default()),
        ("task_minutes", minutes(then.task.as_ref().map(|task| task.within_minutes))),
        ("greeting", then.greeting.clone().unwrap_or_default()),
        ("fallback_minutes", minutes(then.fallback.as_ref().map(|fallback| fallback.after_minutes))),
    ]);
    // As they were typed.
    for name in MINUTES {
        lines.extend(form.map(|form| (name, form.get(name).to_owned())));
    }
    let sources = names.sources.iter().map(|source| (source.id.to_string(), source.name.clone()));
    let messenger = |kind: &String| (kind.clone(), words.text_of("connector-", kind).to_string());
    let responsible = |user_id: i64| (user_id.to_string(), names.user(user_id));
    let active = names.users.iter().flatten().filter(|user| !user.is_gone);
    let mut seats = seats(&names, then, |times, ending| week_of(times, ending).rows(words, &errors));
    for seat in &mut seats {
        if let Some(form) = form {
            let typed = |name: &str| form.get(&format!("{name}{}", ending(seat.id))).to_owned();
            (seat.weight, seat.limit) = (typed("weight"), typed("limit"));
        }
    }
    let shown = RulePage {
        tab: "rules",
        action: if is_stored { format!("{LIST}/rules/{}", rule.id) } else { format!("{LIST}/rules") },
        seen: working.seen,
        is_stored,
        known: names.are_known(),
        sources: ticks(sources, when.sources.iter().map(|id| (id.to_string(), names.source(*id)))),
        messengers: ticks(kinds.iter().map(messenger), when.messengers.iter().map(messenger)),
        languages: ticks(
            LANGUAGES.iter().map(|(_, code)| ((*code).to_owned(), language(code))),
            when.languages.iter().map(|code| (code.clone(), language(code))),
        ),
        responsibles: ticks(
            active.map(|user| responsible(user.id)),
            when.contact_responsible.iter().map(|user_id| responsible(user_id.0)),
        ),
        hours: choice("hours", &HoursKind::ALL.map(HoursKind::word), when.working_hours.map(HoursKind::word)),
        customers: choice(
            "customer",
            &CustomerKind::ALL.map(CustomerKind::word),
            when.customer.map(CustomerKind::word),
        ),
        contacts: choice("contact", &ContactKind::ALL.map(ContactKind::word), when.contact.map(ContactKind::word)),
        leads: choice("lead", &LeadKind::ALL.map(LeadKind::word), when.lead.map(LeadKind::word)),
        uses: LeadUse::ALL
            .map(|lead| {
                SelectOption::new(lead.word(), words.text(format!("routing-use-{}", lead.word())), then.lead.word())
            })
            .into(),
        stages: names.stage_options(&stage),
        assignees,
        people: names.user_options("routing-nobody", &person),
        seats,
        fallbacks,
        templates: names.template_options(then.template),
        days: week_of(&when.times, "").rows(words, &errors),
        lines,
        rule: rule.clone(),
        errors,
        page: page.clone(),
    };
    let status = if shown.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    html_as(status, &page, &shown)
}

/// Everybody with their place in the round robin, if they have one.
fn seats(names: &Names<'_>, then: &Actions, week: impl Fn(&[String], &str) -> Vec<DayRow>) -> Vec<SeatRow> {
    let robin = [then.responsible.as_ref(), then.fallback.as_ref().map(|fallback| &fallback.to)];
    let seats: Vec<Seat> = robin
        .into_iter()
        .flatten()
        .find_map(|one| match one {
            Assignee::RoundRobin { people } => Some(people.clone()),
            _ => None,
        })
        .unwrap_or_default();
    let known = |id: i64| names.users.iter().flatten().find(|user| user.id == id);
    let mut ids: Vec<i64> = seats.iter().map(|seat| seat.user_id.0).collect();
    let others = names.users.iter().flatten().filter(|user| !user.is_gone).map(|user| user.id);
    ids.extend(others.filter(|id| !seats.iter().any(|seat| seat.user_id.0 == *id)));
    let row = |id: i64| {
        let seat = seats.iter().find(|seat| seat.user_id.0 == id);
        let times = seat.map(|seat| seat.times.as_slice()).unwrap_or_default();
        let name = known(id).map_or_else(|| id.to_string(), |user| names.person(user));
        let works = names.page.words.text(if times.is_empty() { "routing-works-always" } else { "routing-works" });
        SeatRow {
            id,
            works: works.with("name", name.as_str()).with("times", times.join("; ")),
            week: week(times, &ending(id)),
            name,
            weight: seat.map(|seat| seat.weight.to_string()).unwrap_or_default(),
            limit: seat.and_then(|seat| seat.limit).map(|limit| limit.to_string()).unwrap_or_default(),
        }
    };
    ids.into_iter().map(row).collect()
}
