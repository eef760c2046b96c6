//! What amoCRM knows of an enquiry, and who works there.

use std::collections::BTreeSet;
use std::sync::Arc;

use amocrm::rest::{Lead, Rest};
use base::error::Result;
use base::i18n::Zone;
use base::json::NumericId;
use base::millis::MINUTE;
use chrono::TimeDelta;
use entity::{conversation, tenant};

use super::RuleSet;
use super::facts::{CrmFacts, IncomingFact, LeadFact};
use super::plan::Presence;
use crate::contact;
use crate::lead_note::newest_leads;
use crate::source::crm_copy::{Known, renewed, stored};
use crate::source::{KnownPipeline, KnownUser, SourceContext};
use crate::tenant::TenantContext;
use crate::tenant::token::{CallError, with_token};

/// A contact that was made so long before a message was there before.
const BEFORE: i64 = MINUTE;
/// What was read more recently is not asked for again.
const FRESH: TimeDelta = TimeDelta::minutes(1);

/// Contact and leads of a chat that amoCRM knows. `began_at`: when the enquiry began, milliseconds since 1970.
pub async fn read(
    app: &Arc<TenantContext>,
    messenger: &str,
    known: &conversation::Model,
    began_at: i64,
) -> Result<CrmFacts, CallError> {
    let (tenant_id, chat_id) = (known.tenant_id, known.amocrm_chat_id.as_str());
    // The chat was linked to it before its first message, seconds ago.
    let is_fresh = known.contact_id > 0 && app.clock.millis() - known.contact_seen_at < FRESH.num_milliseconds();
    let contact_id = match known.contact_id {
        contact_id if is_fresh => Some(contact_id),
        _ => contact::of_chat(app, tenant_id, chat_id).await?,
    };
    let Some(contact_id) = contact_id else { return Ok(CrmFacts::default()) };
    let incoming = contact::incoming(app, tenant_id, chat_id).await?;
    let incoming = incoming.map(|one| IncomingFact { uid: one.uid, lead_id: one.lead_id.map(NumericId) });
    let ask = |rest: Rest, token| async move { rest.contact(&token, contact_id).await };
    let Some(contact) = with_token(app, tenant_id, ask).await? else { return Ok(CrmFacts::default()) };
    let of_incoming = incoming.as_ref().and_then(|one| one.lead_id);
    let leads: BTreeSet<i64> = contact.leads.iter().copied().filter(|id| Some(NumericId(*id)) != of_incoming).collect();
    let (open, closed) = newest_leads(app, tenant_id, leads.iter().rev().copied()).await?;
    let fact = |lead: Lead| LeadFact { id: NumericId(lead.id), responsible: lead.responsible_user_id.map(NumericId) };
    Ok(CrmFacts {
        contact_id: Some(NumericId(contact_id)),
        is_known: contact.created_at.is_some_and(|at| at * 1_000 + BEFORE < began_at)
            && !contact::is_by_typed_id(messenger, known),
        contact_responsible: contact.responsible_user_id.map(NumericId),
        open_lead: open.map(fact),
        closed_lead: closed.map(fact),
        incoming,
        leads: leads.into_iter().map(NumericId).collect(),
    })
}

/// Who works in the account and which stages it has, as last read. amoCRM is asked if the rules name something that is not
/// among them: it may be new.
pub async fn presence(app: &Arc<SourceContext>, tenant: &tenant::Model, rules: &RuleSet) -> Result<Presence> {
    let tenant_id = tenant.tenant_id;
    let mut users = stored::<KnownUser>(app, tenant_id).await?;
    let mut pipelines = stored::<KnownPipeline>(app, tenant_id).await?;
    let of = |users: &Option<Known<KnownUser>>, pipelines: &Option<Known<KnownPipeline>>| {
        Presence::of(users.as_ref().map(|known| &*known.items), pipelines.as_ref().map(|known| &*known.items))
    };
    let known = of(&users, &pipelines);
    if users.is_none() || rules.users().iter().any(|user_id| !known.is_active(*user_id)) {
        users = renewed(app, tenant_id, FRESH).await?;
    }
    if pipelines.is_none() || rules.stages().any(|stage| !known.has(stage)) {
        pipelines = renewed(app, tenant_id, FRESH).await?;
    }
    let now = Zone::named(&tenant.time_zone).local_time(app.clock.millis());
    Ok(Presence { now, ..of(&users, &pipelines) })
}

impl Presence {
    /// Who works in the account and which stages it has, as amoCRM listed them.
    pub fn of(users: Option<&[KnownUser]>, pipelines: Option<&[KnownPipeline]>) -> Self {
        let active = |users: &[KnownUser]| users.iter().filter(|user| !user.is_gone).map(|user| user.id).collect();
        let stages = |pipelines: &[KnownPipeline]| {
            let present = pipelines.iter().filter(|pipeline| !pipeline.archived);
            present.flat_map(|one| one.stages.iter().map(|stage| (one.id, stage.id))).collect()
        };
        Self { users: users.map(active), stages: pipelines.map(stages), ..Self::default() }
    }
}
