//! Leads, as far as a chat integration needs them, and their pipelines (crm-api §4.4, §5.4).

use reqwest::Method;
use secrecy::SecretString;
use serde::Serialize;
use serde_json::{Value, json};

use super::contacts::{Field, named};
use super::read::{self, fits, made, made_ids, marked};
use super::{NewContact, Request, Rest};
use crate::error::Error;
use crate::lenient;
use crate::transport::Answer;

/// A lead as returned by amoCRM.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lead {
    /// CRM id.
    pub id: i64,
    /// Name.
    pub name: Option<String>,
    /// Budget, in the account's currency.
    pub price: Option<i64>,
    /// CRM id of the user who is responsible.
    pub responsible_user_id: Option<i64>,
    /// The group of the user who is responsible; 0 is the default group.
    pub group_id: Option<i64>,
    /// Its pipeline.
    pub pipeline_id: Option<i64>,
    /// Its stage. 142 is won, 143 lost, in every pipeline.
    pub status_id: Option<i64>,
    /// Unix seconds.
    pub created_at: Option<i64>,
    /// Unix seconds.
    pub updated_at: Option<i64>,
    /// When it was won or lost, Unix seconds.
    pub closed_at: Option<i64>,
    /// In the bin.
    pub is_deleted: bool,
    /// CRM ids of its contacts, the main one first.
    pub contacts: Vec<i64>,
    /// Its source; `None` if the platform does not report it.
    pub source: Option<LeadSource>,
    /// Custom fields that have values.
    pub fields: Vec<Field>,
}

/// The source of a lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeadSource {
    /// CRM id of the source.
    pub id: Option<i64>,
    /// The integration's own id of the source, see [`Source`](super::Source).
    pub external_id: Option<String>,
    /// `widget` for sources of integrations.
    pub kind: Option<String>,
}

/// A lead to create. No field is required.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewLead {
    /// Name.
    pub name: Option<String>,
    /// Budget, in the account's currency.
    pub price: Option<i64>,
    /// CRM id of the responsible user.
    pub responsible_user_id: Option<i64>,
    /// Its pipeline; `None`: the source's pipeline, else the main one.
    pub pipeline_id: Option<i64>,
    /// Its stage; `None`: the first.
    pub status_id: Option<i64>,
    /// Values of custom fields.
    pub fields: Vec<Field>,
    /// Names of tags.
    pub tags: Vec<String>,
    /// CRM ids of its contacts; the first is the main one.
    pub contacts: Vec<i64>,
    /// The integration's own id of the lead's source.
    pub source_external_id: Option<String>,
}

impl Serialize for NewLead {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Body<'lead> {
            #[serde(skip_serializing_if = "Option::is_none")]
            name: Option<&'lead str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            price: Option<i64>,
            #[serde(skip_serializing_if = "Option::is_none")]
            responsible_user_id: Option<i64>,
            #[serde(skip_serializing_if = "Option::is_none")]
            pipeline_id: Option<i64>,
            #[serde(skip_serializing_if = "Option::is_none")]
            status_id: Option<i64>,
            #[serde(rename = "custom_fields_values", skip_serializing_if = "<[Field]>::is_empty")]
            fields: &'lead [Field],
            #[serde(rename = "tags_to_add", skip_serializing_if = "<[String]>::is_empty", serialize_with = "named")]
            tags: &'lead [String],
            #[serde(rename = "_embedded", skip_serializing_if = "serde_json::Map::is_empty")]
            embedded: serde_json::Map<String, Value>,
        }
        let body = Body {
            name: self.name.as_deref(),
            price: self.price,
            responsible_user_id: self.responsible_user_id,
            pipeline_id: self.pipeline_id,
            status_id: self.status_id,
            fields: &self.fields,
            tags: &self.tags,
            embedded: self.embedded(),
        };
        body.serialize(serializer)
    }
}

impl NewLead {
    fn embedded(&self) -> serde_json::Map<String, Value> {
        let mut embedded = serde_json::Map::new();
        if !self.contacts.is_empty() {
            let contact = |(place, id): (usize, &i64)| json!({"id": id, "is_main": place == 0});
            embedded.insert("contacts".to_owned(), self.contacts.iter().enumerate().map(contact).collect());
        }
        if let Some(external_id) = &self.source_external_id {
            embedded.insert("source".to_owned(), json!({"external_id": external_id, "type": "widget"}));
        }
        embedded
    }
}

impl Lead {
    /// In the form of the API or of hooks.
    pub(crate) fn read(lead: &Value) -> Option<Self> {
        let number = |key| lenient::number(lead, key);
        Some(Self {
            id: number("id")?,
            name: lenient::text(lead, "name"),
            price: number("price"),
            responsible_user_id: number("responsible_user_id"),
            group_id: number("group_id"),
            pipeline_id: number("pipeline_id"),
            status_id: number("status_id"),
            created_at: number("created_at").or_else(|| number("date_create")),
            updated_at: number("updated_at").or_else(|| number("last_modified")),
            closed_at: number("closed_at"),
            is_deleted: lenient::flag(lead, "is_deleted").unwrap_or(false),
            contacts: contacts(lead),
            source: LeadSource::read(lead),
            fields: lenient::list(lead, "custom_fields_values").into_iter().filter_map(Field::read).collect(),
        })
    }
}

