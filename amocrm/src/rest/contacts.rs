//! Contacts, their chats and fields (crm-api §5.1, §5.2, §5.4).

use reqwest::Method;
use secrecy::SecretString;
use serde::Serialize;
use serde_json::{Value, json};

use super::read::{self, Page, fits, made, made_ids, marked, numbered};
use super::{Request, Rest};
use crate::error::Error;
use crate::lenient;

/// Contacts, or fields, per page: amoCRM's maximum.
const PAGE: u32 = 250;

/// A contact as returned by amoCRM.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// CRM id.
    pub id: i64,
    /// Full name.
    pub name: Option<String>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// CRM id of the user who is responsible.
    pub responsible_user_id: Option<i64>,
    /// The group of the user who is responsible; 0 is the default group.
    pub group_id: Option<i64>,
    /// Unix seconds.
    pub created_at: Option<i64>,
    /// Unix seconds.
    pub updated_at: Option<i64>,
    /// In the bin.
    pub is_deleted: bool,
    /// Custom fields that have values.
    pub fields: Vec<Field>,
    /// CRM ids of its leads.
    pub leads: Vec<i64>,
}

/// A contact to create. No field is required.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct NewContact {
    /// Full name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Values of custom fields, e.g. [`Field::phone`] and [`Field::email`].
    #[serde(rename = "custom_fields_values", skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
}

impl Contact {
    /// Its phone numbers as stored.
    pub fn phones(&self) -> Vec<String> {
        self.texts(Field::PHONE)
    }

    /// Its e-mail addresses.
    pub fn emails(&self) -> Vec<String> {
        self.texts(Field::EMAIL)
    }

    fn texts(&self, code: &str) -> Vec<String> {
        self.fields
            .iter()
            .find(|field| field.code.as_deref() == Some(code))
            .map(|field| field.texts().collect())
            .unwrap_or_default()
    }

    /// In the form of the API or of hooks.
    pub(crate) fn read(contact: &Value) -> Option<Self> {
        let fields = ["custom_fields_values", "custom_fields"].map(|key| lenient::list(contact, key));
        Some(Self {
            id: lenient::number(contact, "id")?,
            name: lenient::text(contact, "name"),
            first_name: lenient::text(contact, "first_name"),
            last_name: lenient::text(contact, "last_name"),
            responsible_user_id: lenient::number(contact, "responsible_user_id"),
            group_id: lenient::number(contact, "group_id"),
            created_at: lenient::number(contact, "created_at"),
            updated_at: lenient::number(contact, "updated_at"),
            is_deleted: lenient::flag(contact, "is_deleted").unwrap_or(false),
            fields: fields.into_iter().flatten().filter_map(Field::read).collect(),
            leads: read::embedded_ids(contact, "leads"),
        })
    }
}

impl Rest {
    /// One contact with the ids of its leads. `None` if it does not exist (any more): 204, for some accounts 404.
    pub async fn contact(&self, token: &SecretString, id: i64) -> Result<Option<Contact>, Error> {
        let (id, with) = (id.to_string(), vec![("with", "leads".to_owned())]);
        let answer = self.call(token, Request::get("contact", vec!["contacts", &id], with)).await;
        read::found(answer, Contact::read)
    }

    /// A page of up to 250 contacts with this text in any field, according to amoCRM's search, with the ids of their
    /// leads; `page` counts from 1. The search is loose.
    async fn contact_page(
        &self,
        call: &'static str,
        token: &SecretString,
        text: &str,
        page: u32,
    ) -> Result<Page<Contact>, Error> {
        if text.trim().is_empty() {
            return Err(Error::invalid(call, "there is nothing to look for"));
        }
        let mut query = vec![("query", text.to_owned()), ("with", "leads".to_owned())];
        query.extend(numbered(page, PAGE));
        let answer = self.call(token, Request::get(call, vec!["contacts"], query)).await?;
        Page::read(&answer, page, "contacts", Contact::read)
    }

