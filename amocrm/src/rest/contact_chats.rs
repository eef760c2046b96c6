//! Which chats a contact has, and which contacts a lead (crm-api §5.2, §5.4).

use secrecy::SecretString;

use super::{Request, Rest};
use crate::error::Error;
use crate::lenient;

/// A chat that hangs on a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactChat {
    /// CRM id. Of a chat that is still unsorted: the contact inside of the incoming lead.
    pub contact_id: i64,
    /// The chat's id in the Chats API, as hooks and the creation of a chat name it.
    pub chat_id: String,
}

impl Rest {
    /// The chats of some contacts, of channels that this integration owns. An administrator's token is needed. Empty
    /// for contacts without chats and for unknown ones.
    pub async fn chats_of_contacts(
        &self,
        token: &SecretString,
        contact_ids: &[i64],
    ) -> Result<Vec<ContactChat>, Error> {
        // One by name, several as a list: Kommo takes only one of the two forms of the filter.
        let query = match contact_ids {
            [] => return Ok(Vec::new()),
            [one] => vec![("contact_id", one.to_string())],
            several => several.iter().map(|id| ("contact_id[]", id.to_string())).collect(),
        };
        let answer = self.call(token, Request::get("contact chats", vec!["contacts", "chats"], query)).await?;
        if answer.status == 204 {
            return Ok(Vec::new());
        }
        let object = answer.object()?;
        let embedded = object.get("_embedded").ok_or_else(|| answer.unreadable("_embedded is missing"))?;
        let read = |chat| {
            Some(ContactChat {
                contact_id: lenient::number(chat, "contact_id")?,
                chat_id: lenient::text(chat, "chat_id")?,
            })
        };
        Ok(lenient::list(embedded, "chats").into_iter().filter_map(read).collect())
    }

    /// The contacts of a lead, the main one first. Empty for an unknown lead.
    pub async fn contacts_of_lead(&self, token: &SecretString, lead_id: i64) -> Result<Vec<i64>, Error> {
        let (lead_id, with) = (lead_id.to_string(), vec![("with", "contacts".to_owned())]);
        let answer = match self.call(token, Request::get("lead", vec!["leads", &lead_id], with)).await {
            Err(Error::Refused { status: 404, .. }) => return Ok(Vec::new()),
            other => other?,
        };
        if answer.status == 204 {
            return Ok(Vec::new());
        }
        let object = answer.object()?;
        let mut contacts: Vec<_> = match object.get("_embedded") {
            Some(embedded) => lenient::list(embedded, "contacts"),
            None => Vec::new(),
        };
        contacts.sort_by_key(|contact| !lenient::flag(contact, "is_main").unwrap_or(false));
        Ok(contacts.into_iter().filter_map(|contact| lenient::number(contact, "id")).collect())
    }
}
