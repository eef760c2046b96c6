//! What the rules would do: with a made-up or a past message, and with the last thousand.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use askama::Template;
use base::error::{Error, FieldError};
use base::json::NumericId;
use chrono::NaiveDateTime;
use domain::route::rule::{CustomerKind, LeadKind};
use domain::route::trial::{self, Imagined, Replay, ReplayedEnquiry, Trial};
use serde::Deserialize;
use uuid::Uuid;

use super::form::{filled, pairs};
use super::names::Names;
use super::{Working, rule_name};
use crate::panel::choice::{SelectOption, filters};
use crate::panel::fields::refused;
use crate::panel::{Answer, AppData, Form, Member, Nav, PageContext, Right, html, html_as};

/// A rule that does not decide, with why.
struct OtherRow {
    name: String,
    because: String,
}

/// What would happen.
struct Told {
    rule: String,
    asks: Vec<String>,
    others: Vec<OtherRow>,
    faults: Vec<String>,
    crm_answered: bool,
}

#[derive(Template)]
#[template(path = "panel/routing/try.html")]
struct TryPage {
    page: PageContext,
    tab: &'static str,
    is_draft: bool,
    sources: Vec<SelectOption>,
    customers: Vec<SelectOption>,
    leads: Vec<SelectOption>,
    people: Vec<SelectOption>,
    typed: TryForm,
    told: Option<Told>,
    errors: Vec<(String, String)>,
}

impl TryPage {
    /// Whether any of the rarely used fields is filled in.
    fn has_more(&self) -> bool {
        let typed = &self.typed;
        let texts = [&typed.campaign, &typed.referral, &typed.fields, &typed.responsible];
        texts.iter().any(|text| !text.is_empty()) || ![LeadKind::None.word(), ""].contains(&typed.lead.as_str())
    }

    fn hint(&self, key: &'static str) -> String {
        self.page.words.text(key).to_string()
    }

    fn error(&self, name: &str) -> String {
        self.errors.iter().find(|(of, _)| of == name).map(|(_, text)| text.clone()).unwrap_or_default()
    }
}

/// A made-up message.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TryForm {
    source: String,
    text: String,
    phone: String,
    time: String,
    customer: String,
    campaign: String,
    referral: String,
    fields: String,
    lead: String,
    responsible: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct TryQuery {
    message: String,
}

/// `GET /panel/routing/try`, with `message` of a past message.
pub async fn form(app: AppData, member: Member, request: HttpRequest) -> Answer {
    member.require(Right::Look)?;
    let query: TryQuery = filters(&request);
    let told = match Uuid::try_parse(&query.message) {
        Ok(id) => {
            let rules = Working::read(&app, member.tenant_id).await?.rules;
            Some(trial::past(&app.intake, &member.here.tenant, &rules, id).await?)
        }
        Err(_) => None,
    };
    let now = member.here.zone.local_time(member.now);
    let typed = TryForm { time: now.format("%Y-%m-%dT%H:%M").to_string(), ..TryForm::default() };
    show(&app, &member, typed, told, Vec::new()).await
}

/// `POST /panel/routing/try`.
pub async fn run(app: AppData, member: Member, form: Form<TryForm>) -> Answer {
    member.require(Right::Look)?;
    let rules = Working::read(&app, member.tenant_id).await?.rules;
    let (customer, lead) = (CustomerKind::parse(&form.customer), LeadKind::parse(&form.lead));
    let responsible = form.responsible.parse().ok().map(NumericId);
    let given = Imagined {
        source_id: Uuid::try_parse(&form.source).unwrap_or_default(),
        text: form.text.clone(),
        local_time: NaiveDateTime::parse_from_str(&form.time, "%Y-%m-%dT%H:%M").ok(),
        customer,
        phone: filled(&form.phone),
        campaign: pairs(&form.campaign),
        referral: filled(&form.referral),
        fields: pairs(&form.fields),
        // Who has a lead or a responsible user is known.
        is_known: customer == Some(CustomerKind::Returning)
            || responsible.is_some()
            || lead.is_some_and(|lead| lead != LeadKind::None),
        responsible,
        lead,
    };
    match trial::imagined(&app.intake, &member.here.tenant, &rules, given).await {
        Ok(told) => show(&app, &member, form.0.clone(), Some(told), Vec::new()).await,
        Err(Error::Invalid(wrong)) => {
            let said = |wrong: &FieldError| {
                let (name, label) = match wrong.pointer.as_str() {
                    "/phone" => ("phone", "routing-try-phone"),
                    _ => ("source", "routing-condition-source"),
                };
                (name.to_owned(), refused(member.words, &member.words.text(label).to_string(), &wrong.detail))
            };
            show(&app, &member, form.0.clone(), None, wrong.iter().map(said).collect()).await
        }
        Err(error) => Err(error),
    }
}

