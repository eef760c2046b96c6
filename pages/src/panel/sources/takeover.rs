//! `/panel/sources/{id}/takeover`: the switch of a shadow, its way back, and what came of it, also as CSV.

use actix_web::web;
use askama::Template;
use base::error::{Error, Result};
use base::i18n::Sentence;
use connectors::SwitchOff;
use domain::source::takeover::{Other, Takeover, TakeoverState, TakeoverStep};
use domain::takeover::{self, BACK_WITHIN, CheckStatus, Plan, Report, Watch};
use entity::source;

use super::{SourceStateView, find, state_view};
use crate::panel::{
    self, Answer, AppData, EmptyForm, Fields, Form, Member, Nav, PageContext, PanelContext, Right, Tone, csv,
};

/// Prefix of the fields that name services which stay.
const STAYS: &str = "stays";

struct CheckRow {
    name: Sentence,
    badge: String,
    detail: String,
}

/// Another service: what a switch does to it, or what a takeover did.
struct OtherRow {
    id: String,
    text: Sentence,
    /// More to know, e.g. why it could not be put back.
    notes: Vec<Sentence>,
    /// People can decide that it stays.
    may_stay: bool,
}

struct PlanView {
    checks: Vec<CheckRow>,
    others: Vec<OtherRow>,
    chats: Sentence,
    is_ready: bool,
}

/// A figure in the first hour and the first day.
struct FigureRow {
    name: Sentence,
    hour: i64,
    day: i64,
}

struct DayRow {
    day: String,
    seen: usize,
    in_crm: usize,
    on_both: usize,
    missing_here: usize,
    missing_in_crm: usize,
}

struct TakenView {
    badge: String,
    /// What happens right now; empty if nothing does.
    step: String,
    failure: String,
    by: String,
    /// `<time>`.
    begun: String,
    /// `<time>`s; empty if it did not come to that.
    switched: String,
    returned: String,
    /// Until when the line can be given back; empty if it cannot.
    back_until: String,
    others: Vec<OtherRow>,
    figures: Vec<FigureRow>,
    hour_is_over: bool,
    day_is_over: bool,
    as_history: u64,
    during: u64,
    others_since: Option<Sentence>,
    days: Vec<DayRow>,
}

#[derive(Template)]
#[template(path = "panel/sources/takeover.html")]
struct TakeoverPage {
    page: PageContext,
    tab: &'static str,
    id: String,
    may: bool,
    name: String,
    state: SourceStateView,
    plan: Option<PlanView>,
    taken: Option<TakenView>,
}

#[derive(Template)]
#[template(path = "panel/sources/takeover_report.html")]
struct ReportPage {
    page: PageContext,
    id: String,
    name: String,
    messenger: Sentence,
    /// `<time>`.
    as_of: String,
    taken: TakenView,
}

/// `GET /panel/sources/{id}/takeover`. Asks the messenger and amoCRM.
pub async fn get(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    let source = find(&app, &member, Right::Look, &id).await?;
    let mut page = member.page(source.name.clone(), Nav::Sources);
    let state = domain::source::state(&app.sources, &source).await?;
    let found = reported(&app, &source).await?;
    if found.is_none() && !source.is_shadow() {
        return Err(Error::NotFound);
    }
    let is_idle = found.as_ref().is_none_or(|found| !found.takeover.state.is_under_way());
    let mut plan = None;
    if source.is_shadow() && is_idle {
        match takeover::plan(&app.sources, &source).await {
            Ok(found) => plan = Some(planned(&page, found)),
            Err(error) => page = page.with_notice(member.refused(error)?),
        }
    }
    let shown = TakeoverPage {
        tab: "takeover",
        id: source.id.to_string(),
        may: member.may(Right::EditSources),
        name: source.name.clone(),
        state: state_view(&page, &source, &state),
        plan,
        taken: found.map(|found| taken(&page, found)),
        page: page.clone(),
    };
    panel::html(&page, &shown)
}

/// The takeover of a source with its figures; none if it took nothing over.
async fn reported(app: &PanelContext, source: &source::Model) -> Result<Option<Report>> {
    let Some(row) = takeover::row(&app.sources, source).await? else { return Ok(None) };
    Ok(Some(takeover::report(&app.sources, source, takeover::read(&row)?).await?))
}

