//! The job that decides about an enquiry and carries the decision out in amoCRM.
//!
//! ```text
//! message in amoCRM ─▶ decided ─▶ greeting ─▶ lead: accepted · linked · used · opened again · made
//!       │ not yet          │                    ├─▶ stage, responsible, tags ─▶ contact ─▶ task
//!       └─▶ later          └ stored             └─ a person has to accept it ─▶ later, up to 30 days
//! ```
//!
//! Each step looks before it makes something, and notes that it begins: after a crash it finds what it made.

use std::sync::Arc;

use amocrm::rest::{LeadChange, NewTask, Rest, Tag};
use base::error::Result;
use base::i18n::Zone;
use base::json::NumericId;
use base::message::{Body, Markup, Person, State, Template};
use base::millis::{HOUR, MINUTE};
use chrono::TimeDelta;
use connectors::hours::fill;
use entity::{conversation, job, message, source, tenant};
use queue::accept_batch::{AcceptBatch, Conversation, Priority};
use sea_orm::EntityTrait;
use serde_json::json;
use uuid::Uuid;

use super::crm::{accept, set_contact, set_lead};
use super::decide::needs_crm;
use super::decision::{self, Beginning, CHANGE, Decision, DecisionState, OVER, Outcome};
use super::facts::{Arrival, CrmFacts, Facts, has_templates};
use super::plan::{Ask, Plan, Presence, RuleFault, fallback_user};
use super::versions::{self, RulesInForce, UNDECIDED};
use super::{RuleSet, crm};
use crate::alert::{self, Alarm, ROUTE_FAILED};
use crate::delivery::read::reason::HoldReasons;
use crate::intake::IntakeContext;
use crate::intake::messenger::automatic_answer::{BotMessage, may_send};
use crate::job::NextRun;
use crate::lead_note;
use crate::template;
use crate::tenant::token::{CallError, with_token};
use crate::tenant::{TenantStatus, country};

/// The kind's name.
pub use crate::intake::enquiry::ROUTES as KIND;
/// Delays after the first, second, … failure in a row, for a day and a half: a customer waits, so the enquiry is routed within
/// minutes once amoCRM answers again.
pub const BACK_OFF: [TimeDelta; 146] = {
    let mut waits = [TimeDelta::minutes(15); 146];
    (waits[0], waits[1]) = (TimeDelta::minutes(1), TimeDelta::minutes(5));
    waits
};
/// Failed attempts of an outage, about twenty minutes, after which it is no longer that alone.
const PATIENCE: i32 = 3;
/// The longest time between a person's acceptance of a lead and the job's next look.
const LOOKED_AFTER: TimeDelta = TimeDelta::minutes(30);

/// An attempt. Safe to repeat.
pub async fn route(app: Arc<IntakeContext>, rules: RulesInForce, job: job::Model) -> anyhow::Result<NextRun> {
    let (app, job) = (&app, &job);
    let message_id = serde_json::from_str::<serde_json::Value>(&job.payload)?["message"].as_str().map(Uuid::parse_str);
    let Some(message_id) = message_id.transpose()? else { return Ok(NextRun::Never) };
    let Some(enquiry) = Enquiry::read(app, job.tenant_id, message_id).await? else {
        return versions::nothing_waits(app, job).await;
    };
    match go_on(app, &rules, &enquiry).await {
        Ok(Progress::Done) => versions::nothing_waits(app, job).await,
        Ok(Progress::Waiting) => Ok(lead_note::later(app.clock.millis(), job, LOOKED_AFTER)),
        Err(error) => {
            enquiry.failed(app, job.tries, &error).await?;
            Err(error)
        }
    }
}

/// Steps that send something to the customer.
const GREET: &str = Ask::Greet.word();
const TEMPLATE: &str = Ask::Template { template_id: NumericId(0) }.word();

/// Whether a job has to look again.
enum Progress {
    Done,
    Waiting,
}

