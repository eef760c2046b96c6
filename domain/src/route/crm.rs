//! What amoCRM knows of an enquiry, who works there, and what is changed there.

use std::collections::BTreeSet;
use std::sync::Arc;

use amocrm::rest::{Lead, LeadChange, Rest};
use base::error::Result;
use base::i18n::Zone;
use base::json::NumericId;
use base::millis::MINUTE;
use chrono::TimeDelta;
use entity::{conversation, tenant};
use uuid::Uuid;

use super::RuleSet;
use super::facts::{CrmFacts, IncomingFact, LeadFact};
use super::plan::Presence;
use crate::contact;
use crate::lead_note::newest_leads;
use crate::source::crm_copy::{Known, renewed, stored};
use crate::source::{KnownPipeline, KnownUser, SourceContext};
use crate::tenant::TenantContext;
use crate::tenant::token::{CallError, with_token};

/// A contact or lead that was made so long before a message was there before.
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
    let is_new = |made_at: i64| made_at * 1_000 + BEFORE >= began_at;
    let fact = |lead: Lead| LeadFact {
        id: NumericId(lead.id),
        responsible: lead.responsible_user_id.map(NumericId),
        is_new: lead.created_at.is_some_and(is_new),
    };
    Ok(CrmFacts {
        contact_id: Some(NumericId(contact_id)),
        is_known: contact.created_at.is_some_and(|made_at| !is_new(made_at))
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

/// Reads both lists again, because amoCRM refused something of them.
pub async fn read_again(app: &Arc<SourceContext>, tenant_id: Uuid) -> Result<()> {
    renewed::<KnownUser>(app, tenant_id, FRESH).await?;
    renewed::<KnownPipeline>(app, tenant_id, FRESH).await?;
    Ok(())
}

pub(super) async fn set_lead(
    app: &Arc<TenantContext>,
    tenant_id: Uuid,
    lead_id: i64,
    change: &LeadChange,
) -> Result<(), CallError> {
    let ask = |rest: Rest, token| {
        let change = change.clone();
        async move { rest.change_lead(&token, lead_id, &change).await }
    };
    with_token(app, tenant_id, ask).await
}

pub(super) async fn set_contact(
    app: &Arc<TenantContext>,
    tenant_id: Uuid,
    contact_id: i64,
    user_id: i64,
) -> Result<(), CallError> {
    let ask = |rest: Rest, token| async move { rest.set_contact_responsible(&token, contact_id, user_id).await };
    with_token(app, tenant_id, ask).await
}

/// Accepts an incoming lead in the name of who becomes responsible, else of the token's user. Returns whether that person is
/// responsible now: not if it was accepted before, and then it stays so.
pub(super) async fn accept(
    app: &Arc<TenantContext>,
    tenant_id: Uuid,
    uid: &str,
    user_id: Option<i64>,
) -> Result<bool, CallError> {
    let accept = async |user_id: Option<i64>| {
        let ask = |rest: Rest, token| {
            let uid = uid.to_owned();
            async move { rest.accept_unsorted(&token, &uid, user_id, None).await }
        };
        with_token(app, tenant_id, ask).await
    };
    match accept(user_id).await {
        Err(CallError::Crm(error)) if error.status() == Some(404) => Ok(false),
        Err(error) if error.refusal().is_some() && user_id.is_some() => accept(None).await.map(|()| false),
        done => done.map(|()| user_id.is_some()),
    }
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
