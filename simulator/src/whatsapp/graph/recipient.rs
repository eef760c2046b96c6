//! The recipient of a message: `to`, a phone, or `recipient`, a business-scoped id.

use serde_json::{Value, json};

use super::{
    call::Call,
    error::{GraphError, ensure},
};
use crate::whatsapp::state::{Person, Phone, State, digits};

/// A recipient as given in the request.
#[derive(Clone, Debug)]
pub(super) struct Recipient {
    pub(super) input: String,
    pub(super) is_phone: bool,
    /// `None` if this number has no WhatsApp.
    pub(super) person: Option<i64>,
}

/// Parses the recipient. If both are given, the phone is used.
pub(super) fn read(state: &State, call: &Call, phone: &Phone) -> Result<Recipient, GraphError> {
    match call.text("recipient_type").as_deref() {
        None | Some("individual") => {}
        Some("group") => return Err(GraphError::value("Group messages are not available for this phone number.")),
        Some(_) => return Err(GraphError::parameter("Param recipient_type must be one of {INDIVIDUAL, GROUP}")),
    }
    let text = |name: &str| call.text(name).filter(|text| !text.trim().is_empty());
    match (text("to"), text("recipient")) {
        (Some(to), _) => by_phone(state, to, phone),
        (None, Some(id)) => by_id(state, id),
        (None, None) => Err(GraphError::parameter("The parameter to is required.")),
    }
}

fn by_phone(state: &State, to: String, phone: &Phone) -> Result<Recipient, GraphError> {
    let number = digits(&to);
    let is_plain = to.chars().all(|one| one.is_ascii_digit() || "+-() .".contains(one));
    ensure(is_plain && (7..=15).contains(&number.len()), || {
        GraphError::value(format!("Recipient phone number {to} is not valid."))
    })?;
    ensure(number != phone.number, || GraphError::known(131_021))?;
    let allowed = phone.allowed.as_ref();
    ensure(allowed.is_none_or(|allowed| allowed.contains(&number)), || GraphError::known(131_030))?;
    let person = state.person_by_phone(&number).map(|person| person.id);
    Ok(Recipient { input: to, is_phone: true, person })
}

fn by_id(state: &State, id: String) -> Result<Recipient, GraphError> {
    let person = state.person_by_user_id(&id).map(|person| person.id);
    let person = person.ok_or_else(|| GraphError::value(format!("Recipient {id} is not valid.")))?;
    Ok(Recipient { input: id, is_phone: false, person: Some(person) })
}

impl Recipient {
    /// The element of `contacts` in the answer: WhatsApp's id may differ from the dialled number.
    pub(super) fn json(&self, person: Option<&Person>) -> Value {
        let mut contact = json!({"input": self.input});
        if self.is_phone {
            contact["wa_id"] = person.map_or_else(|| json!(digits(&self.input)), |person| json!(person.wa_id));
        }
        if let Some(id) = person.and_then(|person| person.user_id.as_ref()) {
            contact["user_id"] = json!(id);
        }
        contact
    }
}
