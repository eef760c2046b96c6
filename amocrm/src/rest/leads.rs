//! Leads, as far as a chat integration needs them, and their pipelines (crm-api §4.4, §5.4).

use reqwest::Method;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::contacts::Field;
use super::read;
use super::{Request, Rest};
use crate::error::Error;
use crate::lenient;

/// A lead as returned by amoCRM.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lead {
    /// CRM id.
    pub id: i64,
    /// CRM id of the user who is responsible.
    pub responsible_user_id: Option<i64>,
    /// The group of the user who is responsible; 0 is the default group.
    pub group_id: Option<i64>,
    /// Its pipeline.
    pub pipeline_id: Option<i64>,
    /// Its stage. 142 is won, 143 lost, in every pipeline.
    pub status_id: Option<i64>,
    /// In the bin.
    pub is_deleted: bool,
    /// CRM ids of its contacts, the main one first.
    pub contacts: Vec<i64>,
    /// Custom fields that have values.
    pub fields: Vec<Field>,
}

impl Lead {
    fn read(lead: &Value) -> Option<Self> {
        let number = |key| lenient::number(lead, key);
        Some(Self {
            id: number("id")?,
            responsible_user_id: number("responsible_user_id"),
            group_id: number("group_id"),
            pipeline_id: number("pipeline_id"),
            status_id: number("status_id"),
            is_deleted: lenient::flag(lead, "is_deleted").unwrap_or(false),
            contacts: contacts(lead),
            fields: lenient::list(lead, "custom_fields_values").into_iter().filter_map(Field::read).collect(),
        })
    }
}

/// The embedded contacts of a lead, the main one first.
fn contacts(lead: &Value) -> Vec<i64> {
    let mut contacts = lead.get("_embedded").map(|embedded| lenient::list(embedded, "contacts")).unwrap_or_default();
    contacts.sort_by_key(|contact| !lenient::flag(contact, "is_main").unwrap_or(false));
    contacts.into_iter().filter_map(|contact| lenient::number(contact, "id")).collect()
}

impl Rest {
    /// The contacts of a lead, the main one first. Empty for an unknown lead.
    pub async fn contacts_of_lead(&self, token: &SecretString, lead_id: i64) -> Result<Vec<i64>, Error> {
        let (lead_id, with) = (lead_id.to_string(), vec![("with", "contacts".to_owned())]);
        let answer = self.call(token, Request::get("contacts_of_lead", vec!["leads", &lead_id], with)).await;
        let contacts = read::found(answer, |lead| Some(contacts(lead)))?;
        Ok(contacts.unwrap_or_default())
    }

    /// One lead with its contacts. `None` if it does not exist (any more): 204, for some accounts 404.
    pub async fn lead(&self, token: &SecretString, id: i64) -> Result<Option<Lead>, Error> {
        let (id, with) = (id.to_string(), vec![("with", "contacts".to_owned())]);
        read::found(self.call(token, Request::get("lead", vec!["leads", &id], with)).await, Lead::read)
    }

    /// Sets custom fields of one lead, each with **all** its values; the other fields stay. Safe to repeat. 404: it does
    /// not exist (any more).
    pub async fn set_lead_fields(&self, token: &SecretString, id: i64, fields: &[Field]) -> Result<(), Error> {
        let (id, body) = (id.to_string(), json!({"custom_fields_values": fields}));
        let request = Request::with_body("set_lead_fields", Method::PATCH, vec!["leads", &id], &body)?;
        self.call(token, request).await?.object().map(|_| ())
    }
}

/// A pipeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pipeline {
    /// CRM id.
    pub id: i64,
    /// Name.
    pub name: String,
    /// The account's main pipeline, the default.
    pub is_main: bool,
    /// Archived: must not be offered.
    pub is_archive: bool,
}

impl Pipeline {
    fn read(pipeline: &Value) -> Option<Self> {
        Some(Self {
            id: lenient::number(pipeline, "id")?,
            name: lenient::text(pipeline, "name").unwrap_or_default(),
            is_main: lenient::flag(pipeline, "is_main").unwrap_or(false),
            is_archive: lenient::flag(pipeline, "is_archive").unwrap_or(false),
        })
    }
}

impl Rest {
    /// All pipelines, in amoCRM's order.
    pub async fn pipelines(&self, token: &SecretString) -> Result<Vec<Pipeline>, Error> {
        const CALL: &str = "pipelines";
        let answer = self.call(token, Request::get(CALL, vec!["leads", CALL], Vec::new())).await?;
        read::embedded(&answer, CALL, Pipeline::read)
    }
}
