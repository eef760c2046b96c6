//! Contacts (crm-api §5.1).

use reqwest::Method;
use secrecy::SecretString;
use serde::Serialize;
use serde_json::Value;

use super::batch::{made_ids, marked};
use super::fields::{Field, FieldValue};
use super::page::{Page, numbered};
use super::{Request, Rest, read};
use crate::error::Error;
use crate::lenient;

/// Contacts per page: amoCRM's maximum.
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
    /// Full name; or use the two parts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// First name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Last name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// CRM id of the responsible user; `None`: the grant's user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub responsible_user_id: Option<i64>,
    /// Values of custom fields, e.g. [`Field::phone`] and [`Field::email`].
    #[serde(rename = "custom_fields_values", skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// Names of tags.
    #[serde(rename = "tags_to_add", skip_serializing_if = "Vec::is_empty", serialize_with = "named")]
    pub tags: Vec<String>,
}

/// Changes to a contact; `None` and empty lists leave a field as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ContactChange {
    /// New full name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Another first name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Another last name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// Another responsible user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub responsible_user_id: Option<i64>,
    /// Fields, each with **all** its values: see [`Contact::field_with`].
    #[serde(rename = "custom_fields_values", skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// Names of tags to add; the others stay.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "named")]
    pub tags_to_add: Vec<String>,
    /// Names of tags to remove.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "named")]
    pub tags_to_delete: Vec<String>,
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

    /// A field with one more value of kind `WORK`, for [`ContactChange::fields`]. A change replaces all values of a
    /// field, so read the contact shortly before. `None`: it has this value already.
    pub fn field_with(&self, code: &str, value: &str) -> Option<Field> {
        let known = self.field(code).cloned().unwrap_or_default();
        if known.texts().any(|text| text == value) {
            return None;
        }
        let added = Field::work(code, value);
        let values: Vec<FieldValue> = known.values.into_iter().chain(added.values).collect();
        Some(Field { id: None, code: added.code, values })
    }

    fn field(&self, code: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.code.as_deref() == Some(code))
    }

    fn texts(&self, code: &str) -> Vec<String> {
        self.field(code).map(|field| field.texts().collect()).unwrap_or_default()
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
    /// leads; `page` counts from 1. The search is loose, see [`contacts_with_phone`](Rest::contacts_with_phone) for an
    /// exact one.
    pub async fn find_contacts(&self, token: &SecretString, text: &str, page: u32) -> Result<Page<Contact>, Error> {
        self.contact_page("find_contacts", token, text, page).await
    }

    pub(super) async fn contact_page(
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

    /// Changes one contact. Safe to repeat. 404: it does not exist (any more).
    pub async fn update_contact(&self, token: &SecretString, id: i64, change: &ContactChange) -> Result<(), Error> {
        let id = id.to_string();
        let request = Request::with_body("update_contact", Method::PATCH, vec!["contacts", &id], change)?;
        self.call(token, request).await?.object().map(|_| ())
    }
}

/// Tags in amoCRM's format: `[{"name": "…"}]`.
pub(super) fn named<S: serde::Serializer>(names: &[String], serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Named<'name> {
        name: &'name str,
    }
    serializer.collect_seq(names.iter().map(|name| Named { name }))
}
