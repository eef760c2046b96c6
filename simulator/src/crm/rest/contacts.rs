//! Reading contacts: www.amocrm.ru/developers/content/crm_platform/contacts-api.

use serde_json::{Map, Value, json};

use super::{
    Call, hal,
    page::{self, Page},
    problem,
};
use crate::crm::{
    exchange::Answer,
    ids,
    state::{
        Account,
        crm::{Contact, FIELDS, FieldKind},
    },
};

/// Id of a field of contacts in an account.
pub(super) fn field_id(account: &Account, kind: &FieldKind) -> i64 {
    let at = FIELDS.iter().zip(1_i64..).find(|(one, _)| one.code == kind.code).map_or(0, |(_, at)| at);
    ids::number(account.id, 200 + at * 20)
}

/// Id of a value's kind, such as a work phone.
pub(super) fn enum_id(account: &Account, kind: &FieldKind, code: &str) -> i64 {
    let at = kind.enums.iter().zip(1_i64..).find(|(one, _)| **one == code).map_or(0, |(_, at)| at);
    field_id(account, kind) + at
}

fn fields(account: &Account, contact: &Contact) -> Value {
    let shown = |kind: &FieldKind| {
        let of_field = contact.values.iter().filter(|one| one.field == kind.code);
        let values: Vec<Value> = of_field
            .map(|one| match one.enum_code {
                "" => json!({"value": one.value}),
                code => json!({"value": one.value, "enum_id": enum_id(account, kind, code), "enum_code": code}),
            })
            .collect();
        (!values.is_empty()).then(|| {
            json!({
                "field_id": field_id(account, kind),
                "field_name": kind.name,
                "field_code": kind.code,
                "field_type": kind.kind,
                "values": values,
            })
        })
    };
    let list: Vec<Value> = FIELDS.iter().filter_map(shown).collect();
    if list.is_empty() { Value::Null } else { Value::Array(list) }
}

/// Id of a tag: always the same for the same name.
fn tag_id(account: &Account, name: &str) -> i64 {
    ids::number(account.id, 1_000 + ids::fold(name, ids::SLOTS - 1_000))
}

/// Tags as in the API.
pub(super) fn tags(account: &Account, tags: &[String]) -> Vec<Value> {
    tags.iter().map(|name| json!({"id": tag_id(account, name), "name": name, "color": null})).collect()
}

fn show(call: &Call<'_>, account: &Account, contact: &Contact, with: &[String]) -> Value {
    let mut embedded = Map::new();
    embedded.insert("tags".to_owned(), Value::Array(tags(account, &contact.tags)));
    embedded.insert("companies".to_owned(), json!([]));
    for word in with {
        match word.as_str() {
            "leads" => {
                let leads = account.leads_of(contact.id).into_iter();
                let shown: Vec<Value> =
                    leads.map(|id| json!({"id": id, "_links": call.link(&format!("leads/{id}"))})).collect();
                embedded.insert("leads".to_owned(), Value::Array(shown));
            }
            "customers" | "catalog_elements" => {
                embedded.insert(word.clone(), json!([]));
            }
            _ => {}
        }
    }
    json!({
        "id": contact.id,
        "name": contact.name,
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "responsible_user_id": contact.responsible_user_id,
        "group_id": account.group_of(contact.responsible_user_id),
        "created_by": contact.created_by,
        "updated_by": contact.created_by,
        "created_at": contact.created_at,
        "updated_at": contact.updated_at,
        "closest_task_at": null,
        "is_deleted": false,
        "is_unsorted": account.crm.waiting().any(|one| {
            account.lead(one.lead_id).is_some_and(|lead| lead.contact_id == contact.id)
        }),
        "custom_fields_values": fields(account, contact),
        "account_id": account.id,
        "_links": call.link(&format!("contacts/{}", contact.id)),
        "_embedded": embedded,
    })
}

/// `GET contacts?query=…&with=leads&page=…&limit=…`; 204 if empty.
pub(super) fn list(call: &Call<'_>) -> Answer {
    if let Some(refusal) = needs_filter(call) {
        return refusal;
    }
    let page = match Page::of(call, 250) {
        Ok(page) => page,
        Err(answer) => return answer,
    };
    let query = call.request.query_value("query").unwrap_or_default();
    let with = call.with();
    let found = call.account(|account| {
        let all = account.crm.contacts.iter().filter(|one| query.is_empty() || one.matches(&query));
        page.cut(all).map(|one| show(call, account, one, &with)).collect()
    });
    page.answer(call, "contacts", "contacts", found.unwrap_or_default())
}

/// Filters by field require a paid plan, reported by `is_api_filter_enabled`; no account here has one.
pub(super) fn needs_filter(call: &Call<'_>) -> Option<Answer> {
    let asked = !page::values(call, "filter").is_empty();
    asked.then(|| problem(400, "Bad Request", "filters are not available in this account"))
}

/// `GET contacts/{id}`; 204 if it was deleted or merged into another.
pub(super) fn one(call: &Call<'_>, id: &str) -> Answer {
    let with = call.with();
    let found = call.account(|account| {
        let contact = account.crm.contacts.iter().find(|one| one.id.to_string() == id)?;
        Some(show(call, account, contact, &with))
    });
    found.flatten().map_or_else(|| Answer::empty(204), |body| hal(&body))
}
