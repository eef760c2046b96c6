//! A lead together with its contact, in one call (crm-api §5.4).

use reqwest::Method;
use secrecy::SecretString;
use serde::Serialize;
use serde_json::Value;

use super::batch::{fits, made};
use super::{NewContact, NewLead, Request, Rest};
use crate::error::Error;
use crate::lenient;
use crate::transport::Answer;

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
