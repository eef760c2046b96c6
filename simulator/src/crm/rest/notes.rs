//! Notes on cards: www.amocrm.ru/developers/content/crm_platform/events-and-notes.

use serde_json::{Value, json};

use super::{
    Call,
    batch::{self, BATCH, Wrong, no_choice, typed},
    hal,
    page::Page,
    problem,
};
use crate::crm::{
    exchange::Answer,
    state::{Account, crm::Note},
    strict::Object,
};

/// Kinds that integrations may write, with the required `params`.
const KINDS: [(&str, &[&str]); 4] = [
    ("common", &["text"]),
    ("service_message", &["service", "text"]),
    ("extended_service_message", &["service", "text"]),
    ("attachment", &["file_uuid"]),
];

fn show(call: &Call<'_>, account: &Account, note: &Note) -> Value {
    json!({
        "id": note.id,
        "entity_id": note.entity_id,
        "created_by": note.created_by,
        "updated_by": note.created_by,
        "created_at": note.created_at,
        "updated_at": note.created_at,
        "responsible_user_id": note.created_by,
        "group_id": 0,
        "note_type": note.kind,
        "params": note.params,
        "account_id": account.id,
        "_links": call.link(&format!("{}/{}/notes/{}", note.entity, note.entity_id, note.id)),
    })
}

/// `GET {entity}/notes`, and `GET {entity}/{id}/notes` of one card; 204 if empty.
pub(super) fn list(call: &Call<'_>, entity: &str, id: Option<&str>) -> Answer {
    let page = match Page::of(call, 250) {
        Ok(page) => page,
        Err(answer) => return answer,
    };
    let shown = call.account(|account| {
        let of_card = |note: &&Note| note.entity == entity && id.is_none_or(|id| note.entity_id.to_string() == id);
        page.cut(account.crm.notes.iter().filter(of_card)).map(|note| show(call, account, note)).collect()
    });
    let path = id.map_or_else(|| format!("{entity}/notes"), |id| format!("{entity}/{id}/notes"));
    page.answer(call, &path, "notes", shown.unwrap_or_default())
}

/// `POST {entity}/notes`, each with its card's `entity_id`, and `POST {entity}/{id}/notes`.
pub(super) fn create(call: &Call<'_>, entity: &'static str, id: Option<&str>) -> Answer {
    let create = |items: Vec<Value>| create_all(call, entity, id, &items);
    batch::list(call, BATCH, 422).and_then(create).unwrap_or_else(|answer| answer)
}

fn exists(account: &Account, entity: &str, id: i64) -> bool {
    if entity == "contacts" { account.crm.contact(id).is_some() } else { account.lead(id).is_some() }
}

fn read(account: &Account, entity: &str, card: Option<i64>, item: &Value) -> Result<(i64, String, Value), Wrong> {
    let fields = Object::whole(item).map_err(typed(""))?;
    let card = match card {
        Some(card) => card,
        None => fields.required_number("entity_id").map_err(typed("entity_id"))?,
    };
    if !exists(account, entity, card) {
        return Err(("EntityNotFound", "entity_id", "Entity not found".to_owned()));
    }
    let kind = fields.required_text("note_type").map_err(typed("note_type"))?;
    let (_, wanted) = KINDS.iter().find(|(known, _)| *known == kind).ok_or_else(|| no_choice("note_type"))?;
    let params = fields.required_object("params").map_err(typed("params"))?;
    for key in *wanted {
        params.required_text(key).map_err(typed("params"))?;
    }
    Ok((card, kind.to_owned(), item.get("params").cloned().unwrap_or_default()))
}

fn create_all(call: &Call<'_>, entity: &'static str, id: Option<&str>, items: &[Value]) -> Result<Answer, Answer> {
    let not_found = || problem(404, "Not Found", "no card has this id");
    call.change(|account, now| {
        let card = id.map(|id| id.parse::<i64>().map_err(|_| not_found())).transpose()?;
        if card.is_some_and(|card| !exists(account, entity, card)) {
            return Err(not_found());
        }
        let drafts = batch::all(items, |item| read(account, entity, card, item))?;
        let mut shown = Vec::new();
        for ((entity_id, kind, params), (at, item)) in drafts.into_iter().zip(items.iter().enumerate()) {
            let id = account.next_number();
            let created_by = call.access.user_id;
            account.crm.notes.push(Note { id, entity, entity_id, kind, params, created_by, created_at: now });
            shown.push(json!({
                "id": id,
                "entity_id": entity_id,
                "request_id": batch::request_id(item, at),
                "_links": call.link(&format!("{entity}/{entity_id}/notes/{id}")),
            }));
        }
        Ok(hal(&json!({"_links": call.link(&format!("{entity}/notes")), "_embedded": {"notes": shown}})))
    })
}