fn planned(page: &PageContext, plan: Plan) -> PlanView {
    let words = page.words;
    let check = |line: &takeover::CheckLine| {
        let tone = match line.status {
            CheckStatus::Ok => Tone::Ok,
            CheckStatus::Warn => Tone::Warn,
            CheckStatus::Fail => Tone::Bad,
        };
        CheckRow {
            name: words.text_of("takeover-checked-", line.name.as_str()).with("crm", page.crm),
            badge: page.badge(tone, words.text_of("takeover-status-", line.status.as_str())),
            detail: line.detail.in_words(words, page.crm),
        }
    };
    let other = |one: &Other| OtherRow {
        id: one.id.clone(),
        text: words.text(key_of(one.off)).with("name", one.name.as_str()),
        notes: one.loses_secret.then(|| words.text("takeover-other-secret")).into_iter().collect(),
        may_stay: one.may_stay(),
    };
    PlanView {
        checks: plan.checks.iter().map(check).collect(),
        others: plan.others.iter().map(other).collect(),
        chats: words.text("takeover-change-chats").with("count", plan.chats),
        is_ready: plan.is_ready(),
    }
}

/// What the switch does to another service.
fn key_of(off: SwitchOff) -> &'static str {
    match off {
        SwitchOff::ByCall => "takeover-other-by_call",
        SwitchOff::ByRegistering => "takeover-other-by_registering",
        SwitchOff::ByHand => "takeover-other-by_hand",
    }
}

fn taken(page: &PageContext, report: Report) -> TakenView {
    let words = page.words;
    let Report { takeover, hour, day, as_history, during, others } = report;
    let time = |at: Option<i64>| at.map(|at| page.stamp(&at)).unwrap_or_default();
    let tone = match takeover.state {
        TakeoverState::Switched => Tone::Ok,
        TakeoverState::Returned => Tone::Off,
        TakeoverState::RolledBack => Tone::Bad,
        TakeoverState::Switching | TakeoverState::RollingBack | TakeoverState::Returning => Tone::Odd,
    };
    let waits: Vec<&str> = takeover.others.iter().filter(|one| !one.stays).map(|one| one.name.as_str()).collect();
    let step = match takeover.step {
        _ if !takeover.state.is_under_way() => String::new(),
        TakeoverStep::SwitchOff => words.text("takeover-waits").with("names", waits.join(", ")).to_string(),
        step => step_name(page, step),
    };
    let failure = takeover.failure.as_ref().map(|(step, reason)| {
        let said = words.text("takeover-failed").with("step", step_name(page, *step));
        said.with("reason", reason.in_words(words, page.crm)).to_string()
    });
    let until = takeover.switched_at.map(|at| at + BACK_WITHIN);
    let until = until.filter(|until| takeover.state == TakeoverState::Switched && *until > page.now);
    TakenView {
        badge: page.badge(tone, words.text_of("takeover-state-", takeover.state.as_str())),
        step,
        failure: failure.unwrap_or_default(),
        by: takeover.by.clone(),
        begun: time(Some(takeover.begun_at)),
        switched: time(takeover.switched_at),
        returned: time(takeover.returned_at),
        back_until: time(until),
        others: takeover.others.iter().map(|one| done(page, &takeover, one)).collect(),
        figures: hour.zip(day).map(|(hour, day)| figures(page, &hour, &day)).unwrap_or_default(),
        hour_is_over: hour.is_some_and(|hour| hour.is_over),
        day_is_over: day.is_some_and(|day| day.is_over),
        as_history,
        during,
        others_since: others.map(|since| {
            words.text("takeover-others-figures").with("received", since.received).with("sent", since.sent)
        }),
        days: takeover
            .days
            .iter()
            .map(|one| DayRow {
                day: page.when(&page.day_begins(one.day)).date(),
                seen: one.seen,
                in_crm: one.in_crm,
                on_both: one.on_both,
                missing_here: one.missing_here,
                missing_in_crm: one.missing_in_crm,
            })
            .collect(),
    }
}

fn step_name(page: &PageContext, step: TakeoverStep) -> String {
    page.words.text_of("takeover-step-", step.as_str()).with("crm", page.crm).to_string()
}

/// Another service after the switch.
fn done(page: &PageContext, takeover: &Takeover, one: &Other) -> OtherRow {
    let words = page.words;
    let mut notes = Vec::new();
    if one.stays {
        notes.push(words.text("takeover-stays"));
    } else if takeover.back_from.is_some() {
        if let Some(trouble) = &one.trouble {
            notes.push(words.text("takeover-trouble").with("reason", trouble.in_words(words, page.crm)));
        }
        if one.off == SwitchOff::ByHand {
            notes.push(words.text("takeover-put-back-by-hand"));
        }
    }
    if one.loses_secret {
        notes.push(words.text("takeover-other-secret"));
    }
    OtherRow {
        id: one.id.clone(),
        text: words.text("takeover-check-others").with("names", one.name.as_str()),
        notes,
        may_stay: false,
    }
}

