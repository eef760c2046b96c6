//! The second job of an enquiry: if no manager answered in time, another person becomes responsible, once.

use std::sync::Arc;

use amocrm::rest::LeadChange;
use base::json::NumericId;
use base::store::in_transaction;
use entity::job;
use uuid::Uuid;

use super::carry::{Enquiry, accept, set_contact, set_lead};
use super::decision::{self, FALLBACK_STEP as ASK, Outcome, keep_turn};
use super::plan::{assign, fallback_user, turn_key};
use super::rule::Assignee;
use super::{Facts, crm, versions};
use crate::intake::IntakeContext;
use crate::intake::messenger::automatic_answer::is_answered_since;
use crate::job::NextRun;

/// The kind's name.
pub use super::decision::FALLBACKS as KIND;

/// An attempt. Safe to repeat.
pub async fn fall_back(app: Arc<IntakeContext>, job: job::Model) -> anyhow::Result<NextRun> {
    let (app, message_id): (_, Uuid) = (&app, job.key.parse()?);
    let tenant_id = job.tenant_id;
    let Some(enquiry) = Enquiry::read(app, tenant_id, message_id).await? else { return Ok(NextRun::Never) };
    let Some(mut made) = decision::find(app.store.read(), tenant_id, message_id).await? else {
        return Ok(NextRun::Never);
    };
    let begun = made.outcome(ASK).cloned();
    if begun.as_ref().is_some_and(|step| step.outcome != Outcome::Begun) {
        return Ok(NextRun::Never);
    }
    let since = enquiry.message.accepted_at;
    if begun.is_none() && is_answered_since(app, tenant_id, enquiry.conversation.id, since).await? {
        made.note(app, ASK, Outcome::Skipped, "").await?;
        return Ok(NextRun::Never);
    }
    let version = versions::one(app.store.read(), tenant_id, made.row.version).await?;
    let rules = version.as_ref().and_then(versions::rules_of).unwrap_or_default();
    let rule = rules.rule(&made.row.rule_id);
    let Some(fallback) = rule.and_then(|rule| rule.then.fallback.as_ref()) else { return Ok(NextRun::Never) };
    let crm = enquiry.crm(app).await?;
    let user_id = match begun.map(|step| step.detail.parse()) {
        Some(Ok(chosen)) => chosen,
        _ => {
            let presence = crm::presence(&app.sources, &enquiry.tenant, &rules)
                .await
                .map_err(|error| anyhow::anyhow!("users could not be read: {}", error.name()))?;
            let now = made.verdict.plan.responsible;
            let to = others(&fallback.to, now);
            let key = turn_key(&made.row.rule_id, true);
            let facts = Facts { crm: crm.clone(), ..made.facts.clone() };
            let chosen = in_transaction(&app.store, async |tx| {
                let presence =
                    super::plan::Presence { turns: decision::turns(tx, tenant_id).await?, ..presence.clone() };
                match assign(&to, &key, &facts, &presence) {
                    Ok((user_id, turn)) => {
                        if let Some((key, turn)) = turn {
                            keep_turn(tx, tenant_id, (key, &turn)).await?;
                        }
                        anyhow::Ok(Some(user_id))
                    }
                    Err(_) => Ok(fallback_user(&rules, &presence)),
                }
            })
            .await?;
            let Some(NumericId(chosen)) = chosen else {
                made.note(app, ASK, Outcome::Refused, "").await?;
                return Ok(NextRun::Never);
            };
            made.note(app, ASK, Outcome::Begun, chosen.to_string()).await?;
            chosen
        }
    };
    app.faults.hit("route.before_step")?;
    // Nobody accepted it in time: it is accepted for the person who is to answer.
    if let Some(incoming) = crm.incoming.as_ref().filter(|_| made.row.lead_id == 0) {
        accept(app, tenant_id, &incoming.uid, Some(user_id)).await?;
        made.row.lead_id = incoming.lead_id.map(|lead| lead.0).unwrap_or_default();
    }
    let lead_id = Some(made.row.lead_id).filter(|id| *id != 0).or(crm.open_lead.map(|lead| lead.id.0));
    let change = LeadChange { responsible_user_id: Some(user_id), ..LeadChange::default() };
    let mut outcome = Outcome::Done;
    for done in [
        match lead_id {
            Some(lead_id) => set_lead(app, tenant_id, lead_id, &change).await,
            None => Ok(()),
        },
        match crm.contact_id {
            Some(contact_id) => set_contact(app, tenant_id, contact_id.0, user_id).await,
            None => Ok(()),
        },
    ] {
        match done {
            Ok(()) => {}
            Err(error) if error.refusal().is_some() => outcome = Outcome::Refused,
            Err(error) => return Err(error.into()),
        }
    }
    made.note(app, ASK, outcome, user_id.to_string()).await?;
    Ok(NextRun::Never)
}

/// The same without the person who did not answer.
fn others(to: &Assignee, now: Option<NumericId>) -> Assignee {
    match to {
        Assignee::RoundRobin { people } => {
            let people = people.iter().filter(|seat| Some(seat.user_id) != now).cloned().collect();
            Assignee::RoundRobin { people }
        }
        other => other.clone(),
    }
}
