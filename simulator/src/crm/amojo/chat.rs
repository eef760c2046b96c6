//! Creating a chat before its first message.

use serde_json::json;

use super::{
    Outcome, Refusal, Scoped, ok, parsed,
    parties::{self, Party, Wanted},
};
use crate::crm::strict::Object;

/// `POST {scope_id}/chats`; a known `conversation_id` returns the existing chat.
pub(super) fn create(scoped: &Scoped<'_>) -> Outcome {
    let body = parsed(scoped.request)?;
    let fields = Object::whole(&body)?;
    // Official samples contain `account_id` here, so it is accepted.
    fields.only(&["conversation_id", "source", "user", "account_id"])?;
    let lengths = scoped.core.read(|state| state.lengths);
    let conversation_id = fields.short_text("conversation_id", lengths.id)?;
    let source = parties::source(&fields)?;
    let user = Party::read(&fields.required_object("user")?, &lengths)?;
    let (person, chat_id) = scoped.core.change(|state| {
        let account = state
            .account_by_amojo_mut(&scoped.amojo_id)
            .ok_or_else(|| Refusal(404, "the account is gone".to_owned()))?;
        let person = parties::person(scoped, account, &user)?;
        let wanted = Wanted {
            conversation_id: Some(conversation_id),
            conversation_ref_id: None,
            names_person: false,
            person_id: &person.id,
            source,
        };
        let chat_id = parties::chat(scoped, account, &wanted)?;
        Ok::<_, Refusal>((person, chat_id))
    })?;
    let mut shown = json!({"id": person.id});
    if let Some(shown) = shown.as_object_mut() {
        // For a person given by amojo's id only, nothing else is returned.
        if let Some(client_id) = &person.client_id {
            shown.insert("client_id".to_owned(), json!(client_id));
            shown.insert("avatar".to_owned(), json!(person.avatar));
        }
        for (key, value) in [("name", &person.name), ("phone", &person.phone), ("email", &person.email)] {
            if !value.is_empty() {
                shown.insert(key.to_owned(), json!(value));
            }
        }
    }
    Ok(ok(&json!({"id": chat_id, "user": shown})))
}
