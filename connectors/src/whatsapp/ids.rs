//! External ids for WhatsApp's conversations and messages (whatsapp §16).
//!
//! ```text
//! conversation   <BSUID>       KZ.1234567890123456789     the person, if Meta reported this id
//!                <phone>       77010001122                else the person's phone, digits
//!                <group id>    anything else              a group
//! message        <wamid>       of a card of several, `#` and its place
//! ```

use serde_json::{Map, Value, json};

/// The receiver of a message.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Address {
    /// Digits with the country code.
    Phone(String),
    Bsuid(String),
    Group(String),
}

impl Address {
    /// Parses a conversation id; none if it is empty.
    pub fn parse(id: &str) -> Option<Self> {
        let id = id.trim();
        if id.is_empty() {
            None
        } else if id.bytes().all(|byte| byte.is_ascii_digit()) {
            Some(Self::Phone(id.to_owned()))
        } else if is_bsuid(id) {
            Some(Self::Bsuid(id.to_owned()))
        } else {
            Some(Self::Group(id.to_owned()))
        }
    }

    /// The fields that address a request to `/messages` (whatsapp §6).
    pub fn fields(&self) -> Map<String, Value> {
        let (kind, field, id) = match self {
            Self::Phone(id) => ("individual", "to", id),
            Self::Bsuid(id) => ("individual", "recipient", id),
            Self::Group(id) => ("group", "to", id),
        };
        let fields = [("recipient_type", json!(kind)), (field, json!(id))];
        fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// The conversation id.
    pub fn id(&self) -> &str {
        match self {
            Self::Phone(id) | Self::Bsuid(id) | Self::Group(id) => id,
        }
    }
}

/// Country code, a dot, and letters and digits; for a group of portfolios with `ENT.` in between (whatsapp §12).
fn is_bsuid(id: &str) -> bool {
    let Some((country, rest)) = id.split_once('.') else { return false };
    let rest = rest.strip_prefix("ENT.").unwrap_or(rest);
    let country = country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase());
    country && !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_says_how_to_address_it() {
        for (id, address) in [
            ("77010001122", json!({ "recipient_type": "individual", "to": "77010001122" })),
            (
                "KZ.1234567890123456789",
                json!({ "recipient_type": "individual", "recipient": "KZ.1234567890123456789" }),
            ),
            ("KZ.ENT.998877", json!({ "recipient_type": "individual", "recipient": "KZ.ENT.998877" })),
            ("Y2FwaV9ncm91cDo3Nw==", json!({ "recipient_type": "group", "to": "Y2FwaV9ncm91cDo3Nw==" })),
        ] {
            let parsed = Address::parse(id).unwrap();
            assert_eq!((Value::Object(parsed.fields()), parsed.id()), (address, id));
        }
        assert_eq!(Address::parse(" "), None);
        for group in ["K.123", "KZ.", "kz.123", "KZ.12-3"] {
            assert!(matches!(Address::parse(group), Some(Address::Group(_))), "{group}");
        }
    }
}
