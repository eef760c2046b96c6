//! Contact cards (max §5.2).

use base::phone::with_plus;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// Name and phone of a card.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Card {
    pub name: String,
    /// With a plus, if it contains only digits.
    pub phone: String,
}

/// Reads `FN` and the first `TEL`.
pub(super) fn read(text: &str) -> Card {
    let value = |name: &str| {
        text.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            let is_meant = key.split(';').next().is_some_and(|key| key.trim().eq_ignore_ascii_case(name));
            Some(value.trim()).filter(|value| is_meant && !value.is_empty())
        })
    };
    let phone = value("TEL").unwrap_or_default();
    Card {
        name: value("FN").unwrap_or_default().to_owned(),
        phone: with_plus(phone.strip_prefix("tel:").unwrap_or(phone)),
    }
}

/// Whether MAX signed this card for this bot.
pub(super) fn is_signed(text: &str, hash: &str, token: &SecretString) -> bool {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(token.expose_secret().as_bytes()) else { return false };
    mac.update(text.as_bytes());
    let right = hex::encode(mac.finalize().into_bytes());
    right.as_bytes().ct_eq(hash.to_ascii_lowercase().as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_are_read_however_they_are_written() {
        let card = |name: &str, phone: &str| Card { name: name.to_owned(), phone: phone.to_owned() };
        let whole = "BEGIN:VCARD\r\nVERSION:3.0\r\nTEL;TYPE=cell:79990000000\r\nFN:Анна Ковалёва\r\nEND:VCARD\r\n";
        assert_eq!(read(whole), card("Анна Ковалёва", "+79990000000"));
        assert_eq!(read("FN;CHARSET=UTF-8:A: B\nTEL:+7 701 000-22-33\nTEL:1"), card("A: B", "+7 701 000-22-33"));
        assert_eq!(read("tel:tel:+7701\nfn:"), card("", "+7701"));
        assert_eq!(read("BEGIN:VCARD\nEND:VCARD"), card("", ""));
    }
}
