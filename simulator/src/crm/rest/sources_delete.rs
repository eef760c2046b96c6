//! Deleting sources, one or many.

use serde_json::{Map, Value, json};

use super::{
    Call, PROBLEM,
    batch::request_id,
    problem,
    sources_write::{batch, number},
};
use crate::crm::exchange::Answer;

fn remove(call: &Call<'_>, ids: &[i64]) {
    call.core.change(|state| {
        if let Some(account) = state.accounts.get_mut(call.host) {
            account.sources.retain(|source| !ids.contains(&source.id));
        }
    });
}

/// `DELETE sources/{id}`.
pub(super) fn delete_one(call: &Call<'_>, id: &str) -> Answer {
    match number(call, id) {
        Some(id) => {
            remove(call, &[id]);
            Answer::empty(204)
        }
        None => problem(404, "Not Found", "no source has this id"),
    }
}

/// `DELETE sources` with a list of ids.
pub(super) fn delete_many(call: &Call<'_>) -> Answer {
    let items = match batch(call) {
        Ok(items) => items,
        Err(answer) => return answer,
    };
    let mut ids = Vec::new();
    let mut errors = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let wanted = item.get("id").unwrap_or(&Value::Null).to_string();
        match number(call, &wanted) {
            Some(id) => ids.push(id),
            None => {
                let mut error = Map::new();
                error.insert("request_id".to_owned(), json!(request_id(item, at)));
                let words = format!("source with id = {wanted} not found");
                // An object, not a list: so it is documented for this call.
                let inner = json!({"code": "EntityNotFound", "path": "id", "detail": words});
                error.insert("errors".to_owned(), inner);
                errors.push(Value::Object(error));
            }
        }
    }
    if errors.is_empty() {
        remove(call, &ids);
        return Answer::empty(204);
    }
    let body = json!({
        "errors": errors,
        "title": "Bad Request",
        "type": "https://httpstatus.es/400",
        "status": 400,
        "detail": "Invalid request items",
    });
    Answer::json(400, PROBLEM, &body).noted("source not found")
}
