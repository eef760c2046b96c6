//! The chats of a contact, and the contacts of a lead (crm-api §5.2, §5.4).

use reqwest::Method;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::batch::{fits, made};
use super::{Request, Rest, read};
use crate::error::Error;
use crate::lenient;

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

    /// The contacts of a lead, the main one first. Empty for an unknown lead.
    pub async fn contacts_of_lead(&self, token: &SecretString, lead_id: i64) -> Result<Vec<i64>, Error> {
        let (lead_id, with) = (lead_id.to_string(), vec![("with", "contacts".to_owned())]);
        let answer = self.call(token, Request::get("contacts_of_lead", vec!["leads", &lead_id], with)).await;
        let contacts = read::found(answer, |lead| Some(super::leads::contacts(lead)))?;
        Ok(contacts.unwrap_or_default())
    }
}
