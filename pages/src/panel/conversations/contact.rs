//! The amoCRM contact that a chat is linked to, and why.

use base::i18n::Sentence;
use entity::conversation;

use crate::panel::PageContext;

/// The contact as a page shows it.
pub struct ContactView {
    /// Its card in amoCRM; `None` if no contact is known.
    pub address: Option<String>,
    pub name: String,
    /// `None` if it was not looked up yet.
    pub why: Option<Sentence>,
}

impl ContactView {
    pub fn of(page: &PageContext, host: &str, row: &conversation::Model) -> Self {
        let why = Some(row.contact_why.as_str()).filter(|why| !why.is_empty());
        Self {
            address: card(host, row),
            name: row.contact_name.clone(),
            why: why.map(|why| page.words.text_of("contact-why-", why).with("crm", page.crm)),
        }
    }
}

/// The address of the contact's card on the account's host.
pub fn card(host: &str, row: &conversation::Model) -> Option<String> {
    (row.contact_id > 0).then(|| format!("https://{host}/contacts/detail/{}", row.contact_id))
}
