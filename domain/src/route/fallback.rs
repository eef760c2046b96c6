//! The second job of an enquiry: if no manager answered in time, another person becomes responsible, once.

use std::sync::Arc;

use amocrm::rest::LeadChange;
use base::json::NumericId;
use base::message::Body;
use base::store::in_transaction;
use entity::{job, message};
use sea_orm::QuerySelect;
use uuid::Uuid;

use super::Facts;
use super::carry::{Enquiry, warn};
use super::crm::{accept, set_contact, set_lead};
use super::decision::{self, Decision, FALLBACK_STEP as ASK, Outcome, keep_turn};
use super::facts::CrmFacts;
use super::plan::{Ask, Presence, RuleFault, assign, fallback_user, turn_key};
use super::rule::Assignee;
use crate::intake::IntakeContext;
use crate::intake::messenger::automatic_answer::answers_since;
use crate::job::NextRun;
use crate::tenant::token::CallError;
use crate::tenant::users;

/// The kind's name.
pub use super::decision::FALLBACKS as KIND;

/// An attempt. Safe to repeat.
pub async fn fall_back(app: Arc<IntakeContext>, job: job::Model) -> anyhow::Result<NextRun> {
    let (app, message_id): (_, Uuid) = (&app, job.key.parse()?);
    let Some(enquiry) = Enquiry::read(app, job.tenant_id, message_id).await? else { return Ok(NextRun::Never) };
    let Some(mut made) = decision::find(app.store.read(), job.tenant_id, message_id).await? else {
        return Ok(NextRun::Never);
    };
    match hand_over(app, &enquiry, &mut made).await {
        Ok(()) => Ok(NextRun::Never),
        Err(error) => {
            enquiry.failed(app, job.tries, &error).await?;
            Err(error)
        }
    }
}

/// Makes another person responsible, unless a manager answered. If amoCRM no longer takes that person, the fallback user gets it.
async fn hand_over(app: &Arc<IntakeContext>, enquiry: &Enquiry, made: &mut Decision) -> anyhow::Result<()> {
    let tenant_id = made.row.tenant_id;
    let begun = made.outcome(ASK).cloned();
    if begun.as_ref().is_some_and(|step| step.outcome != Outcome::Begun) {
        return Ok(());
    }
    if begun.is_none() && (enquiry.is_blocked() || is_answered(app, enquiry).await?) {
        return made.note(app, ASK, Outcome::Skipped, "").await;
    }
    let (rules, presence) = enquiry.people(app, made).await?;
    let rule = rules.rule(&made.row.rule_id);
    let Some(fallback) = rule.and_then(|rule| rule.then.fallback.as_ref()) else { return Ok(()) };
    let crm = enquiry.crm(app).await?;
    if begun.is_none() && is_over(made, &crm) {
        return made.note(app, ASK, Outcome::Skipped, "").await;
    }
    let substitute = fallback_user(&rules, &presence);
    let user_id = match begun.map(|step| step.detail.parse()) {
        Some(Ok(chosen)) => chosen,
        _ => {
            let facts = Facts { crm: crm.clone(), ..made.facts.clone() };
            let chosen = match choose(app, made, &fallback.to, &facts, &presence).await? {
                Ok(user_id) => Some(user_id),
                Err(fault) => {
                    if fault.is_defect() {
                        warn(app, made, Some(fault), "").await?;
                    }
                    substitute
                }
            };
            let Some(NumericId(chosen)) = chosen else { return made.note(app, ASK, Outcome::Refused, "").await };
            made.note(app, ASK, Outcome::Begun, chosen.to_string()).await?;
            chosen
        }
    };
    app.faults.hit("route.before_step")?;
    // Nobody accepted it in time: it is accepted for the person who is to answer.
    if let Some(incoming) = crm.incoming.as_ref().filter(|_| made.row.lead_id == 0) {
        accept(&app.tenants, tenant_id, &incoming.uid, Some(user_id)).await?;
        made.row.lead_id = incoming.lead_id.map(|lead| lead.0).unwrap_or_default();
        made.note(app, Ask::Accept.word(), Outcome::Done, made.row.lead_id.to_string()).await?;
    }
    let lead_id = Some(made.row.lead_id).filter(|id| *id != 0).or(crm.open_lead.map(|lead| lead.id.0));
    let target = (lead_id, crm.contact_id.map(|contact| contact.0));
    let Some(words) = give(app, tenant_id, target, user_id).await? else {
        return made.note(app, ASK, Outcome::Done, user_id.to_string()).await;
    };
    enquiry.reads_lists_again(app).await?;
    warn(app, made, Some(RuleFault::Refused), &words).await?;
    if let Some(NumericId(other)) = substitute
        && other != user_id
        && give(app, tenant_id, target, other).await?.is_none()
    {
        return made.note(app, ASK, Outcome::Done, other.to_string()).await;
    }
    made.note(app, ASK, Outcome::Refused, words).await
}

