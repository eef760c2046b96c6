//! The hash of a customer's phone number, by which an account is found without a scan of all customers.

use amocrm::rest::phone_digits;
use base::message::Person;
use base::vault::hash;

use super::find::phone;

/// Hex digits of a hash that are stored.
const DIGITS: usize = 32;

/// The hash of the customer's number, the same for every notation; empty if there is no valid number. It is as
/// confidential as the number, because all numbers can be tried; it exists because it can be indexed and matches whole
/// numbers only.
pub fn phone_hash(person: &Person) -> String {
    phone(person).map(|number| hash_of(&number)).unwrap_or_default()
}

/// The hash that a search text is or describes: a number in any notation, or the beginning of its SHA-256.
pub fn searched_hash(text: &str) -> Option<String> {
    let text = text.trim();
    if text.len() >= DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return text.get(..DIGITS).map(str::to_lowercase);
    }
    let in_number = |sign: char| sign.is_ascii_digit() || matches!(sign, '+' | '-' | ' ' | '(' | ')' | '.' | '\u{a0}');
    let number =
        Person { phone: Some(text.to_owned()).filter(|text| text.chars().all(in_number)), ..Person::default() };
    Some(phone_hash(&number)).filter(|hash| !hash.is_empty())
}

fn hash_of(number: &str) -> String {
    hash(&phone_digits(number)).chars().take(DIGITS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(phone: &str) -> String {
        phone_hash(&Person { phone: Some(phone.to_owned()), ..Person::default() })
    }

    #[test]
    fn a_number_has_one_hash_in_every_notation() {
        // printf %s 79151112233 | sha256sum | cut -c 1-32
        assert_eq!(of("+79151112233"), "3d664a73b65c3c2f4bddbae229b38226");
        for same in ["79151112233", "8 (915) 111-22-33", "+7 915 111 22 33"] {
            assert_eq!(of(same), of("+79151112233"), "{same}");
            assert_eq!(searched_hash(same), Some(of("+79151112233")), "{same}");
        }
        assert_ne!(of("+79151112234"), of("+79151112233"));
        assert_eq!([of("112"), of(""), of("Anna")], ["", "", ""]);
    }

    #[test]
    fn only_numbers_and_hashes_are_searched() {
        let whole = hash("79151112233");
        assert_eq!(searched_hash(&whole), Some(of("+79151112233")));
        assert_eq!(searched_hash(&format!(" {} ", of("+79151112233").to_uppercase())), Some(of("+79151112233")));
        for other in ["", "112", "shop.amocrm.ru", "Anna 79151112233", "0123456789abcdef", "x\u{0}y"] {
            assert_eq!(searched_hash(other), None, "{other}");
        }
    }
}