async fn show(
    app: &AppData,
    member: &Member,
    typed: TryForm,
    trial: Option<Trial>,
    errors: Vec<(String, String)>,
) -> Answer {
    let page = member.page("routing-title", Nav::Routing).with_error_if(!errors.is_empty());
    let names = Names::read(app, member, &page, false).await?;
    let working = Working::read(app, member.tenant_id).await?;
    let told = trial.map(|trial| told(&names, &trial));
    let sources = names.sources.iter().map(|one| SelectOption::new(one.id.to_string(), &one.name, &typed.source));
    let customers = CustomerKind::ALL.map(|kind| {
        let label = page.words.text(format!("routing-customer-{}", kind.word()));
        SelectOption::new(kind.word(), label, &typed.customer)
    });
    let leads = LeadKind::ALL.map(|kind| {
        let label = page.words.text(format!("routing-lead-{}", kind.word()));
        SelectOption::new(kind.word(), label, if typed.lead.is_empty() { "none" } else { &typed.lead })
    });
    let shown = TryPage {
        leads: leads.into(),
        people: names.user_options("routing-template-none", &typed.responsible),
        tab: "try",
        is_draft: working.is_draft,
        sources: sources.collect(),
        customers: customers.into(),
        told,
        typed,
        errors,
        page: page.clone(),
    };
    let status = if shown.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    html_as(status, &page, &shown)
}

fn told(names: &Names<'_>, trial: &Trial) -> Told {
    let verdict = &trial.verdict;
    let others = verdict.others.iter().map(|missed| OtherRow {
        name: missed.name.clone(),
        because: missed.because.iter().map(|miss| names.miss(*miss)).collect::<Vec<_>>().join(", "),
    });
    Told {
        rule: rule_name(names.page, verdict.rule.as_ref()),
        asks: trial.asks.iter().map(|ask| names.ask(ask, &verdict.plan)).collect(),
        others: others.collect(),
        faults: verdict.faults.iter().map(|fault| names.fault(*fault)).collect(),
        crm_answered: trial.crm_answered,
    }
}

struct ReplayRow {
    enquiry: ReplayedEnquiry,
    source: String,
    then: String,
    now: String,
}

#[derive(Template)]
#[template(path = "panel/routing/replay.html")]
struct ReplayPage {
    page: PageContext,
    tab: &'static str,
    is_draft: bool,
    told: Replay,
    by_rule: Vec<(String, usize)>,
    rows: Vec<ReplayRow>,
}

impl ReplayPage {
    fn enquiries(&self) -> usize {
        self.told.by_rule.values().sum()
    }
}

/// Enquiries that a page shows, of those that would be decided differently.
const SHOWN: usize = 50;

/// `GET /panel/routing/replay`.
pub async fn replay(app: AppData, member: Member) -> Answer {
    member.require(Right::Look)?;
    let page = member.page("routing-title", Nav::Routing);
    let names = Names::read(&app, &member, &page, false).await?;
    let working = Working::read(&app, member.tenant_id).await?;
    let mut told = trial::replay(&app.intake, &member.here.tenant, &working.rules).await?;
    let with = |rule: String, user: Option<NumericId>| match user {
        Some(user) => format!("{rule} → {}", names.user(user.0)),
        None => rule,
    };
    let named = |id: &String| {
        let found = working.rules.rule(id).map(|rule| rule.name.clone());
        found.unwrap_or_else(|| rule_name(&page, None))
    };
    let by_rule = told.by_rule.iter().map(|(id, count)| (named(id), *count)).collect();
    let enquiries = std::mem::take(&mut told.enquiries).into_iter();
    let shown = enquiries.filter(ReplayedEnquiry::differs).take(SHOWN).map(|enquiry| {
        let source = names.sources.iter().find(|source| source.id == enquiry.source_id);
        ReplayRow {
            source: source.map(|source| source.name.clone()).unwrap_or_default(),
            then: with(rule_name(&page, enquiry.then.as_ref()), enquiry.then_responsible),
            now: with(rule_name(&page, enquiry.now.as_ref()), enquiry.now_responsible),
            enquiry,
        }
    });
    let rows: Vec<ReplayRow> = shown.collect();
    html(&page, &ReplayPage { tab: "replay", is_draft: working.is_draft, rows, by_rule, told, page: page.clone() })
}
