//! Leads, as far as a chat integration needs them, and their pipelines (crm-api §4.4, §5.4).

use reqwest::Method;
use secrecy::SecretString;
use serde::Serialize;
use serde_json::{Value, json};

use super::contacts::Field;
use super::read::{self, Page, made_ids, numbered};
use super::{Request, Rest};
use crate::error::Error;
use crate::lenient;

/// Leads per page: amoCRM's maximum.
const PAGE: u32 = 250;

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
    /// Its stage: [`Lead::WON`], [`Lead::LOST`], or one of its pipeline's own.
    pub status_id: Option<i64>,
    /// Unix seconds.
    pub created_at: Option<i64>,
    /// When it was won or lost, Unix seconds.
    pub closed_at: Option<i64>,
    /// In the account's currency.
    pub price: Option<i64>,
    /// In the bin.
    pub is_deleted: bool,
    /// CRM ids of its contacts, the main one first.
    pub contacts: Vec<i64>,
    /// Custom fields that have values.
    pub fields: Vec<Field>,
}

impl Lead {
    /// The stage of a lead that ended in a sale, the same in every pipeline.
    pub const WON: i64 = 142;
    /// The stage of a lead that ended without one.
    pub const LOST: i64 = 143;

    /// Whether it ended in a sale.
    pub fn is_won(&self) -> bool {
        !self.is_deleted && self.status_id == Some(Self::WON)
    }

    /// Whether people still work with it.
    pub fn is_open(&self) -> bool {
        !self.is_deleted && !matches!(self.status_id, Some(Self::WON | Self::LOST))
    }

