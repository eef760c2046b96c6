//! What is known of a sale: the lead in amoCRM, and the chats of its contacts here with where their customers came from.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use amocrm::rest::{Lead, Rest};
use base::message::{Visit, Visits};
use connectors::MetaCustomer;
use entity::{conversation, source};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::lead_origin::Origin;
use crate::tenant::TenantContext;
use crate::tenant::token::{CallError, TokenError, with_token};

/// A lead that was won.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sale {
    /// The event's id: the same for every target and every repeat.
    pub event_id: Uuid,
    pub lead_id: i64,
    /// Milliseconds since 1970.
    pub won_at: i64,
    pub price: i64,
    /// Three letters (ISO 4217); empty if amoCRM names none.
    pub currency: String,
    /// The chats of its contacts that had begun by then, the newest first.
    pub chats: Vec<SaleChat>,
}

/// A chat of a sale's customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SaleChat {
    pub conversation_id: Uuid,
    pub source_id: Uuid,
    pub messenger: String,
    /// Campaign parameters and clicks with their full names (`utm_source`, `yclid`).
    #[serde(default)]
    pub campaign: BTreeMap<String, String>,
    /// The payload of a link, or an advertisement.
    #[serde(default)]
    pub referral: Option<String>,
    /// Metrica's id of a site's visitor.
    #[serde(default)]
    pub client_id: Option<String>,
    /// The customer as Meta's Conversions API knows them.
    #[serde(default)]
    pub meta: Option<MetaIds>,
}

/// Channel and `user_data` of Meta's Conversions API.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MetaIds {
    pub channel: String,
    pub ids: Value,
}

impl From<MetaCustomer> for MetaIds {
    fn from(customer: MetaCustomer) -> Self {
        Self { channel: customer.channel.to_owned(), ids: customer.ids }
    }
}

/// The sales that leads are, in their order: those that were won and whose contacts have a chat here.
pub(super) async fn of_leads(
    app: &Arc<TenantContext>,
    tenant_id: Uuid,
    leads: &[Lead],
) -> Result<Vec<Sale>, CallError> {
    let won: Vec<&Lead> = leads.iter().filter(|lead| lead.is_won()).collect();
    let contacts: BTreeSet<i64> = won.iter().flat_map(|lead| &lead.contacts).copied().collect();
    let contacts: Vec<i64> = contacts.into_iter().collect();
    let chats = chats(app, tenant_id, &contacts).await?;
    if chats.is_empty() {
        return Ok(Vec::new());
    }
    let ask = |rest: Rest, token| async move { rest.account(&token, &[]).await };
    let currency = with_token(app, tenant_id, ask).await?.currency.unwrap_or_default();
    let sale = |lead: &Lead| {
        let won_at = lead.closed_at.map_or_else(|| app.clock.millis(), |seconds| seconds * 1_000);
        let of_it =
            chats.iter().filter(|(contact, row, _)| lead.contacts.contains(contact) && row.created_at <= won_at);
        let mut chats: Vec<SaleChat> = of_it.map(|(_, row, source)| of_chat(app, row, source)).collect();
        // A chat that two of its contacts have is one.
        chats.dedup_by_key(|chat| chat.conversation_id);
        (!chats.is_empty()).then(|| Sale {
            event_id: Uuid::new_v5(&tenant_id, format!("sale:{}", lead.id).as_bytes()),
            lead_id: lead.id,
            won_at,
            price: lead.price.unwrap_or_default(),
            currency: currency.clone(),
            chats,
        })
    };
    Ok(won.into_iter().filter_map(sale).collect())
}

/// The chats of these contacts in amoCRM that are known here, the newest first, each with its contact and source.
async fn chats(
    app: &Arc<TenantContext>,
    tenant_id: Uuid,
    contacts: &[i64],
) -> Result<Vec<(i64, conversation::Model, Arc<source::Model>)>, CallError> {
    let ask = |rest: Rest, token| {
        let contacts = contacts.to_vec();
        async move { rest.chats_of_contacts(&token, &contacts).await }
    };
    let linked = with_token(app, tenant_id, ask).await?;
    let linked: Vec<_> = linked.into_iter().filter(|chat| !chat.chat_id.is_empty()).collect();
    let known = conversation::Entity::of_tenant(tenant_id)
        .filter(conversation::Column::AmocrmChatId.is_in(linked.iter().map(|chat| chat.chat_id.as_str())))
        .order_by_desc(conversation::Column::CreatedAt)
        .order_by_desc(conversation::Column::Id)
        .all(app.store.read())
        .await
        .map_err(TokenError::from)?;
    let mut chats = Vec::new();
    for row in known {
        let Some(source) = app.lookup.source(row.source_id).await.map_err(TokenError::from)? else { continue };
        let of_it = linked.iter().filter(|chat| chat.chat_id == row.amocrm_chat_id);
        chats.extend(of_it.map(|chat| (chat.contact_id, row.clone(), source.clone())));
    }
    Ok(chats)
}

fn of_chat(app: &TenantContext, row: &conversation::Model, source: &source::Model) -> SaleChat {
    let origin = Origin::stored(&row.visit).unwrap_or_default();
    let line: Value = serde_json::from_str(&source.settings).unwrap_or_default();
    let customer = app.connectors.get(&source.kind);
    let customer = customer.and_then(|messenger| messenger.meta_customer(&line, &row.external_id, origin.advert()));
    SaleChat {
        conversation_id: row.id,
        source_id: row.source_id,
        messenger: source.kind.clone(),
        campaign: origin.campaign().clone(),
        referral: origin.referral().map(str::to_owned),
        client_id: client_id(&row.visit),
        meta: customer.map(MetaIds::from),
    }
}

/// Metrica knows every visitor, by whatever way they came.
fn client_id(stored: &str) -> Option<String> {
    let visits = Visits::stored(stored)?;
    let ids = [visits.last, visits.first].map(|Visit { client_id, .. }| client_id);
    ids.into_iter().find(|id| !id.is_empty())
}
