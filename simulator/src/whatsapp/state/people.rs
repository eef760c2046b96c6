//! People with WhatsApp on their phones.

use serde_json::{Value, json};

use super::{State, digits};

/// Milliseconds for which a number that wrote to a phone can still see it.
const PHONE_SEEN: i64 = 30 * super::DAY;

/// A person.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) id: i64,
    /// Digits.
    pub(crate) wa_id: String,
    /// Other spellings that reach the same person, in digits.
    pub(crate) dialled_as: Vec<String>,
    pub(crate) name: String,
    pub(crate) username: Option<String>,
    /// The business-scoped id; `None` as before April 2026.
    pub(crate) user_id: Option<String>,
    pub(crate) parent_user_id: Option<String>,
    /// The phone is off: messages keep the status `sent`.
    pub(crate) is_off: bool,
    /// Read receipts are on.
    pub(crate) tells_reads: bool,
    /// Meta withholds marketing messages (131049).
    pub(crate) is_sated: bool,
}

impl State {
    /// The person behind a number as dialled.
    pub(crate) fn person_by_phone(&self, number: &str) -> Option<&Person> {
        let wanted = digits(number);
        self.people.values().find(|one| one.wa_id == wanted || one.dialled_as.contains(&wanted))
    }

    /// The person behind a business-scoped id.
    pub(crate) fn person_by_user_id(&self, id: &str) -> Option<&Person> {
        self.people.values().find(|one| one.user_id.as_deref() == Some(id) || one.parent_user_id.as_deref() == Some(id))
    }

    /// Whether webhooks for this number contain the person's phone: it is omitted for people with a username, unless
    /// the number has written to the phone in the last 30 days.
    pub(crate) fn sees_phone(&self, phone: &str, person: &Person) -> bool {
        let used = self.chat(phone, person.id).and_then(|chat| chat.phone_used_at);
        person.username.is_none() || used.is_some_and(|at| self.now - at < PHONE_SEEN)
    }

    /// The element of `contacts`.
    pub(crate) fn contact(&self, phone: &str, person: &Person) -> Value {
        let mut profile = json!({"name": person.name});
        if person.name.is_empty() {
            profile = json!({});
        }
        if let Some(username) = &person.username {
            profile["username"] = json!(username);
        }
        let mut contact = json!({"profile": profile});
        if self.sees_phone(phone, person) {
            contact["wa_id"] = json!(person.wa_id);
        }
        if let Some(id) = &person.user_id {
            contact["user_id"] = json!(id);
        }
        if let Some(id) = &person.parent_user_id {
            contact["parent_user_id"] = json!(id);
        }
        contact
    }

    /// Adds the ids of the sender or the receiver: `from`, `from_user_id`, `from_parent_user_id`.
    pub(crate) fn put_ids(&self, phone: &str, person: &Person, prefix: &str, into: &mut Value) {
        if self.sees_phone(phone, person) {
            into[prefix] = json!(person.wa_id);
        }
        if let Some(id) = &person.user_id {
            into[format!("{prefix}_user_id")] = json!(id);
        }
        if let Some(id) = &person.parent_user_id {
            into[format!("{prefix}_parent_user_id")] = json!(id);
        }
    }
}

impl Person {
    /// The name as shown in a list.
    pub(crate) fn shown_name(&self) -> String {
        if self.name.is_empty() { format!("+{}", self.wa_id) } else { self.name.clone() }
    }
}
