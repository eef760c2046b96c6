//! Reading leads: www.amocrm.ru/developers/content/crm_platform/leads-api.

use serde_json::{Map, Value, json};

use super::{Call, contacts, hal, page::Page, tracking};
use crate::crm::{
    exchange::Answer,
    state::{Account, Lead, crm::Card},
};

fn embedded(call: &Call<'_>, account: &Account, lead: &Lead, card: &Card, with: &[String]) -> Map<String, Value> {
    let mut embedded = Map::new();
    embedded.insert("tags".to_owned(), Value::Array(contacts::tags(account, &card.tags)));
    embedded.insert("companies".to_owned(), json!([]));
    for word in with {
        match word.as_str() {
            "contacts" => {
                let id = lead.contact_id;
                let main = json!({"id": id, "is_main": true, "_links": call.link(&format!("contacts/{id}"))});
                let list = if id == 0 { json!([]) } else { json!([main]) };
                embedded.insert(word.clone(), list);
            }
            "source" => {
                let source = account.sources.iter().find(|source| Some(source.id) == card.source_id);
                let shown = source.map(|source| json!({"id": source.id, "name": source.name}));
                embedded.insert(word.clone(), json!(shown));
            }
            "loss_reason" | "catalog_elements" => {
                embedded.insert(word.clone(), json!([]));
            }
            _ => {}
        }
    }
    embedded
}

fn show(call: &Call<'_>, account: &Account, lead: &Lead, with: &[String]) -> Option<Value> {
    let card = account.crm.cards.get(&lead.id)?;
    let mut body = json!({
        "id": lead.id,
        "name": card.name,
        "price": card.price,
        "responsible_user_id": card.responsible_user_id,
        "group_id": account.group_of(card.responsible_user_id),
        "status_id": card.status_id,
        "pipeline_id": lead.pipeline_id,
        "loss_reason_id": null,
        "created_by": card.created_by,
        "updated_by": card.created_by,
        "created_at": lead.created_at.timestamp(),
        "updated_at": card.updated_at,
        "closed_at": card.closed_at,
        "closest_task_at": null,
        "is_deleted": false,
        "custom_fields_values": tracking::values(account, card),
        "score": null,
        "account_id": account.id,
        "_links": call.link(&format!("leads/{}", lead.id)),
        "_embedded": embedded(call, account, lead, card, with),
    });
    if with.iter().any(|word| word == "source_id") {
        super::put(&mut body, "source_id", json!(card.source_id));
    }
    Some(body)
}

/// `GET leads?query=…&with=contacts,source,source_id`; 204 if empty.
pub(super) fn list(call: &Call<'_>) -> Answer {
    if let Some(refusal) = contacts::needs_filter(call) {
        return refusal;
    }
    let page = match Page::of(call, 250) {
        Ok(page) => page,
        Err(answer) => return answer,
    };
    let query = call.request.query_value("query").unwrap_or_default().to_lowercase();
    let with = call.with();
    let found = call.account(|account| {
        let matches = |lead: &&Lead| {
            let name = account.crm.cards.get(&lead.id).map(|card| card.name.to_lowercase()).unwrap_or_default();
            name.contains(&query)
        };
        page.cut(account.leads.iter().filter(matches)).filter_map(|lead| show(call, account, lead, &with)).collect()
    });
    page.answer(call, "leads", "leads", found.unwrap_or_default())
}

/// `GET leads/{id}`; 204 if unknown.
pub(super) fn one(call: &Call<'_>, id: &str) -> Answer {
    let with = call.with();
    let found = call.account(|account| {
        let lead = account.leads.iter().find(|lead| lead.id.to_string() == id)?;
        show(call, account, lead, &with)
    });
    found.flatten().map_or_else(|| Answer::empty(204), |body| hal(&body))
}