/// An enquiry with what belongs to it.
pub(super) struct Enquiry {
    pub tenant: Arc<tenant::Model>,
    pub source: Arc<source::Model>,
    pub conversation: conversation::Model,
    pub message: message::Model,
    pub body: Body,
}

impl Enquiry {
    /// None if the customer was erased, or the account is no longer served.
    pub async fn read(app: &IntakeContext, tenant_id: Uuid, message_id: Uuid) -> anyhow::Result<Option<Self>> {
        let db = app.store.read();
        let Some(message) = message::Entity::find_by_id((tenant_id, message_id)).one(db).await? else {
            return Ok(None);
        };
        let of_it = conversation::Entity::find_by_id((tenant_id, message.conversation_id));
        let (source, tenant) = (app.lookup.source(message.source_id).await?, app.lookup.tenant(tenant_id).await?);
        let (Some(conversation), Some(source), Some(tenant)) = (of_it.one(db).await?, source, tenant) else {
            return Ok(None);
        };
        if TenantStatus::shown(&tenant) == TenantStatus::Uninstalled {
            return Ok(None);
        }
        let body = serde_json::from_str(&message.body)?;
        Ok(Some(Self { tenant, source, conversation, message, body }))
    }

    /// What is known of it here.
    pub fn facts(&self, app: &IntakeContext) -> Facts {
        Facts::of(&Arrival {
            source: &self.source,
            conversation: &self.conversation,
            message: &self.message,
            body: &self.body,
            has_templates: has_templates(app, &self.source.kind),
            zone: Zone::named(&self.tenant.time_zone),
            country: country(&app.integrations, &self.tenant),
        })
    }

    /// Whether a person blocked the customer.
    pub fn is_blocked(&self) -> bool {
        !self.conversation.blocked_by.is_empty()
    }

    /// Whether amoCRM knows the message and its chat.
    fn is_in_crm(&self) -> bool {
        self.message.state != State::Queued.number() && !self.conversation.amocrm_chat_id.is_empty()
    }

    /// What amoCRM knows of the customer now.
    pub async fn crm(&self, app: &IntakeContext) -> Result<CrmFacts, CallError> {
        crm::read(&app.tenants, &self.source.kind, &self.conversation, self.message.accepted_at).await
    }

    /// Who works in the account and which stages it has.
    pub async fn presence(&self, app: &IntakeContext, rules: &RuleSet) -> anyhow::Result<Presence> {
        crm::presence(&app.sources, &self.tenant, rules).await.map_err(unread)
    }

    /// amoCRM refused a person or a stage of the rule: who was known to be there may have left.
    pub async fn reads_lists_again(&self, app: &IntakeContext) -> anyhow::Result<()> {
        crm::read_again(&app.sources, self.tenant.tenant_id).await.map_err(unread)
    }

    /// An attempt failed after so many others. What failed once may be the trouble of a moment, and an outage of amoCRM has an
    /// alert of its own: these raise none at first.
    pub async fn failed(&self, app: &IntakeContext, tries: i32, error: &anyhow::Error) -> anyhow::Result<()> {
        let is_away = error.downcast_ref::<CallError>().is_some_and(CallError::is_away);
        let quiet = if is_away { PATIENCE } else { 1 };
        if tries < quiet {
            return Ok(());
        }
        let tenant_id = self.tenant.tenant_id;
        let Some(mut made) = decision::find(app.store.read(), tenant_id, self.message.id).await? else {
            return raise(app, tenant_id, UNDECIDED, json!({"fault": "undecided"})).await;
        };
        if usize::try_from(tries).is_ok_and(|tries| tries >= BACK_OFF.len()) {
            made.becomes(app, DecisionState::Failed).await?;
        }
        warn(app, &made, None, "").await
    }

    /// The rules that decided, and who works in the account now.
    pub async fn people(&self, app: &IntakeContext, made: &Decision) -> anyhow::Result<(RuleSet, Presence)> {
        let version = versions::one(app.store.read(), made.row.tenant_id, made.row.version).await?;
        let rules = version.as_ref().and_then(versions::rules_of).unwrap_or_default();
        let presence = self.presence(app, &rules).await?;
        Ok((rules, presence))
    }
}