    /// Creates 1 to [`WRITE_BATCH`](super::WRITE_BATCH) contacts and returns their ids in the same order. **Not**
    /// idempotent.
    pub async fn create_contacts(&self, token: &SecretString, contacts: &[NewContact]) -> Result<Vec<i64>, Error> {
        const CALL: &str = "create_contacts";
        let items = marked(CALL, contacts)?;
        let answer = self.call(token, Request::with_body(CALL, Method::POST, vec!["contacts"], &items)?).await?;
        made_ids(&answer, "contacts", contacts.len())
    }

    /// Gives one contact another full name. Safe to repeat. 404: it does not exist (any more).
    pub async fn rename_contact(&self, token: &SecretString, id: i64, name: &str) -> Result<(), Error> {
        let (id, change) = (id.to_string(), json!({"name": name}));
        let request = Request::with_body("rename_contact", Method::PATCH, vec!["contacts", &id], &change)?;
        self.call(token, request).await?.object().map(|_| ())
    }
}

impl Rest {
    /// Makes a user responsible for one contact. Safe to repeat. 400: there is no such user (any more).
    pub async fn set_contact_responsible(&self, token: &SecretString, id: i64, user_id: i64) -> Result<(), Error> {
        let (id, change) = (id.to_string(), json!({"responsible_user_id": user_id}));
        let request = Request::with_body("set_contact_responsible", Method::PATCH, vec!["contacts", &id], &change)?;
        self.call(token, request).await?.object().map(|_| ())
    }
}

// Finds a person by phone or e-mail address. amoCRM's search matches parts of texts, so its results are compared
// (crm-api §5.1).

/// Fewer digits would match everyone.
const LEAST_DIGITS: usize = 7;

impl Rest {
    /// The contacts with a phone number for which `is_same` holds, the oldest first. Examines the first 250 that amoCRM
    /// finds by `ending`: the last digits of the number, as many as every way of writing it has. What is one number is
    /// the caller's rule, because it depends on countries. Fails with [`Error::Invalid`] for fewer than seven digits.
    pub async fn contacts_with_phone(
        &self,
        token: &SecretString,
        ending: &str,
        is_same: impl Fn(&str) -> bool + Send,
    ) -> Result<Vec<Contact>, Error> {
        const CALL: &str = "contacts_with_phone";
        if ending.len() < LEAST_DIGITS || !ending.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Error::invalid(CALL, "the end of a phone number has at least seven digits"));
        }
        let found = self.contact_page(CALL, token, ending, 1).await?;
        Ok(exact(found.items, |contact| contact.phones().iter().any(|known| is_same(known))))
    }

    /// The contacts with exactly this full name among the first 250 that amoCRM finds by it, the oldest first.
    pub async fn contacts_with_name(&self, token: &SecretString, name: &str) -> Result<Vec<Contact>, Error> {
        let found = self.contact_page("contacts_with_name", token, name.trim(), 1).await?;
        Ok(exact(found.items, |contact| contact.name.as_deref().map(str::trim) == Some(name.trim())))
    }

    /// The contacts with this e-mail address, ignoring case and surrounding blanks, the oldest first.
    pub async fn contacts_with_email(&self, token: &SecretString, email: &str) -> Result<Vec<Contact>, Error> {
        let found = self.contact_page("contacts_with_email", token, email.trim(), 1).await?;
        Ok(exact(found.items, |contact| contact.emails().iter().any(|known| same_email(known, email))))
    }
}

fn exact(mut contacts: Vec<Contact>, is_same: impl Fn(&Contact) -> bool) -> Vec<Contact> {
    contacts.retain(|contact| !contact.is_deleted && is_same(contact));
    contacts.sort_by_key(|contact| contact.id);
    contacts
}