    fn read(lead: &Value) -> Option<Self> {
        let number = |key| lenient::number(lead, key);
        Some(Self {
            id: number("id")?,
            responsible_user_id: number("responsible_user_id"),
            group_id: number("group_id"),
            pipeline_id: number("pipeline_id"),
            status_id: number("status_id"),
            created_at: number("created_at"),
            closed_at: number("closed_at"),
            price: number("price"),
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
        self.contacts_of(token, "leads", lead_id).await
    }

    /// The same of a customer of the CRM.
    pub async fn contacts_of_customer(&self, token: &SecretString, customer_id: i64) -> Result<Vec<i64>, Error> {
        self.contacts_of(token, "customers", customer_id).await
    }

    async fn contacts_of(&self, token: &SecretString, kind: &'static str, id: i64) -> Result<Vec<i64>, Error> {
        let (id, with) = (id.to_string(), vec![("with", "contacts".to_owned())]);
        let answer = self.call(token, Request::get("contacts_of", vec![kind, &id], with)).await;
        let contacts = read::found(answer, |card| Some(contacts(card)))?;
        Ok(contacts.unwrap_or_default())
    }

    /// One lead with its contacts. `None` if it does not exist (any more): 204, for some accounts 404.
    pub async fn lead(&self, token: &SecretString, id: i64) -> Result<Option<Lead>, Error> {
        let (id, with) = (id.to_string(), vec![("with", "contacts".to_owned())]);
        read::found(self.call(token, Request::get("lead", vec!["leads", &id], with)).await, Lead::read)
    }

    /// A page of the won leads that were closed since this time (Unix seconds), those changed last first, with their
    /// contacts; `page` counts from 1. Some accounts ignore filters, so what they list is looked through here.
    pub async fn won_leads(&self, token: &SecretString, since: i64, page: u32) -> Result<Page<Lead>, Error> {
        const CALL: &str = "won_leads";
        let mut query = numbered(page, PAGE);
        query.push(("with", "contacts".to_owned()));
        query.push(("filter[closed_at][from]", since.to_string()));
        query.push(("order[updated_at]", "desc".to_owned()));
        let answer = self.call(token, Request::get(CALL, vec!["leads"], query)).await?;
        let is_meant = |lead: &Lead| lead.is_won() && lead.closed_at.is_none_or(|at| at >= since);
        Page::read(&answer, page, "leads", |lead| Lead::read(lead).filter(is_meant))
    }

    /// Sets custom fields of one lead, each with **all** its values; the other fields stay. Safe to repeat. 404: it does
    /// not exist (any more).
    pub async fn set_lead_fields(&self, token: &SecretString, id: i64, fields: &[Field]) -> Result<(), Error> {
        let (id, body) = (id.to_string(), json!({"custom_fields_values": fields}));
        let request = Request::with_body("set_lead_fields", Method::PATCH, vec!["leads", &id], &body)?;
        self.call(token, request).await?.object().map(|_| ())
    }

    /// Creates a lead of a contact and returns its id. **Not** idempotent.
    pub async fn create_lead(&self, token: &SecretString, contact_id: i64, new: &LeadChange) -> Result<i64, Error> {
        const CALL: &str = "create_lead";
        let mut lead = serde_json::to_value(new).map_err(|error| Error::invalid(CALL, error.to_string()))?;
        let tags: Vec<Value> = new.tags_to_add.iter().map(|tag| json!(tag)).collect();
        if let Some(fields) = lead.as_object_mut() {
            fields.remove("tags_to_add");
            fields.insert("_embedded".to_owned(), json!({"contacts": [{"id": contact_id}], "tags": tags}));
        }
        let request = Request::with_body(CALL, Method::POST, vec!["leads"], &[lead])?;
        let ids = made_ids(&self.call(token, request).await?, "leads", 1)?;
        ids.into_iter().next().ok_or_else(|| Error::invalid(CALL, "amoCRM named no lead"))
    }

    /// Changes a lead. Safe to repeat. 400: the stage, the pipeline or the user does not exist (any more).
    pub async fn change_lead(&self, token: &SecretString, id: i64, change: &LeadChange) -> Result<(), Error> {
        let id = id.to_string();
        let request = Request::with_body("change_lead", Method::PATCH, vec!["leads", &id], change)?;
        self.call(token, request).await?.object().map(|_| ())
    }
}

/// Fields of a lead to set; the others stay.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LeadChange {
    /// Its pipeline. A stage belongs to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pipeline_id: Option<i64>,
    /// Its stage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_id: Option<i64>,
    /// CRM id of the user who is responsible.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub responsible_user_id: Option<i64>,
    /// Tags that are added to those it has.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags_to_add: Vec<Tag>,
}

/// A tag by its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tag {
    /// Its name.
    pub name: String,
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
    /// Its stages in their order, without that of incoming leads.
    pub stages: Vec<PipelineStage>,
}

/// A stage of a pipeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PipelineStage {
    /// CRM id: [`Lead::WON`] and [`Lead::LOST`] in every pipeline.
    pub id: i64,
    /// Name.
    pub name: String,
}

impl PipelineStage {
    /// Stages of this type hold incoming leads; nothing can be moved there.
    const INCOMING: i64 = 1;

    fn read(stage: &Value) -> Option<Self> {
        let id = lenient::number(stage, "id")?;
        let is_incoming = lenient::number(stage, "type") == Some(Self::INCOMING);
        (!is_incoming).then(|| Self { id, name: lenient::text(stage, "name").unwrap_or_default() })
    }
}

impl Pipeline {
    fn read(pipeline: &Value) -> Option<Self> {
        Some(Self {
            id: lenient::number(pipeline, "id")?,
            name: lenient::text(pipeline, "name").unwrap_or_default(),
            is_main: lenient::flag(pipeline, "is_main").unwrap_or(false),
            is_archive: lenient::flag(pipeline, "is_archive").unwrap_or(false),
            stages: pipeline
                .get("_embedded")
                .map(|embedded| lenient::list(embedded, "statuses"))
                .unwrap_or_default()
                .into_iter()
                .filter_map(PipelineStage::read)
                .collect(),
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