fn unread(error: base::error::Error) -> anyhow::Error {
    anyhow::anyhow!("users and pipelines could not be read: {}", error.name())
}

/// Opens the alert that names the rule. `fault`: none if amoCRM does not answer.
pub(super) async fn warn(
    app: &IntakeContext,
    made: &Decision,
    fault: Option<RuleFault>,
    reason: &str,
) -> anyhow::Result<()> {
    let Some(rule) = &made.verdict.rule else { return Ok(()) };
    let fault = fault.map_or("unanswered", RuleFault::word);
    let detail = json!({"rule": rule.name, "fault": fault, "reason": reason});
    raise(app, made.row.tenant_id, &rule.id, detail).await
}

async fn raise(app: &IntakeContext, tenant_id: Uuid, object: &str, detail: serde_json::Value) -> anyhow::Result<()> {
    let alarm = Alarm { tenant_id, kind: ROUTE_FAILED, object, source_id: None, detail };
    alert::raise(app, app.store.write(), alarm).await?;
    Ok(())
}

/// Decides if that was not done, and does what is left to do.
async fn go_on(app: &Arc<IntakeContext>, rules: &RulesInForce, enquiry: &Enquiry) -> anyhow::Result<Progress> {
    let (tenant_id, message_id) = (enquiry.tenant.tenant_id, enquiry.message.id);
    // amoCRM has no enquiry whose message it refused.
    if enquiry.message.state == State::Failed.number() || enquiry.message.state == State::Shadow.number() {
        return Ok(Progress::Done);
    }
    let made = match decision::find(app.store.read(), tenant_id, message_id).await? {
        Some(made) if matches!(made.state(), DecisionState::Done | DecisionState::Failed) => return Ok(Progress::Done),
        Some(made) if enquiry.is_blocked() => return over(app, made, "blocked").await,
        Some(made) => made,
        None if enquiry.is_blocked() => return Ok(Progress::Done),
        None => {
            let Some((version, rules)) = rules.of(app.store.read(), tenant_id).await? else {
                return Ok(Progress::Done);
            };
            if !rules.is_on() {
                return Ok(Progress::Done);
            }
            let mut facts = enquiry.facts(app);
            let mut presence = Presence::default();
            // Else the rule that matches needs no lead, and so neither people nor stages.
            if needs_crm(&rules, &facts) {
                if !enquiry.is_in_crm() {
                    return Ok(Progress::Waiting);
                }
                facts.crm = enquiry.crm(app).await?;
                presence = enquiry.presence(app, &rules).await?;
                alert::resolve_if_open(app, tenant_id, ROUTE_FAILED, UNDECIDED).await?;
            }
            let begins = Beginning { tenant_id, message_id, conversation_id: enquiry.conversation.id };
            let made = decision::make(app, begins, (version, &rules), facts, presence).await?;
            app.faults.hit("route.decided")?;
            made
        }
    };
    Carrier { app, enquiry, made }.run().await
}

/// Notes that there is nothing to carry out any more.
async fn over(app: &IntakeContext, mut made: Decision, why: &str) -> anyhow::Result<Progress> {
    made.note(app, OVER, Outcome::Skipped, why).await?;
    made.becomes(app, DecisionState::Done).await?;
    Ok(Progress::Done)
}

/// What became of the lead of an enquiry.
enum Lead {
    Found,
    /// A person has to accept it first.
    Waits,
    /// A person declined it.
    Declined,
}

/// Carries one decision out.
struct Carrier<'carrier> {
    app: &'carrier Arc<IntakeContext>,
    enquiry: &'carrier Enquiry,
    made: Decision,
}