/// Whether two texts are the same e-mail address, ignoring case and surrounding blanks.
fn same_email(one: &str, other: &str) -> bool {
    !one.trim().is_empty() && one.trim().to_lowercase() == other.trim().to_lowercase()
}

/// A chat that is linked to a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactChat {
    /// CRM id. For a chat of an incoming lead: the contact inside the incoming lead.
    pub contact_id: i64,
    /// The chat's id in the Chats API, as in hooks and in the answer to its creation.
    pub chat_id: String,
}

impl ContactChat {
    fn read(chat: &Value) -> Option<Self> {
        Some(Self { contact_id: lenient::number(chat, "contact_id")?, chat_id: lenient::text(chat, "chat_id")? })
    }
}

impl Rest {
    /// The chats of these contacts, in channels of this integration. Requires an administrator's token. Empty for
    /// contacts without chats and for unknown ones.
    pub async fn chats_of_contacts(
        &self,
        token: &SecretString,
        contact_ids: &[i64],
    ) -> Result<Vec<ContactChat>, Error> {
        let ids: Vec<_> = contact_ids.iter().map(i64::to_string).collect();
        self.contact_chats("chats_of_contacts", token, ["contact_id", "contact_id[]"], ids).await
    }

    /// The contacts to which these chats are linked, by the chats' ids in the Chats API; own channels only. A chat
    /// without a contact is missing in the answer.
    pub async fn contacts_of_chats(&self, token: &SecretString, chat_ids: &[&str]) -> Result<Vec<ContactChat>, Error> {
        let ids = chat_ids.iter().map(|id| (*id).to_owned()).collect();
        self.contact_chats("contacts_of_chats", token, ["chat_id", "chat_id[]"], ids).await
    }

    async fn contact_chats(
        &self,
        call: &'static str,
        token: &SecretString,
        [one_name, list_name]: [&'static str; 2],
        mut ids: Vec<String>,
    ) -> Result<Vec<ContactChat>, Error> {
        // A single id as a value, several as a list: Kommo accepts only one of the two forms of the filter.
        let query = match ids.len() {
            0 => return Ok(Vec::new()),
            1 => vec![(one_name, ids.swap_remove(0))],
            _ => ids.into_iter().map(|id| (list_name, id)).collect(),
        };
        let answer = self.call(token, Request::get(call, vec!["contacts", "chats"], query)).await?;
        read::embedded(&answer, "chats", ContactChat::read)
    }

    /// Links 1 to [`WRITE_BATCH`](super::WRITE_BATCH) chats of own channels to contacts, and returns amoCRM's results
    /// in the same order. Requires an administrator's token. Safe to repeat: a chat that is linked to another contact
    /// moves.
    pub async fn link_chats(&self, token: &SecretString, links: &[ContactChat]) -> Result<Vec<ContactChat>, Error> {
        const CALL: &str = "link_chats";
        fits(CALL, links.len())?;
        let item = |(place, link): (usize, &ContactChat)| json!({"contact_id": link.contact_id, "chat_id": link.chat_id, "request_id": place.to_string()});
        let items: Vec<Value> = links.iter().enumerate().map(item).collect();
        let request = Request::with_body(CALL, Method::POST, vec!["contacts", "chats"], &items)?;
        let answer = self.call(token, request).await?;
        let listed = read::written(&answer, "chats", |chat| Some(chat.clone()))?;
        made(&answer, &listed, links.len(), ContactChat::read)
    }
}

/// The values of one custom field, for reading and writing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Field {
    /// CRM id of the field. Identify the field by it or by its code.
    #[serde(rename = "field_id", skip_serializing_if = "Option::is_none")]
    pub id: Option<i64>,
    /// `PHONE`, `EMAIL`, …; fields created by users have none.
    #[serde(rename = "field_code", skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Its values. When written, they replace **all** existing ones.
    pub values: Vec<FieldValue>,
}

/// One value of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldValue {
    /// A text for phones, addresses and most others; a number or an object for some.
    pub value: Value,
    /// The kind of the value, e.g. `WORK`, `MOB`, `PRIV`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enum_code: Option<String>,
}

