//! The lead of a conversation.

use std::sync::Arc;

use amocrm::rest::Lead;
use entity::conversation;

use crate::contact;
use crate::tenant::TenantContext;
use crate::tenant::token::{CallError, with_token};

/// Stages of ended leads, the same in every pipeline: won and lost.
const ENDED: [i64; 2] = [142, 143];
/// Leads of a contact that are looked at, the newest first.
const LEADS: usize = 5;

/// The newest open lead of the chat's contact. None while the chat is not known to amoCRM, or its incoming lead waits
/// for a person: until then it is a draft.
pub(super) async fn find(app: &Arc<TenantContext>, known: &conversation::Model) -> Result<Option<Lead>, CallError> {
    let tenant_id = known.tenant_id;
    if known.amocrm_chat_id.is_empty() {
        return Ok(None);
    }
    let Some(contact_id) = contact::of_chat(app, tenant_id, &known.amocrm_chat_id).await? else { return Ok(None) };
    if contact::is_incoming(app, tenant_id, &known.amocrm_chat_id).await? {
        return Ok(None);
    }
    let ask = |rest: amocrm::rest::Rest, token| async move { rest.contact(&token, contact_id).await };
    let mut leads = with_token(app, tenant_id, ask).await?.map(|contact| contact.leads).unwrap_or_default();
    leads.sort_unstable_by(|one, other| other.cmp(one));
    for id in leads.into_iter().take(LEADS) {
        let ask = |rest: amocrm::rest::Rest, token| async move { rest.lead(&token, id).await };
        let lead = with_token(app, tenant_id, ask).await?;
        let is_open = |lead: &Lead| !lead.is_deleted && !lead.status_id.is_some_and(|id| ENDED.contains(&id));
        if let Some(lead) = lead.filter(is_open) {
            return Ok(Some(lead));
        }
    }
    Ok(None)
}
