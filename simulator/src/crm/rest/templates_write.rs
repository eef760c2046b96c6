//! Creates and changes chat templates. Those for WABA can be changed only before they are submitted for approval.

use serde_json::{Map, Value, json};

use super::{
    Call,
    batch::{self, BATCH, Wrong, blank, no_choice, typed},
    hal, problem,
    templates::{is_own, not_found, own, show},
};
use crate::crm::{
    exchange::Answer,
    state::{
        Account,
        crm::{self, Template},
    },
    strict::Object,
};

const CATEGORIES: [&str; 3] = ["UTILITY", "AUTHENTICATION", "MARKETING"];
const ATTACHMENTS: [&str; 4] = ["picture", "file", "document", "video"];
/// Longest `waba_header` in characters.
const HEADER: usize = 60;

/// One of these texts, if the field is present.
fn choice(fields: &Object<'_>, key: &'static str, all: &[&str]) -> Result<(), Wrong> {
    match fields.text(key).map_err(typed(key))? {
        Some(text) if !all.contains(&text) => Err(no_choice(key)),
        _ => Ok(()),
    }
}

fn buttons(fields: &Object<'_>) -> Result<(), Wrong> {
    let path = "buttons";
    let list = match fields.raw(path) {
        None => return Ok(()),
        Some(Value::Array(list)) => list,
        Some(_) => return Err(typed(path)("buttons must be an array".to_owned())),
    };
    for button in list {
        let button = Object::whole(button).map_err(typed(path))?;
        button.required_text("text").map_err(typed(path))?;
        match button.required_text("type").map_err(typed(path))? {
            "inline" => {}
            "url" => {
                button.link("url").map_err(typed(path))?.ok_or_else(|| blank(path))?;
            }
            _ => return Err(no_choice(path)),
        }
    }
    Ok(())
}

fn examples(fields: &Object<'_>) -> Result<(), Wrong> {
    let path = "waba_examples";
    match fields.raw(path) {
        None => Ok(()),
        Some(Value::Array(list)) if list.is_empty() => Ok(()),
        Some(Value::Object(map)) if map.values().all(Value::is_string) => Ok(()),
        Some(_) => Err(typed(path)("waba_examples must be an object of strings".to_owned())),
    }
}

/// Validates the whole template: the previous fields with the item's changes.
fn check(whole: &Value) -> Result<(), Wrong> {
    let fields = Object::whole(whole).map_err(typed(""))?;
    for key in ["name", "content"] {
        fields.text(key).map_err(typed(key))?.filter(|text| !text.is_empty()).ok_or_else(|| blank(key))?;
    }
    for key in ["external_id", "waba_language", "waba_footer"] {
        fields.text(key).map_err(typed(key))?;
    }
    fields.boolean("is_editable").map_err(typed("is_editable"))?;
    choice(&fields, "type", &["amocrm", "waba"])?;
    choice(&fields, "waba_category", &CATEGORIES)?;
    choice(&fields, "waba_header_type", &["text", "media"])?;
    let header = fields.text("waba_header").map_err(typed("waba_header"))?;
    if header.is_some_and(|text| text.chars().count() > HEADER) {
        return Err(("TooLong", "waba_header", format!("waba_header must have at most {HEADER} characters")));
    }
    let attachment = fields.object("attachment").map_err(typed("attachment"))?;
    if let Some(attachment) = &attachment {
        for key in ["id", "name"] {
            attachment.required_text(key).map_err(typed("attachment"))?;
        }
        choice(attachment, "type", &ATTACHMENTS).map_err(|_| no_choice("attachment"))?;
    }
    if fields.text("waba_header_type").map_err(typed("waba_header_type"))? == Some("media") && attachment.is_none() {
        return Err(blank("attachment"));
    }
    buttons(&fields)?;
    examples(&fields)
}