/// Whether a person closed the lead of the enquiry, or declined it.
fn is_over(made: &Decision, crm: &CrmFacts) -> bool {
    match made.row.lead_id {
        0 => made.facts.crm.incoming.is_some() && crm.incoming.is_none() && crm.open_lead.is_none(),
        lead_id => crm.closed_lead.as_ref().is_some_and(|lead| lead.id.0 == lead_id),
    }
}

/// Whether a manager answered. A bot's message is no answer: bots greet everyone.
async fn is_answered(app: &Arc<IntakeContext>, enquiry: &Enquiry) -> anyhow::Result<bool> {
    let message = &enquiry.message;
    let answers = answers_since(message.tenant_id, enquiry.conversation.id, message.accepted_at);
    let bodies: Vec<String> =
        answers.select_only().column(message::Column::Body).into_tuple().all(app.store.read()).await?;
    for body in bodies {
        // Erased since.
        let Ok(Body { sender, .. }) = serde_json::from_str(&body) else { continue };
        let name = sender.name.as_deref().unwrap_or_default();
        if !users::is_bot(&app.tenants, message.tenant_id, &sender.id, name).await {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The person of the fallback, without the one who did not answer; the turn of a round robin is taken.
async fn choose(
    app: &IntakeContext,
    made: &Decision,
    to: &Assignee,
    facts: &Facts,
    presence: &Presence,
) -> anyhow::Result<Result<NumericId, RuleFault>> {
    let to = match to {
        Assignee::RoundRobin { people } => {
            let now = made.verdict.plan.responsible;
            let people = people.iter().filter(|seat| Some(seat.user_id) != now).cloned().collect();
            Assignee::RoundRobin { people }
        }
        other => other.clone(),
    };
    let (tenant_id, key) = (made.row.tenant_id, turn_key(&made.row.rule_id, true));
    in_transaction(&app.store, async |tx| {
        let turns = decision::locked_turns(tx, tenant_id, made.row.version).await?;
        let assigned = assign(&to, &key, facts, &Presence { turns, ..presence.clone() });
        if let Ok((_, Some((key, turn)))) = &assigned {
            keep_turn(tx, tenant_id, (key.clone(), turn)).await?;
        }
        anyhow::Ok(assigned.map(|(user_id, _)| user_id))
    })
    .await
}

/// Makes a person responsible for the lead and the contact; returns amoCRM's words if it refuses.
async fn give(
    app: &IntakeContext,
    tenant_id: Uuid,
    (lead_id, contact_id): (Option<i64>, Option<i64>),
    user_id: i64,
) -> Result<Option<String>, CallError> {
    let change = LeadChange { responsible_user_id: Some(user_id), ..LeadChange::default() };
    let lead = match lead_id {
        Some(lead_id) => set_lead(&app.tenants, tenant_id, lead_id, &change).await,
        None => Ok(()),
    };
    let done = match (lead, contact_id) {
        (Ok(()), Some(contact_id)) => set_contact(&app.tenants, tenant_id, contact_id, user_id).await,
        (done, _) => done,
    };
    match done {
        Ok(()) => Ok(None),
        Err(error) => error.refusal().map(Some).ok_or(error),
    }
}
