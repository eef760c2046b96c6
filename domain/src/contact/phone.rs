//! The hash of a customer's phone number, by which conversations are found without a scan of all customers.

use std::collections::BTreeSet;

use base::message::Person;
use base::phone::{Country, Phone, looks_like_one};
use base::vault::hash;

/// Hex digits of a hash that are stored.
const DIGITS: usize = 32;

/// The hash of the customer's number, the same for every notation; empty if there is no number. It is as confidential
/// as the number, because all numbers can be tried; it exists because it can be indexed. Numbers have got their country
/// at the door.
pub fn phone_hash(person: &Person) -> String {
    let phone = person.phone.as_deref().and_then(|text| Phone::parse(text, None));
    phone.map(|phone| hash_of(phone.key())).unwrap_or_default()
}

/// The hashes under which conversations with this number are stored, by this version and earlier ones. Their numbers
/// have to be compared.
pub fn phone_hashes(phone: &Phone) -> Vec<String> {
    phone.keys().iter().map(|key| hash_of(key)).collect()
}

/// The hashes that a search text is or describes: a number in any notation of these countries, or the beginning of its
/// SHA-256.
pub fn searched_hashes(text: &str, countries: &[Country]) -> BTreeSet<String> {
    let text = text.trim();
    if text.len() >= DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return text.get(..DIGITS).map(str::to_lowercase).into_iter().collect();
    }
    if !looks_like_one(text) {
        return BTreeSet::new();
    }
    let countries = countries.iter().map(|country| Some(*country)).chain([None]);
    countries.filter_map(|country| Phone::parse(text, country)).flat_map(|phone| phone_hashes(&phone)).collect()
}

fn hash_of(key: &str) -> String {
    hash(key).chars().take(DIGITS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(phone: &str) -> String {
        phone_hash(&Person { phone: Some(phone.to_owned()), ..Person::default() })
    }

    fn searched(text: &str) -> BTreeSet<String> {
        searched_hashes(text, &[Country::of_code("RU").unwrap()])
    }

    #[test]
    fn a_number_has_one_hash_in_every_notation() {
        // printf %s 79151112233 | sha256sum | cut -c 1-32
        assert_eq!(of("+79151112233"), "3d664a73b65c3c2f4bddbae229b38226");
        for same in ["79151112233", "+7 915 111 22 33"] {
            assert_eq!(of(same), of("+79151112233"), "{same}");
        }
        for same in ["79151112233", "8 (915) 111-22-33", "9151112233", "+7 915 111 22 33"] {
            assert!(searched(same).contains(&of("+79151112233")), "{same}");
        }
        assert_eq!(of("+55 11 98765-4321"), of("551187654321"));
        assert_ne!(of("+79151112234"), of("+79151112233"));
        assert_ne!(of("84912345678"), of("+74912345678"), "a Vietnamese is not from Ryazan");
        assert_eq!([of("112"), of(""), of("Anna")], ["", "", ""]);
    }

    #[test]
    fn hashes_of_earlier_versions_are_found() {
        let phone = |text| Phone::parse(text, Country::of_code("RU")).unwrap();
        // They hashed what WhatsApp wrote, and 7 for every 8 before ten digits.
        let stored = |digits: &str| hash(digits)[..DIGITS].to_owned();
        assert!(phone_hashes(&phone("+55 11 98765-4321")).contains(&stored("551187654321")));
        assert!(phone_hashes(&phone("+84 912 345 678")).contains(&stored("74912345678")));
        assert!(phone_hashes(&phone("8 915 111-22-33")).contains(&stored("79151112233")));
    }

    #[test]
    fn only_numbers_and_hashes_are_searched() {
        let whole = hash("79151112233");
        assert_eq!(searched(&whole), BTreeSet::from([of("+79151112233")]));
        assert_eq!(searched(&format!(" {} ", of("+79151112233").to_uppercase())), BTreeSet::from([of("+79151112233")]));
        for other in ["", "112", "shop.amocrm.ru", "Anna 79151112233", "0123456789abcdef", "x\u{0}y"] {
            assert!(searched(other).is_empty(), "{other}");
        }
    }
}