/// The template's fields with the item's changes.
fn laid_over(before: &Map<String, Value>, item: &Value) -> Result<Map<String, Value>, Wrong> {
    let mut fields = before.clone();
    let asked = item.as_object().ok_or_else(|| typed("")("an item must be an object".to_owned()))?;
    for (key, value) in asked {
        if let Some(place) = fields.get_mut(key) {
            *place = value.clone();
        }
    }
    check(&Value::Object(fields.clone()))?;
    Ok(fields)
}

fn answer(call: &Call<'_>, account: &Account, ids: &[i64], items: &[Value]) -> Answer {
    let shown: Vec<Value> = ids
        .iter()
        .zip(items.iter().enumerate())
        .filter_map(|(id, (at, item))| {
            let template = account.crm.templates.iter().find(|one| one.id == *id)?;
            let mut shown = show(call, account, template, false);
            shown.insert("request_id".to_owned(), json!(batch::request_id(item, at)));
            Some(Value::Object(shown))
        })
        .collect();
    hal(&json!({"_total_items": shown.len(), "_embedded": {"chat_templates": shown}}))
}

/// `POST chats/templates`.
pub(super) fn create(call: &Call<'_>) -> Answer {
    batch::list(call, BATCH, 422).and_then(|items| create_all(call, &items)).unwrap_or_else(|answer| answer)
}

fn create_all(call: &Call<'_>, items: &[Value]) -> Result<Answer, Answer> {
    let limit = call.core.read(|state| state.template_limit);
    call.change(|account, now| {
        let all = batch::all(items, |item| laid_over(&crm::blank_template(), item))?;
        let owned = account.crm.templates.iter().filter(|one| is_own(call, one)).count();
        if owned + all.len() > limit {
            return Err(problem(422, "Unprocessable Entity", "the limit of templates is exceeded"));
        }
        let mut ids = Vec::new();
        for fields in all {
            let id = account.next_number();
            ids.push(id);
            account.crm.templates.push(Template {
                id,
                owner: Some(call.access.client_id.clone()),
                created_at: now,
                updated_at: now,
                fields,
                reviews: Vec::new(),
            });
        }
        Ok(answer(call, account, &ids, items))
    })
}

fn change(call: &Call<'_>, account: &Account, id: &str, item: &Value) -> Result<(i64, Map<String, Value>), Wrong> {
    let template =
        own(call, account, id).ok_or_else(|| ("EntityNotFound", "id", format!("template with id = {id} not found")))?;
    if template.is_waba() && template.review_status().is_some() {
        let words = "a WABA template can be changed only in status draft".to_owned();
        return Err(("NotEditable", "id", words));
    }
    Ok((template.id, laid_over(&template.fields, item)?))
}

fn keep(account: &mut Account, id: i64, fields: Map<String, Value>, now: i64) {
    if let Some(template) = account.crm.templates.iter_mut().find(|one| one.id == id) {
        template.fields = fields;
        template.updated_at = now;
    }
}

/// `PATCH chats/templates`.
pub(super) fn update_many(call: &Call<'_>) -> Answer {
    let act = |items: Vec<Value>| {
        call.change(|account, now| {
            let of_item = |item: &Value| {
                let id = item.get("id").unwrap_or(&Value::Null).to_string();
                change(call, account, &id, item)
            };
            let all = batch::all(&items, of_item)?;
            let ids: Vec<i64> = all.iter().map(|(id, _)| *id).collect();
            for (id, fields) in all {
                keep(account, id, fields, now);
            }
            Ok(answer(call, account, &ids, &items))
        })
    };
    batch::list(call, BATCH, 422).and_then(act).unwrap_or_else(|answer| answer)
}

/// `PATCH chats/templates/{id}`; the answer is only the template.
pub(super) fn update_one(call: &Call<'_>, id: &str) -> Answer {
    let act = |item: Value| {
        call.change(|account, now| {
            own(call, account, id).ok_or_else(not_found)?;
            for (id, fields) in batch::all(std::slice::from_ref(&item), |item| change(call, account, id, item))? {
                keep(account, id, fields, now);
            }
            Ok(())
        })
    };
    match batch::object(call).and_then(act) {
        Ok(()) => super::templates::one(call, id),
        Err(answer) => answer,
    }
}