impl LeadSource {
    fn read(lead: &Value) -> Option<Self> {
        let source = lead.get("_embedded").and_then(|embedded| lenient::present(embedded, "source"));
        let id = lenient::number(lead, "source_id").or_else(|| lenient::number(source?, "id"));
        let external_id = source.and_then(|source| lenient::text(source, "external_id"));
        let kind = source.and_then(|source| lenient::text(source, "type"));
        (id.is_some() || external_id.is_some()).then_some(Self { id, external_id, kind })
    }
}

/// The embedded contacts of a lead, the main one first.
pub(super) fn contacts(lead: &Value) -> Vec<i64> {
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

    /// One lead with its contacts and its source. `None` if it does not exist (any more): 204, for some accounts 404.
    pub async fn lead(&self, token: &SecretString, id: i64) -> Result<Option<Lead>, Error> {
        let (id, with) = (id.to_string(), vec![("with", "contacts,source,source_id".to_owned())]);
        read::found(self.call(token, Request::get("lead", vec!["leads", &id], with)).await, Lead::read)
    }

    /// Creates 1 to [`WRITE_BATCH`](super::WRITE_BATCH) leads and returns their ids in the same order. **Not**
    /// idempotent.
    pub async fn create_leads(&self, token: &SecretString, leads: &[NewLead]) -> Result<Vec<i64>, Error> {
        const CALL: &str = "create_leads";
        let items = marked(CALL, leads)?;
        let answer = self.call(token, Request::with_body(CALL, Method::POST, vec!["leads"], &items)?).await?;
        made_ids(&answer, "leads", leads.len())
    }

    /// Sets custom fields of one lead, each with **all** its values; the other fields stay. Safe to repeat. 404: it does
    /// not exist (any more).
    pub async fn set_lead_fields(&self, token: &SecretString, id: i64, fields: &[Field]) -> Result<(), Error> {
        let (id, body) = (id.to_string(), json!({"custom_fields_values": fields}));
        let request = Request::with_body("set_lead_fields", Method::PATCH, vec!["leads", &id], &body)?;
        self.call(token, request).await?.object().map(|_| ())
    }
}

/// A lead and its contact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ComplexLead {
    /// The lead. Contacts given by id are omitted: amoCRM accepts one, by its data.
    pub lead: NewLead,
    /// The contact. Merged with an existing one that the account's duplicate control finds.
    pub contact: NewContact,
}

/// The result for a [`ComplexLead`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeLead {
    /// CRM id of the lead.
    pub lead_id: i64,
    /// CRM id of its contact.
    pub contact_id: Option<i64>,
    /// Merged with an existing lead or contact.
    pub is_merged: bool,
}

#[derive(Serialize)]
struct Item {
    #[serde(flatten)]
    lead: Value,
    /// Here amoCRM echoes it as a list.
    request_id: String,
}

impl Item {
    fn new(call: &'static str, place: usize, new: &ComplexLead) -> Result<Self, Error> {
        let invalid = |error: serde_json::Error| Error::invalid(call, error.to_string());
        let mut lead = serde_json::to_value(NewLead { contacts: Vec::new(), ..new.lead.clone() }).map_err(invalid)?;
        let contact = serde_json::to_value(&new.contact).map_err(invalid)?;
        if let Some(members) = lead.as_object_mut() {
            let embedded = members.entry("_embedded").or_insert_with(|| Value::Object(serde_json::Map::new()));
            if let Some(embedded) = embedded.as_object_mut() {
                embedded.insert("contacts".to_owned(), Value::Array(vec![contact]));
            }
        }
        Ok(Self { lead, request_id: place.to_string() })
    }
}

impl MadeLead {
    fn read(made: &Value) -> Option<Self> {
        Some(Self {
            lead_id: lenient::number(made, "id")?,
            contact_id: lenient::number(made, "contact_id"),
            is_merged: lenient::flag(made, "merged").unwrap_or(false),
        })
    }
}

/// The answer is a plain list, in which `request_id` is a list of one.
fn listed(answer: &Answer) -> Result<Vec<Value>, Error> {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let Value::Array(mut items) = body else { return Err(answer.unreadable("the answer is not a JSON list")) };
    for item in &mut items {
        let mark = lenient::list(item, "request_id").first().map(|mark| (*mark).clone());
        if let (Some(mark), Some(members)) = (mark, item.as_object_mut()) {
            members.insert("request_id".to_owned(), mark);
        }
    }
    Ok(items)
}

impl Rest {
    /// Creates 1 to [`WRITE_BATCH`](super::WRITE_BATCH) leads, each with a contact, and returns the results in the same
    /// order. **Not** idempotent, unless the account's duplicate control merges repeats.
    pub async fn create_complex_leads(
        &self,
        token: &SecretString,
        leads: &[ComplexLead],
    ) -> Result<Vec<MadeLead>, Error> {
        const CALL: &str = "create_complex_leads";
        fits(CALL, leads.len())?;
        let items: Vec<Item> =
            leads.iter().enumerate().map(|(place, lead)| Item::new(CALL, place, lead)).collect::<Result<_, _>>()?;
        let request = Request::with_body(CALL, Method::POST, vec!["leads", "complex"], &items)?;
        let answer = self.call(token, request).await?;
        made(&answer, &listed(&answer)?, leads.len(), MadeLead::read)
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
