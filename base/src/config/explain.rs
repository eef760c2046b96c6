//! Texts for the errors of the merging crate: the usual form of the key, the expected and the found kind of value.
//! Values are left out, because they may be secrets.

use config::ConfigError as MergeError;

use super::ConfigError;
use crate::i18n::LocalizedText;

/// What the parsers of settings report: serde passes a string on, and [`reworded`] finds the text for it. The first and the
/// last are followed by a detail.
pub(super) const NOT_AN_ADDRESS: &str = "not an address: ";
pub(super) const NOT_A_NETWORK: &str = "not a network";
pub(super) const NOT_A_HOST: &str = "not a host";
pub(super) const NOT_REACTIONS: &str = "not reactions";
pub(super) const NOT_AN_EVENT: &str = "not an event: ";

/// Our text for the crate's error, without values.
pub(super) fn explain(error: MergeError) -> ConfigError {
    match error {
        MergeError::NotFound(key) => ConfigError::invalid(dotted(&key), LocalizedText::new("config-missing")),
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
const CHOICES: [(&str, &str); 3] =
    [("CustomersMode", "config-customers-mode"), ("MediaMode", "config-media-mode"), ("Platform", "config-platform")];

fn reworded(message: &str) -> LocalizedText {
    let of_type = |name: &str| message.starts_with(&format!("enum {name} does not have variant"));
    if let Some((_, choice)) = CHOICES.iter().find(|(name, _)| of_type(name)) {
        return LocalizedText::new(*choice);
    }
    if let Some(reason) = message.strip_prefix(NOT_AN_ADDRESS) {
        return LocalizedText::new("config-address").with("reason", reason);
    }
    if let Some(known) = message.strip_prefix(NOT_AN_EVENT) {
        return LocalizedText::new("config-event").with("known", known);
    }
    let found = message.strip_prefix("invalid type: ").or_else(|| message.strip_prefix("invalid value: "));
    match (message, found.and_then(|rest| rest.rsplit_once(", expected "))) {
        (NOT_A_NETWORK, _) => LocalizedText::new("config-network"),
        (NOT_A_HOST, _) => LocalizedText::new("config-host-or-network"),
        (NOT_REACTIONS, _) => LocalizedText::new("config-reactions"),
        (_, Some((found, expected))) => mismatch(found, expected),
        (other, None) => LocalizedText::quoted(other),
    }
}

/// `found` begins with the kind of the value and may contain the value: only the kind is kept.
fn mismatch(found: &str, expected: &str) -> LocalizedText {
    let kinds = [
        ("string", "config-kind-text"),
        ("boolean", "config-kind-boolean"),
        ("64-bit", "config-kind-number"),
        ("integer", "config-kind-number"),
        ("floating", "config-kind-number"),
        ("unit", "config-kind-nothing"),
        ("sequence", "config-kind-list"),
        ("map", "config-kind-table"),
    ];
    let found = kinds.iter().find(|(kind, _)| found.starts_with(kind)).map_or("config-kind-other", |(_, key)| key);
    let expected = match expected {
        "an array" | "a sequence" => LocalizedText::new("config-kind-list"),
        "a boolean" => LocalizedText::new("config-kind-boolean"),
        "a string" => LocalizedText::new("config-kind-string"),
        "a floating point" => LocalizedText::new("config-kind-number"),
        other if other.starts_with("struct ") => LocalizedText::new("config-kind-table"),
        other if other.starts_with("an unsigned") => LocalizedText::new("config-kind-from-zero"),
        other if other.ends_with("integer") => LocalizedText::new("config-kind-whole"),
        other => LocalizedText::quoted(other),
    };
    LocalizedText::new("config-mismatch").with("expected", expected).with("found", LocalizedText::new(found))
}

/// A TOML error without the line it quotes, which may contain a secret: its first line (the place) and its last (the
/// problem).
pub(super) fn without_excerpt(message: &str) -> String {
    let lines = message.lines().filter(|line| !line.contains('|'));
    lines.map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(": ")
}
