//! Finds a person by phone or e-mail address. amoCRM's search matches parts of texts, so its results are compared
//! (crm-api §5.1).

use secrecy::SecretString;

use super::{Contact, Rest};
use crate::error::Error;

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

    /// The contacts with this e-mail address, by [`same_email`], the oldest first.
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
pub fn same_email(one: &str, other: &str) -> bool {
    !one.trim().is_empty() && one.trim().to_lowercase() == other.trim().to_lowercase()
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