fn figures(page: &PageContext, hour: &Watch, day: &Watch) -> Vec<FigureRow> {
    let row = |key: &'static str, of: fn(&Watch) -> i64| FigureRow {
        name: page.words.text(key).with("crm", page.crm),
        hour: of(hour),
        day: of(day),
    };
    vec![
        row("takeover-received", |one| one.received),
        row("takeover-in-crm", |one| one.in_crm),
        row("takeover-written", |one| one.written),
        row("takeover-sent", |one| one.sent),
        row("takeover-failures", |one| one.failed),
        row("takeover-waiting", |one| one.waiting),
    ]
}

/// `POST /panel/sources/{id}/takeover`: begins the switch.
pub async fn start(app: AppData, member: Member, id: web::Path<String>, form: Form<Fields>) -> Answer {
    let source = find(&app, &member, Right::EditSources, &id).await?;
    form.allow_only(&[STAYS])?;
    let stays: Vec<String> = form.all(STAYS).into_iter().map(str::to_owned).collect();
    let begun = takeover::begin(&app.sources, &source, &stays, &member.by()).await;
    let said = member.words.text("takeover-begun");
    member.outcome(&app, &format!("/panel/sources/{}/takeover", source.id), begun, said).await
}

/// `POST /panel/sources/{id}/takeover/back`: gives the line back.
pub async fn back(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    let source = find(&app, &member, Right::EditSources, &id).await?;
    let begun = takeover::back(&app.sources, &source, &member.by()).await;
    let said = member.words.text("takeover-back-begun");
    member.outcome(&app, &format!("/panel/sources/{}/takeover", source.id), begun, said).await
}

/// `GET /panel/sources/{id}/takeover/report`: for printing.
pub async fn report(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    let source = find(&app, &member, Right::Look, &id).await?;
    let found = reported(&app, &source).await?.ok_or(Error::NotFound)?;
    let page = member.page("takeover-report", Nav::Sources);
    let shown = ReportPage {
        id: source.id.to_string(),
        name: source.name.clone(),
        messenger: page.words.text_of("connector-", &source.kind),
        as_of: page.stamp(&page.now),
        taken: taken(&page, found),
        page: page.clone(),
    };
    panel::html(&page, &shown)
}

/// `GET /panel/sources/{id}/takeover/report.csv`: a figure a line.
pub async fn download(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    let source = find(&app, &member, Right::Look, &id).await?;
    let found = reported(&app, &source).await?.ok_or(Error::NotFound)?;
    let mut text = csv::head(&["period", "figure", "value"]);
    let mut add = |period: &str, figure: &str, value: String| {
        text += &csv::line([period.to_owned(), figure.to_owned(), value]);
    };
    let Report { takeover, hour, day, as_history, during, others } = found;
    add("", "state", takeover.state.as_str().to_owned());
    for (name, at) in
        [("switched_at", takeover.switched_at), ("back_at", takeover.back_at), ("returned_at", takeover.returned_at)]
    {
        add("", name, at.map(|at| member.here.zone.rfc3339(at)).unwrap_or_default());
    }
    for one in &takeover.days {
        let day = one.day.to_string();
        add(&day, "seen", one.seen.to_string());
        add(&day, "in_amocrm", one.in_crm.to_string());
        add(&day, "on_both", one.on_both.to_string());
        add(&day, "missing_here", one.missing_here.to_string());
        add(&day, "missing_in_amocrm", one.missing_in_crm.to_string());
    }
    add("switch", "sent_as_history", as_history.to_string());
    add("switch", "came_during", during.to_string());
    for (period, watch) in [("first_hour", hour), ("first_day", day)] {
        let Some(Watch { received, in_crm, written, sent, failed, waiting, .. }) = watch else { continue };
        for (name, value) in [
            ("received", received),
            ("in_amocrm", in_crm),
            ("written", written),
            ("sent", sent),
            ("failed", failed),
            ("waiting", waiting),
        ] {
            add(period, name, value.to_string());
        }
    }
    if let Some(since) = others {
        add("others_since", "received", since.received.to_string());
        add("others_since", "sent", since.sent.to_string());
    }
    Ok(csv::file("takeover.csv").body(text))
}
