//! Contacts with their chats, and leads, as far as a chat integration reads them.
//! www.amocrm.ru/developers/content/crm_platform/contacts-api and …/leads-api.

use serde_json::{Value, json};

use super::{Call, hal, problem};
use crate::{
    exchange::Answer,
    state::{Account, Lead},
};

/// Numbers of a query parameter, which may come once, as a list, or as `name[]`.
fn wanted(call: &Call<'_>, name: &str) -> Vec<String> {
    let listed = format!("{name}[");
    call.request
        .query_pairs()
        .into_iter()
        .filter(|(key, _)| key == name || key.starts_with(&listed))
        .map(|(_, value)| value)
        .collect()
}

/// `GET contacts/chats?contact_id=…` or `?chat_id=…`: only chats of the integration's own channels.
pub(super) fn chats(call: &Call<'_>) -> Answer {
    if !call.request.header("cookie").is_empty() {
        return problem(400, "Bad Request", "this method must be called without cookies");
    }
    let (contacts, chats) = (wanted(call, "contact_id"), wanted(call, "chat_id"));
    if contacts.is_empty() == chats.is_empty() {
        return problem(400, "Bad Request", "one of contact_id and chat_id is needed");
    }
    let found: Vec<Value> = call
        .account(|account| {
            let own =
                |lead: &&Lead| account.chat(&lead.chat_id).is_some_and(|chat| chat.client_id == call.access.client_id);
            account
                .leads
                .iter()
                .filter(own)
                .filter(|lead| contacts.contains(&lead.contact_id.to_string()) || chats.contains(&lead.chat_id))
                .map(|lead| json!({"id": lead.id + 1, "contact_id": lead.contact_id, "chat_id": lead.chat_id}))
                .collect()
        })
        .unwrap_or_default();
    if found.is_empty() {
        return Answer::empty(204);
    }
    hal(&json!({"_total_items": found.len(), "_embedded": {"chats": found}}))
}

/// `GET contacts/{id}`; 204 where there is none.
pub(super) fn contact(call: &Call<'_>, id: &str) -> Answer {
    let found = call.account(|account| {
        let lead = account.leads.iter().find(|lead| lead.contact_id.to_string() == id)?;
        let person = account.chat(&lead.chat_id).and_then(|chat| account.person(&chat.person_id))?;
        let field =
            |code: &str, value: &str| json!({"field_code": code, "values": [{"value": value, "enum_code": "WORK"}]});
        let fields: Vec<Value> = [("PHONE", &person.phone), ("EMAIL", &person.email)]
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(code, value)| field(code, value))
            .collect();
        let leads: Vec<Value> = account
            .leads
            .iter()
            .filter(|one| one.contact_id == lead.contact_id)
            .map(|one| json!({"id": one.id}))
            .collect();
        let mut body = json!({
            "id": lead.contact_id,
            "name": person.name,
            "account_id": account.id,
            "custom_fields_values": fields,
            "_embedded": {},
            "_links": call.link(&format!("contacts/{id}")),
        });
        with_leads(call, &mut body, leads);
        Some(body)
    });
    found.flatten().map_or_else(|| Answer::empty(204), |body| hal(&body))
}

fn with_leads(call: &Call<'_>, body: &mut Value, leads: Vec<Value>) {
    if let Some(embedded) = body.get_mut("_embedded").and_then(Value::as_object_mut)
        && call.with().iter().any(|word| word == "leads")
    {
        embedded.insert("leads".to_owned(), Value::Array(leads));
    }
}

/// `GET leads/{id}`; `with=contacts` adds the contact. 204 where there is none.
pub(super) fn lead(call: &Call<'_>, id: &str) -> Answer {
    let contacts = call.with().iter().any(|word| word == "contacts");
    let found = call.account(|account| {
        let lead = account.leads.iter().find(|lead| lead.id.to_string() == id)?;
        let mut body = json!({
            "id": lead.id,
            "name": name(account, lead),
            "account_id": account.id,
            "pipeline_id": lead.pipeline_id,
            "created_at": lead.created_at.timestamp(),
            "_embedded": {},
            "_links": call.link(&format!("leads/{id}")),
        });
        if let Some(embedded) = body.get_mut("_embedded").and_then(Value::as_object_mut)
            && contacts
        {
            embedded.insert("contacts".to_owned(), json!([{"id": lead.contact_id, "is_main": true}]));
        }
        Some(body)
    });
    found.flatten().map_or_else(|| Answer::empty(204), |body| hal(&body))
}

fn name(account: &Account, lead: &Lead) -> String {
    let person = account.chat(&lead.chat_id).and_then(|chat| account.person(&chat.person_id));
    person.map(|person| person.name.clone()).unwrap_or_default()
}
