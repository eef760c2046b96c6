//! What was refused, in terms of the command line.

use base::error::Error;

/// An error with its own text.
pub(super) fn as_error(error: Error) -> anyhow::Error {
    match error {
        Error::Internal(cause) => cause,
        Error::Invalid(fields) => {
            let fields: Vec<_> =
                fields.iter().map(|field| format!("{}{}", option(&field.pointer), field.detail)).collect();
            anyhow::anyhow!("{}", fields.join("; "))
        }
        other => anyhow::anyhow!("{other}"),
    }
}

/// The option that a field was given by: `/paid_until` is `--paid-until`.
fn option(pointer: &str) -> String {
    let name = pointer.trim_start_matches('/').trim_end_matches("_id").replace('_', "-");
    if name.is_empty() { String::new() } else { format!("--{name}: ") }
}

#[cfg(test)]
mod tests {
    use base::i18n::LocalizedText;

    use super::*;

    #[test]
    fn a_refused_value_is_named_by_its_option() {
        let said = |pointer: &str| as_error(Error::field(pointer, LocalizedText::new("said-uuid"))).to_string();
        assert_eq!(said("/paid_until"), "--paid-until: must be an id (UUID)");
        assert_eq!(said("/conversation_id"), "--conversation: must be an id (UUID)");
        assert_eq!(said(""), "must be an id (UUID)");
    }
}
