//! Texts for the errors of the merging crate: the usual form of the key, the expected and the found kind of value.
//! Values are left out, because they may be secrets.

use config::ConfigError as MergeError;

use super::ConfigError;

/// Our text for the crate's error, without values.
pub(super) fn explain(error: MergeError) -> ConfigError {
    match error {
        MergeError::NotFound(key) => ConfigError::invalid(dotted(&key), "is missing"),
        MergeError::Type { unexpected, expected, key, .. } => {
            ConfigError::invalid(dotted(&key.unwrap_or_default()), mismatch(&unexpected.to_string(), expected))
        }
        MergeError::At { error, key, .. } => {
            ConfigError::invalid(dotted(&key.unwrap_or_default()), reworded(&error.to_string()))
        }
        other => ConfigError::invalid("configuration", reworded(&other.to_string())),
    }
}

/// The crate writes `integration[0]name`; the usual form is `integration[0].name`.
fn dotted(key: &str) -> String {
    let dotted = key.replace(']', "].").replace("].[", "][").replace("]..", "].");
    dotted.trim_end_matches('.').to_owned()
}

/// The values of keys that take one of a few words: the crate names the Rust type instead.
const CHOICES: [(&str, &str); 3] = [
    ("CustomersMode", "must be open, password or remote"),
    ("MediaMode", "must be store or pass"),
    ("Platform", "must be amocrm or kommo"),
];

fn reworded(message: &str) -> String {
    let of_type = |name: &str| message.starts_with(&format!("enum {name} does not have variant"));
    if let Some((_, choice)) = CHOICES.iter().find(|(name, _)| of_type(name)) {
        return (*choice).to_owned();
    }
    let found = message.strip_prefix("invalid type: ").or_else(|| message.strip_prefix("invalid value: "));
    match found.and_then(|rest| rest.rsplit_once(", expected ")) {
        Some((found, expected)) => mismatch(found, expected),
        None => message.to_owned(),
    }
}

/// `found` begins with the kind of the value and may contain the value: only the kind is kept.
fn mismatch(found: &str, expected: &str) -> String {
    let kinds = [
        ("string", "text"),
        ("boolean", "true or false"),
        ("64-bit", "a number"),
        ("integer", "a number"),
        ("floating", "a number"),
        ("unit", "nothing"),
        ("sequence", "a list"),
        ("map", "a table"),
    ];
    let found = kinds.iter().find(|(kind, _)| found.starts_with(kind)).map_or("something else", |(_, word)| word);
    let expected = match expected {
        "an array" | "a sequence" => "a list",
        "a boolean" => "true or false",
        "a floating point" => "a number",
        other if other.starts_with("struct ") => "a table",
        other if other.starts_with("an unsigned") => "a whole number from 0",
        other if other.ends_with("integer") => "a whole number",
        other => other,
    };
    format!("expected {expected}, found {found}")
}

/// A TOML error without the line it quotes, which may contain a secret: its first line (the place) and its last (the
/// problem).
pub(super) fn without_excerpt(message: &str) -> String {
    let lines = message.lines().filter(|line| !line.contains('|'));
    lines.map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(": ")
}
