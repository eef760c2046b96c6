//! Links of chats to contacts. Only chats of the integration's own channels; no cookies.

use serde_json::{Value, json};

use super::{
    Call,
    batch::{self, BATCH, typed},
    hal,
    page::values,
    problem,
};
use crate::crm::{exchange::Answer, state::Account, strict::Object};

/// The call fails if a browser's session cookie is sent.
fn refuses_cookies(call: &Call<'_>) -> Option<Answer> {
    let cookies = !call.request.header("cookie").is_empty();
    cookies.then(|| problem(400, "Bad Request", "this method must be called without cookies"))
}

fn is_own(call: &Call<'_>, account: &Account, chat_id: &str) -> bool {
    account.chat(chat_id).is_some_and(|chat| chat.client_id == call.access.client_id)
}

/// `GET contacts/chats?contact_id=…` or `?chat_id=…`, each a value or a list; 204 if empty. A chat of an incoming lead
/// is listed with that lead's contact.
pub(super) fn list(call: &Call<'_>) -> Answer {
    if let Some(refusal) = refuses_cookies(call) {
        return refusal;
    }
    let (contacts, chats) = (values(call, "contact_id"), values(call, "chat_id"));
    if contacts.is_empty() == chats.is_empty() {
        return problem(400, "Bad Request", "one of contact_id and chat_id is needed");
    }
    if contacts.iter().any(|id| id.parse::<i64>().is_err()) {
        return problem(400, "Bad Request", "contact_id must be an integer");
    }
    let found: Vec<Value> = call
        .account(|account| {
            let links = account.crm.links.iter().filter(|link| is_own(call, account, &link.chat_id));
            links
                .filter(|link| contacts.contains(&link.contact_id.to_string()) || chats.contains(&link.chat_id))
                .map(|link| json!({"chat_id": link.chat_id, "contact_id": link.contact_id, "id": link.id}))
                .collect()
        })
        .unwrap_or_default();
    if found.is_empty() {
        return Answer::empty(204);
    }
    hal(&json!({"_total_items": found.len(), "_embedded": {"chats": found}}))
}

/// `POST contacts/chats`: links chats to contacts, replacing their earlier links.
pub(super) fn link(call: &Call<'_>) -> Answer {
    if let Some(refusal) = refuses_cookies(call) {
        return refusal;
    }
    batch::list(call, BATCH, 422).and_then(|items| link_all(call, &items)).unwrap_or_else(|answer| answer)
}

fn link_all(call: &Call<'_>, items: &[Value]) -> Result<Answer, Answer> {
    call.change(|account, _| {
        let wanted = batch::all(items, |item| {
            let fields = Object::whole(item).map_err(typed(""))?;
            let contact_id = fields.required_number("contact_id").map_err(typed("contact_id"))?;
            let chat_id = fields.required_text("chat_id").map_err(typed("chat_id"))?;
            if account.crm.contact(contact_id).is_none() {
                return Err(("EntityNotFound", "contact_id", format!("contact with id = {contact_id} not found")));
            }
            if !is_own(call, account, chat_id) {
                return Err(("EntityNotFound", "chat_id", format!("chat with id = {chat_id} not found")));
            }
            Ok((contact_id, chat_id.to_owned()))
        })?;
        let shown: Vec<Value> = wanted
            .into_iter()
            .zip(items.iter().enumerate())
            .map(|((contact_id, chat_id), (at, item))| {
                let id = account.link_chat(&chat_id, contact_id);
                let request_id = batch::request_id(item, at);
                json!({"chat_id": chat_id, "contact_id": contact_id, "id": id, "request_id": request_id})
            })
            .collect();
        Ok(hal(&json!({"_total_items": shown.len(), "_embedded": {"chats": shown}})))
    })
}
