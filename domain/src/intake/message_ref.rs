//! References to messages by our id or the messenger's.

use base::error::Result;

use crate::lookup::MessageKey;
use base::json::checked_id;

/// Parses a message reference from a path or a body; an impossible id is rejected at `pointer`.
pub fn checked(pointer: &str, text: &str) -> Result<MessageKey> {
    match MessageKey::of(text) {
        MessageKey::Theirs(id) => checked_id(pointer, id).map(MessageKey::Theirs),
        ours => Ok(ours),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use base::error::Error;

    #[test]
    fn ids_are_recognised_as_ours_or_theirs() {
        let ours = "01900000-0000-7000-8000-000000000001";
        let either = MessageKey::Either(Uuid::try_parse(ours).unwrap(), ours.to_owned());
        assert_eq!(checked("/id", ours).unwrap(), either);
        assert_eq!(checked("/id", &format!("ext:{ours}")).unwrap(), MessageKey::Theirs(ours.to_owned()));
        for theirs in ["wamid.HBgL", "01900000000070008000000000000001", "17"] {
            assert_eq!(checked("/id", theirs).unwrap(), MessageKey::Theirs(theirs.to_owned()));
        }
        for wrong in ["ext:", "a\0b"] {
            assert!(matches!(checked("/id", wrong), Err(Error::Invalid(_))));
        }
        assert!(matches!(checked("/id", &"x".repeat(256)), Err(Error::Invalid(_))));
    }
}
