//! What amoCRM knows of a dialogue, and who works there.

use std::collections::BTreeSet;
use std::sync::Arc;

use amocrm::rest::Rest;
use base::error::Result;
use base::i18n::Zone;
use base::millis::MINUTE;
use entity::{conversation, tenant};

use super::RuleSet;
use super::decide::Presence;
use super::facts::{CrmFacts, IncomingFact, LeadFact};
use crate::contact;
use crate::source::{SourceContext, known_pipelines, known_users, read_users_and_pipelines};
use crate::tenant::TenantContext;
use crate::tenant::token::{CallError, with_token};

/// Leads of a contact that are read, the newest first.
const LEADS: usize = 5;
/// A contact that was made so long before a message was there before.
const BEFORE: i64 = MINUTE;
/// Lists that are younger are not asked for again, whatever they lack.
const FRESH: i64 = MINUTE;

/// Contact and leads of a chat that amoCRM knows. `began_at`: when the dialogue began, milliseconds since 1970.
pub async fn read(app: &Arc<TenantContext>, known: &conversation::Model, began_at: i64) -> Result<CrmFacts, CallError> {
    let (tenant_id, chat_id) = (known.tenant_id, known.amocrm_chat_id.as_str());
    let Some(contact_id) = contact::of_chat(app, tenant_id, chat_id).await? else { return Ok(CrmFacts::default()) };
    let incoming = contact::incoming(app, tenant_id, chat_id).await?;
    let incoming = incoming.map(|one| IncomingFact { uid: one.uid, lead_id: one.lead_id });
    let ask = |rest: Rest, token| async move { rest.contact(&token, contact_id).await };
    let Some(contact) = with_token(app, tenant_id, ask).await? else { return Ok(CrmFacts::default()) };
    let of_incoming = incoming.as_ref().and_then(|one| one.lead_id);
    let mut facts = CrmFacts {
        contact_id: Some(contact_id),
        is_known: contact.created_at.is_some_and(|at| at * 1_000 + BEFORE < began_at),
        contact_responsible: contact.responsible_user_id,
        incoming,
        leads: contact.leads.iter().copied().filter(|id| Some(*id) != of_incoming).collect(),
        ..CrmFacts::default()
    };
    for id in facts.leads.iter().rev().copied().take(LEADS) {
        let ask = |rest: Rest, token| async move { rest.lead(&token, id).await };
        let Some(lead) = with_token(app, tenant_id, ask).await?.filter(|lead| !lead.is_deleted) else { continue };
        let fact = LeadFact { id, responsible: lead.responsible_user_id };
        if lead.is_open() {
            facts.open_lead = Some(fact);
            break;
        }
        facts.closed_lead.get_or_insert(fact);
    }
    Ok(facts)
}

/// Who works in the account and which stages it has, as last read. amoCRM is asked if the rules name something that is not
/// among them: it may be new.
pub async fn presence(app: &Arc<SourceContext>, tenant: &tenant::Model, rules: &RuleSet) -> Result<Presence> {
    let mut presence = known(app, tenant).await?;
    let has_all = presence.0.users.is_some()
        && presence.0.stages.is_some()
        && rules.users().iter().all(|user_id| presence.0.is_active(*user_id))
        && rules.stages().all(|stage| presence.0.has(stage));
    if !has_all && presence.1 + FRESH < app.clock.millis() {
        match read_users_and_pipelines(app, tenant.tenant_id).await {
            Ok(()) => presence = known(app, tenant).await?,
            Err(error) => {
                tracing::info!(tenant.id = %tenant.tenant_id, %error, "routes go on with the users and pipelines that are known");
            }
        }
    }
    Ok(presence.0)
}

/// The same without asking amoCRM, with the age of the older list.
async fn known(app: &Arc<SourceContext>, tenant: &tenant::Model) -> Result<(Presence, i64)> {
    let users = known_users(app, tenant.tenant_id, false).await?;
    let pipelines = known_pipelines(app, tenant.tenant_id, false).await?;
    let read_at = [users.as_ref().map(|known| known.read_at), pipelines.as_ref().map(|known| known.read_at)];
    let read_at = read_at.into_iter().map(Option::unwrap_or_default).min().unwrap_or_default();
    let users = users.map(|known| known.items.into_iter().filter(|user| !user.is_gone).map(|user| user.id).collect());
    let stages = pipelines.map(|known| {
        let pipelines = known.items.into_iter().filter(|pipeline| !pipeline.archived);
        let pairs = pipelines.flat_map(|one| one.stages.into_iter().map(move |stage| (one.id, stage.id)));
        pairs.collect::<BTreeSet<_>>()
    });
    let now = Zone::named(&tenant.time_zone).local_time(app.clock.millis());
    Ok((Presence { now, users, stages, ..Presence::default() }, read_at))
}