impl Field {
    /// The code of the phone field.
    pub const PHONE: &'static str = "PHONE";
    /// The code of the e-mail field.
    pub const EMAIL: &'static str = "EMAIL";

    /// One phone number of kind `WORK`.
    pub fn phone(number: &str) -> Self {
        Self::work(Self::PHONE, number)
    }

    /// One e-mail address of kind `WORK`.
    pub fn email(address: &str) -> Self {
        Self::work(Self::EMAIL, address)
    }

    /// One text of a field created by users, by its CRM id.
    pub fn text(id: i64, text: &str) -> Self {
        Self { id: Some(id), code: None, values: vec![FieldValue { value: text.into(), enum_code: None }] }
    }

    /// The values that are texts or numbers, as text.
    pub fn texts(&self) -> impl Iterator<Item = String> {
        self.values.iter().filter_map(FieldValue::text)
    }

    fn work(code: &str, text: &str) -> Self {
        let value = FieldValue { value: text.into(), enum_code: Some("WORK".to_owned()) };
        Self { id: None, code: Some(code.to_owned()), values: vec![value] }
    }

    /// In the form of the API (`field_id`, `field_code`, `values[].value`) or of hooks (`id`, `code`, with `values`
    /// being texts, objects, or one object; crm-api §7.3).
    pub(crate) fn read(field: &Value) -> Option<Self> {
        let id = lenient::number(field, "field_id").or_else(|| lenient::number(field, "id"));
        let code = lenient::text(field, "field_code").or_else(|| lenient::text(field, "code"));
        let listed = match field.get("values") {
            Some(single @ Value::Object(members)) if members.contains_key("value") => vec![single],
            Some(single @ (Value::String(_) | Value::Number(_))) => vec![single],
            _ => lenient::list(field, "values"),
        };
        let values = listed.into_iter().filter_map(FieldValue::read).collect();
        (id.is_some() || code.is_some()).then_some(Self { id, code, values })
    }
}

impl FieldValue {
    /// The value if it is a non-empty text or a number.
    pub fn text(&self) -> Option<String> {
        match &self.value {
            Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Null => None,
            Value::Object(members) => {
                Some(Self { value: members.get("value")?.clone(), enum_code: lenient::text(value, "enum_code") })
            }
            plain => Some(Self { value: plain.clone(), enum_code: None }),
        }
    }
}

/// A custom field of leads.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CustomField {
    /// CRM id.
    pub id: i64,
    /// Its name on the card.
    pub name: String,
    /// `UTM_SOURCE`, `PHONE`, …; fields created by users have none.
    pub code: Option<String>,
    /// `text`, `multitext`, `tracking_data`, ….
    pub kind: String,
}

impl CustomField {
    /// The kind of fields that hold where a lead came from; only leads have them.
    pub const TRACKING_DATA: &'static str = "tracking_data";

    fn read(field: &Value) -> Option<Self> {
        Some(Self {
            id: lenient::number(field, "id")?,
            name: lenient::text(field, "name").unwrap_or_default(),
            code: lenient::text(field, "code"),
            kind: lenient::text(field, "type").unwrap_or_default(),
        })
    }
}

impl Rest {
    /// A page of up to 250 custom fields of leads; `page` counts from 1.
    pub async fn custom_fields(&self, token: &SecretString, page: u32) -> Result<Page<CustomField>, Error> {
        const CALL: &str = "custom_fields";
        let request = Request::get(CALL, vec!["leads", CALL], numbered(page, PAGE));
        Page::read(&self.call(token, request).await?, page, CALL, CustomField::read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_email_is_recognised_in_other_notations() {
        assert!(same_email(" Ann@Example.com", "ann@example.com "));
        assert!(!same_email("ann@example.com", "joann@example.com"));
        assert!(!same_email("", " "));
    }
}
