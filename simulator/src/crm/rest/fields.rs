//! Custom fields of cards: www.amocrm.ru/developers/content/crm_platform/custom-fields. Contacts and leads have
//! those of a new account.

use serde_json::{Value, json};

use super::{
    Call,
    contacts::{enum_id, field_id},
    hal,
    page::Page,
    problem, tracking,
};
use crate::crm::{
    exchange::Answer,
    state::{
        Account,
        crm::{FIELDS, FieldKind},
    },
};

fn show(call: &Call<'_>, account: &Account, kind: &FieldKind, place: usize) -> Value {
    let id = field_id(account, kind);
    let enums: Vec<Value> = kind
        .enums
        .iter()
        .enumerate()
        .map(|(at, code)| json!({"id": enum_id(account, kind, code), "value": code, "sort": at * 10}))
        .collect();
    json!({
        "id": id,
        "name": kind.name,
        "type": kind.kind,
        "account_id": account.id,
        "code": kind.code,
        "sort": 500 + place * 10,
        "is_api_only": false,
        "enums": if enums.is_empty() { Value::Null } else { Value::Array(enums) },
        "group_id": null,
        "required_statuses": [],
        "is_deletable": false,
        "is_predefined": true,
        "entity_type": "contacts",
        "_links": call.link(&format!("contacts/custom_fields/{id}")),
    })
}

fn all(call: &Call<'_>, entity: &str) -> Vec<Value> {
    match entity {
        "contacts" => {}
        "leads" => return tracking::all(call),
        _ => return Vec::new(),
    }
    let shown = call
        .account(|account| FIELDS.iter().enumerate().map(|(place, kind)| show(call, account, kind, place)).collect());
    shown.unwrap_or_default()
}

/// `GET {entity}/custom_fields`.
pub(super) fn list(call: &Call<'_>, entity: &str) -> Answer {
    let page = match Page::of(call, 250) {
        Ok(page) => page,
        Err(answer) => return answer,
    };
    let shown = page.cut(all(call, entity).into_iter()).collect();
    page.answer(call, &format!("{entity}/custom_fields"), "custom_fields", shown)
}

/// `GET {entity}/custom_fields/{id}`.
pub(super) fn one(call: &Call<'_>, entity: &str, id: &str) -> Answer {
    let is_meant = |field: &Value| field.get("id").and_then(Value::as_i64).is_some_and(|known| known.to_string() == id);
    let found = all(call, entity).into_iter().find(is_meant);
    found.map_or_else(|| problem(404, "Not Found", "no field has this id"), |body| hal(&body))
}
