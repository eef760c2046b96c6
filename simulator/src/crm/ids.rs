//! Deterministic ids in amoCRM's formats: random-looking UUIDs (version 4) in the Chats API, numbers of seven or eight
//! digits in the CRM.

use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

/// The smallest number.
const FIRST: i64 = 1_000_000;
/// The count of numbers: with [`FIRST`] the largest still has eight digits.
const COUNT: i64 = 98_000_000;
/// Slots per account.
pub(crate) const SLOTS: i64 = 10_000;

/// The UUID for a name, in the format of a random one, like all of amojo's.
pub(crate) fn amojo(name: &str) -> Uuid {
    let digest = Sha256::digest(name.as_bytes());
    let mut bytes = [0_u8; 16];
    for (to, from) in bytes.iter_mut().zip(digest.iter()) {
        *to = *from;
    }
    Builder::from_random_bytes(bytes).into_uuid()
}

/// The number of an object of an account, each of which has a slot below [`SLOTS`]. Clients store such numbers in 32
/// bits.
pub(crate) fn number(account_id: i64, slot: i64) -> i64 {
    FIRST + (account_id * SLOTS + slot).rem_euclid(COUNT)
}

/// A number below `most`, always the same for the same text.
pub(crate) fn fold(text: &str, most: i64) -> i64 {
    text.bytes().fold(7, |sum, byte| (sum * 31 + i64::from(byte)).rem_euclid(most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s2_ids_of_the_chats_api_are_random_uuids_by_their_form() {
        for name in ["account.acme.amocrm.ru", "olga.acme.amocrm.ru", ""] {
            let id = amojo(name);
            assert_eq!((id.get_version_num(), id.get_variant()), (4, uuid::Variant::RFC4122), "{id}");
            assert_eq!(id, amojo(name));
        }
        assert_ne!(amojo("a"), amojo("b"));
    }

    #[test]
    fn s10_numbers_of_an_account_differ_and_fit_into_32_bits() {
        for account in [10_000_000, 31_000_001, 98_999_999] {
            let numbers: std::collections::BTreeSet<i64> = (0..SLOTS).map(|slot| number(account, slot)).collect();
            assert_eq!(i64::try_from(numbers.len()).unwrap(), SLOTS);
            assert!(numbers.iter().all(|number| (1_000_000..100_000_000).contains(number)));
        }
    }
}