impl Carrier<'_> {
    async fn run(mut self) -> anyhow::Result<Progress> {
        let mut plan = self.made.verdict.plan.clone();
        if self.fell_back() {
            plan.responsible = None;
        }
        if let Some(greeting) = &plan.greeting {
            self.greet(greeting).await?;
        }
        if let Some(template_id) = plan.template {
            Box::pin(self.send_template(template_id.0)).await?;
        }
        if plan.needs_lead {
            if self.made.row.lead_id == 0 {
                match self.find_lead(&plan).await? {
                    Lead::Found => {}
                    Lead::Waits => {
                        self.made.becomes(self.app, DecisionState::Waiting).await?;
                        return Ok(Progress::Waiting);
                    }
                    Lead::Declined => return over(self.app, self.made, "declined").await,
                }
            }
            self.change(&plan).await?;
            if self.made.outcome(CHANGE).is_some_and(|step| step.outcome == Outcome::Refused) {
                plan.responsible = self.instead(&plan).await?.responsible;
            }
            self.contact(&plan).await?;
            self.task(&plan).await?;
        }
        let refused = self.made.steps.iter().find(|step| step.outcome == Outcome::Refused).cloned();
        let fault = self.made.verdict.faults.iter().copied().find(|fault| fault.is_defect());
        match (&refused, fault, &self.made.verdict.rule) {
            (Some(step), ..) => warn(self.app, &self.made, Some(RuleFault::Refused), &step.detail).await?,
            (None, Some(fault), _) => warn(self.app, &self.made, Some(fault), "").await?,
            (None, None, Some(rule)) => {
                alert::resolve_if_open(self.app, self.made.row.tenant_id, ROUTE_FAILED, &rule.id).await?;
            }
            (None, None, None) => {}
        }
        let state = if refused.is_some() { DecisionState::Failed } else { DecisionState::Done };
        self.made.becomes(self.app, state).await?;
        Ok(Progress::Done)
    }

    /// Whether the fallback gave the enquiry to another person, who keeps it.
    fn fell_back(&self) -> bool {
        let step = self.made.outcome(decision::FALLBACK_STEP);
        step.is_some_and(|step| matches!(step.outcome, Outcome::Begun | Outcome::Done))
    }

    /// What is asked instead of what amoCRM refused: the stage if it is there, without the rule's person; that person all the same
    /// if it is not.
    async fn instead(&self, plan: &Plan) -> anyhow::Result<Plan> {
        let (rules, presence) = self.enquiry.people(self.app, &self.made).await?;
        let stage = plan.stage.filter(|stage| presence.has(*stage));
        let person = plan.responsible.filter(|user_id| stage != plan.stage && presence.is_active(user_id.0));
        let person = person.or_else(|| fallback_user(&rules, &presence)).filter(|_| !self.fell_back());
        Ok(Plan { stage, responsible: person, ..plan.clone() })
    }

    /// Whether a step is over.
    fn is_over(&self, ask: &str) -> bool {
        self.made.outcome(ask).is_some_and(|step| step.outcome != Outcome::Begun)
    }

    /// Greets the customer once, while the messenger allows it.
    async fn greet(&mut self, greeting: &str) -> anyhow::Result<()> {
        if self.is_over(GREET) {
            return Ok(());
        }
        let (app, message) = (self.app, &self.enquiry.message);
        let customer: Person = serde_json::from_str(&self.enquiry.conversation.contact)?;
        let is_late = app.clock.millis() > message.sent_at + HOUR;
        let may = may_send(app, &self.enquiry.source, message.sent_at).await;
        if is_late || !may.map_err(|error| anyhow::anyhow!("the greeting could not be sent: {}", error.name()))? {
            return self.made.note(app, GREET, Outcome::Skipped, "").await;
        }
        let text = fill(greeting, &[("name", customer.name.as_deref())]);
        if text.is_empty() {
            return self.made.note(app, GREET, Outcome::Skipped, "").await;
        }
        self.say(text, None, None).await?;
        self.made.note(app, GREET, Outcome::Done, "").await
    }

    /// Sends a template once, if the messenger approved it and the customer did not stop messages of its kind.
    async fn send_template(&mut self, template_id: i64) -> anyhow::Result<()> {
        if self.is_over(TEMPLATE) {
            return Ok(());
        }
        let (app, enquiry) = (self.app, self.enquiry);
        let (source, wanted) = (&enquiry.source, template_id.to_string());
        let filled = template::fill(&app.sources, source, &enquiry.conversation, &wanted, &[]).await?;
        let is_held = HoldReasons::of(app.store.read(), source).await?.to_messenger.is_some();
        match filled {
            Err(why) => self.made.note(app, TEMPLATE, Outcome::Skipped, why.word()).await,
            Ok(_) if is_held => self.made.note(app, TEMPLATE, Outcome::Skipped, "source_stopped").await,
            Ok(filled) => {
                self.say(filled.text, filled.markup, Some(filled.template)).await?;
                self.made.note(app, TEMPLATE, Outcome::Done, wanted).await
            }
        }
    }

    /// Stores a message for the customer; one that is stored already stays alone.
    async fn say(&self, text: String, markup: Option<Markup>, template: Option<Template>) -> anyhow::Result<()> {
        let (app, message) = (self.app, &self.enquiry.message);
        let said = BotMessage {
            bot: "routes",
            key: format!("route:{}", message.id),
            text,
            markup,
            template,
            customer: serde_json::from_str(&self.enquiry.conversation.contact)?,
            answers: message.sent_at,
            // Later it would greet somebody who is already served.
            true_until: Some(app.clock.millis() + HOUR),
        };
        let entries = said.items(app, &self.enquiry.source, &Conversation::Known(message.conversation_id))?;
        let tenant_id = self.made.row.tenant_id;
        app.writer.accept(AcceptBatch { tenant_id, priority: Priority::Normal, raw: None, entries }).await?;
        Ok(())
    }

    /// Finds the lead of the enquiry, or makes it.
    async fn find_lead(&mut self, plan: &Plan) -> anyhow::Result<Lead> {
        let app = self.app;
        // What was read for the decision is seconds old, unless this is a later attempt.
        let is_first = self.made.steps.iter().all(|step| [GREET, TEMPLATE].contains(&step.ask.as_str()));
        let facts = if is_first && self.made.state() == DecisionState::Open {
            self.made.facts.clone()
        } else {
            let crm = self.enquiry.crm(app).await?;
            Facts { crm, ..self.made.facts.clone() }
        };
        let mut ask = plan.lead_ask(&facts);
        // An attempt before may have made or accepted it without getting the answer.
        let is_begun = |word: &&str| self.made.outcome(word).is_some_and(|step| step.outcome == Outcome::Begun);
        let begun = [Ask::Create.word(), Ask::Accept.word()].into_iter().find(is_begun);
        let is_unaccepted = begun == Some(Ask::Accept.word()) && facts.crm.incoming.is_some();
        let new = facts.crm.leads.iter().find(|id| !self.made.facts.crm.leads.contains(id)).copied();
        if begun.is_some() && !is_unaccepted {
            // Whatever lead came since then is the one that was asked for.
            ask = new.map_or(ask, |lead_id| Ask::Use { lead_id });
        } else if self.made.facts.crm.incoming.is_some() && facts.crm.incoming.is_none() {
            // A person has accepted the incoming lead, or linked it to one that was there; else it was declined.
            let taken = new.or(facts.crm.open_lead.as_ref().map(|lead| lead.id));
            let Some(lead_id) = taken else { return Ok(Lead::Declined) };
            ask = Ask::Use { lead_id };
        }
        let word = ask.word();
        let mut is_given = false;
        let lead_id = match &ask {
            Ask::WaitForPerson => return Ok(Lead::Waits),
            Ask::Use { lead_id } => lead_id.0,
            Ask::Accept => {
                self.made.note(app, word, Outcome::Begun, "").await?;
                app.faults.hit("route.before_step")?;
                let incoming = facts.crm.incoming.clone().unwrap_or_default();
                is_given = accept(&app.tenants, self.made.row.tenant_id, &incoming.uid, user_of(plan)).await?;
                match incoming.lead_id {
                    Some(lead_id) => lead_id.0,
                    None => {
                        let crm = self.enquiry.crm(app).await?;
                        let lead = crm.open_lead.map(|lead| lead.id.0);
                        lead.ok_or_else(|| anyhow::anyhow!("the accepted lead is not listed yet"))?
                    }
                }
            }
            Ask::Link { lead_id } => {
                self.link(&facts, lead_id.0).await?;
                lead_id.0
            }
            Ask::Reopen { lead_id } => {
                self.made.note(app, word, Outcome::Begun, "").await?;
                app.faults.hit("route.before_step")?;
                let stage = plan.stage.ok_or_else(|| anyhow::anyhow!("a lead is opened again without a stage"))?;
                let change = LeadChange {
                    pipeline_id: Some(stage.pipeline_id.0),
                    status_id: Some(stage.status_id.0),
                    ..LeadChange::default()
                };
                set_lead(&app.tenants, self.made.row.tenant_id, lead_id.0, &change).await?;
                self.link(&facts, lead_id.0).await?;
                lead_id.0
            }
            _ => {
                let Some(contact_id) = facts.crm.contact_id else { return Ok(Lead::Waits) };
                self.made.note(app, Ask::Create.word(), Outcome::Begun, "").await?;
                app.faults.hit("route.before_step")?;
                let made = self.create(plan, contact_id.0).await?;
                app.faults.hit("route.lead_made")?;
                made
            }
        };
        self.made.row.lead_id = lead_id;
        self.made.note(app, begun.unwrap_or(word), Outcome::Done, lead_id.to_string()).await?;
        // Whoever accepted it is responsible for it.
        if is_given && wanted(plan) == (LeadChange { responsible_user_id: user_of(plan), ..LeadChange::default() }) {
            self.made.note(app, CHANGE, Outcome::Done, lead_id.to_string()).await?;
        }
        Ok(Lead::Found)
    }

    /// Gives the chat of the incoming lead, if there is one, to a lead.
    async fn link(&self, facts: &Facts, lead_id: i64) -> anyhow::Result<()> {
        let Some(incoming) = &facts.crm.incoming else { return Ok(()) };
        let ask = |rest: Rest, token| {
            let uid = incoming.uid.clone();
            async move { rest.link_unsorted(&token, &uid, lead_id).await }
        };
        match with_token(&self.app.tenants, self.made.row.tenant_id, ask).await {
            Err(CallError::Crm(error)) if error.status() == Some(404) => Ok(()),
            other => Ok(other?),
        }
    }

    async fn create(&self, plan: &Plan, contact_id: i64) -> anyhow::Result<i64> {
        let create = async |new: LeadChange| {
            let ask = |rest: Rest, token| {
                let new = new.clone();
                async move { rest.create_lead(&token, contact_id, &new).await }
            };
            with_token(&self.app.tenants, self.made.row.tenant_id, ask).await
        };
        match create(wanted(plan)).await {
            // Without what amoCRM no longer has: that is reported when it is set.
            Err(error) if error.refusal().is_some() => Ok(create(LeadChange::default()).await?),
            other => Ok(other?),
        }
    }

    /// Sets stage, responsible user and tags of the lead; what amoCRM refuses goes to the fallback user.
    async fn change(&mut self, plan: &Plan) -> anyhow::Result<()> {
        let change = wanted(plan);
        if self.is_over(CHANGE) || change == LeadChange::default() {
            return Ok(());
        }
        let (app, tenant_id, lead_id) = (self.app, self.made.row.tenant_id, self.made.row.lead_id);
        app.faults.hit("route.before_step")?;
        let Err(error) = set_lead(&app.tenants, tenant_id, lead_id, &change).await else {
            return self.made.note(app, CHANGE, Outcome::Done, lead_id.to_string()).await;
        };
        let Some(words) = error.refusal() else { return Err(error.into()) };
        self.enquiry.reads_lists_again(app).await?;
        let instead = self.instead(plan).await?;
        // What was read may be older than what is gone: at last without a stage.
        for stage in instead.stage.map(Some).into_iter().chain([None]) {
            let change = wanted(&Plan { stage, ..instead.clone() });
            if change == LeadChange::default() {
                break;
            }
            match set_lead(&app.tenants, tenant_id, lead_id, &change).await {
                Err(error) if error.refusal().is_some() => {}
                done => {
                    done?;
                    break;
                }
            }
        }
        self.made.note(app, CHANGE, Outcome::Refused, words).await
    }

    /// Who gets the lead gets its contact.
    async fn contact(&mut self, plan: &Plan) -> anyhow::Result<()> {
        const ASK: &str = "contact";
        let (Some(user_id), Some(contact_id)) = (plan.responsible, self.made.facts.crm.contact_id) else {
            return Ok(());
        };
        if self.is_over(ASK) || self.made.facts.crm.contact_responsible == Some(user_id) {
            return Ok(());
        }
        let (app, tenant_id) = (self.app, self.made.row.tenant_id);
        app.faults.hit("route.before_step")?;
        let done = set_contact(&app.tenants, tenant_id, contact_id.0, user_id.0).await;
        self.ended(ASK, done.map(|()| user_id.0)).await
    }

    /// Makes the task unless the lead has it since the decision.
    async fn task(&mut self, plan: &Plan) -> anyhow::Result<()> {
        const ASK: &str = Ask::Task.word();
        let Some(task) = plan.task.as_ref().filter(|_| !self.is_over(ASK)) else { return Ok(()) };
        let (app, tenant_id, lead_id) = (self.app, self.made.row.tenant_id, self.made.row.lead_id);
        if self.made.outcome(ASK).is_some() {
            let ask = |rest: Rest, token| async move { rest.tasks_of_lead(&token, lead_id, 1).await };
            let since = self.made.row.created_at / 1_000;
            let is_it = |one: &amocrm::rest::Task| {
                one.text == task.text && one.created_at.is_none_or(|created_at| created_at >= since)
            };
            if with_token(&app.tenants, tenant_id, ask).await?.items.iter().any(is_it) {
                return self.made.note(app, ASK, Outcome::Done, "").await;
            }
        }
        self.made.note(app, ASK, Outcome::Begun, "").await?;
        app.faults.hit("route.before_step")?;
        let until = app.clock.millis() + i64::from(task.within_minutes) * MINUTE;
        let new = NewTask {
            lead_id,
            text: task.text.clone(),
            complete_till: until / 1_000,
            responsible_user_id: user_of(plan),
        };
        let ask = |rest: Rest, token| {
            let new = new.clone();
            async move { rest.create_task(&token, &new).await }
        };
        let done = with_token(&app.tenants, tenant_id, ask).await;
        self.ended(ASK, done).await
    }

    /// Notes what a request made, or amoCRM's refusal. Other errors are tried again.
    async fn ended(&mut self, ask: &str, done: Result<i64, CallError>) -> anyhow::Result<()> {
        match done {
            Ok(id) => self.made.note(self.app, ask, Outcome::Done, id.to_string()).await,
            Err(error) => match error.refusal() {
                Some(words) => self.made.note(self.app, ask, Outcome::Refused, words).await,
                None => Err(error.into()),
            },
        }
    }
}

fn user_of(plan: &Plan) -> Option<i64> {
    plan.responsible.map(|user| user.0)
}

/// What a plan wants of the lead.
fn wanted(plan: &Plan) -> LeadChange {
    LeadChange {
        pipeline_id: plan.stage.map(|stage| stage.pipeline_id.0),
        status_id: plan.stage.map(|stage| stage.status_id.0),
        responsible_user_id: user_of(plan),
        tags_to_add: plan.tags.iter().map(|name| Tag { name: name.clone() }).collect(),
    }
}
