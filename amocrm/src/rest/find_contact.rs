//! Finds a person by phone or e-mail address. amoCRM's search matches parts of texts, so its results are compared here
//! (crm-api §5.1).

use secrecy::SecretString;

use super::{Contact, Rest};
use crate::error::Error;

/// Number of digits to search for: numbers are stored with and without the country's prefix.
const SEARCHED_DIGITS: usize = 10;

/// Shorter numbers are not personal phone numbers and would match everyone.
const LEAST_DIGITS: usize = 7;

impl Rest {
    /// The contacts with this phone number, by [`same_phone`], the oldest first. Examines the first 250 that amoCRM
    /// finds by the last ten digits. Fails with [`Error::Invalid`] for fewer than seven digits.
    pub async fn contacts_with_phone(&self, token: &SecretString, phone: &str) -> Result<Vec<Contact>, Error> {
        const CALL: &str = "contacts_with_phone";
        let digits = phone_digits(phone);
        if digits.len() < LEAST_DIGITS {
            return Err(Error::invalid(CALL, "a phone number has at least seven digits"));
        }
        let last = digits.get(digits.len().saturating_sub(SEARCHED_DIGITS)..).unwrap_or(&digits);
        let found = self.contact_page(CALL, token, last, 1).await?;
        Ok(exact(found.items, |contact| contact.phones().iter().any(|known| same_phone(known, phone))))
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

/// Whether two texts are the same phone number: all digits are equal, however they are grouped. A leading `00` counts
/// as `+`, and the Russian form (`8` and ten digits, without `+`) as `+7`. A number without country never equals one
/// with it, because a wrong guess would merge two persons.
pub fn same_phone(one: &str, other: &str) -> bool {
    let (one, other) = (phone_digits(one), phone_digits(other));
    !one.is_empty() && one == other
}

/// Whether two texts are the same e-mail address, ignoring case and surrounding blanks.
pub fn same_email(one: &str, other: &str) -> bool {
    !one.trim().is_empty() && one.trim().to_lowercase() == other.trim().to_lowercase()
}

/// The digits of a phone number with its country, the same for every notation: see [`same_phone`]. Empty for a text
/// without digits.
pub fn phone_digits(phone: &str) -> String {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    if phone.trim_start().starts_with('+') {
        return digits;
    }
    match (digits.strip_prefix("00"), digits.strip_prefix('8')) {
        (Some(international), _) => international.to_owned(),
        (None, Some(national)) if national.len() == 10 => format!("7{national}"),
        _ => digits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_phone_is_recognised_in_other_notations() {
        for other in ["79990001122", "+7 (999) 000-11-22", "8 999 000 11 22", "007 999 0001122", "+7\u{a0}9990001122"] {
            assert!(same_phone("+79990001122", other), "{other}");
        }
        for other in ["9990001122", "+19990001122", "+89990001122", "799900011220", "", "phone"] {
            assert!(!same_phone("+79990001122", other), "{other}");
        }
        assert!(!same_phone("", "") && !same_phone("-", "+"));
    }

    #[test]
    fn the_same_email_is_recognised_in_other_notations() {
        assert!(same_email(" Ann@Example.com", "ann@example.com "));
        assert!(!same_email("ann@example.com", "joann@example.com"));
        assert!(!same_email("", " "));
    }
}
