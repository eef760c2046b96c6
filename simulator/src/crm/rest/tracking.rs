//! The fields of leads that say where a lead came from, of type `tracking_data`:
//! www.amocrm.ru/developers/content/crm_platform/custom-fields. A new account has them; users can remove them. They hold
//! one text each.

use serde_json::{Value, json};

use super::{
    Call,
    batch::{Wrong, no_choice, typed},
};
use crate::crm::{
    ids,
    state::{
        Account,
        crm::{Card, TRACKING},
    },
    strict::Object,
};

const PATH: &str = "custom_fields_values";

/// A new value of a field; none removes it.
pub(super) struct TrackingChange {
    code: &'static str,
    value: Option<String>,
}

impl TrackingChange {
    pub(super) fn apply(self, card: &mut Card) {
        match self.value {
            Some(value) => card.tracking.insert(self.code, value),
            None => card.tracking.remove(self.code),
        };
    }
}

fn field_id(account: &Account, code: &str) -> i64 {
    let at = TRACKING.iter().zip(1_i64..).find(|(one, _)| **one == code).map_or(0, |(_, at)| at);
    ids::number(account.id, 400 + at)
}

fn of_account(account: &Account) -> impl Iterator<Item = &'static str> {
    TRACKING.into_iter().filter(|code| !account.switches.removed_fields.iter().any(|removed| removed == code))
}

/// The fields themselves.
pub(super) fn all(call: &Call<'_>) -> Vec<Value> {
    let show = |account: &Account, code: &str, place: usize| {
        let id = field_id(account, code);
        json!({
            "id": id,
            "name": code.to_lowercase(),
            "type": "tracking_data",
            "account_id": account.id,
            "code": code,
            "sort": 500 + place,
            "is_api_only": true,
            "enums": null,
            "group_id": "statistic",
            "required_statuses": [],
            "is_deletable": true,
            "is_predefined": false,
            "entity_type": "leads",
            "tracking_callback": null,
            "_links": call.link(&format!("leads/custom_fields/{id}")),
        })
    };
    let shown =
        call.account(|account| of_account(account).zip(0..).map(|(code, at)| show(account, code, at)).collect());
    shown.unwrap_or_default()
}

/// `custom_fields_values` of a lead.
pub(super) fn values(account: &Account, card: &Card) -> Value {
    let shown = |code: &'static str| {
        let value = card.tracking.get(code)?;
        Some(json!({
            "field_id": field_id(account, code),
            "field_name": code.to_lowercase(),
            "field_code": code,
            "field_type": "tracking_data",
            "values": [{"value": value}],
        }))
    };
    let list: Vec<Value> = of_account(account).filter_map(shown).collect();
    if list.is_empty() { Value::Null } else { Value::Array(list) }
}

/// The changes in `custom_fields_values` of a body.
pub(super) fn read(account: &Account, fields: &Object<'_>) -> Result<Vec<TrackingChange>, Wrong> {
    match fields.raw(PATH) {
        None => Ok(Vec::new()),
        Some(Value::Array(list)) => list.iter().map(|item| change(account, item)).collect(),
        Some(_) => Err(typed(PATH)(format!("{PATH} must be an array"))),
    }
}

fn change(account: &Account, item: &Value) -> Result<TrackingChange, Wrong> {
    let item = Object::whole(item).map_err(typed(PATH))?;
    let id = item.whole_number("field_id").map_err(typed(PATH))?;
    let code = item.text("field_code").map_err(typed(PATH))?;
    let is_meant = |one: &&str| match id {
        Some(id) => field_id(account, one) == id,
        None => code == Some(*one),
    };
    let code = of_account(account).find(is_meant).ok_or_else(|| no_choice(PATH))?;
    let value = match item.raw("values") {
        None => None,
        Some(Value::Array(list)) if list.is_empty() => None,
        Some(Value::Array(list)) if list.len() == 1 => list.first(),
        Some(_) => return Err(typed(PATH)("values must be an array of one value".to_owned())),
    };
    let text = |value: &Value| Ok(Object::whole(value)?.required_text("value")?.to_owned());
    let value = value.map(text).transpose().map_err(typed(PATH))?;
    Ok(TrackingChange { code, value })
}
